# SPDX-License-Identifier: GPL-3.0-or-later
"""What cannot be used is refused with status 2 and one line that names it, and changes nothing."""
import json
import os
import subprocess
import time

import support

NS = 10**9
START = 1_772_366_400 * NS  # 2026-03-01T12:00:00Z


class Refusals(support.Case):
    def setUp(self):
        super().setUp()
        self.spans = self.folder / "spans.jsonl"
        self.spans.write_text(support.export([support.chat(1, 1, 0, START)]))

    def tearDown(self):
        self.assertFalse((self.flyball_home / "data" / "overrides.json").exists())

    def test_arguments(self):
        source = self.spans
        self.refused("frobnicate", names=["frobnicate"])
        self.refused("report", source, "--colour", names=["--colour"])
        self.refused("report", source, "-x", names=["-x"])
        self.refused("report", source, "--by", names=["--by"])
        self.refused("report", source, "--lenient=1", names=["--lenient"])
        self.refused("report", source, "--by", "day,planet", names=["planet"])
        self.refused("report", source, "--by", "day,,model", names=["--by"])
        self.refused("report", source, "--tz", "Mars/Olympus", names=["Mars/Olympus"])
        self.refused("report", source, "--tz", "../../etc/passwd", names=["etc/passwd"])
        self.refused("report", source, "--since", "yesterday", names=["--since", "yesterday"])
        self.refused("report", source, "--until", "2026-13-01", names=["--until", "2026-13-01"])
        self.refused("report", source, "--until", "2026-02-30", names=["--until", "2026-02-30"])
        self.refused("report", source, "--format", "xml", names=["xml"])
        self.refused("report", source, "--threads", "-1", names=["-1"])
        self.refused("report", source, "--threads", "many", names=["many"])
        self.refused("watch", source, "--for", "soon", names=["soon"])
        self.refused("watch", source, "--for", "-3", names=["-3"])
        self.refused("watch", source, "--for", "nan", names=["nan"])
        self.refused("watch", source, "--for", "", names=["--for"])
        self.refused("watch", source, "--for", "1e300", names=["1e300"])
        self.refused("watch", names=["source"])
        self.refused("ingest", names=["source"])
        self.refused("ingest", "ledger:", names=["ledger"])
        self.refused("report", source, "ledger:", names=["ledger"])
        self.assertEqual(self.run_ctl().returncode, 2)

    def test_kinds(self):
        self.refused("report", f"frob:{self.spans}", names=["frob"])
        self.refused("report", "prometheus:http://localhost:9", names=["prometheus"])
        self.refused("report", f"bifrost:{self.spans}", names=["bifrost"])
        self.refused("report", "otlp-json:", names=["path"])
        self.refused("watch", f"frob:{self.spans}", names=["frob"])
        self.refused("ingest", f"frob:{self.spans}", names=["frob"])

    def test_paths(self):
        missing = self.folder / "nowhere"
        for command in ("report", "watch", "ingest"):
            self.refused(command, missing, names=[missing])
            self.refused(command, f"otlp-json:{missing}", names=[missing])
        fifo = self.folder / "fifo"
        os.mkfifo(fifo)
        started = time.monotonic()
        self.refused("report", fifo, names=[fifo])
        self.refused("report", f"otlp-json:{fifo}", names=[fifo])
        self.refused("ingest", fifo, names=[fifo])
        self.assertLess(time.monotonic() - started, 30, "a FIFO was waited for")
        self.refused("report", "/dev/null", names=["/dev/null"])
        text = self.folder / "notes.jsonl"
        text.write_text("these are not traces\n" * 50)
        self.refused("report", text, names=[text])
        self.refused("report", "auto", names=["no local traces"])
        self.refused("report", names=["no local traces"])
        self.refused("report", "ledger:", names=["ledger"])

    def test_forbidden(self):
        secret = self.folder / "secret.jsonl"
        secret.write_text("x")
        secret.chmod(0)
        if os.access(secret, os.R_OK):
            self.skipTest("root reads everything")
        self.refused("report", secret, names=[secret])

    def test_a_folder_without_traces_is_empty_not_wrong(self):
        empty = self.folder / "empty"
        empty.mkdir()
        report = self.report(empty)
        self.assertEqual(report["totals"]["calls"], 0)
        self.assertEqual(report["groups"], [])

    def test_prices(self):
        broken = {"no.json": "{", "list.json": "[1]", "empty.json": "",
                  "rate.json": json.dumps({"format": "flyball.overrides/1", "currency": "USD", "models": [
                      {"model": "m", "rates": {"input": "cheap", "output": "1"}}]}),
                  "euro.json": json.dumps({"currency": "EUR", "models": [{"model": "m", "rates": {"input": "1"}}]}),
                  "huge.json": json.dumps({"models": [{"model": "m", "rates": {"input": "3000000", "output": "1"}}]})}
        for name, text in broken.items():
            path = self.folder / name
            path.write_text(text)
            with self.subTest(file=name):
                self.refused("report", self.spans, "--prices", path, names=[name])
                self.refused("prices", "show", "--prices", path, names=[name])
                self.refused("prices", "import", path, names=[name])
                self.refused("watch", self.spans, "--prices", path, "--for", "1", names=[name])
                self.refused("ingest", self.spans, "--prices", path, names=[name])
        self.refused("report", self.spans, "--prices", self.folder / "gone.json", names=["gone.json"])
        self.assertFalse((self.flyball_home / "data" / "ledger.db").exists())

    def test_broken_overrides(self):
        data = self.flyball_home / "data"
        data.mkdir(parents=True)
        overrides = data / "overrides.json"
        overrides.write_text("{ half")
        self.addCleanup(lambda: None)
        for words in (("report", self.spans), ("prices", "show"), ("ingest", self.spans)):
            self.refused(*words, names=["overrides.json"])
        self.assertEqual(overrides.read_text(), "{ half")
        overrides.unlink()

    def test_second_writer(self):
        first = self.start_ctl("ingest", self.spans, "--follow")
        with support.ended(first):
            lock = self.flyball_home / "data" / "ledger.db"
            deadline = time.monotonic() + 60
            while not lock.exists() or lock.stat().st_size == 0:
                self.assertLess(time.monotonic(), deadline, "the first ingest never made a ledger")
                time.sleep(0.02)
            self.refused("ingest", self.spans, names=["ledger.db"])
            # Readers are welcome while it writes.
            deadline = time.monotonic() + 60
            while self.report("ledger:")["totals"]["calls"] != 1:
                self.assertLess(time.monotonic(), deadline)
                time.sleep(0.05)
            with open(self.spans, "a") as file:
                file.write(support.export([support.chat(2, 2, 0, START + NS)]))
            deadline = time.monotonic() + 60
            while self.report("ledger:")["totals"]["calls"] != 2:
                self.assertLess(time.monotonic(), deadline, "--follow did not follow")
                time.sleep(0.05)
            first.terminate()
            out, err = first.communicate(timeout=60)
            self.assertEqual(first.returncode, 0, err)
            self.assertEqual(json.loads(out)["calls_added"], 2)
        self.assertEqual(self.ingest(self.spans)["calls_added"], 0)

    def test_output_that_cannot_be_written(self):
        for words in (("report", self.spans), ("prices", "show"), ("report", "--help")):
            with open("/dev/full", "wb") as full:
                result = subprocess.run([support.PROGRAM, *map(str, words)], stdout=full, stderr=subprocess.PIPE,
                                        env=self.environment(), timeout=support.LIMIT, check=False)
            self.assertEqual(result.returncode, 2, words)
            self.assertIn("cannot be written", result.stderr.decode())

    def test_rejected_parts(self):
        with open(self.spans, "a") as file:
            file.write('{"resourceSpans":[{"resource"\n')
        result = self.run_ctl("report", self.spans, "--format", "json")
        self.assertEqual(result.returncode, 3)
        report = json.loads(result.stdout)
        self.assertEqual(sum(report["coverage"]["rejected"].values()), 1)
        self.assertEqual(report["totals"]["calls"], 1)
        self.assertEqual(report["totals"]["cost_bound"], "at_least")
        self.assertEqual(self.run_ctl("report", self.spans, "--lenient").returncode, 0)
        tested = self.json_of("sources", "test", self.spans, code=3)
        self.assertEqual(tested["rejected"], report["coverage"]["rejected"])


if __name__ == "__main__":
    support.main()
