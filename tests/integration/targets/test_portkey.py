# SPDX-License-Identifier: GPL-3.0-or-later
"""The config written for Portkey does in the real gateway (1.15.2 from npm) what the policy's rules say."""
import json
import os
import pathlib
import subprocess

import support
from support import PROVIDER_KEY, Case, ask, free_port, until

VERSION = "1.15.2"
START = "@portkey-ai/gateway/build/start-server.js"


def policy(default_tier="mid", **budget):
    return {"schema_version": 1, "policy_id": "portkey", "revision": 1,
            "tiers": [{"id": "cheap", "models": ["openai/m-cheap"]}, {"id": "mid", "models": ["openai/m-mid"]},
                      {"id": "top", "models": ["openai/m-top", "openai/m-other"]}],
            "defaults": {"budget": budget, "routing": {"default_tier": default_tier, "retry": {"max_attempts": 3}, "rules": [
                {"id": "simple", "when": {"task_type": ["classify", "extract"]}, "tier": "cheap"},
                {"id": "long", "when": {"task_type": ["summarize"], "doc_tokens": {"gte": 5000}}, "tier": "top"},
                {"id": "short", "when": {"task_type": ["summarize"]}, "tier": "cheap"},
                {"id": "secure", "when": {"security_sensitive": True}, "tier": "top"},
                {"id": "sure", "when": {"required_confidence_gt": 0.95}, "tier": "top"},
                {"id": "words", "when": {"keywords_any": ["contract"]}, "tier": "top"}]}},
            "workflows": {}}


class Portkey(Case):
    def setUp(self):
        super().setUp()
        self.port = free_port()
        here = pathlib.Path(__file__).parent
        gateway = subprocess.Popen(
            ["node", str(support.PREFIX / "node_modules" / START), "--headless", f"--port={self.port}"], stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL, env=dict(os.environ, NODE_OPTIONS=f"--require {here / 'loopback-only.cjs'}"))
        self.addCleanup(gateway.wait)
        self.addCleanup(gateway.kill)
        self.config = self.folder / "portkey.json"
        login = {"api_key": PROVIDER_KEY, "custom_host": f"http://127.0.0.1:{self.provider.port}/v1"}
        self.config.write_text(json.dumps({"targets": [
            {"name": "cheap", **login}, {"name": "mid", **login},
            {"name": "top", "targets": [{"name": "top-1", **login}, {"name": "top-2", **login}]}]}))
        until(self.alive)

    def alive(self):
        try:
            return ask(self.port, "GET", "/v1/health")[0] > 0
        except OSError:
            return False

    def served(self, **metadata):
        status, body = ask(self.port, "POST", "/v1/chat/completions",
                           {"model": "asked", "messages": [{"role": "user", "content": "x"}]},
                           {"x-portkey-config": json.dumps(json.loads(self.config.read_text())),
                            "x-portkey-metadata": json.dumps(metadata)})
        self.assertEqual(status, 200, body)
        return body["model"]

    def test_rules_in_the_real_gateway(self):
        self.targets({"id": "pk", "kind": "portkey", "path": str(self.config), "url": f"http://127.0.0.1:{self.port}",
                      "probe": True})
        pushed = self.push(policy(call_max_output_tokens=150))
        self.assertEqual(self.state(pushed, "pk"), "verified", pushed)
        for metadata, model in (({}, "m-mid"), ({"task_type": "classify"}, "m-cheap"), ({"task_type": "chat"}, "m-mid"),
                                ({"task_type": "summarize", "doc_tokens": 5000}, "m-top"),
                                ({"task_type": "summarize", "doc_tokens": 4999}, "m-cheap"),
                                ({"security_sensitive": True}, "m-top"), ({"security_sensitive": "true"}, "m-top"),
                                ({"security_sensitive": False}, "m-mid"), ({"required_confidence": 0.96}, "m-top"),
                                ({"required_confidence": 0.95}, "m-mid")):
            self.assertEqual(self.served(**metadata), model, metadata)
            self.assertEqual(self.provider.asked[-1]["max_tokens"], 150)
        receipts = {r["path"]: r["result"] for r in self.target(pushed, "pk")["receipts"]}
        self.assertEqual(receipts["/routing/rules/simple"], "applied")
        self.assertEqual(receipts["/routing/rules/words"], "unsupported")
        self.assertEqual(receipts["/budget/call_max_output_tokens"], "applied")
        pushed = self.push(policy("cheap"))
        self.assertEqual(self.state(pushed, "pk"), "verified", pushed)
        self.assertEqual(self.served(), "m-cheap")
        self.assertNotIn("max_tokens", self.provider.asked[-1])
        self.secrets_stay_out()

    def test_without_a_probe_nothing_is_claimed(self):
        self.targets({"id": "pk", "kind": "portkey", "path": str(self.config)})
        before = json.loads(self.config.read_text())
        self.assertEqual(self.state(self.push(policy()), "pk"), "saved")
        self.assertEqual(self.state(self.ctl("targets", "verify"), "pk"), "saved")
        self.ctl("targets", "release", "pk")
        self.assertEqual(json.loads(self.config.read_text()), before, "keys and hosts stay as they were")

    def test_a_gateway_that_refuses(self):
        # The provider's key is not the gateway's: a bad host in the config fails the probe, and nothing is verified.
        content = json.loads(self.config.read_text())
        content["targets"][1]["custom_host"] = "http://127.0.0.1:1/v1"
        self.config.write_text(json.dumps(content))
        self.targets({"id": "pk", "kind": "portkey", "path": str(self.config), "url": f"http://127.0.0.1:{self.port}",
                      "probe": True})
        document = policy()
        del document["defaults"]["routing"]["retry"]
        self.assertEqual(self.state(self.push(document), "pk"), "applied")


if __name__ == "__main__":
    support.main("@portkey-ai/gateway", VERSION, START)
