# SPDX-License-Identifier: GPL-3.0-or-later
"""20,000 Claude Code calls per corpus: exact to the nano-USD by day and model, however they are read."""
import json

import corpora
import support

TOKENS = {"input": "in_fresh", "output": "out_total", "cache_write_5m": "cache_write_5m",
          "cache_write_1h": "cache_write_1h", "cache_read": "cache_read"}


class ClaudeCorpora(corpora.CorpusCase):
    keys = "day,model"

    def against(self, truth):
        def check(report):
            got = {f"{g['key']['day']} {g['key']['model']}": g for g in report["groups"] if g["key"]["model"]}
            self.assertEqual(set(got), set(truth["by_day_model"]))
            for key, want in truth["by_day_model"].items():
                group = got[key]
                self.assertEqual(group["cost_nusd"], want["cost_nusd"], key)
                self.assertEqual(group["calls"], want["calls"], key)
                for name, ours in TOKENS.items():
                    self.assertEqual(group["tokens"][ours], want[name], (key, name))
            totals = report["totals"]
            self.assertEqual(totals["cost_nusd"], truth["total"]["cost_nusd"])
            self.assertEqual(totals["calls"], truth["total"]["calls"] + truth["synthetic_lines"])
            self.assertEqual(totals["errors"], truth["synthetic_lines"])
            self.assertEqual(totals["calls_unpriced"], 0)
            # Generated subagents never carry a stop reason and neither do their main files: no placeholders.
            self.assertEqual(totals["calls_placeholder"], 0)
            cut = truth["edge"].get("truncated_line", 0)
            self.assertEqual(sum(report["coverage"]["rejected"].values()), cut)
            self.assertEqual(totals["cost_bound"], "at_least" if cut else "exact")
        return check

    def run_corpora(self, *options):
        for seed in corpora.SEEDS:
            with self.subTest(seed=seed, options=options):
                self.setUp()
                source = self.folder / "claude"
                support.generate("gen_claude.py", "--out", source, "--calls", corpora.CALLS, "--seed", seed, "--lean",
                                 *options)
                truth = json.loads((source / "truth.json").read_text())
                self.check_every_way(source, self.against(truth))
                self.doCleanups()

    def test_plain(self):
        self.run_corpora()

    def test_edge(self):
        self.run_corpora("--edge")


if __name__ == "__main__":
    support.main()
