#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Push to applied: how long after a push 200 agents, each with a long poll of its own, have taken it up.

    tests/bench/policy_bench.py BUILD/bin [--agents N] [--pushes N]

Starts `flyballctl policy serve` and one agentsim with N policy clients, pushes a new revision several times and takes the
time of the wall clock that each client wrote when the revision was in force. Prints figures beside their limits; ends
with 1 when one is missed.
"""
import argparse
import http.client
import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

P95_LIMIT_MS = 2000
ACK_LIMIT_MS = 3000


def document(cap):
    return {"schema_version": 1, "policy_id": "bench", "revision": 1, "tiers": [{"id": "mid", "models": ["openai/gpt-4o"]}],
            "defaults": {"budget": {"run_hard": {"usd": cap}}}, "workflows": {}}


class Bench:
    def __init__(self, folder, binaries, agents):
        self.folder, self.agents = folder, agents
        env = {k: v for k, v in os.environ.items() if not k.startswith(("FLYBALL_", "XDG_"))}
        env.update(HOME=str(folder), FLYBALL_HOME=str(folder / "home"), TZ="UTC")
        (folder / "policy.json").write_text(json.dumps(document(1)))
        words = [word for n in range(agents) for word in ("--agent", f"bench-{n}")]
        self.server = subprocess.Popen([binaries / "flyballctl", "policy", "serve", "--listen", "127.0.0.1:0",
                                        "--policy", folder / "policy.json", *words], stdout=subprocess.PIPE, env=env)
        line = self.server.stdout.readline()
        self.line = json.loads(line)
        secrets = folder / "agents.json"
        secrets.touch(mode=0o600)
        secrets.write_bytes(line)
        self.fleet = subprocess.Popen([binaries / "agentsim", "--out", folder / "traces.jsonl", "--policy-file", secrets,
                                       "--agents", str(agents), "--policy-log", folder / "applied.jsonl"], env=env)

    def stop(self):
        for process in (self.fleet, self.server):
            process.terminate()
            process.wait(20)

    def ask(self, method, path, body=None, headers=None):
        connection = http.client.HTTPConnection(self.line["url"].removeprefix("http://"), timeout=30)
        try:
            connection.request(method, path, None if body is None else json.dumps(body),
                               {"Authorization": "Bearer " + self.line["operator_token"], **(headers or {})})
            answer = connection.getresponse()
            text = answer.read()
            if answer.status != 200:
                raise SystemExit(f"{method} {path}: {answer.status} {text!r}")
            return json.loads(text)
        finally:
            connection.close()

    def applied(self, revision):
        """Agent -> wall clock in ns, for those that have it."""
        path = self.folder / "applied.jsonl"
        lines = path.read_text().splitlines() if path.exists() else []
        return {one["agent"]: one["applied_ns"] for one in map(json.loads, lines) if one["revision"] == revision}

    def await_all(self, revision, seconds=60):
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            status = self.ask("GET", "/v1/status")
            if status["revision"] == revision and status["agents"].get("in_sync", 0) == self.agents:
                return time.time_ns()
            time.sleep(0.02)
        raise SystemExit(f"not all agents took revision {revision} up: {status['agents']}")

    def push(self, number):
        etag = self.ask("GET", "/v1/status")["etag"]
        began = time.time_ns()
        revision = self.ask("PUT", "/v1/policy/document", document(1 + number), {"If-Match": f'"{etag}"'})["revision"]
        answered = time.time_ns()
        acknowledged = self.await_all(revision)
        return [(at - began) / 1e6 for at in self.applied(revision).values()], (answered - began) / 1e6, (acknowledged - began) / 1e6


def percentile(values, share):
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def main():
    words = argparse.ArgumentParser()
    words.add_argument("binaries", type=pathlib.Path)
    words.add_argument("--agents", type=int, default=200)
    words.add_argument("--pushes", type=int, default=20)
    asked = words.parse_args()
    with tempfile.TemporaryDirectory(prefix="flyball-policy-bench-") as name:
        bench = Bench(pathlib.Path(name), asked.binaries.resolve(), asked.agents)
        try:
            bench.await_all(1)
            rounds = [bench.push(number) for number in range(1, asked.pushes + 1)]
        finally:
            bench.stop()
    applied = [value for times, _, _ in rounds for value in times]
    if len(applied) != asked.agents * asked.pushes:
        raise SystemExit(f"{len(applied)} of {asked.agents * asked.pushes} revisions were taken up")
    whole = [done for _, _, done in rounds]
    print(f"{asked.agents} agents, {asked.pushes} pushes")
    print(f"push to applied   p50 {percentile(applied, .5):8.1f} ms")
    print(f"push to applied   p95 {percentile(applied, .95):8.1f} ms   limit {P95_LIMIT_MS} ms")
    print(f"push to applied   max {max(applied):8.1f} ms")
    print(f"push answered     p50 {statistics.median(answered for _, answered, _ in rounds):8.1f} ms")
    print(f"all acknowledged  p95 {percentile(whole, .95):8.1f} ms   limit {ACK_LIMIT_MS} ms")
    return int(percentile(applied, .95) > P95_LIMIT_MS or percentile(whole, .95) > ACK_LIMIT_MS)


if __name__ == "__main__":
    sys.exit(main())
