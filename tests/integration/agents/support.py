# SPDX-License-Identifier: GPL-3.0-or-later
"""What the tests of the reference clients share: the real server, and agents as real processes driven by JSON lines."""
import http.client
import json
import os
import pathlib
import queue
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
import unittest

HERE = pathlib.Path(__file__).resolve().parent
CTL, SOURCE, NODE = "", pathlib.Path(), ""
MODEL = {"cheap": "openai/gpt-4o-mini", "mid": "openai/gpt-4o", "frontier": "anthropic/claude-opus-4-5"}


def kinds():
    return ["python", "node"] if NODE else ["python"]


def main(argv):
    global CTL, SOURCE, NODE  # noqa: PLW0603
    CTL, SOURCE, NODE = argv[1], pathlib.Path(argv[2]), argv[3] if len(argv) > 3 else ""
    if not NODE:
        print("node is not installed: the Node client is NOT tested here", file=sys.stderr)
    unittest.main(module="__main__", argv=[argv[0], *argv[4:]])


def document(defaults=None, **more):
    return {"schema_version": 1, "policy_id": "prod", "revision": 1, "tiers": [{"id": t, "models": [m]} for t, m in MODEL.items()],
            "defaults": defaults or {"budget": {"run_hard": {"tokens": 5000}}, "routing": {"default_tier": "mid"}},
            "workflows": {}, **more}


class Server:
    """flyballctl policy serve on a folder and a port of its own, which survive kill() and start()."""

    def __init__(self, folder, policy, agents, more=()):
        self.home, self.log, self.port, self.process = folder / "server", folder / "server.log", 0, None
        self.agents, self.more = agents, more
        self.home.mkdir()
        self.policy_file = folder / "policy.json"
        self.policy_file.write_text(json.dumps(policy), encoding="utf-8")
        self.operator = None
        hello = self.start("--policy", str(self.policy_file))
        self.secrets = {agent["id"]: agent for agent in hello["agents"]}

    def start(self, *words):
        named = [word for agent in self.agents for word in ("--agent", agent)]
        env = {k: v for k, v in os.environ.items() if not k.startswith(("FLYBALL_", "XDG_"))}
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(
                [CTL, "policy", "serve", "--listen", f"127.0.0.1:{self.port}", *words, *self.more, *named], stdout=subprocess.PIPE,
                stderr=log, stdin=subprocess.DEVNULL, env={**env, "FLYBALL_HOME": str(self.home), "HOME": str(self.home)})
        line = self.process.stdout.readline()
        if not line:
            raise AssertionError(f"policy serve ended: {self.log.read_text(encoding='utf-8')[-2000:]}")
        hello = json.loads(line)
        self.port = int(hello["url"].rsplit(":", 1)[1])
        self.operator = hello["operator_token"] or self.operator
        return hello

    def kill(self, how=signal.SIGKILL):
        if self.process:
            self.process.send_signal(how)
            self.process.wait(20)
            self.process.stdout.close()
            self.process = None

    def restart(self):
        self.kill()
        self.start()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}"

    def ask(self, method, path, body=None, token=None, headers=None):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        try:
            connection.request(method, path, None if body is None else json.dumps(body),
                               {"Authorization": f"Bearer {token or self.operator}", "Content-Type": "application/json",
                                **(headers or {})})
            response = connection.getresponse()
            text = response.read()
            return response.status, json.loads(text or b"{}"), response.headers
        finally:
            connection.close()

    def document(self):
        status, value, headers = self.ask("GET", "/v1/policy/document")
        assert status == 200, value
        return value, headers["ETag"]

    def push(self, **changes):
        """Replaces whole members of the document; the new revision."""
        old, etag = self.document()
        status, answer, _ = self.ask("PUT", "/v1/policy/document", {**old, **changes}, headers={"If-Match": etag})
        assert status == 200, answer
        return answer["revision"]

    def status(self):
        return self.ask("GET", "/v1/status")[1]

    def agent(self, name):
        return next(agent for agent in self.status()["agent_list"] if agent["id"] == name)

    def money(self, workflow=""):
        """(held, spent) nano-USD of this month; of the fleet without a workflow."""
        status, answer, _ = self.ask("GET", "/v1/leases" + (f"?workflow={workflow}" if workflow else ""))
        assert status == 200 and answer["workflow"] == workflow, answer
        month = next(row for row in answer["windows"] if row["window"] == "month")
        return month["held_nusd"], month["spent_nusd"]


class Agent:
    """A real process with a folder of its own, which survives kill() and start()."""

    def __init__(self, kind, folder, name, url, token="-", key="-", **options):
        self.kind, self.name, self.folder, self.process, self.events = kind, name, folder / f"agent-{name}", None, []
        self.env = {**os.environ, "FLYBALL_POLICY_URL": url, "FLYBALL_POLICY_AGENT": name, "FLYBALL_POLICY_TOKEN": token,
                    "FLYBALL_POLICY_KEY": key, "FLYBALL_POLICY_FOLDER": str(self.folder), "AGENT_OPTIONS": json.dumps(options)}
        self.start()

    def start(self, **options):
        program = [sys.executable, "-B", str(HERE / "agent.py")] if self.kind == "python" else [NODE, str(HERE / "agent.mjs")]
        if options:
            self.env["AGENT_OPTIONS"] = json.dumps(options)
        self.process = subprocess.Popen([*program, str(SOURCE / "resources/agents" / self.kind)], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, env=self.env)
        self.lines = queue.Queue()
        threading.Thread(target=self._read, args=(self.process, self.lines), daemon=True).start()

    @staticmethod
    def _read(process, lines):
        for line in process.stdout:
            lines.put(json.loads(line))
        lines.put(None)

    def kill(self):
        if self.process:
            self.process.kill()
            self.process.wait(20)
            for pipe in (self.process.stdin, self.process.stdout):
                try:
                    pipe.close()
                except BrokenPipeError:
                    pass
            self.process = None

    def order(self, what, **order):
        self.process.stdin.write(json.dumps({"do": what, **order}).encode() + b"\n")
        self.process.stdin.flush()

    def answer(self, timeout=60):
        while True:
            line = self.lines.get(timeout=timeout)
            if line is None:
                raise AssertionError(f"agent {self.name} ended with {self.process.wait(5)}")
            if "event" not in line:
                return line
            self.events.append(line)

    def do(self, what, **order):
        self.order(what, **order)
        return self.answer()

    def event(self, revision, timeout=20):
        """The moment at which a revision was applied in the background."""
        until = time.monotonic() + timeout
        while time.monotonic() < until:
            found = next((e for e in self.events if e["revision"] == revision), None)
            if found:
                return found["at"]
            try:
                line = self.lines.get(timeout=0.5)
                self.events.append(line)
            except queue.Empty:
                pass
        raise AssertionError(f"revision {revision} was not applied within {timeout} s")

    @property
    def last_good(self):
        return self.folder / f"{self.name}.policy.json"


class Case(unittest.TestCase):
    maxDiff = 4000
    client = "no"

    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="flyball-agents-"))
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)

    def each_kind(self):
        for kind in kinds():
            self.client = kind
            (self.folder / kind).mkdir()
            yield kind, self.folder / kind

    def _formatMessage(self, msg, standard):
        return super()._formatMessage(f"{self.client} client{': ' if msg else ''}{msg or ''}", standard)

    def server(self, folder, agents=("a1",), policy=None, more=()):
        server = Server(folder, policy or document(), agents, more)
        self.addCleanup(server.kill)
        return server

    def agent(self, kind, folder, server, name="a1", **options):
        secret = server.secrets[name.split("=")[0]]
        agent = Agent(kind, folder, secret["id"], server.url, secret["token"], options.pop("key", secret["hmac"]), **options)
        self.addCleanup(agent.kill)
        return agent

    def file_agent(self, kind, folder, name="a1", key="test-key", file="policy.json", **options):
        agent = Agent(kind, folder, name, f"file:{folder}/{file}", key=key, **options)
        self.addCleanup(agent.kill)
        return agent

    def within(self, seconds, condition, what):
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            if condition():
                return
            time.sleep(0.05)
        self.fail(f"not within {seconds} s: {what}")
