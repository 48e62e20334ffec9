# SPDX-License-Identifier: GPL-3.0-or-later
"""300 times kill -9 while the ledger is filled: afterwards nothing is lost and nothing is counted twice."""
import os
import random
import signal
import subprocess
import time

import support

KILLS = 300
ROUNDS = 6  # ledgers; each is killed KILLS / ROUNDS times
SEED = int(os.environ.get("FLYBALL_KILL_SEED", "20261121"))


class Kill(support.Case):
    def make_sources(self):
        claude, spans = self.folder / "claude", self.folder / "spans.jsonl"
        support.generate("gen_claude.py", "--out", claude, "--calls", 3000, "--seed", 5, "--lean", "--edge")
        support.generate("gen_otlp.py", "--out", spans, "--spans", 6000, "--seed", 5, "--dup")
        return {"claude": (f"claude-code:{claude}", "day,model"), "otlp": (f"otlp-json:{spans}", "workflow,minute")}

    def seconds_of_a_run(self, source):
        """How long a whole ingest takes here and now, from which the moments of death are drawn."""
        self.flyball_home = self.folder / "timing"
        start = time.monotonic()
        self.ingest(source)
        return time.monotonic() - start

    def kill_once(self, source, delay):
        """True when the process was still running when it was killed."""
        process = subprocess.Popen([support.PROGRAM, "ingest", source], env=self.environment(),
                                   stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        with support.ended(process):
            time.sleep(delay)
            alive = process.poll() is None
            if alive:
                process.send_signal(signal.SIGKILL)
        return alive

    def test_kill(self):
        rng = random.Random(SEED)
        killed = 0
        partial = 0
        sources = self.make_sources()
        for round_number in range(ROUNDS):
            name = "claude" if round_number % 2 == 0 else "otlp"
            source, keys = sources[name]
            self.home.mkdir(exist_ok=True)
            whole = self.seconds_of_a_run(source)
            subprocess.run(["rm", "-rf", str(self.folder / "timing")], check=True)
            self.flyball_home = self.folder / f"ledger-{round_number}"
            # Early deaths make progress rare, late ones find nothing left to do: start anew now and then.
            done = 0
            while done < KILLS // ROUNDS:
                if self.kill_once(source, rng.random() * whole * 0.9):
                    done += 1
                    killed += 1
                elif (self.flyball_home / "data").exists():
                    self.compare(source, keys, round_number)
                    subprocess.run(["rm", "-rf", str(self.flyball_home)], check=True)
            partial += self.stored_calls() > 0
            self.ingest(source)
            self.compare(source, keys, round_number)
            self.assertEqual(self.ingest(source)["calls_added"], 0)
            self.compare(source, keys, round_number)
        self.assertEqual(killed, KILLS)
        print(f"{killed} kills over {ROUNDS} ledgers, {partial} of them held calls when last killed (seed {SEED})")

    def stored_calls(self):
        """Calls in the ledger right after a kill; a ledger that has no table yet holds none."""
        result = self.run_ctl("report", "ledger:", "--lenient", "--format", "csv")
        if result.returncode != 0:
            return 0
        return int(result.stdout.decode().splitlines()[1].split(",")[0])

    def compare(self, source, keys, round_number):
        files = self.run_ctl("report", source, "--by", keys, "--lenient", "--format", "csv")
        ledger = self.run_ctl("report", "ledger:", "--by", keys, "--lenient", "--format", "csv")
        self.assertEqual((files.returncode, ledger.returncode), (0, 0), ledger.stderr.decode())
        self.assertGreater(files.stdout.count(b"\n"), 10)
        self.assertEqual(ledger.stdout, files.stdout, f"ledger {round_number}, seed {SEED}")
        # Counted rejects must survive as well, each once.
        counts = [self.report(s, code=3 if "claude" in source else 0)["coverage"]["rejected"]
                  for s in (source, "ledger:")]
        self.assertEqual(counts[0], counts[1], f"ledger {round_number}, seed {SEED}")


if __name__ == "__main__":
    support.main()
