# SPDX-License-Identifier: GPL-3.0-or-later
"""OpenCode: a database that is written while it is read, and the files of older versions beside it."""
import contextlib
import json
import sqlite3
import time

import support

# The tables of OpenCode's migrations that its messages need.
SCHEMA = """
CREATE TABLE `project` (`id` text PRIMARY KEY, `worktree` text NOT NULL, `vcs` text, `name` text,
    `time_created` integer NOT NULL, `time_updated` integer NOT NULL, `sandboxes` text NOT NULL);
CREATE TABLE `session` (`id` text PRIMARY KEY, `project_id` text NOT NULL, `parent_id` text, `slug` text NOT NULL,
    `directory` text NOT NULL, `title` text NOT NULL, `version` text NOT NULL, `time_created` integer NOT NULL,
    `time_updated` integer NOT NULL);
CREATE TABLE `message` (`id` text PRIMARY KEY, `session_id` text NOT NULL, `time_created` integer NOT NULL,
    `time_updated` integer NOT NULL, `data` text NOT NULL);
CREATE TABLE `part` (`id` text PRIMARY KEY, `message_id` text NOT NULL, `session_id` text NOT NULL,
    `time_created` integer NOT NULL, `time_updated` integer NOT NULL, `data` text NOT NULL);
CREATE INDEX `message_session_idx` ON `message` (`session_id`);
"""
START = 1_795_255_200_000


def assistant(i, tokens=(100, 40), cost=0.0, completed=True):
    return {"role": "assistant", "time": {"created": START + i * 1000,
                                          **({"completed": START + i * 1000 + 900} if completed else {})},
            "parentID": f"msg_u{i // 3}", "modelID": "claude-sonnet-4-20250514", "providerID": "anthropic",
            "mode": "build", "agent": "build", "path": {"cwd": "/home/dev/shop", "root": "/home/dev/shop"},
            "cost": cost, "tokens": {"input": tokens[0], "output": tokens[1], "reasoning": 5,
                                     "cache": {"read": 1000, "write": 20}}}


class OpenCode(support.Case):
    def setUp(self):
        super().setUp()
        self.data = self.folder / "opencode"
        (self.data / "snapshot").mkdir(parents=True)
        (self.data / "auth.json").write_text("{}")
        self.connection = sqlite3.connect(self.data / "opencode.db", isolation_level=None)
        self.addCleanup(self.connection.close)
        self.connection.execute("PRAGMA journal_mode = WAL")
        self.connection.execute("PRAGMA wal_autocheckpoint = 0")  # everything new stands in the log
        self.connection.executescript(SCHEMA)
        self.connection.execute("INSERT INTO session VALUES('ses_1', 'p', NULL, 's', '/home/dev/shop', 't', '1', 1, 1)")

    def write(self, i, updated=None, **how):
        self.connection.execute(
            "INSERT INTO message VALUES(?, 'ses_1', ?, ?, ?) ON CONFLICT(id) DO UPDATE SET"
            " data = excluded.data, time_updated = excluded.time_updated",
            (f"msg_{i:04}", START, updated or START + i * 1000, json.dumps(assistant(i, **how))))

    def write_file(self, i, **how):
        folder = self.data / "storage" / "message" / "ses_1"
        folder.mkdir(parents=True, exist_ok=True)
        message = {"id": f"msg_{i:04}", "sessionID": "ses_1", **assistant(i, **how)}
        (folder / f"msg_{i:04}.json").write_text(json.dumps(message, indent=2))

    def test_folder_file_and_detection_say_the_same(self):
        for i in range(30):
            self.write(i)
        self.write(30, completed=False, tokens=(0, 0))
        for i in range(25, 40):  # five of them are in the database as well
            self.write_file(i)
        database = self.report(self.data / "opencode.db", "--by", "model")["totals"]
        self.assertEqual(database["calls"], 30)
        self.assertEqual(database["tokens"]["in_total"], 30 * 1120)
        self.assertEqual(database["tokens"]["out_total"], 30 * 45)
        self.assertIsNone(database["cost_reported_nusd"])  # 0 says nothing
        self.assertGreater(database["cost_nusd"], 0)
        wanted = None
        for source in (f"opencode:{self.data}", self.data):
            report = self.report(source, "--by", "model,workflow,agent")
            self.assertEqual(report["totals"]["calls"], 40)
            self.assertEqual(report["totals"]["runs"], 14)
            self.assertEqual(report["coverage"]["duplicates"], 5)
            self.assertEqual(report["coverage"]["rejected"], {})
            wanted = wanted or support.without_window(report)
            self.assertEqual(support.without_window(report), wanted)
        self.assertEqual([g["key"] for g in wanted["groups"]],
                         [{"model": "claude-sonnet-4-20250514", "workflow": "/home/dev/shop", "agent": "build"}])
        place = self.home / ".local" / "share"
        place.mkdir(parents=True)
        (place / "opencode").symlink_to(self.data)
        found = self.json_of("sources", "detect")
        self.assertIn("opencode", json.dumps(found))
        self.assertEqual(self.report("auto")["totals"]["calls"], 40)
        env = self.environment(OPENCODE_DATA_DIR=str(self.data)) | {"HOME": str(self.folder / "nobody")}
        result = self.run_ctl("report", "auto", "--format", "json", env=env)
        self.assertEqual(json.loads(result.stdout)["totals"]["calls"], 40)

    def test_the_ledger_follows(self):
        for i in range(10):
            self.write(i)
        source = f"opencode:{self.data}"
        self.assertEqual(self.ingest(source)["calls_added"], 10)
        self.assertEqual(self.ingest(source)["calls_added"], 0)
        self.write(10, completed=False, tokens=(0, 0), updated=START + 60_000)
        self.assertEqual(self.ingest(source)["calls_added"], 0)
        self.write(10, updated=START + 61_000)
        self.write(3, tokens=(100, 140), updated=START + 62_000)  # counted late
        added = self.ingest(source)
        self.assertEqual((added["calls_added"], added["calls_updated"]), (1, 1))
        self.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        self.assertEqual(self.ingest(source)["calls_added"], 0)
        ledger = support.without_window(self.report("ledger:", "--by", "model"))
        self.assertEqual(ledger, support.without_window(self.report(source, "--by", "model")))
        self.assertEqual(ledger["totals"]["tokens"]["out_total"], 10 * 45 + 145)

    def test_read_while_it_is_written(self):
        self.connection.execute("PRAGMA synchronous = OFF")  # a slow disk is not what is tried here
        self.write(0)
        watch = self.start_ctl("watch", f"opencode:{self.data}", "--for", "12")
        self.addCleanup(watch.kill)
        for i in range(1, 40):
            self.connection.execute("BEGIN IMMEDIATE")
            self.write(i)
            time.sleep(0.01)
            self.connection.execute("COMMIT")
            time.sleep(0.03)
        out, err = watch.communicate(timeout=60)
        self.assertEqual(watch.returncode, 0, err)
        last = json.loads(out.splitlines()[-1])
        totals = last.get("totals", last)
        self.assertEqual(totals["calls"], 40)

    def test_a_database_that_cannot_be_read_is_named(self):
        with contextlib.closing(sqlite3.connect(self.folder / "opencode.db")) as other:
            other.execute("CREATE TABLE notes(text)")
        self.refused("report", f"opencode:{self.folder / 'opencode.db'}", names=["opencode.db", "database_schema"])


if __name__ == "__main__":
    support.main()
