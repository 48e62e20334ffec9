# SPDX-License-Identifier: GPL-3.0-or-later
"""test_file.py CTL SOURCE NODE: what an agent does with a policy, over the file transport: no server takes part."""
import hashlib
import hmac
import json
import os
import random
import stat
import sys
import time

import support

KEY = "test-key"
RATES = {"openai/gpt-4o": {"in_nusd_per_mtok": 2_500_000_000, "out_nusd_per_mtok": 10_000_000_000}}


def payload(revision=1, policy=None, **more):
    return {"format": "flyball-policy/1", "source": "app-1", "revision": revision, "issued_at": "2026-11-22T00:00:00Z",
            "scope": {"agent": "a1"}, "require": ["/budget/run_hard"], "rollback_of": None, "timezone": "UTC",
            "tiers": [{"id": "mid", "models": ["openai/gpt-4o"]}], "rates": RATES, "issue": revision,
            "policy": policy or {"budget": {"run_hard": {"tokens": 1000}}, "routing": {"default_tier": "mid"}}, **more}


def write(folder, value, key=KEY, mode=0o600, text=None):
    text = json.dumps(value) if text is None else text
    sig = hmac.new(key.encode(), text.encode(), hashlib.sha256).hexdigest()
    part = folder / "part"
    part.write_text(json.dumps({"payload": text, "sig": sig}), encoding="utf-8")
    part.chmod(mode)
    part.replace(folder / "policy.json")


def ack(folder):
    return json.loads((folder / "status-a1.json").read_text(encoding="utf-8"))


class FileTransport(support.Case):
    def begin(self, kind, folder, **options):
        return self.file_agent(kind, folder, **options)

    def test_apply_and_acknowledge(self):
        for kind, folder in self.each_kind():
            agent = self.begin(kind, folder)
            self.assertTrue(agent.do("status")["status"]["builtin"])
            self.assertEqual(agent.do("poll")["offered"], False)
            write(folder, payload(3, context={"strategy": "full"}))
            answer = agent.do("poll")
            self.assertEqual((answer["offered"], answer["status"]["revision"]), (True, 3), answer)
            self.assertEqual((ack(folder)["error"], ack(folder)["active"], ack(folder)["unknown"]), (None, 3, ["/context"]))
            self.assertIn("caps.usd:reserve", ack(folder)["enforces"])
            self.assertFalse(agent.do("poll")["offered"])
            for name in (agent.last_good, folder / "status-a1.json"):
                self.assertEqual(stat.S_IMODE(name.stat().st_mode), 0o600)
            self.assertEqual(stat.S_IMODE(agent.folder.stat().st_mode), 0o700)

    def test_refusals_name_code_and_path(self):
        """P1, P4, P5: whatever is wrong, the last good policy stays and the answer says what and where."""
        caps = {"budget": {"run_hard": {"tokens": 1000}}}

        def policy(**budget):
            return {"budget": {**caps["budget"], **budget}}

        bad = [
            (payload(9, policy(run_hard={"usd": -1})), "invalid", "/policy/budget/run_hard/usd"),
            (payload(9, policy(run_hard={"usd": 0})), "invalid", "/policy/budget/run_hard/usd"),
            (payload(9, policy(run_hard={"tokens": 10**300})), "invalid", "/policy/budget/run_hard/tokens"),
            (payload(9, policy(run_hard={"tokens": 1.5})), "invalid", "/policy/budget/run_hard/tokens"),
            (payload(9, policy(run_hard={"tokens": True})), "invalid", "/policy/budget/run_hard/tokens"),
            (payload(9, policy(run_soft={"tokens": 1000})), "invalid", "/policy/budget/run_hard/tokens"),
            (payload(9, policy(periods=[{"window": "year", "hard_usd": 1}])), "invalid", "/policy/budget/periods/0/window"),
            (payload(9, policy(periods=[{"window": "day", "soft_usd": 2, "hard_usd": 1}])), "invalid",
             "/policy/budget/periods/0/hard_usd"),
            (payload(9, policy(on_hard="explode")), "invalid", "/policy/budget/on_hard"),
            (payload(9, policy(on_soft=["pray"])), "invalid", "/policy/budget/on_soft/0"),
            (payload(9, policy(call_max_output_tokens=20, call_max_tokens=10)), "invalid",
             "/policy/budget/call_max_output_tokens"),
            (payload(9, {"budget": []}), "invalid", "/policy/budget"),
            (payload(9, {"routing": {"default_tier": "gone"}}), "invalid", "/policy/routing/default_tier"),
            (payload(9, {"routing": {"cascade": {"min_confidence": 1.01}}}), "invalid", "/policy/routing/cascade/min_confidence"),
            (payload(9, {"routing": {"rules": [{"id": "r", "tier": "mid"}]}}), "invalid", "/policy/routing/rules/0/when"),
            (payload(9, {"routing": {"planner_executor": {"planner_tier": "mid"}}}), "invalid",
             "/policy/routing/planner_executor/executor_tier"),
            ({**payload(9), "policy": {}}, "invalid", "/policy"),
            ({**payload(9), "revision": 0}, "invalid", "/revision"),
            ({**payload(9), "format": "flyball-policy/2"}, "invalid", "/format"),
            ({k: v for k, v in payload(9).items() if k != "tiers"}, "invalid", "/tiers"),
            (payload(9, overrides=[{"match": {"step": "x"}, "set": {"budget": {"run_hard": {"usd": "1"}}}}]), "invalid",
             "/overrides/0/set/budget/run_hard/usd"),
            (payload(9, require=["/context/strategy"]), "unsupported", "/context/strategy"),
            (payload(9, require=["/budgets"]), "unsupported", "/budgets"),
            (payload(2), "stale_revision", "/revision"),
            (payload(3, issue=2), "stale_revision", "/revision"),
            (payload(9, source="app-2"), "stale_revision", "/source"),
            ([], "invalid", ""),
        ]
        texts = ['{"format": NaN}', "[" * 5000, "{", ""]
        for kind, folder in self.each_kind():
            agent = self.begin(kind, folder)
            write(folder, payload(3))
            self.assertEqual(agent.do("poll")["status"]["revision"], 3)
            kept = agent.last_good.read_bytes()
            tries = [(v, c, p, None, KEY) for v, c, p in bad] + [(None, "invalid", "", t, KEY) for t in texts]
            tries.append((payload(9), "bad_signature", "", None, "other-key"))
            for value, code, path, text, key in tries:
                write(folder, value, key=key, text=text)
                answer = agent.do("poll")
                error = ack(folder)["error"] or {}
                self.assertEqual((error.get("code"), error.get("path")), (code, path), (kind, value, text, error))
                self.assertEqual((ack(folder)["active"], answer["status"]["revision"]), (3, 3))
                self.assertFalse(agent.do("poll")["offered"])  # not again until it changes
            self.assertEqual(agent.last_good.read_bytes(), kept)
            write(folder, payload(4))
            self.assertEqual(agent.do("poll")["status"]["revision"], 4)
            self.assertIsNone(ack(folder)["error"])

    def test_another_source_needs_the_operator(self):
        """P4: the right key is not enough; a restored app has a new source and begins at 1 again."""
        for kind, folder in self.each_kind():
            agent = self.begin(kind, folder)
            write(folder, payload(7))
            agent.do("poll")
            write(folder, payload(1, source="app-2"))
            self.assertEqual(agent.do("poll")["status"]["source"], "app-1")
            self.assertEqual(ack(folder)["error"]["path"], "/source")
            agent.kill()
            agent.start(source="app-2")
            status = agent.do("poll")["status"]
            self.assertEqual((status["source"], status["revision"]), ("app-2", 1))

    def test_flipped_byte_and_cut_file(self):
        for kind, folder in self.each_kind():
            agent = self.begin(kind, folder)
            write(folder, payload(3))
            whole = (folder / "policy.json").read_bytes()
            rng = random.Random(5)
            seen = set()
            for number in range(40):
                data = bytearray(whole)
                if number % 2:
                    data[rng.randrange(len(data))] ^= 1 << rng.randrange(7)
                else:
                    del data[rng.randrange(len(data)):]
                (folder / "policy.json").write_bytes(bytes(data))
                answer = agent.do("poll")
                if answer["status"]["revision"]:  # a bit that changes no meaning, as in the name of an ignored member
                    self.assertEqual(agent.do("status")["status"]["revision"], 3)
                    continue
                if not data:
                    continue
                seen.add(ack(folder)["error"]["code"])
            self.assertIn("bad_signature", seen)
            self.assertLessEqual(seen, {"bad_signature"})

    def test_file_others_may_write_is_refused(self):
        for kind, folder in self.each_kind():
            agent = self.begin(kind, folder)
            write(folder, payload(3), mode=0o660)
            self.assertIn("error", agent.do("poll"))
            (folder / "policy.json").chmod(0o640)
            self.assertEqual(agent.do("poll")["status"]["revision"], 3)
            (folder / "policy.json").rename(folder / "real.json")
            (folder / "policy.json").symlink_to(folder / "real.json")
            self.assertIn("error", agent.do("poll"))

    def test_restart_offline_and_damaged_last_good(self):
        for kind, folder in self.each_kind():
            agent = self.begin(kind, folder)
            write(folder, payload(3))
            agent.do("poll")
            agent.kill()
            (folder / "policy.json").unlink()
            good = agent.last_good.read_bytes()
            agent.start()
            self.assertEqual(agent.do("status")["status"]["revision"], 3)
            self.assertEqual(agent.do("call", input_tokens=10)["model"], "openai/gpt-4o")
            agent.kill()
            for damage in (good[:100], b"", b"\0" * 300, good.replace(b"1000", b"9000"), b"[" * 100000):
                agent.last_good.write_bytes(damage)
                agent.start()
                status = agent.do("status")["status"]
                self.assertTrue(status["builtin"])
                self.assertIn("built-in caps hold", status["problem"])
                self.assertEqual(agent.do("call", input_tokens=100_000)["denied"], "/budget/run_hard/tokens")
                agent.kill()
            agent.last_good.write_bytes(good)
            agent.last_good.chmod(0o620)
            agent.start()
            self.assertTrue(agent.do("status")["status"]["builtin"])

    def test_killed_while_writing(self):
        """Whenever it is killed, what it finds at the next start is one whole revision, and not an older one."""
        rounds = 60 if os.environ.get("FLYBALL_LONG") else 12
        for kind, folder in self.each_kind():
            agent = self.begin(kind, folder)
            rng, least, found = random.Random(11), 0, set()
            filler = {"note": "x" * 300_000}
            for revision in range(1, rounds + 1):
                write(folder, {**payload(revision), **filler})
                agent.order("poll")
                time.sleep(rng.uniform(0, 0.03))
                agent.kill()
                agent.start()
                status = agent.do("status")["status"]
                self.assertEqual(status["problem"], "")
                self.assertIn(status["revision"], range(least, revision + 1))
                found.add(status["revision"] == revision)
                least = status["revision"]
            write(folder, payload(rounds + 1))
            self.assertEqual(agent.do("poll")["status"]["revision"], rounds + 1)

    def test_run_caps_actions_and_breaker(self):
        breaker = {"same_call_limit": 3, "action": "summarize_and_close", "check_every": 2, "supervisor_tier": "mid"}
        policy = {"budget": {"run_soft": {"tokens": 300}, "run_hard": {"tokens": 1000}, "max_iterations": 6,
                             "on_soft": ["halve_output", "downgrade_tier"], "on_hard": "summarize_and_close"},
                  "routing": {"default_tier": "top"}, "circuit_breaker": breaker,
                  "output": {"max_tokens_by_task": {"classify": 20}}}
        tiers = [{"id": "mid", "models": ["openai/gpt-4o"]}, {"id": "top", "models": ["x/unlisted"]}]
        override = [{"match": {"step": "plan", "tag": "vip"}, "set": {"routing": {"default_tier": "mid"}, "budget": {
            "run_soft": {"tokens": 999}, "max_iterations": 1}}}]
        for kind, folder in self.each_kind():
            agent = self.begin(kind, folder)
            write(folder, payload(1, policy, tiers=tiers, overrides=override))
            agent.do("poll")
            first = agent.do("call", input_tokens=200, max_output_tokens=100, task={"task_type": "classify"})
            self.assertEqual((first["model"], first["max_output_tokens"], first["flags"]), ("x/unlisted", 20, ["unpriced"]))
            self.assertEqual(first["attributes"], {"flyball.policy.revision": 1, "flyball.policy.source": "app-1"})
            self.assertEqual(first["reserve_pico"], str(200 * 2_500_000 + 20 * 10_000_000))  # the dearest rate it knows
            agent.do("settle", input_tokens=250, output_tokens=50, tool_call="search x")
            second = agent.do("call", input_tokens=100, max_output_tokens=100)  # 300 used: soft
            self.assertEqual((second["tier"], second["model"], second["max_output_tokens"]), ("mid", "openai/gpt-4o", 50))
            agent.do("settle", input_tokens=100, output_tokens=10, tool_call="search x")
            third = agent.do("call", input_tokens=100, max_output_tokens=10)
            self.assertEqual(third["supervise_on"], "mid")
            agent.do("settle", input_tokens=100, output_tokens=10, tool_call="search x")
            circle = agent.do("call", input_tokens=1)
            self.assertEqual((circle["denied"], circle["action"]), ("/circuit_breaker", "summarize_and_close"))
            closing = agent.do("call", input_tokens=100, max_output_tokens=50, closing=True)
            self.assertEqual(closing["tier"], "mid")
            agent.do("release", error="cancelled")
            used = agent.do("used")
            self.assertEqual([used[name] for name in ("tokens", "calls", "reserved_tokens", "reserved_pico")], [520, 4, 0, "0"])
            # Another run, of the step the override is for.
            other = {"run": "r2", "scope": {"step": "plan", "tags": ["vip"]}}
            self.assertEqual(agent.do("call", input_tokens=900, max_output_tokens=100, **other)["tier"], "mid")
            agent.do("settle")  # usage unknown: what was reserved is booked, never 0
            self.assertEqual(agent.do("used", run="r2")["tokens"], 1000)
            self.assertEqual(agent.do("call", **other)["denied"], "/budget/run_hard/tokens")

    def test_orders_of_the_operator(self):
        soon = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 3600))
        past = "2020-01-01T00:00:00.000000000Z"
        for kind, folder in self.each_kind():
            agent = self.begin(kind, folder)
            write(folder, payload(1, control=[{"id": 1, "action": "stop_run", "run": "r1", "until": soon},
                                              {"id": 2, "action": "pause_workflow", "workflow": "w", "until": None},
                                              {"id": 3, "action": "stop_run", "run": "r9", "until": past}]))
            agent.do("poll")
            self.assertEqual(agent.do("call")["action"], "stop")
            self.assertEqual(agent.do("call", run="r2", workflow="w")["action"], "pause")
            self.assertNotIn("denied", agent.do("call", run="r9"))
            write(folder, payload(1, issue=2, control=[]))
            agent.do("poll")
            self.assertNotIn("denied", agent.do("call"))

    def test_wide_caps_need_the_channel(self):
        for kind, folder in self.each_kind():
            agent = self.begin(kind, folder)
            for revision, caps, fleet, denied in ((1, [{"window": "day", "hard_usd": 5}], {}, True),
                                                  (2, [{"window": "day", "soft_usd": 5}], {}, False),
                                                  (3, [], {"periods": [{"window": "month", "hard_usd": 5}]}, True)):
                write(folder, payload(revision, {"budget": {"periods": caps}, "routing": {"default_tier": "mid"}}, fleet=fleet))
                agent.do("poll")
                answer = agent.do("call", run=f"r{revision}", reserve_s=0.2)
                self.assertEqual(answer.get("denied"), "/budget/periods" if denied else None, answer)
                self.assertTrue(denied or answer["flags"][0].startswith("not reserved"), answer)
                used = agent.do("used", run=f"r{revision}")
                self.assertEqual(used["reserved_tokens"] == 0, denied)  # a refused call holds nothing
                self.assertEqual(used["calls"], 0 if denied else 1)


if __name__ == "__main__":
    support.main(sys.argv)
