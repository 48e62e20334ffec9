# SPDX-License-Identifier: GPL-3.0-or-later
"""Agents that misbehave, as `flyballctl policy status` shows them; and what holds when the channel is away."""
import json
import time

from fleet import WORKFLOWS, FleetCase, document, main, per_revision, pico

LIVE = ("--seed", 5, "--speed", 120, "--policy-wait", "1s")
ROOMY = {"budget": {"run_hard": {"usd": 5}}}
TIGHT = {"budget": {"run_hard": {"usd": 0.01}}}


class Faults(FleetCase):
    def test_slow_is_pending_until_it_has_taken_the_revision_up(self):
        self.serve(document(defaults=ROOMY))
        self.begin("run", *LIVE, "--fault", "slow:code_review", "--fault-delay", "6s")
        self.await_all()
        began = time.monotonic()
        self.push(document(defaults=TIGHT))
        self.await_state("support_triage", "in_sync", 4)
        self.assertEqual(self.await_state("code_review", "pending", 0.5)["active"], 1)
        self.assertEqual(self.await_state("code_review", "in_sync")["active"], 2)
        self.assertGreater(time.monotonic() - began, 5.9)

    def test_stuck_polls_on_but_is_drifted(self):
        self.serve(document(defaults=ROOMY))
        self.begin("run", *LIVE, "--fault", "stuck:code_review")
        self.await_all()
        self.push(document(defaults=TIGHT))
        drifted = self.await_state("code_review", "drifted")
        self.assertEqual(drifted["active"], 1)
        self.assertEqual(self.await_state("support_triage", "in_sync", 1)["active"], 2)
        self.assertEqual(json.loads(self.ctl("status", "--format", "json").stdout)["targets"][0]["state"], "drifted")

    def test_rogue_acknowledges_and_spends_past_the_cap(self):
        self.serve(document(defaults=TIGHT))
        truth = self.simulate("run", "--seed", 5, "--speed", 0, "--for", "1h", "--drain", "--fault", "rogue:code_review",
                              "--policy-wait", "1s")
        self.assertEqual(self.await_state("code_review", "in_sync", 0.5)["active"], 1)
        cap = 10**10  # 0.01 USD
        self.assertGreater(pico(per_revision(truth, "code_review")[1]["dearest_run"]), cap)
        self.assertEqual(per_revision(truth, "code_review")[1]["capped"], 0)
        for other in WORKFLOWS:
            if other != "code_review":
                self.assertLessEqual(pico(per_revision(truth, other)[1]["dearest_run"]), cap, other)

    def test_crashed_is_silent_and_comes_back_with_the_revision_it_had_stored(self):
        self.serve(document(defaults=ROOMY))
        kept = self.folder / "kept"
        kept.mkdir()
        self.begin("run", *LIVE, "--policy-folder", str(kept), "--fault", "crashed:code_review", "--fault-delay", "13s")
        self.await_state("support_triage", "in_sync")
        before = self.await_state("code_review", "pending", 4)
        self.await_state("code_review", "silent", 13)
        after = self.await_state("code_review", "in_sync", 13)
        self.assertNotEqual(after["instance"], before["instance"])
        self.assertEqual((after["acked"], after["verified"]), ("", True), "what it took up was never acknowledged, its poll told")

    def test_a_policy_for_models_nobody_has_is_rejected_and_the_last_good_one_stays(self):
        self.serve(document(defaults=ROOMY))
        process = self.begin("run", *LIVE)
        self.await_all()
        self.push({**document(defaults={**TIGHT, "routing": {"default_tier": "cheap"}}),
                   "tiers": [{"id": "cheap", "models": ["acme/none-such"]}]})
        refused = self.await_state("invoice_extract", "rejected")
        self.assertEqual(refused["active"], 1)
        self.assertEqual((refused["error"]["code"], refused["error"]["path"]), ("unsupported", "/tiers/0/models"))
        time.sleep(0.5)
        self.end(process)
        self.assertEqual({item["revision"] for item in self.truth("run")["policy"]}, {1})

    def test_without_the_server_the_built_in_caps_hold_or_the_last_good_policy(self):
        self.serve(document(defaults=TIGHT))
        kept = self.folder / "kept"
        kept.mkdir()
        hour = ("--seed", 5, "--speed", 0, "--for", "1h", "--drain", "--policy-folder", str(kept))
        online = self.simulate("online", *hour)
        self.kill()
        offline = self.simulate("offline", *hour)
        self.assertEqual((offline["totals"], offline["policy"]), (online["totals"], online["policy"]))
        for path in kept.iterdir():
            self.assertEqual(path.stat().st_mode & 0o777, 0o600)
            path.write_text(path.read_text().replace("0.01", "9.99"))
        damaged = self.simulate("damaged", *hour)
        self.assertNotIn("policy", damaged, "a forged policy is none")
        calls = {}
        for _, a in self.spans("damaged"):
            if a.get("gen_ai.operation.name") == "chat":
                calls[a["gen_ai.conversation.id"]] = calls.get(a["gen_ai.conversation.id"], 0) + 1
        self.assertLessEqual(max(calls.values()), 25)

    def test_orders_stop_runs_and_pause_workflows(self):
        self.serve(document(defaults=ROOMY))
        process = self.begin("run", "--seed", 5, "--speed", 60, "--policy-wait", "1s", "--rate", 4)
        self.await_all()
        status, _, order = self.op("POST", "/v1/control", {"action": "pause_workflow", "workflow": "invoice_extract"})
        self.assertEqual(status, 200)
        time.sleep(0.5)
        self.await_state("invoice_extract", "in_sync", 1)
        held = len(self.lines("run", "invoice_extract"))
        time.sleep(2)
        self.assertLess(len(self.lines("run", "invoice_extract")) - held, 12, "only what was under way may still end")
        self.op("DELETE", f"/v1/control/{order['id']}")
        time.sleep(2)
        self.assertGreater(len(self.lines("run", "invoice_extract")) - held, 20)
        self.end(process)
        self.assertGreater(self.truth("run")["not_started"]["invoice_extract"], 10)

    def test_a_stopped_run_makes_no_further_call(self):
        self.serve(document(defaults=ROOMY))
        self.begin("run", "--seed", 5, "--speed", 60, "--policy-wait", "1s", "--rate", 4)
        self.await_all()
        until, run = time.monotonic() + 40, None
        while not run:
            self.assertLess(time.monotonic(), until)
            time.sleep(0.1)
            seen = [a["gen_ai.conversation.id"] for a in self.lines("run", "contract_qa")]
            run = next((one for one in reversed(seen) if seen.count(one) == 1), None)  # at its beginning
        self.assertEqual(self.op("POST", "/v1/control", {"action": "stop_run", "run": run})[0], 200)
        ended = []
        while not ended:
            self.assertLess(time.monotonic(), until)
            time.sleep(0.1)
            ended = [a for _, a in self.spans("run") if a.get("gen_ai.conversation.id") == run and "flyball.outcome" in a]
        self.assertEqual(ended[0]["flyball.outcome"], "failure")
        self.await_state("contract_qa", "in_sync", 1)

    def lines(self, name, workflow):
        return [a for _, a in self.spans(name) if a.get("flyball.workflow") == workflow and "flyball.step" in a]


if __name__ == "__main__":
    main()
