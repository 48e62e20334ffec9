# SPDX-License-Identifier: GPL-3.0-or-later
"""test_examples.py CTL SOURCE NODE: the wrapper examples as they stand, against the real server and a small local model
provider that counts what it is asked for."""
import http.server
import json
import os
import subprocess
import sys
import threading

import support
from support import document

POLICY = document({
    "budget": {"run_hard": {"usd": 1}},
    "routing": {"default_tier": "mid", "cascade": {"enabled": True, "min_confidence": 0.85},
                "rules": [{"id": "hard", "when": {"task_type": ["plan"]}, "tier": "frontier", "allow_cascade": True},
                          {"id": "easy", "when": {"keywords_any": ["Short"]}, "tier": "cheap"}]}},
    workflows={"w": {"budget": {"periods": [{"window": "day", "hard_usd": 5}]}}})


class Provider(http.server.BaseHTTPRequestHandler):
    """Answers with a low confidence on the first model it is asked for and a high one on others."""
    asked, fail = [], False

    def do_POST(self):  # noqa: N802
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.asked.append(body)
        if Provider.fail:
            self.send_error(500)
            return
        sure = 0.4 if body["model"] == "gpt-4o-mini" else 0.9
        data = json.dumps({"choices": [{"message": {"content": f'{{"confidence": {sure}}}'}}],
                           "usage": {"prompt_tokens": 12, "completion_tokens": 30}}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_):
        pass


class Examples(support.Case):
    def setUp(self):
        super().setUp()
        self.provider = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Provider)
        threading.Thread(target=self.provider.serve_forever, daemon=True).start()
        self.addCleanup(self.provider.server_close)
        self.addCleanup(self.provider.shutdown)

    def example(self, kind, folder, server, *words):
        agents = support.SOURCE / "resources/agents"
        program = [sys.executable, "-B", str(agents / "python/example_openai.py")] if kind == "python" \
            else [support.NODE, str(agents / "node/example.mjs")]
        secret = server.secrets["a1"]
        env = {**os.environ, "FLYBALL_POLICY_URL": server.url, "FLYBALL_POLICY_AGENT": "a1", "FLYBALL_POLICY_TOKEN":
               secret["token"], "FLYBALL_POLICY_KEY": secret["hmac"], "FLYBALL_POLICY_FOLDER": str(folder / "state"),
               "OPENAI_BASE_URL": f"http://127.0.0.1:{self.provider.server_port}/v1", "OPENAI_API_KEY": "none"}
        Provider.asked.clear()
        result = subprocess.run([*program, *words], capture_output=True, text=True, env=env, timeout=60, check=False)
        return json.loads(result.stdout) if result.stdout else {"failed": result.stderr}

    def test_tiers_caps_and_reservations(self):
        for kind, folder in self.each_kind():
            server = self.server(folder, ["a1=w"], POLICY)
            said = self.example(kind, folder, server, "a short question")
            self.assertEqual((said.get("tiers"), said.get("model")), (["cheap"], "openai/gpt-4o-mini"), said)
            self.assertEqual((said["tokens"], said["flyball.policy.revision"]), (42, 1))
            self.assertEqual([(b["model"], b["max_tokens"]) for b in Provider.asked], [("gpt-4o-mini", 800)])
            said = self.example(kind, folder, server, "make a plan", "plan")
            self.assertEqual(said.get("tiers"), ["cheap", "mid"], said)  # cheap was unsure, mid was sure enough
            self.assertEqual(server.money("w")[0], 0)
            Provider.fail = True
            self.addCleanup(setattr, Provider, "fail", False)
            said = self.example(kind, folder, server, "anything")
            self.assertIn("500", said.get("failed", ""), said)
            self.assertEqual(server.money("w")[0], 0)
            Provider.fail = False
            server.push(workflows={"w": {"budget": {"periods": [{"window": "day", "hard_usd": 0.000001}]}}})
            said = self.example(kind, folder, server, "anything")
            self.assertEqual((said.get("denied"), Provider.asked), ("/budget/periods/day", []), said)
            server.kill()
            said = self.example(kind, folder, server, "anything")
            self.assertEqual((said.get("denied"), Provider.asked), ("/budget/periods", []), said)


if __name__ == "__main__":
    support.main(sys.argv)
