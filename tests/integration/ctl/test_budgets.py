# SPDX-License-Identifier: GPL-3.0-or-later
"""Budgets that a gateway keeps, from a page of the real Prometheus client to the lines of flyballctl: what its own gauges
say, to the pico-dollar, once and while it goes on."""
import decimal
import json
import pathlib
import select
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request

import support

WAIT = 90  # seconds; far beyond what is ever needed, machines are busy
EXPORTER = pathlib.Path(__file__).resolve().parent / "gateways" / "litellm_exporter.py"


def python_with_client():
    """An interpreter that has prometheus_client: the package belongs to Debian's own."""
    for python in (sys.executable, "/usr/bin/python3"):
        if subprocess.run([python, "-c", "import prometheus_client"], capture_output=True, check=False).returncode == 0:
            return python
    return None


PYTHON = python_with_client()


def gauges_of(page):
    """(scope, name) -> {"left", "cap"} as the page has them, in pico-dollars; None for no cap."""
    found = {}
    for line in page.splitlines():
        name, _, rest = line.partition("{")
        for scope, word in (("key", "api_key"), ("team", "team")):
            for column, family in (("left", f"litellm_remaining_{word}_budget_metric"),
                                   ("cap", f"litellm_{word}_max_budget_metric")):
                if name == family:
                    labels, _, value = rest.partition("} ")
                    told = dict(part.split("=", 1) for part in labels.replace('"', "").split(","))
                    pico = None if value == "+Inf" else pico_of(value)
                    found.setdefault((scope, told["api_key_alias" if scope == "key" else "team_alias"]), {})[column] = pico
    return found


def pico_of(text):
    return int((decimal.Decimal(text) * 10**12).to_integral_value(decimal.ROUND_HALF_EVEN))


def told_of(budgets):
    """The same of what flyballctl says."""
    found = {}
    for one in budgets["list"]:
        row = {"left": None if one["left_usd"] is None else pico_of(one["left_usd"])}
        if one["cap_usd"] is not None:
            row["cap"] = pico_of(one["cap_usd"])
        found[(one["scope"], one["name"])] = row
        if one["uncapped"]:
            assert one["cap_usd"] is None and one["spent_usd"] is None, one
        else:
            assert pico_of(one["spent_usd"]) == row["cap"] - row["left"], one
    return found


class Budgets(support.Case):
    def setUp(self):
        super().setUp()
        if PYTHON is None:
            self.skipTest("python3-prometheus-client is not installed")
        with socket.socket() as one:
            one.bind(("127.0.0.1", 0))
            self.port = one.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}/metrics"

    def exporter(self, *words):
        process = subprocess.Popen([PYTHON, "-B", str(EXPORTER), str(self.port), *words], stdin=subprocess.DEVNULL,
                                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        return process

    def page(self, path="/metrics/"):
        end = time.monotonic() + WAIT
        while True:
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=10) as answer:
                    return answer.read().decode()
            except (urllib.error.URLError, ConnectionError):
                self.assertLess(time.monotonic(), end, f"the exporter does not answer {path}")
                time.sleep(0.05)

    def finished(self):
        self.page("/done")  # not there before the last call

    def test_a_source_that_is_tested(self):
        self.exporter("--calls", "40", "--rate", "0.001", "--seed", "5")
        self.page()
        self.finished()
        answer = self.json_of("sources", "test", f"prometheus:{self.url}")
        expected = gauges_of(self.page())
        self.assertGreaterEqual(len(expected), 3)
        self.assertEqual(told_of(answer["budgets"]), expected)
        self.assertFalse(answer["budgets"]["stale"])
        self.assertIn(f"{len(expected)} budgets, the fullest $", answer["answer"])
        table = self.run_ctl("sources", "test", f"prometheus:{self.url}").stdout.decode()
        for _, name in expected:
            self.assertIn(name, table)

    def test_a_source_that_is_watched(self):
        self.exporter("--calls", "300", "--rate", "0.01", "--seed", "6")
        self.page()
        watch = self.start_ctl("watch", f"prometheus:{self.url}#interval_s=1", "--budgets")
        self.addCleanup(watch.wait)
        self.addCleanup(watch.send_signal, signal.SIGKILL)
        self.finished()
        expected = gauges_of(self.page())
        end = time.monotonic() + WAIT
        while True:
            self.assertLess(time.monotonic(), end, "the last gauges are not told")
            ready, _, _ = select.select([watch.stdout], [], [], 1)
            if not ready:
                continue
            line = json.loads(watch.stdout.readline())
            budgets = line.get("budgets", {}).get(self.url)
            if budgets and told_of(budgets) == expected:
                break


if __name__ == "__main__":
    support.main()
