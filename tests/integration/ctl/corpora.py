# SPDX-License-Identifier: GPL-3.0-or-later
"""Generated corpora with exact truth, and the ways a total can be reached: all must agree."""
import json
import pathlib
import shutil

import support

SEEDS = (1, 2, 3)
CALLS = 20_000
SPANS_PER_CALL = 1.95  # of gen_otlp.py


class CorpusCase(support.Case):
    """Subclasses say how a corpus is made, which keys its truth has, and how to check against it."""

    keys = ""

    def source_files(self, source):
        return [p for p in pathlib.Path(source).rglob("*.jsonl")] if source.is_dir() else [source]

    def check_every_way(self, source, check):
        """From files with one and two threads, from the ledger, from the ledger after two halves."""
        rejected = None
        texts = []
        for threads in (1, 2):
            result = self.run_ctl("report", source, "--by", self.keys, "--threads", threads, "--format", "json")
            self.assertIn(result.returncode, (0, 3), result.stderr.decode())
            texts.append(result.stdout)
            report = json.loads(result.stdout)
            rejected = report["coverage"]["rejected"]
            self.assertEqual(result.returncode, 3 if rejected else 0)
            check(report)
        self.assertEqual(texts[0], texts[1], "the number of threads shows in the report")
        code = 3 if rejected else 0
        self.flyball_home = self.folder / "whole"
        self.ingest(source)
        stored = self.report("ledger:", "--by", self.keys, code=code)
        check(stored)
        self.assertEqual(support.without_window(stored), support.without_window(report))
        self.assertEqual(stored["coverage"]["rejected"], rejected)
        self.assertEqual(self.ingest(source)["calls_added"], 0, "a restart counted something again")
        after = self.report("ledger:", "--by", self.keys, code=code)
        self.assertEqual(support.without_window(after), support.without_window(report))
        self.check_halves(source, report, rejected, code)

    def check_halves(self, source, report, rejected, code):
        """Every file is cut in its middle, ingested, completed and ingested again by another process."""
        part = self.folder / "halves" / source.name
        part.parent.mkdir()
        if source.is_dir():
            shutil.copytree(source, part)
        else:
            shutil.copy(source, part)
        rest = []
        for path in self.source_files(part):
            data = path.read_bytes()
            rest.append((path, data[len(data) // 2:]))
            with open(path, "r+b") as file:
                file.truncate(len(data) // 2)
        self.flyball_home = self.folder / "split"
        first = self.ingest(part)
        self.assertGreater(first["calls_added"], 0)
        for path, data in rest:
            with open(path, "ab") as file:
                file.write(data)
        second = self.ingest(part)
        self.assertGreater(second["calls_added"], 0)
        halves = self.report("ledger:", "--by", self.keys, code=code)
        self.assertEqual(support.without_window(halves), support.without_window(report))
        self.assertEqual(halves["coverage"]["rejected"], rejected)
