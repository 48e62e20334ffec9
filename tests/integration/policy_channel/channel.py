# SPDX-License-Identifier: GPL-3.0-or-later
"""What the tests of the policy channel share: a server process in a home of its own, and a plain client."""
import hashlib
import hmac
import http.client
import json
import os
import pathlib
import random  # noqa: F401  (for the tests)
import shutil
import signal
import subprocess
import sys
import tempfile
import unittest

PROGRAM = ""
EXAMPLE = pathlib.Path()


def policy(**changes):
    """A small valid policy; `day` and `month` cap workflow w, `fleet` all of them (USD)."""
    periods = [{"window": w, "hard_usd": changes[w]} for w in ("day", "month") if w in changes]
    document = {
        "schema_version": 1, "policy_id": "test", "revision": 1,
        "tiers": [{"id": "cheap", "models": ["openai/gpt-4o-mini"]}, {"id": "mid", "models": ["openai/gpt-4o"]}],
        "defaults": {"budget": {"run_hard": {"usd": changes.get("run", 5)}, "on_hard": "abort"},
                     "routing": {"default_tier": "mid"}},
        "workflows": {"w": {"budget": {"periods": periods}} if periods else {}},
    }
    if "fleet" in changes:
        document["fleet"] = {"periods": [{"window": "day", "hard_usd": changes["fleet"]}]}
    return document


class Agent:
    def __init__(self, case, secret):
        self.case, self.id, self.token, self.hmac = case, secret["id"], secret["token"], secret["hmac"]

    def ask(self, method, path, body=None, headers=None):
        return self.case.ask(method, path, self.token, body, headers)

    def poll(self, wait=0, active=None, etag=None):
        query = f"/v1/policy?agent={self.id}&wait={wait}" + (f"&active={active}" if active is not None else "")
        return self.ask("GET", query, headers={"If-None-Match": f'"{etag}"'} if etag else None)

    def take(self, **poll):
        """Polls, checks the signature; (payload, etag, nonce)."""
        status, headers, body = self.poll(**poll)
        self.case.assertEqual(status, 200, body)
        good = hmac.new(self.hmac.encode(), body["payload"].encode(), hashlib.sha256).hexdigest()
        self.case.assertEqual(good, body["sig"])
        return json.loads(body["payload"]), headers["etag"].strip('"'), headers["x-nonce"]

    def ack(self, etag, nonce, active, error=None):
        return self.ask("POST", "/v1/ack", {"agent": self.id, "instance": "i1", "nonce": nonce, "offered": etag,
                                            "active": active, "error": error, "enforces": ["caps.usd:reserve"]})

    def reserve(self, amount, **more):
        return self.ask("POST", "/v1/reserve", {"agent": self.id, "run": "r", "workflow": "w", "max_nusd": amount, **more})


class Case(unittest.TestCase):
    """Starts `flyballctl policy serve`; self.agents holds what it registered."""

    maxDiff = None

    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="flyball-channel-"))
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        self.home = self.folder / "home"
        self.data = self.home / "data"
        self.server = None
        self.port = 0
        self.agents = {}

    def environment(self):
        env = {k: v for k, v in os.environ.items() if not k.startswith(("FLYBALL_", "XDG_"))}
        env.update(HOME=str(self.folder), FLYBALL_HOME=str(self.home))
        return env

    def ctl(self, *words, code=0):
        done = subprocess.run([PROGRAM, "policy", *map(str, words)], capture_output=True, text=True, timeout=60,
                              env=self.environment(), check=False, stdin=subprocess.DEVNULL)
        self.assertEqual(done.returncode, code, (words, done.stdout, done.stderr))
        return done

    def file(self, document, name="policy.json"):
        path = self.folder / name
        path.write_text(json.dumps(document))
        return path

    def start(self, *words, agents=(), document=None):
        if document is not None:
            words += ("--policy", str(self.file(document)))
        for agent in agents:
            words += ("--agent", agent)
        self.server = subprocess.Popen([PROGRAM, "policy", "serve", "--listen", f"127.0.0.1:{self.port}", *map(str, words)],
                                       stdout=subprocess.PIPE, env=self.environment(), stdin=subprocess.DEVNULL)
        self.addCleanup(self.kill)
        line = json.loads(self.server.stdout.readline())
        self.port = int(line["url"].rsplit(":", 1)[1])
        self.operator = line["operator_token"]
        for secret in line["agents"]:
            if secret["token"]:
                self.agents[secret["id"]] = Agent(self, secret)
        return line

    def kill(self):
        if self.server and self.server.poll() is None:
            self.server.send_signal(signal.SIGKILL)
        if self.server:
            self.server.wait()
            self.server.stdout.close()
            self.server = None

    def ask(self, method, path, token, body=None, headers=None):
        """(status, headers, parsed body)"""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            sent = dict(headers or {})
            if token:
                sent["Authorization"] = "Bearer " + token
            connection.request(method, path, None if body is None else body if isinstance(body, bytes) else json.dumps(body), sent)
            answer = connection.getresponse()
            text = answer.read()
            return answer.status, {k.lower(): v for k, v in answer.getheaders()}, json.loads(text) if text else None
        finally:
            connection.close()

    def op(self, method, path, body=None, headers=None):
        return self.ask(method, path, self.operator, body, headers)

    def status(self):
        return self.op("GET", "/v1/status")[2]

    def state(self, agent):
        return next(a["state"] for a in self.status()["agent_list"] if a["id"] == agent)

    def push(self, document):
        head = self.status()
        mark = {"If-Match": f'"{head["etag"]}"'} if head["revision"] else {"If-None-Match": "*"}
        status, _, body = self.op("PUT", "/v1/policy/document", document, mark)
        self.assertEqual(status, 200, body)
        return body

    def spend(self, workflow="w", window="day"):
        windows = self.op("GET", f"/v1/leases?workflow={workflow}")[2]["windows"]
        return next((w["spent_nusd"], w["held_nusd"]) for w in windows if w["window"] == window)


def main():
    global PROGRAM, EXAMPLE
    PROGRAM = sys.argv[1]
    EXAMPLE = pathlib.Path(sys.argv[2]) / "tests/fixtures/policy/example.json"
    unittest.main(argv=[sys.argv[0], *sys.argv[3:]], module="__main__")
