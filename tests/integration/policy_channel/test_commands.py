# SPDX-License-Identifier: GPL-3.0-or-later
"""flyballctl policy check, show, diff, push, status, history and rollback, on the store and through a server."""
import json
import os
import subprocess

import channel
from channel import Case, policy


class Commands(Case):
    def json(self, *words, code=0):
        return json.loads(self.ctl(*words, "--format", "json", code=code).stdout)

    def test_check(self):
        self.assertTrue(self.json("check", channel.EXAMPLE)["valid"])
        broken = policy()
        broken["defaults"]["budget"]["run_soft"] = {"usd": 9}
        result = self.json("check", self.file(broken), code=2)
        self.assertFalse(result["valid"])
        finding = next(f for f in result["findings"] if f["severity"] == "error")
        self.assertEqual(sorted(finding), ["code", "message", "path", "severity"])
        self.assertTrue(finding["path"].startswith("/defaults/budget/run_soft"))
        self.assertEqual(self.ctl("check", "/nowhere", code=2).stdout, "")
        self.assertIn("not valid", self.ctl("check", self.file({}), code=2).stdout)

    def test_words_that_are_refused(self):
        for words in ([], ["nothing"], ["push"], ["push", "a", "b"], ["rollback", "x"], ["rollback", "0"], ["status", "x"],
                      ["history", "x"], ["serve", "x"], ["serve", "--listen", "0.0.0.0:0"], ["serve", "--listen", "1"],
                      ["serve", "--agent", "../x"], ["serve", "--agent"], ["diff"], ["show", "--format", "xml"],
                      ["status", "--server", "http://127.0.0.1:1"], ["status", "--server", "http://example.org:80",
                                                                      "--token-file", self.folder / "t"]):
            done = self.ctl(*words, code=2)
            self.assertEqual((done.stdout, done.stderr.count("\n")), ("", 1), words)

    def test_targets_while_a_server_holds_the_store(self):
        config = self.folder / "config.toml"
        self.data.mkdir(parents=True, mode=0o700)
        targets = self.data / "targets.json"
        targets.write_text(json.dumps({"targets": [{"id": "codex", "kind": "codex", "path": str(config)}]}))
        targets.chmod(0o600)
        self.start(document=policy())

        def does(*words, code=0):
            one = self.json("targets", *words, code=code)["targets"][0]
            self.assertEqual((one["id"], one["kind"], one["revision"]), ("codex", "codex", 1), one)
            self.assertTrue(one["receipts"])
            return one["state"]

        def seen():
            return next(t["state"] for t in self.status()["targets"] if t["id"] == "codex")

        self.assertEqual(does("push", "--author", "me"), "applied")
        ours = config.read_text()
        self.assertIn("gpt-4o", ours)
        config.write_text('model = "mine"\n')
        self.assertEqual(does("verify", code=3), "drifted")
        self.assertEqual(seen(), "drifted", "its receipts are in the store when the command ends")
        self.assertEqual(does("push", code=3), "drifted")
        self.assertEqual(config.read_text(), 'model = "mine"\n')
        self.assertEqual(does("restore", "codex", "--author", "me"), "applied")
        self.assertEqual((config.read_text(), seen()), (ours, "applied"))
        self.assertIn("no target", self.ctl("targets", "push", "other", code=2).stderr)
        audit = [json.loads(line) for line in self.ctl("history", "--audit", "--format", "json").stdout.splitlines()]
        asked = [(a["action"], a.get("operator")) for a in audit if a["action"].startswith("target_")]
        self.assertIn(("target_restore", "me"), asked, audit[-1])
        targets.write_text("{")
        self.assertIn("targets.json", self.ctl("targets", "verify", code=2).stderr)

    def test_orders_to_targets_are_the_operators(self):
        self.start(agents=["a1=w"])
        order = {"action": "push", "id": "", "author": "x"}
        self.assertEqual(self.op("POST", "/v1/targets", order)[0], 409, "nothing was pushed yet")
        self.push(policy())
        self.assertEqual(self.agents["a1"].ask("POST", "/v1/targets", order)[0], 403)
        self.assertEqual(self.ask("POST", "/v1/targets", None, order)[0], 401)
        for broken in ({"action": "delete"}, {"action": "restore"}, {"action": "release", "id": ""}, {}, {"action": 1}):
            self.assertEqual(self.op("POST", "/v1/targets", broken)[0], 400, broken)
        for path in ("/v1/targets/1", "/v1/targets/x", "/v1/targets/-1", "/v1/targets/1x"):
            self.assertEqual(self.op("GET", path)[0], 404, path)
        number = self.op("POST", "/v1/targets", order)[2]["order"]
        self.assertEqual(self.agents["a1"].ask("GET", f"/v1/targets/{number}")[0], 403)
        answer = {"running": True}
        for _ in range(200):
            if not answer["running"]:
                break
            answer = self.op("GET", f"/v1/targets/{number}")[2]
        self.assertEqual((answer["running"], answer["targets"]), (False, []))

    def round(self):
        first = self.json("push", self.file(policy()), "--author", "me", "--comment", "begin")
        self.assertEqual((first["revision"], first["agents"]["pending"]), (1, len(self.agents)))
        self.assertEqual(sorted(first["targets"][0]), ["detail", "id", "kind", "receipts", "state"])
        self.ctl("push", self.file(policy(run=2)), "--parent", "7", code=2)
        self.ctl("push", self.file(policy()), code=2)  # says nothing new
        self.assertEqual(self.json("push", self.file(policy(run=2)), "--parent", "1")["revision"], 2)
        self.assertEqual(self.json("rollback", "1", "--comment", "too tight")["revision"], 3)
        self.ctl("rollback", "9", code=2)
        self.assertEqual(self.json("status")["revision"], 3)
        history = self.json("history")["revisions"]
        self.assertEqual([(r["revision"], r["rollback_of"]) for r in history], [(1, None), (2, None), (3, 1)])
        self.assertEqual((history[0]["author"], history[2]["comment"]), ("me", "too tight"))
        changes = self.json("diff", "1", "2")["changes"]
        self.assertEqual([c["path"] for c in changes], ["/defaults/budget/run_hard/usd"])
        self.assertEqual(self.json("diff", "1", "3")["changes"], [])
        self.assertEqual(self.json("show")["rollback_of"], 1)
        self.assertEqual(self.json("show", "--workflow", "w")["policy"]["routing"]["default_tier"], "mid")
        audit = [json.loads(line) for line in self.ctl("history", "--audit", "--format", "json").stdout.splitlines()]
        self.assertEqual([e["action"] for e in audit if e["revision"]], ["push", "push", "rollback"])
        for words in (["status"], ["history"], ["show"], ["diff", "1", "2"], ["history", "--audit"]):
            self.assertTrue(self.ctl(*words).stdout, words)

    def test_on_the_store(self):
        self.round()

    def test_through_the_server_that_holds_it(self):
        self.start(agents=["a1"])
        self.round()

    def test_a_given_server_and_its_token(self):
        self.start(document=policy())
        words = ["status", "--server", f"http://127.0.0.1:{self.port}", "--token-file", self.data / "operator.token"]
        self.assertEqual(self.json(*words)["revision"], 1)
        (self.data / "operator.token").chmod(0o644)
        self.assertIn("chmod 600", self.ctl(*words, code=2).stderr)

    def test_second_server_is_refused(self):
        self.start(document=policy())
        done = subprocess.run([channel.PROGRAM, "policy", "serve"], capture_output=True, text=True, timeout=30,
                              env=self.environment(), check=False)
        self.assertEqual((done.returncode, done.stdout), (2, ""))
        self.assertIn("another process holds", done.stderr)

    def test_secrets_stay_private(self):
        self.start(agents=["a1"], document=policy())
        for name in os.listdir(self.data):
            self.assertEqual(os.stat(self.data / name).st_mode & 0o077, 0, name)
        secret = self.agents["a1"]
        self.server.terminate()
        self.assertEqual(self.server.wait(10), 0)
        self.kill()
        self.assertFalse((self.data / "channel.json").exists())
        self.assertNotIn(secret.token.encode(), b"".join((self.data / n).read_bytes() for n in os.listdir(self.data)))
        audit = self.ctl("history", "--audit", "--format", "json").stdout
        self.assertNotIn(secret.hmac, audit)
        (self.data / "policy-keys.json").chmod(0o640)
        self.assertIn("chmod 600", self.ctl("status", code=2).stderr)

    def test_damaged_store_is_kept_aside(self):
        self.ctl("push", self.file(policy()))
        (self.data / "policy.db").write_bytes(b"no database at all" * 100)
        self.start(document=policy())
        kept = [n for n in os.listdir(self.data) if ".corrupt-" in n]
        self.assertEqual((self.data / kept[0]).read_bytes()[:18], b"no database at all")
        self.assertEqual(self.status()["revision"], 1)

    def test_changed_audit_shows(self):
        self.ctl("push", self.file(policy()), "--comment", "truth")
        import sqlite3
        with sqlite3.connect(self.data / "policy.db") as db:
            db.execute("UPDATE audit SET line = replace(line, 'truth', 'fable')")
        self.assertIn("changed at entry 1", self.ctl("history", "--audit", code=2).stderr)


if __name__ == "__main__":
    channel.main()
