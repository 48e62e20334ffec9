# SPDX-License-Identifier: GPL-3.0-or-later
"""The simulated fleet obeys what is pushed: the same seed under two policies, compared by the truth file."""
import json
import subprocess

from fleet import FleetCase, document, main, per_revision, pico

HOUR = ("--seed", 11, "--speed", 0, "--for", "1h", "--drain")


class Obeys(FleetCase):
    def test_without_a_policy_the_fleet_does_what_it_always_did(self):
        self.serve()
        plain = self.simulate("plain", *HOUR, policy=False)
        asked = self.simulate("asked", *HOUR)
        self.assertEqual(plain, asked)
        self.assertEqual((self.folder / "plain/traces.jsonl").read_bytes(), (self.folder / "asked/traces.jsonl").read_bytes())

    def test_the_same_policy_gives_the_same_bytes(self):
        self.serve(document(defaults={"budget": {"run_hard": {"usd": 0.2}}}))
        self.simulate("one", *HOUR)
        self.simulate("two", *HOUR)
        self.assertEqual((self.folder / "one/traces.jsonl").read_bytes(), (self.folder / "two/traces.jsonl").read_bytes())

    def test_a_lower_run_cap_caps_the_runs_of_that_workflow_and_rollback_restores(self):
        self.serve(document({"research_agent": {"budget": {"run_hard": {"usd": 5}}}}))
        before = self.simulate("before", *HOUR)
        cap = 0.25
        self.push(document({"research_agent": {"budget": {"run_hard": {"usd": cap}}}}))
        lower = self.simulate("lower", *HOUR)
        one, two = per_revision(before, "research_agent")[1], per_revision(lower, "research_agent")[2]
        self.assertGreater(pico(one["dearest_run"]), cap * 10**12, "the cap would not have been felt")
        loops = sum(loop["capped"] for loop in before["loops"])
        self.assertEqual(one["capped"], loops, "5 USD caps no run; what ended at a cap is a loop at the agent's own limit")
        self.assertLessEqual(pico(two["dearest_run"]), cap * 10**12)
        self.assertGreater(two["capped"], loops)
        self.assertLess(pico(two), pico(one))
        for other in ("support_triage", "invoice_extract"):
            self.assertEqual(pico(per_revision(before, other)[1]), pico(per_revision(lower, other)[2]))
        self.ctl("rollback", "1", "--comment", "back")
        back = self.simulate("back", *HOUR)
        self.assertEqual(pico(per_revision(back, "research_agent")[3]), pico(one))

    def test_extract_goes_to_the_first_model_of_the_cheap_tier(self):
        rules = [{"id": "simple", "when": {"task_type": ["extract"]}, "tier": "cheap"}]
        self.serve(document({"invoice_extract": {"routing": {"rules": rules}}}))
        self.simulate("run", *HOUR)
        calls = [a for _, a in self.spans("run") if a.get("flyball.workflow") == "invoice_extract"
                 and a.get("flyball.task_type") == "extract"]
        self.assertGreater(len(calls), 100)
        self.assertEqual({(a["gen_ai.request.model"], a["flyball.tier"], a["flyball.routing"]) for a in calls},
                         {("gpt-4o-mini", "cheap", "rule")})
        self.assertEqual({a["flyball.policy.revision"] for a in calls}, {"1"})

    def test_secrets_come_by_the_environment_as_well(self):
        line = self.serve(document(defaults={"budget": {"run_hard": {"usd": 0.2}}}))
        by_file = self.simulate("file", *HOUR)
        command = self.command("env", *HOUR)
        at = command.index("--policy-file")
        command[at:at + 2] = ["--policy", line["url"]]
        (self.folder / "env").mkdir()
        several = {"FLYBALL_POLICY_AGENTS": json.dumps(line["agents"])}
        subprocess.run(command, check=True, timeout=120, env={**self.environment(), **several}, stdin=subprocess.DEVNULL)
        self.assertEqual(self.truth("env"), by_file)

    def test_secrets_others_may_read_are_refused(self):
        self.serve(document())
        self.secrets.chmod(0o640)
        (self.folder / "x").mkdir()
        done = subprocess.run(self.command("x", *HOUR), capture_output=True, text=True, timeout=60, check=False)
        self.assertEqual(done.returncode, 2)
        self.assertIn("nobody else may read it", done.stderr)

    def test_no_run_passes_its_token_cap_or_its_number_of_calls(self):
        self.serve(document(defaults={"budget": {"run_hard": {"tokens": 30000}, "max_iterations": 7, "call_max_output_tokens": 400,
                                                 "on_hard": "summarize_and_close"}}))
        self.simulate("run", *HOUR)
        tokens, calls, longest = {}, {}, 0
        for _, a in self.spans("run"):
            if a.get("gen_ai.operation.name") != "chat":
                continue
            run = a["gen_ai.conversation.id"]
            used = int(a.get("gen_ai.usage.total_tokens", 0)) + int(a.get("gen_ai.usage.cache_read.input_tokens", 0)) \
                + int(a.get("gen_ai.usage.cache_creation.input_tokens", 0)) if "gen_ai.usage.total_tokens" in a else \
                int(a.get("gen_ai.usage.input_tokens", 0)) + int(a.get("gen_ai.usage.output_tokens", 0))
            tokens[run] = tokens.get(run, 0) + used
            calls[run] = calls.get(run, 0) + (a["flyball.step"] != "sum_up")
            longest = max(longest, int(a.get("gen_ai.usage.output_tokens", 0)))
        self.assertLessEqual(max(tokens.values()), 30000)
        self.assertGreater(max(tokens.values()), 20000)
        self.assertLessEqual(max(calls.values()), 7)
        self.assertEqual(longest, 400)
        self.assertIn("sum_up", {a.get("flyball.step") for _, a in self.spans("run")})


if __name__ == "__main__":
    main()
