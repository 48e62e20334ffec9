# SPDX-License-Identifier: GPL-3.0-or-later
"""`watch`: totals follow a growing file; a name that comes late moves money without changing the sum."""
import json
import os
import selectors
import time

import support

NS = 10**9
WAIT = 60  # seconds; far beyond what is ever needed, machines are busy


class Watched:
    """A running `flyballctl watch` and the lines it printed."""

    def __init__(self, case, *words):
        self.case = case
        self.process = case.start_ctl("watch", *words)
        os.set_blocking(self.process.stdout.fileno(), False)
        self.selector = selectors.DefaultSelector()
        self.selector.register(self.process.stdout, selectors.EVENT_READ)
        self.rest = b""
        self.lines = []

    def until(self, wanted, what):
        """Reads lines until one satisfies `wanted`; returns it."""
        deadline = time.monotonic() + WAIT
        while time.monotonic() < deadline:
            self.selector.select(timeout=0.2)
            data = self.process.stdout.read() or b""
            *whole, self.rest = (self.rest + data).split(b"\n")
            for line in whole:
                self.lines.append(json.loads(line))
                if wanted(self.lines[-1]):
                    return self.lines[-1]
            if self.process.poll() is not None and not data:
                break
        self.case.fail(f"{what}; last line {self.lines[-1:]}, {self.process.poll()}")

    def close(self):
        self.selector.close()


class Watch(support.Case):
    def setUp(self):
        super().setUp()
        self.path = self.folder / "spans.jsonl"
        self.now = time.time_ns()

    def write(self, *spans):
        with open(self.path, "a") as file:
            file.write(support.export(list(spans)))

    def watching(self, *words):
        watched = Watched(self, *words)
        self.addCleanup(watched.close)
        return watched, support.ended(watched.process)

    def test_follows(self):
        self.write(support.chat(1, 1, 0, self.now))
        watched, ended = self.watching(self.path)
        with ended:
            first = watched.until(lambda line: line["calls"] == 1, "what is there was not read")
            for number in range(2, 8):
                self.write(support.chat(number, number, 0, self.now + number))
                line = watched.until(lambda line, n=number: line["calls"] == n, "a new call was not seen")
                self.assertEqual(line["cost_nusd"], number * first["cost_nusd"])
                self.assertEqual(line["tokens"]["in_total"], number * 1000)
            for line in watched.lines:
                self.assertTrue({"ts", "lag_ms", "monotonic_ns", "calls", "tokens", "cost_usd"} <= set(line))
            stamps = [line["monotonic_ns"] for line in watched.lines]
            self.assertEqual(stamps, sorted(stamps))
            watched.process.terminate()
            self.assertEqual(watched.process.wait(timeout=WAIT), 0)
        # It wrote nothing of the operator's and left nothing behind.
        self.assertFalse(self.flyball_home.exists())
        self.assertEqual([p.name for p in self.folder.iterdir() if p.name.startswith("flyball-")], [])

    def test_new_starts_at_the_end(self):
        self.write(support.chat(1, 1, 0, self.now), support.chat(1, 2, 0, self.now))
        watched, ended = self.watching(self.path, "--new")
        with ended:
            watched.until(lambda line: line["settled"] and line["calls"] == 0, "old calls were counted")
            self.write(support.chat(2, 3, 0, self.now))
            watched.until(lambda line: line["calls"] == 1, "the new call was not seen")
            self.assertNotIn(3, [line["calls"] for line in watched.lines])

    def test_for_ends_by_itself(self):
        self.write(support.chat(1, 1, 0, self.now))
        started = time.monotonic()
        result = self.run_ctl("watch", self.path, "--for", "2")
        took = time.monotonic() - started
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertGreaterEqual(took, 2)
        self.assertEqual(json.loads(result.stdout.splitlines()[-1])["calls"], 1)

    def test_a_reader_that_leaves(self):
        self.write(support.chat(1, 1, 0, self.now))
        watched, ended = self.watching(self.path)
        with ended:
            watched.until(lambda line: line["calls"] == 1, "what is there was not read")
            watched.process.stdout.close()
            deadline = time.monotonic() + WAIT
            number = 2
            while watched.process.poll() is None:
                self.assertLess(time.monotonic(), deadline, "it writes to nobody")
                self.write(support.chat(number, number, 0, self.now))
                number += 1
                time.sleep(0.1)
        self.assertEqual([p.name for p in self.folder.iterdir() if p.name.startswith("flyball-")], [])

    def test_watch_agrees_with_report(self):
        source = support.FIXTURES / "claude-code-2.1.197" / "projects"
        watched, ended = self.watching(source)
        report = self.report(source)["totals"]
        with ended:
            line = watched.until(lambda line: line["settled"] and line["calls"] == report["calls"], "calls are missing")
        for field in ("calls", "errors", "runs", "tokens", "cost_nusd", "cost_bound", "calls_placeholder"):
            self.assertEqual(line[field], report[field], field)

    def test_new_files_of_a_folder(self):
        folder = self.folder / "traces"
        folder.mkdir()
        watched, ended = self.watching(f"otlp-json:{folder}")
        with ended:
            for number in (1, 2, 3):
                with open(folder / f"part-{number}.jsonl", "w") as file:
                    file.write(support.export([support.chat(number, number, 0, self.now)]))
                watched.until(lambda line, n=number: line["calls"] == n, "a new file was not found")

    def test_half_a_line_waits_for_its_end(self):
        self.write(support.chat(1, 1, 0, self.now))
        line = support.export([support.chat(2, 2, 0, self.now)])
        watched, ended = self.watching(self.path)
        with ended:
            watched.until(lambda line: line["calls"] == 1, "what is there was not read")
            with open(self.path, "a") as file:
                file.write(line[:200])
                file.flush()
                time.sleep(0.5)
                file.write(line[200:])
            done = watched.until(lambda line: line["calls"] == 2, "the completed line was not read")
            self.assertEqual(done["cost_bound"], "exact", "the half line was rejected")

    def test_late_root_moves_money(self):
        """The ledger of a following ingest: money is counted at once, its workflow comes with the root span."""
        calls = [support.chat(7, n, 99, self.now + n, tokens=(1000 * n, 10 * n)) for n in range(1, 6)]
        self.write(*calls)
        process = self.start_ctl("ingest", self.path, "--follow")
        with support.ended(process):
            before = self.by_workflow(lambda groups: groups.get("", (0, 0))[0] == 5)
            self.assertEqual(set(before), {""})
            self.write(support.workflow(7, 99, "nightly", self.now - NS, self.now + NS))
            after = self.by_workflow(lambda groups: "nightly" in groups)
            self.assertEqual(after, {"nightly": before[""]})
            process.terminate()
            self.assertEqual(process.wait(timeout=WAIT), 0)
        files = {g["key"]["workflow"]: (g["calls"], g["cost_nusd"])
                 for g in self.report(self.path, "--by", "workflow")["groups"]}
        self.assertEqual(files, after)

    def by_workflow(self, wanted):
        deadline = time.monotonic() + WAIT
        groups = {}
        while time.monotonic() < deadline:
            result = self.run_ctl("report", "ledger:", "--by", "workflow", "--format", "json")
            if result.returncode == 0:
                groups = {g["key"]["workflow"]: (g["calls"], g["cost_nusd"])
                          for g in json.loads(result.stdout)["groups"]}
                if wanted(groups):
                    return groups
            time.sleep(0.05)
        self.fail(f"workflows stayed at {groups}")


if __name__ == "__main__":
    support.main()
