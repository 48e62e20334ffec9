# SPDX-License-Identifier: GPL-3.0-or-later
"""claude-code-router 2.0.0 from npm: a tier is pushed, verified by a call, edited by hand, restored, rolled back."""
import json
import os
import subprocess

import support
from support import OPERATOR_KEY, PROVIDER_KEY, Case, ask, free_port, until

VERSION = "2.0.0"
MODELS = {"openai/gpt-4o-mini": "fake,fake-cheap", "openai/gpt-4o": "fake,fake-mid",
          "anthropic/claude-opus-4-6": "fake,fake-frontier"}


def policy(default_tier, **routing):
    return {"schema_version": 1, "policy_id": "ccr", "revision": 1,
            "tiers": [{"id": "cheap", "models": ["openai/gpt-4o-mini"]}, {"id": "mid", "models": ["openai/gpt-4o"]},
                      {"id": "frontier", "models": ["anthropic/claude-opus-4-6", "openai/gpt-4o"]}],
            "defaults": {"budget": {"run_hard": {"usd": 5}, "on_hard": "abort"},
                         "routing": {"default_tier": default_tier, **routing}}, "workflows": {}}


class Router(Case):
    def setUp(self):
        super().setUp()
        self.bin = support.PREFIX / "node_modules" / ".bin"
        self.home = self.folder / "router"
        self.port = free_port()
        self.config = self.home / ".claude-code-router" / "config.json"
        self.config.parent.mkdir(parents=True)
        self.config.write_text(json.dumps({
            "LOG": False, "HOST": "127.0.0.1", "PORT": self.port, "APIKEY": OPERATOR_KEY, "NON_INTERACTIVE_MODE": True,
            "x-kept": {"by": ["hand", 1.50]},
            "Providers": [{"name": "fake", "api_base_url": f"http://127.0.0.1:{self.provider.port}/v1/chat/completions",
                           "api_key": PROVIDER_KEY, "models": ["fake-cheap", "fake-mid", "fake-frontier"]}],
            "Router": {"default": "fake,fake-frontier", "think": "fake,fake-frontier", "webSearch": "fake,fake-mid"}}))
        self.started = []
        self.addCleanup(lambda: [process.wait() for process in self.started])
        self.addCleanup(self.kill_home, self.home)
        self.configure()

    def configure(self, **more):
        self.targets({"id": "ccr", "kind": "claude-code-router", "url": f"http://127.0.0.1:{self.port}",
                      "secret": "env:OPERATOR_KEY", "models": MODELS, "probe": "claude-sonnet-4-5", **more})

    def start(self, path=None):
        env = {"PATH": path or f"{self.bin}:/usr/bin:/bin", "HOME": str(self.home)}
        self.started.append(subprocess.Popen(
            [str(self.bin / "ccr"), "start"], env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            stdin=subprocess.DEVNULL, start_new_session=True))
        until(self.healthy)

    def healthy(self):
        try:
            return ask(self.port, "GET", "/health")[0] == 200
        except OSError:
            return False

    def served(self):
        status, body = ask(self.port, "POST", "/v1/messages",
                           {"model": "claude-sonnet-4-5", "max_tokens": 16, "messages": [{"role": "user", "content": "ping"}]},
                           {"x-api-key": OPERATOR_KEY})
        self.assertEqual(status, 200, body)
        return body["model"]

    def stored(self):
        return json.loads(self.config.read_text())

    def test_push_verify_drift_restore_rollback(self):
        self.start()
        self.assertEqual(self.served(), "fake-frontier")
        before = self.stored()
        pushed = self.push(policy("mid"))
        self.assertEqual(self.state(pushed, "ccr"), "verified", pushed)
        self.assertEqual(self.served(), "fake-mid")
        kept = self.stored()
        self.assertEqual(kept["Router"]["default"], "fake,fake-mid")
        kept["Router"]["default"] = before["Router"]["default"]
        self.assertEqual(kept, before, "all else in the file is kept")
        receipts = {r["path"]: r["result"] for r in self.target(pushed, "ccr")["receipts"]}
        self.assertEqual(receipts["/routing/default_tier"], "applied")
        self.assertEqual(receipts["/budget/run_hard/usd"], "unsupported")

        planned = {"planner_executor": {"planner_tier": "mid", "executor_tier": "cheap"}}
        pushed = self.push(policy("cheap", **planned))
        self.assertEqual(self.state(pushed, "ccr"), "verified", pushed)
        self.assertEqual(self.served(), "fake-cheap")
        self.assertEqual(self.stored()["Router"], {"default": "fake,fake-cheap", "think": "fake,fake-mid",
                                                   "background": "fake,fake-cheap", "webSearch": "fake,fake-mid"})

        edited = self.stored()
        edited["Router"]["default"] = "fake,fake-frontier"
        self.config.write_text(json.dumps(edited))
        drifted = self.ctl("targets", "verify", "ccr", expect=3)
        self.assertEqual(self.state(drifted, "ccr"), "drifted")
        self.assertIn("/Router/default", self.target(drifted, "ccr")["detail"])
        self.assertEqual(self.state(self.ctl("status"), "ccr"), "drifted")
        self.assertEqual(self.state(self.ctl("targets", "push", expect=3), "ccr"), "drifted", "nothing is written over it")
        self.assertEqual(self.stored()["Router"]["default"], "fake,fake-frontier")

        restored = self.ctl("targets", "restore", "ccr")
        self.assertEqual(self.state(restored, "ccr"), "verified", restored)
        self.assertEqual(self.served(), "fake-cheap")

        back = self.ctl("rollback", "1")
        self.assertEqual(self.state(back, "ccr"), "verified", back)
        self.assertEqual(self.served(), "fake-mid")
        self.assertEqual(self.stored()["Router"], dict(before["Router"], default="fake,fake-mid"),
                         "what the older revision does not set is as it was found")

        self.ctl("targets", "release", "ccr")
        self.assertEqual(self.stored(), before)
        until(self.healthy)
        self.assertEqual(self.served(), "fake-frontier")
        self.secrets_stay_out()

    def test_a_running_server_pushes(self):
        self.start()
        server = subprocess.Popen([support.PROGRAM, "policy", "serve"], env=self.environment(), stdout=subprocess.PIPE)
        self.addCleanup(server.stdout.close)
        self.addCleanup(server.wait)
        self.addCleanup(server.kill)
        server.stdout.readline()
        pushed = self.push(policy("cheap"))
        self.assertEqual(self.state(pushed, "ccr"), "verified", pushed)
        self.assertEqual(self.served(), "fake-cheap")
        # The server holds the store, so it carries these out.
        self.assertEqual(self.state(self.ctl("targets", "verify"), "ccr"), "verified")
        edited = self.stored()
        edited["Router"]["default"] = "fake,fake-frontier"
        self.config.write_text(json.dumps(edited))
        self.assertEqual(self.state(self.ctl("targets", "verify", expect=3), "ccr"), "drifted")
        self.assertEqual(self.state(self.ctl("targets", "restore", "ccr"), "ccr"), "verified")
        self.assertEqual(self.served(), "fake-cheap")
        server.terminate()
        self.assertEqual(server.wait(20), 0)
        self.assertEqual(self.state(self.ctl("targets", "verify"), "ccr"), "verified")

    def test_restart_that_never_happens(self):
        # The router starts `ccr` from its PATH, answers "success" all the same, and goes on with the old config.
        node = self.folder / "only-node"
        node.mkdir()
        (node / "node").symlink_to(os.path.realpath(support.shutil.which("node")))
        self.start(path=f"{node}:/usr/bin:/bin")
        pushed = self.push(policy("cheap"))
        self.assertEqual(self.state(pushed, "ccr"), "saved", pushed)
        self.assertEqual(self.served(), "fake-frontier")
        self.assertEqual(self.state(self.ctl("targets", "verify"), "ccr"), "saved", "a re-read proves nothing here")

    def test_refusals_and_nobody(self):
        nobody = self.push(policy("mid"), 3)
        self.assertEqual(self.state(nobody, "ccr"), "unreachable")
        self.start()
        before = self.config.read_bytes()
        self.configure(models={"openai/gpt-4o": "fake,fake-unknown"})
        self.assertEqual(self.state(self.ctl("targets", "push", expect=3), "ccr"), "rejected")
        self.configure(secret="env:NO_SUCH_KEY")
        self.assertEqual(self.state(self.ctl("targets", "push", expect=3), "ccr"), "rejected")
        self.configure(models={})
        tried = self.target(self.ctl("targets", "test"), "ccr")
        self.assertTrue(tried["reached"], tried)
        self.assertIn("/Router/default", tried["would_change"][0])
        self.assertEqual(self.config.read_bytes(), before, "nothing of all this was written")
        self.secrets_stay_out()


if __name__ == "__main__":
    support.main("@musistudio/claude-code-router", VERSION, ".bin/ccr")
