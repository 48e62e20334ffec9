# SPDX-License-Identifier: GPL-3.0-or-later
"""Targets that are files: Claude Code's settings and hook, Codex' config.toml, an Envoy route for review."""
import json
import os
import subprocess
import sys
import tomllib

import support
from support import Case


def policy(**body):
    return {"schema_version": 1, "policy_id": "files", "revision": 1,
            "tiers": [{"id": "cheap", "models": ["anthropic/claude-haiku-4-5"]},
                      {"id": "mid", "models": ["openai/gpt-5", "anthropic/claude-opus-4-6"]},
                      {"id": "top", "models": ["anthropic/claude-opus-4-6"]}],
            "defaults": {"routing": {"default_tier": "top"}, **body}, "workflows": {}}


class Claude(Case):
    def setUp(self):
        super().setUp()
        self.settings = self.folder / "claude" / "settings.json"
        self.hook = self.folder / "claude" / "guard.py"
        self.settings.parent.mkdir()
        self.targets({"id": "cc", "kind": "claude-code", "path": str(self.settings), "hook": str(self.hook)})

    def use(self, transcript=None, tool="Bash", command="ls", session="s1"):
        path = self.folder / "transcript.jsonl"
        path.write_text("\n".join(json.dumps(line) for line in transcript or []))
        done = subprocess.run([sys.executable, str(self.hook)], capture_output=True, timeout=20, input=json.dumps(
            {"session_id": session, "transcript_path": str(path), "hook_event_name": "PreToolUse", "tool_name": tool,
             "tool_input": {"command": command}}).encode())
        self.assertEqual(done.returncode, 0, done.stderr)
        return json.loads(done.stdout or b"{}")

    def denied(self, answer):
        return answer.get("hookSpecificOutput", {}).get("permissionDecision") == "deny"

    def test_settings(self):
        found = {"model": "mine", "permissions": {"deny": ["Read(./.env)"]}, "env": {"MY_OWN": "1"},
                 "hooks": {"PreToolUse": [{"matcher": "Bash", "hooks": [{"type": "command", "command": "mine.sh"}]}]}}
        real = self.folder / "dotfiles.json"
        real.write_text(json.dumps(found))
        real.chmod(0o644)
        self.settings.symlink_to(real)
        pushed = self.push(policy(budget={"max_iterations": 5, "call_max_output_tokens": 900, "run_hard": {"usd": 2},
                                          "on_hard": "abort"},
                                  output={"reasoning_effort": "xhigh"}, context={"compress_above_tokens": 100000}))
        self.assertEqual(self.state(pushed, "cc"), "applied")
        now = json.loads(self.settings.read_text())
        self.assertTrue(self.settings.is_symlink(), "a link stays a link")
        self.assertEqual(real.stat().st_mode & 0o777, 0o644)
        self.assertEqual(now["model"], "claude-opus-4-6")
        self.assertEqual(now["env"], {"MY_OWN": "1", "CLAUDE_CODE_MAX_OUTPUT_TOKENS": "900",
                                      "CLAUDE_AUTOCOMPACT_PCT_OVERRIDE": "50"})
        self.assertEqual(now["effortLevel"], "high")
        self.assertEqual(now["permissions"], found["permissions"])
        self.assertEqual(now["hooks"]["PreToolUse"][0], found["hooks"]["PreToolUse"][0])
        self.assertIn(str(self.hook), now["hooks"]["PreToolUse"][1]["hooks"][0]["command"])
        receipts = {r["path"]: r["result"] for r in self.target(pushed, "cc")["receipts"]}
        self.assertEqual(receipts["/budget/run_hard/usd"], "unsupported")
        self.assertEqual(receipts["/output/reasoning_effort"], "approximated")
        self.assertEqual(receipts["/budget/max_iterations"], "approximated")
        self.assertEqual(receipts["/routing/default_tier"], "applied")

        now["env"]["CLAUDE_CODE_MAX_OUTPUT_TOKENS"] = "64000"
        real.write_text(json.dumps(now))
        self.assertEqual(self.state(self.ctl("targets", "verify", expect=3), "cc"), "drifted")
        self.assertEqual(self.state(self.push(policy(), 3), "cc"), "drifted", "nothing is written over it")
        self.assertEqual(json.loads(real.read_text()), now)
        self.assertEqual(self.state(self.ctl("targets", "restore", "cc"), "cc"), "applied")
        kept = dict(found, model="claude-opus-4-6")
        self.assertEqual(json.loads(real.read_text()), kept, "what the newer policy does not set is as it was found")
        self.assertFalse(self.hook.exists())
        self.ctl("targets", "release", "cc")
        self.assertEqual(json.loads(real.read_text()), found)

    def test_nothing_there_before(self):
        pushed = self.push(policy(tools={"max_calls_per_run": 3}))
        self.assertEqual(self.state(pushed, "cc"), "applied")
        self.assertEqual(self.settings.stat().st_mode & 0o777, 0o600)
        self.ctl("targets", "release", "cc")
        self.assertFalse(self.settings.exists())
        self.assertFalse(self.hook.exists())

    def test_broken_settings_are_left_alone(self):
        self.settings.write_text("{ // comment\n}")
        self.assertEqual(self.state(self.push(policy(), 3), "cc"), "rejected")
        self.assertEqual(self.settings.read_text(), "{ // comment\n}")

    def test_the_hook_holds_the_limits(self):
        self.push(policy(budget={"max_iterations": 3, "run_hard": {"tokens": 1000}, "on_hard": "abort"},
                         tools={"max_calls_per_run": 6}, circuit_breaker={"same_call_limit": 3}))
        answer = lambda name, tokens: {"message": {"id": name, "usage": {"input_tokens": tokens, "output_tokens": 10}}}  # noqa: E731
        self.assertFalse(self.denied(self.use([answer("m1", 100), answer("m1", 100)])))
        tokens = self.use([answer("m1", 500), answer("m2", 480)], session="tokens")
        self.assertTrue(self.denied(tokens))
        self.assertIs(tokens["continue"], False)
        self.assertTrue(self.denied(self.use([answer(f"m{i}", 1) for i in range(3)], session="answers")))
        self.assertFalse(self.denied(self.use([answer(f"m{i}", 1) for i in range(2)], session="answers2")))
        same = [self.denied(self.use(command="make", session="loop")) for _ in range(4)]
        self.assertEqual(same, [False, False, True, True])
        self.assertFalse(self.denied(self.use(command="other", session="loop")))
        many = [self.denied(self.use(command=str(i), session="many")) for i in range(8)]
        self.assertEqual(many, [False] * 6 + [True] * 2)
        (self.hook.parent / "guard.json").unlink()
        done = subprocess.run([sys.executable, str(self.hook)], input=b"{}", capture_output=True)
        self.assertEqual(done.returncode, 2, "without its limits it lets nothing pass")


class Codex(Case):
    TEXT = "# mine\nmodel = \"o3\"   # fast one\napproval_policy = \"never\"\n\n[mcp_servers.x]\ncommand = \"y\" # keep\n"

    def setUp(self):
        super().setUp()
        self.config = self.folder / "config.toml"
        self.config.write_text(self.TEXT)
        self.targets({"id": "codex", "kind": "codex", "path": str(self.config), "scope": {"workflow": "coding"}})

    def test_push_drift_release(self):
        document = policy(budget={"call_max_output_tokens": 800}, output={"reasoning_effort": "low"})
        document["workflows"]["coding"] = {"routing": {"default_tier": "mid"}, "context": {"compress_above_tokens": 90000}}
        pushed = self.push(document)
        self.assertEqual(self.state(pushed, "codex"), "applied", pushed)
        text = self.config.read_text()
        self.assertIn("# mine\nmodel = \"gpt-5\"   # fast one\n", text)
        self.assertIn("command = \"y\" # keep", text)
        self.assertEqual(tomllib.loads(text), {"model": "gpt-5", "approval_policy": "never", "model_max_output_tokens": 800,
                                               "model_reasoning_effort": "low", "model_auto_compact_token_limit": 90000,
                                               "mcp_servers": {"x": {"command": "y"}}})
        self.config.write_text(text.replace("gpt-5", "gpt-4o"))
        self.assertEqual(self.state(self.ctl("targets", "verify", expect=3), "codex"), "drifted")
        self.assertEqual(self.state(self.ctl("targets", "restore", "codex"), "codex"), "applied")
        self.assertEqual(self.config.read_text(), text)
        self.ctl("targets", "release", "codex")
        self.assertEqual(self.config.read_text(), self.TEXT)

    def test_a_model_it_cannot_have(self):
        pushed = self.push(policy(budget={"call_max_output_tokens": 800}))
        receipts = {r["path"]: r["result"] for r in self.target(pushed, "codex")["receipts"]}
        self.assertEqual(receipts["/routing/default_tier"], "unsupported")
        self.assertEqual(tomllib.loads(self.config.read_text())["model"], "o3")

    def test_later_looks_verify(self):
        self.push(policy(budget={"call_max_output_tokens": 800}))
        memory = self.data / "targets-state.json"
        state = json.loads(memory.read_text())
        state["codex"]["pushed_at_ns"] -= 151_000_000_000
        memory.write_text(json.dumps(state))
        self.assertEqual(self.state(self.ctl("targets", "verify"), "codex"), "verified")
        self.assertEqual(self.state(self.ctl("status"), "codex"), "verified")
        os.chmod(memory, 0o644)
        self.assertEqual(subprocess.run([support.PROGRAM, "policy", "targets"], env=self.environment(),
                                        capture_output=True).returncode, 2, "a memory others may write is not believed")


class Envoy(Case):
    def test_for_review_only(self):
        path = self.folder / "route.yaml"
        self.targets({"id": "envoy", "kind": "envoy", "path": str(path), "gateway": "ai",
                      "backends": {"openai": "openai-backend", "anthropic": "claude-backend"}})
        pushed = self.push(policy(budget={"call_max_output_tokens": 300}))
        self.assertEqual(self.state(pushed, "envoy"), "saved")
        self.assertEqual(self.state(self.ctl("targets", "verify"), "envoy"), "saved")
        text = path.read_text()
        for line in ("kind: AIGatewayRoute", "value: \"mid\"", "modelNameOverride: \"gpt-5\"", "name: \"claude-backend\"",
                     "priority: 1", "path: max_tokens"):
            self.assertIn(line, text)
        path.write_text(text + "# edited\n")
        self.assertEqual(self.state(self.ctl("targets", "verify", expect=3), "envoy"), "drifted")


if __name__ == "__main__":
    support.main()
