# SPDX-License-Identifier: GPL-3.0-or-later
"""20,000 calls in OTLP spans per corpus: exact by workflow and minute, though workflows are named last."""
import calendar
import json
import time

import corpora
import support


class OtlpCorpora(corpora.CorpusCase):
    keys = "workflow,minute"

    def against(self, truth):
        def check(report):
            got = {}
            for group in report["groups"]:
                minute = calendar.timegm(time.strptime(group["key"]["minute"], "%Y-%m-%dT%H:%MZ")) // 60
                got[f"{group['key']['workflow']} {minute}"] = [group["calls"], group["cost_nusd"]]
            self.assertEqual(got, truth["by_workflow_minute"])
            totals, want = report["totals"], truth["total"]
            for name in ("calls", "errors", "cost_nusd"):
                self.assertEqual(totals[name], want[name], name)
            tokens = totals["tokens"]
            self.assertEqual((tokens["in_total"], tokens["out_total"], tokens["cache_read"], tokens["out_reasoning"],
                              tokens["cache_write_untyped"]),
                             (want["input"], want["output"], want["cache_read"], want["reasoning"],
                              want["cache_creation"]))
            self.assertEqual(totals["runs"], truth["traces"])
            self.assertEqual(totals["cost_bound"], "exact")
            self.assertEqual(report["coverage"]["rejected"], {})
            if truth["args"]["dup"]:
                self.assertGreater(report["coverage"]["duplicates"], 0)
            else:
                self.assertEqual(report["coverage"]["duplicates"], 0)
        return check

    def run_corpora(self, *options):
        for seed in corpora.SEEDS:
            with self.subTest(seed=seed, options=options):
                self.setUp()
                source = self.folder / "spans.jsonl"
                support.generate("gen_otlp.py", "--out", source, "--spans",
                                 int(corpora.CALLS * corpora.SPANS_PER_CALL), "--seed", seed, *options)
                truth = json.loads((self.folder / "spans.jsonl.truth.json").read_text())
                self.check_every_way(source, self.against(truth))
                self.doCleanups()

    def test_plain(self):
        self.run_corpora()

    def test_resent_batches(self):
        self.run_corpora("--dup")


if __name__ == "__main__":
    support.main()
