# SPDX-License-Identifier: GPL-3.0-or-later
"""What each further part of a policy does to the fleet, against the same time without it."""
from fleet import FleetCase, document, main, per_revision, pico

SPAN = ("--seed", 4, "--speed", 0, "--for", "40m", "--drain")


class Knobs(FleetCase):
    def under(self, workflow, body, name="run", **more):
        """The truth and the calls of a workflow in that time, under a policy for it alone."""
        policy = document({workflow: body}, **more)
        if self.server:
            self.push(policy)
        else:
            self.serve(policy, agents=[f"{workflow}={workflow}"])
        truth = self.simulate(name, *SPAN)
        spans = [a for _, a in self.spans(name)]
        runs = {a["gen_ai.conversation.id"] for a in spans if a.get("flyball.workflow") == workflow}
        calls = [a for a in spans if "flyball.step" in a and a["gen_ai.conversation.id"] in runs]
        self.assertGreater(len(calls), 50)
        self.assertEqual({a["flyball.policy.revision"] for a in calls}, {str(self.status()["revision"])})
        return truth, calls

    def test_a_cascade_climbs_while_confidence_is_missing_or_low(self):
        rules = [{"id": "hard", "when": {"task_type": ["write"]}, "tier": "frontier", "allow_cascade": True},
                 {"id": "sorting", "when": {"task_type": ["classify"]}, "tier": "mid", "allow_cascade": True}]
        cascade = {"enabled": True, "min_confidence": 0.85, "missing_confidence": 0.75}
        _, calls = self.under("support_triage", {"routing": {"rules": rules, "cascade": cascade}})
        tiers = {t: [a for a in calls if a["flyball.task_type"] == "write" and a["flyball.tier"] == t and "error.type" not in a]
                 for t in ("cheap", "mid", "frontier")}
        self.assertEqual({a["flyball.routing"] for a in tiers["cheap"]}, {"cascade"})
        self.assertEqual({a["flyball.routing"] for a in tiers["mid"] + tiers["frontier"]}, {"escalated"})
        self.assertEqual(len(tiers["cheap"]), len(tiers["mid"]))  # nothing states how sure it is: every answer goes up
        self.assertEqual(len(tiers["mid"]), len(tiers["frontier"]))
        sure = [a for a in calls if a["flyball.task_type"] == "classify" and "error.type" not in a]
        low = [a for a in sure if a["flyball.tier"] == "cheap" and float(a["flyball.confidence"]) < 0.85]
        self.assertEqual(len([a for a in sure if a["flyball.tier"] == "mid"]), len(low))
        self.assertGreater(len(low), 20)
        cascade["max_escalations"] = 1
        _, calls = self.under("support_triage", {"routing": {"rules": rules, "cascade": cascade}}, "shorter")
        self.assertEqual({a["flyball.tier"] for a in calls if a["flyball.task_type"] == "write"}, {"cheap", "frontier"})

    def test_soft_caps_downgrade_and_halve(self):
        routing = {"default_tier": "frontier"}
        plain, _ = self.under("doc_enrichment", {"routing": routing}, "plain")
        soft, calls = self.under("doc_enrichment", {"routing": routing, "budget": {
            "run_soft": {"tokens": 4000}, "call_max_output_tokens": 200, "on_soft": ["downgrade_tier", "halve_output"]}}, "soft")
        for call in calls:
            down = call["flyball.routing"] == "downgraded"
            self.assertEqual((call["flyball.tier"], call["gen_ai.request.max_tokens"]), ("mid", "100") if down else ("frontier", "200"))
        self.assertGreater(sum(a["flyball.routing"] == "downgraded" for a in calls), 100)
        self.assertLess(pico(soft["by_workflow"]["doc_enrichment"]), pico(plain["by_workflow"]["doc_enrichment"]))

    def test_prompt_caching_is_switched_and_repaired(self):
        def tokens(truth):
            return truth["by_workflow"]["invoice_extract"]["tokens"]
        plain, _ = self.under("invoice_extract", {"enabled": True}, "plain")
        off, _ = self.under("invoice_extract", {"prompt_cache": {"enabled": False}}, "off")
        self.assertEqual((tokens(off)["cache_read"], tokens(off)["cache_write_untyped"]), (0, 0))
        self.assertGreater(tokens(plain)["cache_write_untyped"], 0)
        # The prompt begins with the time of day since the incident before the start: nothing is ever read from the cache.
        fixed, _ = self.under("invoice_extract", {"prompt_cache": {"enabled": True, "static_first": True}}, "fixed")
        self.assertGreater(tokens(fixed)["cache_read"], 1.5 * tokens(plain)["cache_read"])

    def test_context_is_cut_or_summed_up(self):
        def longest(calls):
            return max(int(a.get("gen_ai.usage.input_tokens", 0)) for a in calls if a["flyball.step"] == "search_web")
        _, plain = self.under("research_agent", {"enabled": True}, "plain")
        context = {"strategy": "window", "keep_last_turns": 1, "compress_above_tokens": 9000}
        _, cut = self.under("research_agent", {"context": context}, "window")
        self.assertLess(longest(cut), 0.7 * longest(plain))
        _, summed = self.under("research_agent", {"context": {**context, "strategy": "summarize", "summary_max_tokens": 200}}, "sum")
        summaries = [a for a in summed if a["flyball.step"] == "summarize_context"]
        self.assertGreater(len(summaries), 10)
        self.assertLessEqual(max(int(a.get("gen_ai.usage.output_tokens", 0)) for a in summaries), 200)
        self.assertLess(longest(summed), 0.7 * longest(plain))

    def test_the_breaker_ends_loops(self):
        plain, _ = self.under("research_agent", {"enabled": True}, "plain")
        self.assertGreater(max(loop["repeats"] for loop in plain["loops"]), 8)
        broken, _ = self.under("research_agent", {"circuit_breaker": {"enabled": True, "same_call_limit": 3, "action": "abort"}}, "on")
        self.assertEqual({(loop["repeats"], loop["capped"]) for loop in broken["loops"]}, {(4, True)})
        self.assertEqual(len(broken["loops"]), len(plain["loops"]))
        self.assertLess(pico(broken["by_workflow"]["research_agent"]), pico(plain["by_workflow"]["research_agent"]))
        only_told, _ = self.under("research_agent", {"circuit_breaker": {"enabled": True, "same_call_limit": 3, "action": "alert"}}, "alert")
        self.assertGreater(max(loop["repeats"] for loop in only_told["loops"]), 8)

    def test_a_supervisor_looks_every_other_call_and_stops_what_goes_in_circles(self):
        breaker = {"enabled": True, "same_call_limit": 9, "supervisor_tier": "cheap", "check_every": 2, "action": "abort"}
        truth, calls = self.under("research_agent", {"circuit_breaker": breaker})
        looks = [a for a in calls if a["flyball.step"] == "supervisor"]
        others = len(calls) - len(looks)
        self.assertEqual({(a["flyball.tier"], a["gen_ai.request.model"]) for a in looks}, {("cheap", "gpt-4o-mini")})
        self.assertTrue(0.3 * others < len(looks) <= others / 2, (len(looks), others))
        self.assertGreater(len(truth["loops"]), 0)
        self.assertTrue(all(loop["capped"] and loop["repeats"] <= 5 for loop in truth["loops"]), truth["loops"])

    def test_retries_are_limited_and_escalate(self):
        routing = {"default_tier": "cheap", "retry": {"max_attempts": 1, "backoff_ms": 100}}
        _, once = self.under("support_triage", {"routing": routing}, "once")
        self.assertEqual({a["flyball.routing"] for a in once}, {"default"})
        errors = sum("error.type" in a for a in once)
        self.assertGreater(errors, 3)
        runs = self.truth("once")["runs"]["support_triage"]
        self.assertGreaterEqual(runs["failure"] + runs["timeout"], errors, "a failed request is not sent again")
        routing["retry"] = {"max_attempts": 3, "backoff_ms": 100, "escalate_after": 1}
        truth, again = self.under("support_triage", {"routing": routing}, "again")
        self.assertGreater(truth["retries"], 0)
        self.assertTrue({"mid", "frontier"} <= {a["flyball.tier"] for a in again if a["flyball.routing"] == "escalated"})

    def test_output_and_reasoning_are_shortened(self):
        plain, _ = self.under("kb_indexer", {"routing": {"default_tier": "small"}}, "plain", tiers=[
            {"id": "small", "models": ["openai/gpt-5-mini"]}])
        short, calls = self.under("kb_indexer", {"routing": {"default_tier": "small"}, "output": {
            "mode": "concise", "reasoning_effort": "none", "max_tokens_by_task": {"extract": 150}}}, "short", tiers=[
                {"id": "small", "models": ["openai/gpt-5-mini"]}])
        tokens = short["by_workflow"]["kb_indexer"]["tokens"]
        self.assertGreater(plain["by_workflow"]["kb_indexer"]["tokens"]["out_reasoning"], 0)
        self.assertEqual(tokens["out_reasoning"], 0)
        self.assertLess(tokens["out_text"], 0.8 * plain["by_workflow"]["kb_indexer"]["tokens"]["out_text"])
        extract = [a for a in calls if a["flyball.task_type"] == "extract"]
        self.assertEqual({a["gen_ai.request.max_tokens"] for a in extract}, {"150"})
        self.assertIn("length", str([a.get("gen_ai.response.finish_reasons") for a in extract]))

    def test_overrides_match_segment_and_step_and_tools_are_limited(self):
        body = {"routing": {"default_tier": "mid"}, "tools": {"max_calls_per_run": 0}, "overrides": [
            {"match": {"user_segment": "free"}, "set": {"routing": {"default_tier": "cheap"}}},
            {"match": {"step": "validate"}, "set": {"routing": {"default_tier": "frontier"}}},
            {"match": {"tag": "never"}, "set": {"budget": {"max_iterations": 1}}}]}
        _, calls = self.under("support_triage", body)
        for call in calls:
            wanted = "frontier" if call["flyball.step"] == "validate" else "cheap" if call["flyball.segment"] == "free" else "mid"
            self.assertEqual(call["flyball.tier"], wanted)
        names = {a.get("gen_ai.tool.name") for _, a in self.spans("run") if a.get("gen_ai.operation.name") == "execute_tool"}
        self.assertNotIn("vector_lookup", names)
        self.assertIn("send_reply", names)

    def test_a_disabled_policy_decides_nothing(self):
        truth, _ = self.under("support_triage", {"enabled": False, "budget": {"run_hard": {"tokens": 1}}, "output": {"mode": "concise"},
                                                 "prompt_cache": {"enabled": False}})
        self.assertEqual(per_revision(truth, "support_triage")[1]["capped"], 0)
        plain = self.simulate("plain", *SPAN, policy=False)
        self.assertEqual(truth["by_workflow"], plain["by_workflow"])


if __name__ == "__main__":
    main()
