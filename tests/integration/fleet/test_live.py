# SPDX-License-Identifier: GPL-3.0-or-later
"""Revisions that arrive while the fleet works, and caps of windows that the server holds."""
import datetime
import time

from fleet import WORKFLOWS, FleetCase, document, main, per_revision, pico

SPEED = 120


class Live(FleetCase):
    def test_a_pushed_cap_lowers_the_spend_of_the_next_minutes_and_rollback_restores_it(self):
        self.serve(document({"support_triage": {"budget": {"run_hard": {"usd": 5}}}}))
        cap = 0.08
        process = self.begin("run", "--seed", 3, "--speed", SPEED, "--rate", 4, "--policy-wait", "5s", "--scenario", "calm")
        self.await_all()
        began = time.time()
        time.sleep(5)
        self.push(document({"support_triage": {"budget": {"run_hard": {"usd": cap}}}}))
        self.await_all()
        lowered = time.time()
        time.sleep(5)
        self.ctl("rollback", "1", "--comment", "back")
        self.await_all()
        restored = time.time()
        time.sleep(5)
        ended = time.time()
        self.end(process)
        truth = self.truth("run")
        one, two, three = (per_revision(truth, "support_triage")[revision] for revision in (1, 2, 3))
        self.assertGreater(pico(one["dearest_run"]), cap * 10**12)
        self.assertLessEqual(pico(two["dearest_run"]), cap * 10**12)
        self.assertGreater(two["capped"], 0)
        self.assertGreater(pico(three["dearest_run"]), cap * 10**12)
        # Virtual minutes between the pushes, with one minute of runs under way left out at each end.
        end = datetime.datetime.fromisoformat(truth["ended"].replace("Z", "+00:00")).timestamp()
        minute = {}
        for row in truth["by_workflow_minute"]:
            if row["workflow"] == "support_triage":
                at = datetime.datetime.fromisoformat(row["minute"].replace("Z", "+00:00")).timestamp()
                minute[at] = pico(row)
        def spend(start, stop):
            times = [end + (t - ended) * SPEED for t in (start, stop)]
            chosen = [minute.get(at, 0) for at in range(int(times[0] // 60 + 2) * 60, int(times[1] - 90), 60)]
            self.assertGreater(len(chosen), 4)
            return sum(chosen) / len(chosen)
        before, during, after = spend(began, lowered), spend(lowered, restored), spend(restored, ended)
        self.assertLess(during, 0.9 * before)
        self.assertLess(during, 0.9 * after)

    def test_the_first_policy_ever_takes_over_from_the_fleets_own_routing(self):
        self.serve()
        process = self.begin("run", "--seed", 3, "--speed", 60, "--rate", 4, "--history", "20m")
        self.await_all("pending")
        time.sleep(2)
        self.push(document(defaults={"budget": {"run_hard": {"usd": 5}}, "routing": {"default_tier": "cheap"}}))
        self.await_all()
        time.sleep(3)
        self.end(process)
        calls = [(int(s["startTimeUnixNano"]), a.get("flyball.policy.revision"), a["flyball.tier"])
                 for s, a in self.spans("run") if "flyball.step" in a]
        before, after = [c for c in calls if c[1] is None], [c for c in calls if c[1] == "1"]
        self.assertEqual(len(before) + len(after), len(calls))
        self.assertGreater(min(len(before), len(after)), 50)
        self.assertLess(max(c[0] for c in before), min(c[0] for c in after))
        self.assertEqual({c[2] for c in before}, {"cheap", "mid", "frontier"})
        self.assertEqual({c[2] for c in after}, {"cheap"})

    def test_a_day_cap_held_by_the_server_is_never_passed_and_all_leases_come_back(self):
        cap = 0.5
        caps = {"invoice_extract": {"budget": {"periods": [{"window": "day", "soft_usd": 0.3, "hard_usd": cap}],
                                               "on_soft": ["halve_output"], "on_hard": "abort"}}}
        self.serve(document(caps, fleet={"periods": [{"window": "month", "hard_usd": 1000}]}))
        truth = self.simulate("run", "--seed", 9, "--speed", 0, "--for", "12m", "--drain", "--rate", 1.5, "--workflows", 5)
        spent = pico(truth["by_workflow"]["invoice_extract"])
        self.assertLessEqual(spent, cap * 10**12)
        self.assertGreater(spent, 0.8 * cap * 10**12)
        self.assertGreater(truth["runs"]["invoice_extract"]["capped"], 10)
        settled, held = self.spend("invoice_extract")
        self.assertEqual(held, 0)
        # Each settlement is rounded up to a whole nano-USD.
        calls = truth["by_workflow"]["invoice_extract"]["calls"]
        self.assertTrue(0 <= settled * 1000 - spent <= calls * 1000, (settled, spent, calls))
        crossed = {(c["workflow"], c["window"], c["cap"]) for c in self.status()["crossings"]}
        self.assertEqual(crossed, {("invoice_extract", "day", "soft"), ("invoice_extract", "day", "hard")})
        month, held = self.spend("", "month")
        self.assertEqual(held, 0)
        total = sum(pico(truth["by_workflow"][w]) for w in WORKFLOWS[:5])
        self.assertTrue(0 <= month * 1000 - total <= truth["totals"]["calls"] * 1000)

    def test_a_cut_off_fleet_gives_its_leases_back(self):
        self.serve(document(defaults={"budget": {"periods": [{"window": "day", "hard_usd": 100}]}}))
        process = self.begin("run", "--seed", 9, "--speed", 20, "--rate", 6)
        self.await_all()
        until = time.monotonic() + 10
        while self.spend("", "day")[1] == 0:
            self.assertLess(time.monotonic(), until)
            time.sleep(0.05)
        self.end(process)
        self.assertEqual(self.spend("", "day")[1], 0)

    def test_a_hard_window_without_its_server_denies_and_a_soft_one_does_not(self):
        for name, caps, denied in (("hard", {"hard_usd": 100}, True), ("soft", {"soft_usd": 100}, False)):
            with self.subTest(name):
                self.setUp()
                kept = self.folder / "kept"
                kept.mkdir()
                self.serve(document(defaults={"budget": {"periods": [{"window": "day", **caps}]}}))
                hour = ("--seed", 9, "--speed", 0, "--for", "4m", "--policy-folder", str(kept))
                self.assertGreater(self.simulate("online", *hour)["totals"]["calls"], 60)
                self.kill()
                calls = self.simulate("offline", *hour)["totals"]["calls"]
                self.assertEqual(calls == 0, denied, calls)


if __name__ == "__main__":
    main()
