# SPDX-License-Identifier: GPL-3.0-or-later
"""claude-code-router 2.0.0 from npm: its log and the transcripts of who called through it tell of the same calls once."""
import importlib.util
import json
import os
import pathlib
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

VERSION = "2.0.0"


def events(text):
    """The data of a stream."""
    return [json.loads(line[6:]) for line in text.splitlines() if line.startswith("data: {")]


class Router(support.Case):
    kill_home = npm.Case.kill_home

    def setUp(self):
        super().setUp()
        self.provider = Provider(2)
        self.addCleanup(self.provider.close)
        self.router = self.folder / "router"
        self.port = npm.free_port()
        config = self.router / ".claude-code-router" / "config.json"
        config.parent.mkdir(parents=True)
        base = f"http://127.0.0.1:{self.provider.port}/v1/"
        config.write_text(json.dumps({  # its log is as it is by default
            "HOST": "127.0.0.1", "PORT": self.port, "NON_INTERACTIVE_MODE": True, "Router": {"default": "open,gpt-4o"},
            "Providers": [{"name": "open", "api_base_url": base + "chat/completions", "api_key": npm.PROVIDER_KEY,
                           "models": ["gpt-4o"]},
                          {"name": "plain", "api_base_url": base + "messages", "api_key": npm.PROVIDER_KEY,
                           "models": ["claude-sonnet-4-5"], "transformer": {"use": ["Anthropic"]}}]}))
        binaries = npm.PREFIX / "node_modules" / ".bin"
        process = subprocess.Popen([str(binaries / "ccr"), "start"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                                   stdin=subprocess.DEVNULL, start_new_session=True,
                                   env={"PATH": f"{binaries}:{os.environ['PATH']}", "HOME": str(self.router)})
        self.addCleanup(process.wait)
        self.addCleanup(self.kill_home, self.router)
        npm.until(self.healthy)
        self.transcript = self.folder / "projects" / "p" / "s1.jsonl"
        self.transcript.parent.mkdir(parents=True)
        self.transcript.write_text("")

    def healthy(self):
        try:
            return npm.ask(self.port, "GET", "/health")[0] == 200
        except OSError:
            return False

    def call(self, stream, model="claude-sonnet-4-5"):
        """Calls as Claude Code does, and writes down what it would."""
        status, answer = npm.ask(self.port, "POST", "/v1/messages", {
            "model": model, "max_tokens": 64, "stream": stream, "metadata": {"user_id": "user_1_session_s1"},
            "messages": [{"role": "user", "content": "hi"}]})
        self.assertEqual(status, 200, answer)
        if stream:
            told = events(answer)
            message = told[0]["message"]
            message["usage"] = next(e for e in told if e["type"] == "message_delta")["usage"]
        else:
            message = answer
        message = {**message, "stop_reason": "end_turn"}
        with self.transcript.open("a") as file:
            file.write(json.dumps({
                "type": "assistant", "uuid": f"u{message['id']}", "sessionId": "s1", "isSidechain": False, "cwd": "/work",
                "timestamp": time.strftime("%Y-%m-%dT%H:%M:%S.000Z", time.gmtime()), "requestId": None,
                "version": "2.1.330", "message": message}) + "\n")
        time.sleep(0.01)  # the router names streamed messages by the millisecond

    def log(self):
        return next((self.router / ".claude-code-router" / "logs").glob("ccr-*.log"))

    def totals(self, *sources):
        report = self.report(*sources)
        return report["totals"]["calls"], report["totals"]["tokens"]["in_total"], report["totals"]["tokens"]["out_total"]

    def test_counted_once(self):
        for i in range(6):
            self.call(stream=i % 2 == 0)
        npm.until(lambda: self.log().read_text().count('"request completed"') >= 6)
        charged = (6, self.provider.total("in"), self.provider.total("out"))
        log, transcripts = f"ccr-log:{self.log()}", f"claude-code:{self.folder / 'projects'}"
        self.assertEqual(self.totals(log), charged)
        self.assertEqual(self.totals(transcripts), charged)
        self.assertEqual(self.totals(log, transcripts), charged)
        self.assertEqual(self.totals(transcripts, log), charged)

    def test_what_is_passed_on_is_told_by_the_caller_alone(self):
        for _ in range(3):
            self.call(False, "plain,claude-sonnet-4-5")
        npm.until(lambda: self.log().read_text().count('"request completed"') >= 3)
        calls, _, out = self.totals(f"ccr-log:{self.log()}", f"claude-code:{self.folder / 'projects'}")
        self.assertEqual((calls, out), (3, self.provider.total("out")))


if __name__ == "__main__":
    npm.CACHE = pathlib.Path(sys.argv[2])
    npm.PREFIX = npm.npm_package("@musistudio/claude-code-router", VERSION, ".bin/ccr")
    support.PROGRAM = os.path.abspath(sys.argv[1])
    unittest.main(module="__main__", argv=[sys.argv[0], *sys.argv[3:]], verbosity=2)
