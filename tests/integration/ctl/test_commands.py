# SPDX-License-Identifier: GPL-3.0-or-later
"""sources, prices and doctor: what they say, what they refuse, and that they change nothing they should not."""
import json
import os
import shutil
import sqlite3
import stat
import time

import support

START = 1_772_366_400 * 10**9  # 2026-03-01T12:00:00Z


class Help(support.Case):
    def test_every_command_has_help_with_an_example(self):
        listed = self.run_ctl("--help").stdout.decode()
        for command in ("report", "watch", "ingest", "sources", "prices", "doctor"):
            self.assertIn(f"\n  {command} ", listed)
            for words in ((command, "--help"), (command, "-h"), (command, "x", "--frob", "--help")):
                result = self.run_ctl(*words)
                self.assertEqual(result.returncode, 0, words)
                self.assertIn(f"Usage: flyballctl {command}", result.stdout.decode())
                self.assertIn("\nExample: flyballctl ", result.stdout.decode())
        self.assertRegex(self.run_ctl("--version").stdout.decode(), r"^flyballctl \S*\n$")


class Sources(support.Case):
    def setUp(self):
        super().setUp()
        self.claude = self.home / ".claude"
        shutil.copytree(support.FIXTURES / "claude-code-2.1.197" / "projects", self.claude / "projects")

    def test_detect(self):
        found = self.json_of("sources", "detect")["sources"]
        self.assertEqual([(s["kind"], s["target"], s["files"]) for s in found], [("claude-code", str(self.claude), 7)])
        self.assertEqual(found[0]["bytes"], sum(p.stat().st_size for p in self.claude.rglob("*.jsonl")))
        self.assertIn(str(self.claude), self.run_ctl("sources", "detect").stdout.decode())
        shutil.rmtree(self.claude)
        self.assertEqual(self.json_of("sources", "detect"), {"sources": []})

    def test_detect_opens_no_trace(self):
        for path in self.claude.rglob("*.jsonl"):
            os.utime(path, (1, 1))
        self.run_ctl("sources", "detect")
        self.run_ctl("doctor")
        self.assertEqual({int(p.stat().st_atime) for p in self.claude.rglob("*.jsonl")}, {1})

    def test_list(self):
        self.assertEqual(self.json_of("sources", "list"), {"sources": []})
        folder = self.flyball_home / "config"
        folder.mkdir(parents=True)
        config = folder / "config.json"
        config.write_text(json.dumps({"theme": "dark", "sources": [
            {"id": "a", "kind": "claude-code", "target": str(self.claude)},
            {"id": "b", "target": "/nowhere/at/all"},
            {"id": "c", "kind": "otlp-json", "target": str(self.claude), "paused": True}]}))
        listed = self.json_of("sources", "list")["sources"]
        self.assertEqual([(s["id"], s["state"]) for s in listed], [("a", "ready"), ("b", "missing"), ("c", "paused")])
        for text, name in (("{", "is not JSON"), ("[]", "not an object"), ('{"sources":{}}', "/sources"),
                           ('{"sources":[{"id":"a"}]}', "/sources/0/target"), ('{"sources":[7]}', "/sources/0"),
                           ('{"sources":[{"id":"a","target":"x","paused":1}]}', "/sources/0/paused")):
            config.write_text(text)
            self.refused("sources", "list", names=["config.json", name])
            self.assertEqual(config.read_text(), text)

    def test_test(self):
        tested = self.json_of("sources", "test", self.claude)
        self.assertEqual((tested["calls"], tested["files"], tested["rejected"]), (14, {"claude-code": 7}, {}))
        self.assertEqual(tested["calls"], self.report(self.claude)["totals"]["calls"])
        self.assertFalse(self.flyball_home.exists(), "a test left something behind")
        for text in (self.run_ctl("sources", "test", self.claude).stdout.decode(), json.dumps(tested)):
            self.assertNotIn("msg_fake", text)

    def test_an_unfinished_line_is_told(self):
        path = self.folder / "spans.jsonl"
        path.write_text(support.export([support.chat(1, 1, 0, START)]) * 2)
        self.assertEqual(self.json_of("sources", "test", path)["files_unfinished"], 0)
        path.write_text(path.read_text()[:-1])
        self.assertEqual(self.json_of("sources", "test", path)["files_unfinished"], 1)
        self.assertIn("unfinished", self.run_ctl("sources", "test", path).stdout.decode())

    def test_raw_shows_fields_and_meaning_never_words(self):
        raw = self.json_of("sources", "raw", self.claude)
        self.assertEqual((len(raw["rows"]), raw["truncated"]), (raw["total"], False))
        self.assertEqual(sum(raw["is"].values()), raw["total"])
        self.assertGreater(raw["is"]["counts"], 0)
        newest = max(self.claude.rglob("*.jsonl"), key=lambda path: path.stat().st_mtime_ns)
        said = set()

        def collect(value, name=None):
            if isinstance(value, dict):
                for key, inner in value.items():
                    collect(inner, key)
            elif isinstance(value, list):
                for inner in value:
                    collect(inner, name)
            elif name in ("text", "content", "thinking") and isinstance(value, str) and len(value) > 12:
                said.add(value[:40])

        for line in newest.read_text().splitlines():
            try:
                collect(json.loads(line))
            except json.JSONDecodeError:
                continue
        self.assertTrue(said)
        text = json.dumps(raw, ensure_ascii=False)
        for words in said:
            self.assertNotIn(words, text)
        calls = [row for row in raw["rows"] if row["meaning"].startswith("a call, model ")]
        self.assertTrue(calls)
        only = self.json_of("sources", "raw", self.claude, "--only", "a call, model", "--most", "1")["rows"]
        self.assertEqual(only, calls[:1])
        table = self.run_ctl("sources", "raw", self.claude, "--most", "2").stdout.decode()
        self.assertIn("What is made of it", table)
        self.assertIn("2 of ", table)
        self.refused("sources", "raw", names=["one source"])
        self.refused("sources", "raw", "otlp:127.0.0.1:4318", names=["nothing to ask"])
        self.refused("sources", "raw", self.claude, "--most", "x", names=["x"])
        self.refused("sources", "raw", "prometheus:http://127.0.0.1:1/metrics")

    def test_refusals(self):
        self.refused("sources", names=["detect"])
        self.refused("sources", "frob", names=["frob"])
        self.refused("sources", "test", names=["source"])
        self.refused("sources", "test", self.folder / "gone", names=["gone"])
        self.refused("sources", "detect", "more", names=["more"])
        self.refused("sources", "detect", "--format", "csv", names=["csv"])


class Prices(support.Case):
    def setUp(self):
        super().setUp()
        self.overrides = self.flyball_home / "data" / "overrides.json"
        self.spans = self.folder / "spans.jsonl"
        self.spans.write_text(support.export([support.chat(1, 1, 0, START, tokens=(1000, 100))]))

    def file(self, content, name="prices.json"):
        path = self.folder / name
        path.write_text(json.dumps(content))
        return path

    def rates(self, model="claude-sonnet-4-5", provider="anthropic", **rates):
        return self.file({"format": "flyball.overrides/1", "currency": "USD",
                          "models": [{"provider": provider, "model": model, "rates": rates}]})

    def cost(self, source):
        return self.report(source)["totals"]["cost_nusd"]

    def test_show(self):
        shown = self.json_of("prices", "show")
        self.assertRegex(shown["date"], r"^20\d\d-\d\d-\d\d$")
        self.assertGreater(shown["models"], 1000)
        self.assertEqual(shown["overrides"], [])
        self.assertIn(shown["version"], self.run_ctl("prices", "show").stdout.decode())
        self.assertFalse(self.flyball_home.exists())

    def test_find(self):
        found = self.json_of("prices", "find", "claude-sonnet-4-5", "--provider", "anthropic")
        self.assertTrue(found["priced"])
        self.assertEqual(found["usd_per_million"]["input"], "3")
        self.assertEqual(found["tiers"][0]["above_input_tokens"], 200_000)
        self.assertIn("anthropic / claude-sonnet-4-5", found["rule"])
        missing = self.json_of("prices", "find", "gpt-4oo")
        self.assertEqual((missing["priced"], missing["nearest"]), (False, "openai/gpt-4o"))
        self.assertNotIn("usd_per_million", missing)
        self.refused("prices", "find", names=["find"])
        self.refused("prices", "find", "x", "--at", "noon", names=["--at", "noon"])
        self.refused("prices", "show", "--at", "2026-01-01", names=["--at"])
        self.refused("prices", "frob", names=["frob"])

    def test_find_follows_dates(self):
        path = self.file({"models": [{"model": "m", "rates": {"input": "1", "output": "2"}},
                                     {"model": "m", "rates": {"input": "3", "output": "4"}, "from": "2026-03-01"}]})
        for at, rate in (("2026-02-28", "1"), ("2026-03-01", "3")):
            found = self.json_of("prices", "find", "m", "--at", at, "--prices", path)
            self.assertEqual(found["usd_per_million"]["input"], rate)

    def test_import(self):
        self.assertEqual(self.cost(self.spans), 4_500_000)
        path = self.rates(model="house-model", provider="", input="2", output="4")
        result = self.json_of("prices", "import", path)
        self.assertTrue(result["applied"])
        self.assertEqual([(c["model"], c["change"], c["before"], c["after"]) for c in result["changes"]],
                         [("house-model", "new", None, {"input": "2", "output": "4"})])
        self.assertEqual(stat.S_IMODE(self.overrides.stat().st_mode), 0o600)
        self.assertEqual(stat.S_IMODE(self.overrides.parent.stat().st_mode), 0o700)
        self.assertEqual(self.json_of("prices", "find", "house-model")["usd_per_million"], {"input": "2", "output": "4"})
        again = self.json_of("prices", "import", path)
        self.assertEqual((again["applied"], again["changes"], again["unchanged"]), (False, [], 1))
        self.assertEqual([o["model"] for o in self.json_of("prices", "show")["overrides"]], ["house-model"])
        self.assertEqual(self.cost(self.spans), 4_500_000)

    def test_imports_add_up_and_can_be_undone(self):
        self.json_of("prices", "import", self.rates(model="one", input="1", output="1"))
        first = json.loads(self.overrides.read_text())
        self.json_of("prices", "import", self.file({"models": [
            {"model": "two", "rates": {"input": "2", "output": "2"}}, {"model": "three", "free": True},
            {"model": "four", "same_as": {"provider": "openai", "model": "gpt-4o"}}]}))
        second = json.loads(self.overrides.read_text())
        self.assertEqual([m["model"] for m in second["models"]], ["one", "two", "three", "four"])
        self.assertEqual(second["previous"], first["models"], "one import is not one step back")
        self.assertEqual(sorted(os.listdir(self.overrides.parent)), ["ledger.db.lock", "overrides.json"])

    def test_large_changes_need_a_yes(self):
        path = self.rates(model="gpt-4o", provider="openai", input="25", output="10")
        result = self.run_ctl("prices", "import", path, "--format", "json")
        self.assertEqual(result.returncode, 2)
        self.assertIn("--yes", result.stderr.decode())
        shown = json.loads(result.stdout)
        self.assertEqual((shown["applied"], shown["changes"][0]["large"]), (False, True))
        self.assertFalse(self.overrides.exists())
        self.assertTrue(self.json_of("prices", "import", path, "--yes")["applied"])
        self.assertEqual(self.json_of("prices", "find", "gpt-4o", "--provider", "openai")["usd_per_million"]["input"], "25")

    def test_losing_context_tiers_needs_a_yes(self):
        path = self.rates(input="3", output="15", cache_read="0.3", cache_write_5m="3.75", cache_write_1h="6")
        result = self.run_ctl("prices", "import", path)
        self.assertEqual(result.returncode, 2)
        self.assertFalse(self.overrides.exists())

    def test_litellm(self):
        path = self.file({
            "house-large": {"litellm_provider": "openai", "mode": "chat", "input_cost_per_token": 2e-06,
                            "output_cost_per_token": 8e-06},
            "house-tiered": {"litellm_provider": "openai", "mode": "chat", "input_cost_per_token": 1e-06,
                             "output_cost_per_token": 4e-06, "input_cost_per_token_above_200k_tokens": 2e-06}})
        result = self.json_of("prices", "import", path, code=3)
        self.assertEqual([c["model"] for c in result["changes"]], ["house-large"])
        self.assertEqual([(x["model"], x["reason"]) for x in result["left_out"]],
                         [("openai/house-tiered", "has rates by context length")])
        self.assertEqual(self.json_of("prices", "find", "house-large", "--provider", "openai")["usd_per_million"],
                         {"input": "2", "output": "8"})
        self.assertFalse(self.json_of("prices", "find", "house-tiered", "--provider", "openai")["priced"])
        self.assertEqual(self.run_ctl("prices", "import", path, "--lenient").returncode, 0)

    def test_another_price_file_for_the_ledger(self):
        self.ingest(self.spans)
        path = self.rates(input="4", output="20")
        for source in (self.spans, "ledger:"):
            self.assertEqual(self.report(source, "--prices", path)["totals"]["cost_nusd"], 6_000_000)
        self.assertEqual(self.cost("ledger:"), 4_500_000)

    def test_the_ledger_is_priced_again(self):
        self.ingest(self.spans)
        self.assertEqual(self.cost("ledger:"), 4_500_000)
        self.json_of("prices", "import", self.rates(input="4", output="20"), "--yes")
        self.assertEqual(self.cost("ledger:"), 6_000_000)
        self.assertEqual(self.cost(self.spans), 6_000_000)
        self.assertEqual(self.ingest(self.spans)["calls_added"], 0)
        self.assertEqual(self.cost("ledger:"), 6_000_000)

    def test_not_while_the_ledger_is_held(self):
        self.ingest(self.spans)
        process = self.start_ctl("ingest", self.spans, "--follow")
        with support.ended(process):
            lock = str(self.overrides.parent / "ledger.db")
            deadline = time.monotonic() + 60
            while self.held_by() is None:
                self.assertLess(time.monotonic(), deadline, "the ledger is never held")
            self.refused("prices", "import", self.rates(model="m", input="1", output="1"), names=[lock])
            self.assertFalse(self.overrides.exists())
            self.assertIn(str(process.pid), self.held_by())

    def held_by(self):
        checks = {c["check"]: c for c in self.json_of("doctor")["checks"]}
        return checks["ledger"].get("held_by")


class Doctor(support.Case):
    def checks(self, code=0):
        result = self.json_of("doctor", code=code)
        self.assertEqual(result["state"] == "broken", code == 2)
        return {c["check"]: c for c in result["checks"]}

    def test_fresh_home(self):
        checks = self.checks()
        self.assertEqual(set(checks), {"config folder", "data folder", "state folder", "ledger", "config", "prices",
                                       "traces", "inotify", "disk"})
        self.assertGreater(checks["disk"]["bytes_free"], 0)
        age = checks["prices"]["age_days"]
        self.assertEqual(checks["prices"]["state"], "warning" if age > 30 else "ok")
        self.assertFalse(self.flyball_home.exists(), "the doctor left something behind")
        self.refused("doctor", "now", names=["now"])

    def test_ledger(self):
        spans = self.folder / "spans.jsonl"
        spans.write_text("".join(support.export([support.chat(n, n, 0, START + n)]) for n in range(1, 2000)))
        self.ingest(spans)
        ledger = self.checks()["ledger"]
        self.assertEqual((ledger["state"], ledger["exists"], ledger["verify"], ledger["mode"], ledger["held_by"]),
                         ("ok", True, "sound", "0600", None))
        self.assertEqual(ledger["schema"], ledger["schema_known"])
        path = self.flyball_home / "data" / "ledger.db"
        path.chmod(0o644)
        (self.flyball_home / "data").chmod(0o755)
        checks = self.checks()
        self.assertEqual((checks["ledger"]["state"], checks["data folder"]["state"]), ("warning", "warning"))
        good = path.read_bytes()
        middle = len(good) // 2
        path.write_bytes(good[:middle] + bytes(1 << 15) + good[middle + (1 << 15):])
        self.assertEqual(self.checks(code=2)["ledger"]["state"], "broken")
        path.write_bytes(b"not a database at all" * 100)
        self.assertEqual(self.checks(code=2)["ledger"]["state"], "broken")
        self.assertEqual(path.read_bytes(), b"not a database at all" * 100)

    def test_newer_and_foreign_ledgers(self):
        data = self.flyball_home / "data"
        data.mkdir(parents=True)
        with sqlite3.connect(data / "ledger.db") as db:
            db.execute("PRAGMA application_id = 1")
            db.execute("CREATE TABLE t(x)")
        db.close()
        self.assertIn("another program", self.checks(code=2)["ledger"]["text"])
        with sqlite3.connect(data / "ledger.db") as db:
            db.execute(f"PRAGMA application_id = {0x464C5942}")
            db.execute("PRAGMA user_version = 999")
        db.close()
        self.assertIn("newer", self.checks(code=2)["ledger"]["text"])

    def test_broken_files(self):
        (self.flyball_home / "config").mkdir(parents=True)
        (self.flyball_home / "data").mkdir()
        (self.flyball_home / "config" / "config.json").write_text("{")
        checks = self.checks(code=2)
        self.assertEqual(checks["config"]["state"], "broken")
        self.assertIn("config.json", checks["config"]["text"])
        (self.flyball_home / "config" / "config.json").write_text("{}")
        (self.flyball_home / "data" / "overrides.json").write_text('{"models":[{"model":""}]}')
        checks = self.checks(code=2)
        self.assertEqual((checks["config"]["state"], checks["prices"]["state"]), ("ok", "broken"))
        self.assertIn("overrides.json", checks["prices"]["text"])
        self.assertIn("broken", self.run_ctl("doctor").stdout.decode())

    def test_a_file_in_the_way(self):
        self.flyball_home.write_text("")
        self.assertEqual(self.checks(code=2)["data folder"]["state"], "broken")

    def test_says_no_content(self):
        spans = self.folder / "spans.jsonl"
        spans.write_text(support.export([support.chat(1, 1, 5, START), support.workflow(1, 5, "secret-flow", START, START)]))
        self.ingest(spans)
        self.assertNotIn("secret-flow", self.run_ctl("doctor", "--format", "json").stdout.decode())


if __name__ == "__main__":
    support.main()
