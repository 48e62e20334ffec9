# SPDX-License-Identifier: GPL-3.0-or-later
"""Files of every format that grow between two runs: the ledger says what one look at the whole files says."""
import shutil

import support

SAMPLES = {"codex": "codex-0.169/sessions", "gemini-cli": "gemini-cli-0.61/tmp", "claude-code": "claude-code-2.1.197/projects",
           "steps": "steps/steps.jsonl", "api-usage": "api-bodies/responses.jsonl"}
# Without a time of its own a record happened when it was read, so no key here is one of time.
KEYS = ("--by", "model,session,run,agent,step,workflow,status")


def whole_chat(answers):
    """A chat as older versions of Gemini CLI write it: one object over many lines, no line end at its end."""
    tokens = '"tokens": {\n        "input": 100,\n        "output": 7\n      }'
    messages = [f'    {{\n      "id": "g{i}",\n      "timestamp": "2026-11-21T10:00:0{i}Z",\n      "type": "gemini",\n'
                f'      "model": "gemini-2.5-pro",\n      {tokens}\n    }}' for i in range(answers)]
    return ('{\n  "sessionId": "s1",\n  "projectHash": "p1",\n  "startTime": "2026-11-21T10:00:00Z",\n  "messages": [\n'
            + ",\n".join(messages) + "\n  ]\n}")


class Growing(support.Case):
    def grow(self, folder, whole, share):
        """Writes the first part of every file, cut anywhere: in the middle of lines as well."""
        for path in sorted(p for p in whole.rglob("*") if p.is_file()):
            target = folder / path.relative_to(whole)
            target.parent.mkdir(parents=True, exist_ok=True)
            data = path.read_bytes()
            with open(target, "ab") as file:
                file.write(data[file.tell():len(data) * share // 100])


    def test_every_format(self):
        for kind, place in SAMPLES.items():
            with self.subTest(kind):
                self.flyball_home = self.folder / ("home-" + kind)
                sample = support.FIXTURES / place
                whole = self.folder / kind / "whole"
                grown = self.folder / kind / "grown"
                shutil.copytree(sample, whole) if sample.is_dir() else (whole.mkdir(parents=True),
                                                                        shutil.copy(sample, whole))
                for share in (20, 45, 46, 80, 100):
                    self.grow(grown, whole, share)
                    self.run_ctl("ingest", f"{kind}:{grown}")
                ledger = self.report("ledger:", *KEYS)
                self.assertGreater(ledger["totals"]["calls"], 2)
                self.assertEqual(support.without_window(ledger),
                                 support.without_window(self.report(f"{kind}:{grown}", *KEYS)))

    def test_chats_that_are_written_whole_each_time(self):
        chat = self.folder / "tmp" / "shop" / "chats" / "session-1.json"
        chat.parent.mkdir(parents=True)
        for answers in range(1, 6):
            chat.write_text(whole_chat(answers))
            self.ingest(f"gemini-cli:{self.folder / 'tmp'}")
            report = self.report("ledger:", "--by", "session,workflow")
            self.assertEqual(report["totals"]["calls"], answers)
            self.assertEqual([g["key"] for g in report["groups"]], [{"session": "s1", "workflow": "shop"}])
        self.assertEqual(self.report(chat)["totals"]["tokens"]["in_total"], 500)

    def test_watch_sees_them(self):
        for kind, place in SAMPLES.items():
            result = self.run_ctl("watch", f"{kind}:{support.FIXTURES / place}", "--for", "1")
            self.assertEqual(result.returncode, 0, result.stderr.decode())
            last = support.json.loads(result.stdout.decode().strip().splitlines()[-1])
            want = self.report(f"{kind}:{support.FIXTURES / place}")["totals"]
            self.assertEqual((last["calls"], last["cost_nusd"]), (want["calls"], want["cost_nusd"]), kind)


if __name__ == "__main__":
    support.main()
