# SPDX-License-Identifier: GPL-3.0-or-later
"""Portkey 1.15.2 from npm: spend from its live log equals what the provider charged, with Flyball away in between."""
import importlib.util
import json
import os
import pathlib
import random
import signal
import subprocess
import sys
import time
import unittest

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))


def load(name, path):
    spec = importlib.util.spec_from_file_location(name, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


support = load("ctl_support", HERE.parent / "ctl" / "support.py")
npm = load("npm_support", HERE.parent / "targets" / "support.py")
from provider import Provider  # noqa: E402

VERSION = "1.15.2"
START = "@portkey-ai/gateway/build/start-server.js"
KILLS = 12
KEY = "provider-key-for-nobody-0123456789"
OPENAI = "gpt-4o-2024-08-06"
ANTHROPIC = "claude-sonnet-4-5"
# USD per million tokens, as the providers list them.
PRICES = {OPENAI: {"in": 2.50, "read": 1.25, "write": 0, "out": 10.00},
          ANTHROPIC: {"in": 3.00, "read": 0.30, "write": 3.75, "out": 15.00}}


def nano_usd(call):
    fresh = call["in"] - (call["read"] if call["model"] == OPENAI else 0)
    price = PRICES[call["model"]]
    return 1000 * (fresh * price["in"] + call["read"] * price["read"] + call["write"] * price["write"]
                   + call["out"] * price["out"])


class PortkeyLog(support.Case):
    def setUp(self):
        super().setUp()
        self.provider = Provider()
        self.addCleanup(self.provider.close)
        self.gateway = None
        self.port = npm.free_port()
        self.start_gateway()
        self.addCleanup(self.stop_gateway)

    def start_gateway(self):
        loopback = HERE.parent / "targets" / "loopback-only.cjs"
        self.gateway = subprocess.Popen(
            ["node", str(npm.PREFIX / "node_modules" / START), f"--port={self.port}"], stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL, env=dict(os.environ, NODE_OPTIONS=f"--require {loopback}"))
        npm.until(self.alive)

    def stop_gateway(self):
        self.gateway.kill()
        self.gateway.wait()

    def alive(self):
        try:
            return npm.ask(self.port, "GET", "/")[0] == 200
        except OSError:
            return False

    def ask(self, model=OPENAI, status=200, targets=None, **body):
        login = {"provider": "openai", "api_key": KEY, "custom_host": f"http://127.0.0.1:{self.provider.port}/v1"}
        config = {"strategy": {"mode": "fallback"},
                  "targets": [{**login, "override_params": {"model": m}} for m in targets]} if targets else login
        got, answer = npm.ask(self.port, "POST", "/v1/chat/completions",
                              {"model": model, "messages": [{"role": "user", "content": "x"}],
                               "metadata": {"workflow": "triage"}, **body}, {"x-portkey-config": json.dumps(config)})
        self.assertEqual(got, status, answer)
        return answer

    def ask_anthropic(self):
        config = {"provider": "anthropic", "api_key": KEY, "custom_host": f"http://127.0.0.1:{self.provider.port}/v1"}
        status, answer = npm.ask(self.port, "POST", "/v1/messages",
                                 {"model": ANTHROPIC, "max_tokens": 64, "messages": [{"role": "user", "content": "x"}]},
                                 {"x-portkey-config": json.dumps(config)})
        self.assertEqual(status, 200, answer)

    def follow(self, *more):
        """Follows until it says that the stream is open: what is told before nobody hears."""
        process = self.start_ctl("ingest", f"portkey:http://127.0.0.1:{self.port}", *more, "--follow")
        npm.until(self.listening)
        return process

    def listening(self):
        """Somebody beside this test is connected to the gateway."""
        mine = f"0100007F:{self.port:04X}"
        for line in pathlib.Path("/proc/net/tcp").read_text().splitlines()[1:]:
            local, state = line.split()[1], line.split()[3]
            if local == mine and state == "01":
                return True
        return False

    def stop(self, process, how=signal.SIGINT):
        with support.ended(process):
            process.send_signal(how)
            out, err = process.communicate(timeout=60)
            self.assertNotIn(KEY.encode(), out + err)

    def totals(self, *words):
        result = self.run_ctl("report", "ledger:", "--lenient", "--format", "json", *words)
        return json.loads(result.stdout)["totals"] if result.returncode == 0 else {"calls": 0}

    def wait_for(self, calls):
        npm.until(lambda: self.totals()["calls"] >= calls, 60)

    def no_keys(self):
        for file in self.flyball_home.rglob("*"):
            if file.is_file():
                self.assertNotIn(KEY.encode(), file.read_bytes(), file)

    def test_spend_is_what_the_provider_charged(self):
        process = self.follow()
        time.sleep(0.5)
        failed = 0
        for i in range(12):
            self.ask()
            if i % 3 == 0:
                self.ask_anthropic()
            if i % 4 == 0:
                self.ask(targets=["fake-err500", OPENAI])
                failed += 1
            if i % 6 == 0:
                self.ask(model="fake-err429", status=429)
                failed += 1
        self.wait_for(self.provider.count() + failed)
        self.stop(process, signal.SIGKILL)
        process = self.follow()
        time.sleep(0.5)
        for _ in range(8):
            self.ask()
        self.wait_for(self.provider.count() + failed)
        self.stop(process)
        self.assertEqual(self.provider.refused, failed)
        totals = self.totals()
        self.assertEqual(totals["calls"], self.provider.count() + failed)
        self.assertEqual(totals["tokens"]["in_total"], sum(
            call["in"] + (call["read"] + call["write"] if call["model"] == ANTHROPIC else 0)
            for call in self.provider.answered))
        self.assertEqual(totals["tokens"]["out_total"], self.provider.total("out"))
        self.assertEqual(totals["cost_nusd"], round(sum(nano_usd(call) for call in self.provider.answered)))
        self.no_keys()

    def test_missed_calls_are_said(self):
        process = self.follow()
        time.sleep(0.5)
        self.ask()
        self.wait_for(1)
        self.stop(process)
        for _ in range(3):
            self.ask()
        process = self.follow()
        time.sleep(0.5)
        self.ask()
        self.wait_for(2)
        self.stop(process)
        self.assertEqual(self.totals()["calls"], 2)
        report = self.run_ctl("report", "ledger:")
        self.assertNotEqual(report.returncode, 0)
        self.assertIn(b"missed_by_stream", report.stdout + report.stderr)
        # The gateway starts anew: what it told before it ended, nobody knows.
        process = self.follow()
        time.sleep(0.5)
        self.stop_gateway()
        self.start_gateway()
        npm.until(self.listening)
        time.sleep(0.5)
        self.ask()
        self.wait_for(3)
        self.stop(process)
        report = self.run_ctl("report", "ledger:")
        self.assertIn(b"stream_gap", report.stdout + report.stderr)

    def test_killed_again_and_again(self):
        rng = random.Random(7)
        asked = 0

        def ask_some(count):
            for _ in range(count):
                self.ask()
                time.sleep(rng.random() * 0.02)

        process = self.follow()  # a first number to count from
        time.sleep(0.5)
        ask_some(1)
        self.wait_for(1)
        self.stop(process)
        for _ in range(KILLS):
            process = self.follow()
            with support.ended(process):
                time.sleep(rng.random() * 0.3)
                count = rng.randrange(4, 12)
                ask_some(count)
                time.sleep(rng.random() * 0.2)
                process.send_signal(signal.SIGKILL)
                process.communicate(timeout=60)
            away = rng.randrange(3)
            ask_some(away)
            asked += count + away
        before = self.totals()["calls"]
        process = self.follow()
        time.sleep(0.5)
        ask_some(1)
        self.wait_for(before + 1)
        self.stop(process)
        report = json.loads(self.run_ctl("report", "ledger:", "--lenient", "--format", "json").stdout)
        told, missed = report["totals"]["calls"], report["coverage"]["rejected"].get("missed_by_stream", 0)
        self.assertEqual(told + missed, asked + 2)  # each is counted, or said to be missing
        self.assertGreater(told, missed)
        self.assertGreater(missed, 0)
        print(f"{KILLS} kills, {asked + 2} calls: {told} told, {missed} missed")

    def test_the_callers_own_record_is_the_same_call(self):
        spans = self.folder / "spans.jsonl"
        spans.write_text("")
        process = self.follow(f"otlp-json:{spans}")
        time.sleep(0.5)
        for i in range(5):
            answer = self.ask()
            call = self.provider.answered[-1]
            with spans.open("a") as file:
                file.write(support.export([support.chat(
                    i + 1, 1, 0, time.time_ns(), (call["in"], call["out"]), OPENAI, gen_ai__provider__name="openai",
                    gen_ai__response__id=answer["id"], flyball__workflow="caller")]))
        self.ask()  # nobody else tells of this one
        npm.until(lambda: self.totals()["calls"] >= 6, 60)
        time.sleep(2)
        self.stop(process)
        totals = self.totals()
        self.assertEqual(totals["calls"], 6)
        self.assertEqual(totals["tokens"]["in_total"], self.provider.total("in"))
        self.assertEqual(totals["cost_nusd"], round(sum(nano_usd(call) for call in self.provider.answered)))

    def test_tried_before_it_is_added(self):
        tried = self.run_ctl("sources", "test", f"portkey:http://127.0.0.1:{self.port}")
        self.assertEqual(tried.returncode, 0, tried.stderr)
        self.assertIn(b"the stream is open", tried.stdout)
        self.stop_gateway()
        tried = self.run_ctl("sources", "test", f"portkey:http://127.0.0.1:{self.port}")
        self.assertNotEqual(tried.returncode, 0)
        self.start_gateway()


if __name__ == "__main__":
    npm.CACHE = pathlib.Path(sys.argv[2])
    npm.PREFIX = npm.npm_package("@portkey-ai/gateway", VERSION, START)
    support.PROGRAM = os.path.abspath(sys.argv[1])
    unittest.main(module="__main__", argv=[sys.argv[0], *sys.argv[3:]], verbosity=2)
