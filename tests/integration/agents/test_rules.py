# SPDX-License-Identifier: GPL-3.0-or-later
"""test_rules.py ORACLE SOURCE NODE: the pure half of both clients against the articles' truth tables and against
core/policy itself (policy_oracle) on random policies. NODE may be empty: then its rows are skipped, and said so."""
import json
import os
import pathlib
import random
import subprocess
import sys
import unittest

HERE = pathlib.Path(__file__).resolve().parent
ORACLE, SOURCE, NODE = "", pathlib.Path(), ""
CASES = 20000 if os.environ.get("FLYBALL_LONG") else 3000
EMPTY = {"policy": {}, "tiers": [{"id": t} for t in ("cheap", "mid", "frontier")], "closing": {"tokens": 0, "pico": "0"},
         "used": {"tokens": 0, "pico": "0", "calls": 0, "reserved_tokens": 0, "reserved_pico": "0"},
         "call": {"input_tokens": 0, "max_output_tokens": None, "rates": None, "closing": False},
         "task": {"task_type": "", "doc_tokens": 0, "security_sensitive": False, "multi_step_reasoning": False,
                  "required_confidence": 0, "agent": "", "user_segment": "", "text": "", "role": ""},
         "overrides": [], "scope": {"agent": "bot", "user_segment": "", "step": "", "tags": []},
         "attempts": [], "task_allows": True, "tier": "mid", "failures": 1, "total": 1, "calls": []}


def programs():
    agents = SOURCE / "resources/agents"
    yield "core/policy", [ORACLE]
    yield "python", [sys.executable, "-B", str(HERE / "decide.py"), str(agents / "python")]
    if NODE:
        yield "node", [NODE, str(HERE / "decide.mjs"), str(agents / "node")]


def decide(command, cases):
    text = "".join(json.dumps(case) + "\n" for case in cases)
    result = subprocess.run(command, input=text, capture_output=True, text=True, timeout=120, check=False)
    if result.returncode != 0:
        raise AssertionError(f"{command}: {result.stderr[-2000:]}")
    return [json.loads(line) for line in result.stdout.splitlines()]


def case(**changes):
    return {**EMPTY, **{k: {**EMPTY[k], **v} if isinstance(v, dict) else v for k, v in changes.items()}}


class TruthTables(unittest.TestCase):
    """The tables hold what the code of three articles answers; tests/unit/policy holds core/policy to them."""

    def setUp(self):
        fixtures = SOURCE / "tests/fixtures/policy"
        self.truth = json.loads((fixtures / "truth.json").read_text(encoding="utf-8"))
        self.rules = json.loads((fixtures / "s2_rules.json").read_text(encoding="utf-8"))["defaults"]

    def each(self, cases):
        for name, command in programs():
            answers = decide(command, cases)
            self.assertEqual(len(answers), len(cases), name)
            yield name, answers

    def test_s2_budget(self):
        rows = self.truth["s2_budget"]
        cases = [case(policy={"budget": {"run_soft": {"tokens": r["soft"]}, "run_hard": {"tokens": r["hard"]}}},
                      used={"tokens": r["consumed"]}) for r in rows]
        for name, answers in self.each(cases):
            self.assertEqual([a[0][0].replace("allow", "ok") for a in answers], [r["status"] for r in rows], name)

    def test_s2_routes(self):
        rows = self.truth["s2_routes"]
        named = {"type": "task_type", "doc_length": "doc_tokens", "requires_multi_step_reasoning": "multi_step_reasoning",
                 "security_sensitive": "security_sensitive", "confidence_threshold": "required_confidence"}
        cases = [case(policy=self.rules, task={named[k]: v for k, v in r.items() if k in named}) for r in rows]
        for name, answers in self.each(cases):
            self.assertEqual([a[2][:2] for a in answers], [[r["tier"], r["reason"]] for r in rows], name)

    def test_s2_cascade(self):
        rows = self.truth["s2_cascade"]
        cases = []
        for r in rows:
            for n in range(len(r["tried"]) + 1):
                attempts = [[tier, r["confidence"][tier]] for tier in r["tried"][:n]]
                task = {"task_type": "plan", "multi_step_reasoning": r["requires_multi_step_reasoning"]}
                cases.append(case(policy=self.rules, task=task, attempts=attempts, task_allows=r["allow_cascade"]))
        for name, answers in self.each(cases):
            steps = iter(a[2][3:6] for a in answers)
            for r in rows:
                got = [next(steps) for _ in range(len(r["tried"]) + 1)]
                self.assertEqual([s[:2] for s in got[:-1]], [["try", tier] for tier in r["tried"]], (name, r))
                self.assertEqual(got[-1], ["accept", r["tried"][-1], r["routing"]], (name, r))

    def test_s3_controller(self):
        cases, wanted = [], []
        for r in self.truth["s3_controller"]:
            spent = 0
            for step in r["steps"]:
                cases.append(case(policy={"budget": {"run_hard": {"tokens": r["run_hard"]},
                                                     "call_max_tokens": r["call_max_tokens"]}},
                                  used={"tokens": spent},
                                  call={"input_tokens": step["input"], "max_output_tokens": 0}))
                # The article lets a run that stands at its cap send nothing at all; S2 ends that run.
                wanted.append(None if spent >= r["run_hard"] else step["send"])
                spent += step["send"] or 0
        for name, answers in self.each(cases):
            sent = [None if a[1][0] == "hard" else a[1][5] if a[1][5] is not None else c["call"]["input_tokens"]
                    for a, c in zip(answers, cases)]
            self.assertEqual(sent, wanted, name)

    def test_s4_iterations(self):
        cases, wanted = [], []
        for r in self.truth["s4_iterations"]:
            tokens = 0
            for n, call in enumerate(r["calls"] + [{"input": 80000, "output": 500}]):
                cases.append(case(policy={"budget": {"max_iterations": r["max_iterations"]}},
                                  used={"tokens": tokens, "calls": n},
                                  call={"input_tokens": call["input"], "max_output_tokens": call["output"]}))
                last = n == len(r["calls"])
                wanted.append(["hard", "/budget/max_iterations"] if last else ["allow", ""])
                self.assertTrue(not last or tokens == r["tokens"])
                tokens += call["input"] + call["output"]
        for name, answers in self.each(cases):
            self.assertEqual([a[1][:2] for a in answers], wanted, name)


class SameAsTheApp(unittest.TestCase):
    """Random policies, runs and tasks: every answer of both clients is that of core/policy."""

    def test_differential(self):
        seed = int(os.environ.get("FLYBALL_SEED", "20261122"))
        rng = random.Random(seed)
        cases = [random_case(rng) for _ in range(CASES)]
        answers = {name: decide(command, cases) for name, command in programs()}
        truth = answers.pop("core/policy")
        for name, given in answers.items():
            self.assertEqual(len(given), len(truth), name)
            for number, (mine, theirs) in enumerate(zip(given, truth)):
                self.assertEqual(mine, theirs, f"{name}, seed {seed}, case {number}: {json.dumps(cases[number])}")
        # A generator that never reaches a branch would prove nothing.
        seen = {(part, *[a[part][i] for i in picks]) for a in truth
                for part, picks in ((1, (0, 1)), (3, (1,)))} | {("retry", a[2][-4]) for a in truth}
        for must in ((1, "hard", "/budget/run_hard/tokens"), (1, "hard", "/budget/run_hard/usd"), (1, "allow", ""),
                     (1, "hard", "/budget/max_iterations"), (1, "soft", "/budget/run_soft/tokens"),
                     (1, "soft", "/budget/run_soft/usd"), (3, "L1"), (3, "L2"), (3, "L4"), (3, ""),
                     ("retry", "retry"), ("retry", "escalate"), ("retry", "give_up")):
            self.assertIn(must, seen)


def some(rng, chance=0.6, **makers):
    return {name: make() for name, make in makers.items() if rng.random() < chance}


def random_case(rng):
    pick, tier = rng.choice, lambda: rng.choice(["cheap", "mid", "frontier"])
    tokens = lambda: pick([1, 2, 50, 1000, 1001, 4000, 20000])  # noqa: E731
    usd = lambda: pick([0.01, 0.16, 0.3, 1, 0.000000000001, 2.5e-7, 24000.125])  # noqa: E731
    prob = lambda: pick([0, 0.01, 0.5, 0.75, 0.85, 0.9, 1])  # noqa: E731
    words = ["refund", "STRASSE", "straße", "İnvoice", "i", "", "Ärger"]

    def rule(number):
        when = some(rng, 0.3, task_type=lambda: rng.sample(["a", "b", "c"], 2), security_sensitive=lambda: pick([True, False]),
                    doc_tokens=lambda: pick([{"lt": 10}, {"gte": 10}, {"gte": 5, "lt": 20}]), agent=lambda: "bot",
                    multi_step_reasoning=lambda: pick([True, False]), required_confidence_gt=prob,
                    user_segment=lambda: "free", keywords_any=lambda: rng.sample(words, 2))
        return {"id": f"r{number}", "when": when, "tier": tier(),
                **some(rng, reason=lambda: f"why {number}", allow_cascade=lambda: pick([True, True, False]))}

    def limit():
        return some(rng, tokens=tokens, usd=usd) or {"tokens": tokens()}

    def body():
        return some(
            rng, 0.85,
            budget=lambda: some(rng, 0.5, run_soft=limit, run_hard=limit, call_max_tokens=tokens, call_max_output_tokens=tokens,
                                periods=lambda: [{"window": w, **some(rng, soft_usd=usd, hard_usd=usd)} for w in rng.sample(
                                ["hour", "day", "week", "month"], rng.randint(0, 3))],
                            max_iterations=lambda: rng.randint(1, 9), on_hard=lambda: pick(["abort", "summarize_and_close"]),
                                on_soft=lambda: rng.sample(["warn", "halve_output", "downgrade_tier", "limit_tools"], 2)),
            routing=lambda: some(
                rng, default_tier=tier, rules=lambda: [rule(n) for n in range(rng.randint(0, 3))],
                planner_executor=lambda: {"planner_tier": tier(), "executor_tier": tier()},
                cascade=lambda: some(rng, enabled=lambda: pick([True, True, False]), start_tier=tier, min_confidence=prob,
                                     missing_confidence=prob, max_escalations=lambda: rng.randint(0, 3),
                                     order=lambda: rng.sample(["cheap", "mid", "frontier"], rng.randint(1, 3))),
                retry=lambda: some(rng, max_attempts=lambda: rng.randint(1, 6), backoff_ms=lambda: pick([0, 500, 10**9]),
                                   escalate_after=lambda: rng.randint(1, 3))),
            circuit_breaker=lambda: some(rng, 0.7, enabled=lambda: pick([True, True, True, False]), min_output_ratio=prob,
                                         same_call_limit=lambda: rng.randint(2, 4), same_error_limit=lambda: rng.randint(2, 4),
                                         supervisor_tier=tier, check_every=lambda: rng.randint(1, 3),
                                         action=lambda: pick(["alert", "abort", "summarize_and_close"])))

    policy = body()
    if rng.random() < 0.1:
        policy["enabled"] = pick([True, False])
    growing = sorted(rng.randint(1, 200) for _ in range(8))
    kinds = rng.randint(1, 3)
    calls = [{"call": pick(["x", "y", "", "z"][:kinds + 1]), "error": pick(["e", "", "", "f"][:kinds + 1]),
              "input_tokens": pick([growing[n], growing[n], growing[n], None]), "output_tokens": pick([0, 0, 0, 1, None])}
             for n in range(rng.randint(0, 8))]
    money = lambda: str(pick([0, 1, 10**9, 10**10, 16 * 10**10, 3 * 10**11, 10**12 + 1]))  # noqa: E731
    matches = [{"step": "plan"}, {"tag": "vip"}, {"user_segment": "free"}, {"agent": "bot"}, {"agent": "x", "tag": "vip"}]
    overrides = [{"match": pick(matches), "set": body()} for _ in range(pick([0, 0, 1, 2]))]
    return case(
        overrides=overrides, scope={"user_segment": pick(["", "free"]), "step": pick(["", "plan"]), "tags": pick([[], ["vip", "b"]])},
        policy=policy, closing={"tokens": pick([0, 0, 100]), "pico": pick(["0", "0", "5000000000"])},
        used={"tokens": pick([0, 10, 49, 999, 1000, 3000, 15000]), "pico": pick([None, *[money() for _ in range(9)]]),
              "calls": rng.randint(0, 9), "reserved_tokens": pick([0, 0, 500]), "reserved_pico": pick(["0", "0", money()])},
        call={"input_tokens": pick([0, 1, 49, 700, 3999, 9000]), "max_output_tokens": pick([None, None, 0, 1, 300, 5000]),
              "rates": pick([None, ["2500000000000", "10000000000000"], ["1", "0"], ["0", "0"], ["150000", "3"]]),
              "closing": rng.random() < 0.15},
        task={"task_type": pick(["a", "b", "c", "d"]), "doc_tokens": pick([0, 5, 10, 20]),
              "security_sensitive": pick([True, False]), "multi_step_reasoning": pick([True, False]),
              "required_confidence": prob(), "agent": pick(["", "bot"]), "user_segment": pick(["", "free"]),
              "text": pick(["", "Refund my strasse", "STRASSE", "İNVOICE i", "ärger", "ÄRGER Straße"]),
              "role": pick(["", "", "planner", "executor"])},
        attempts=[[tier(), pick([None, -1, 0, 0.75, 0.85, 1, 7])] for _ in range(rng.randint(0, 3))],
        task_allows=pick([True, True, False]), tier=pick(["cheap", "mid", "frontier", "gone"]),
        failures=rng.randint(1, 40), total=rng.randint(1, 7), calls=calls)


if __name__ == "__main__":
    ORACLE, SOURCE, NODE = sys.argv[1], pathlib.Path(sys.argv[2]), sys.argv[3] if len(sys.argv) > 3 else ""
    if not NODE:
        print("node is not installed: the Node client is NOT tested here", file=sys.stderr)
    unittest.main(argv=sys.argv[:1])
