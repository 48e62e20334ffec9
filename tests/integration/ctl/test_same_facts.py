# SPDX-License-Identifier: GPL-3.0-or-later
"""The same facts give the same report: by every key, in any order, packed or split, from files or the ledger."""
import gzip
import os
import random
import shutil

import support

KEYS = ("workflow model provider tier task step agent run session segment source status minute hour day month").split()
FOLDERS = ("claude-code-2.1.197", "traceloop-0.27", "vercel-ai-6.0", "vercel-ai-7.0", "openinference-4.2.7",
           "otel-openai-0.21", "codex-0.169", "gemini-cli-0.61")


class SameFacts(support.Case):
    def same(self, report, wanted, what):
        self.assertEqual(support.without_window(report), wanted, what)

    def lenient(self, *words):
        return self.json_of("report", *words, "--lenient")

    def generated(self, seed):
        claude, spans = self.folder / "claude", self.folder / "spans.jsonl"
        support.generate("gen_claude.py", "--out", claude, "--calls", 3000, "--seed", seed, "--lean", "--edge")
        support.generate("gen_otlp.py", "--out", spans, "--spans", 6000, "--seed", seed, "--dup")
        return claude, spans

    def test_ledger_equals_files_by_every_key(self):
        claude, spans = self.generated(11)
        sources = [*(support.FIXTURES / name for name in FOLDERS), claude, spans]
        self.ingest(*sources)
        for key in KEYS:
            with self.subTest(key=key):
                files = self.lenient(*sources, "--by", key)
                self.assertGreater(files["totals"]["calls"], 6000)
                self.same(self.lenient("ledger:", "--by", key), support.without_window(files), key)
                for field in ("calls", "cost_nusd", "errors"):
                    self.assertEqual(sum(g[field] for g in files["groups"]), files["totals"][field], (key, field))

    def test_order_of_ingests(self):
        sources = [support.FIXTURES / name for name in FOLDERS]
        by = ("--by", "workflow,model,agent,session,run")
        wanted = support.without_window(self.report(*sources, *by))
        rng = random.Random(4)
        for attempt in range(3):
            rng.shuffle(sources)
            self.flyball_home = self.folder / f"ledger-{attempt}"
            for source in sources:
                self.ingest(source)
            self.same(self.report("ledger:", *by), wanted, sources)

    def test_claude_copies_and_overlaps(self):
        claude, _ = self.generated(12)
        by = ("--by", "day,model")
        wanted = support.without_window(self.lenient(claude, *by))
        copy = self.folder / "copy"
        shutil.copytree(claude, copy)
        report = self.lenient(claude, copy, *by)
        self.same(report, wanted, "a copy counted twice")
        self.assertGreaterEqual(report["coverage"]["duplicates"], 3000)
        self.same(self.lenient(claude, claude / "projects", *by), wanted, "a folder in a folder")
        self.ingest(copy)
        self.ingest(claude)
        self.ingest(claude / "projects")
        self.same(self.lenient("ledger:", *by), wanted, "ledger")

    def test_spans_in_other_clothes(self):
        _, spans = self.generated(13)
        by = ("--by", "workflow,minute")
        wanted = support.without_window(self.report(spans, *by))
        lines = spans.read_bytes().splitlines()
        many = self.folder / "many"
        many.mkdir()
        for number, line in enumerate(lines):
            (many / f"{number * 7919 % len(lines):06d}.jsonl").write_bytes(line + b"\n")
        clothes = {"gz": gzip.compress(spans.read_bytes(), 1), "crlf": b"\r\n".join(lines) + b"\r\n",
                   "bom": b"\xef\xbb\xbf" + spans.read_bytes(), "reversed": b"\n".join(reversed(lines)) + b"\n",
                   "blank": b"\n\n".join(lines) + b"\n"}
        sources = {"many files": f"otlp-json:{many}"}
        for name, data in clothes.items():
            path = self.folder / (f"{name}.jsonl" + (".gz" if name == "gz" else ""))
            path.write_bytes(data)
            sources[name] = path
        for name, source in sources.items():
            with self.subTest(name):
                self.same(self.report(source, *by), wanted, name)
                self.flyball_home = self.folder / ("ledger " + name)
                self.ingest(source)
                self.same(self.report("ledger:", *by), wanted, name)

    def test_a_relative_path_is_the_same_source(self):
        source = support.FIXTURES / "traceloop-0.27"
        self.ingest(source)
        for name in (str(source) + "/", os.path.relpath(source), source / ".." / source.name):
            again = self.ingest(name)
            self.assertEqual((again["calls_added"], list(again["offsets"])), (0, [str(source)]), name)
        keys = [g["key"]["source"] for g in self.report("ledger:", "--by", "source")["groups"]]
        self.assertEqual(keys, [str(source)])


if __name__ == "__main__":
    support.main()
