# SPDX-License-Identifier: GPL-3.0-or-later
"""How long a call takes from the write of its line to a snapshot that counts it, and what the window costs.

  live_bench.py --ctl PROGRAM [--app PROGRAM] [--calls 100000] [--rate 50] [--seconds 20] [--runs 3]
                [--window-calls 1000000] [--window-seconds 60] [--idle-seconds 30] [--starts 5]

First without a window: `flyballctl watch` reads a corpus of about --calls calls into its ledger, then follows a
file to which gen_live.py appends. Latency = monotonic_ns of the first line that counts a call, less the clock
after the write of that call. A snapshot is published at most every 80 ms, so about half of that is the least to
expect. Then, with --app, the window on a ledger of --window-calls calls (window_bench.py), with the limit beside
each figure; exit status 1 when one is missed. --runs 0 leaves the first part out. Corpora are kept in
$FLYBALL_BENCH_DIR (default: a folder that is removed at the end).
"""
import argparse
import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import threading
import time

import window_bench

GENERATORS = pathlib.Path(__file__).resolve().parent / "generators"
TICKS = os.sysconf("SC_CLK_TCK")
SPANS_PER_CALL = 1.95
WAIT = 600


class Follower:
    """The watch process; its lines are read by a thread as they come."""

    def __init__(self, ctl, sources, env):
        self.process = subprocess.Popen([ctl, "watch", *sources], stdout=subprocess.PIPE, env=env,
                                        stdin=subprocess.DEVNULL)
        self.lines = []
        self.thread = threading.Thread(target=self.read, daemon=True)
        self.thread.start()

    def read(self):
        for line in self.process.stdout:
            self.lines.append(json.loads(line))

    def wait_for(self, calls):
        deadline = time.monotonic() + WAIT
        while not self.lines or self.lines[-1]["calls"] < calls:
            if time.monotonic() > deadline or self.process.poll() is not None:
                sys.exit(f"watch never counted {calls} calls; last line {self.lines[-1:]}")
            time.sleep(0.02)

    def cpu(self):
        fields = pathlib.Path(f"/proc/{self.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / TICKS

    def memory(self):
        for line in pathlib.Path(f"/proc/{self.process.pid}/status").read_text().splitlines():
            if line.startswith("VmRSS"):
                return int(line.split()[1]) / 1024
        return 0.0

    def stop(self):
        self.process.terminate()
        self.process.wait()
        self.thread.join()


def percentile(values, share):
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def one_run(options, folder, number):
    env = {k: v for k, v in os.environ.items() if not k.startswith(("FLYBALL_", "XDG_"))}
    env.update(HOME=str(folder), FLYBALL_HOME=str(folder / "flyball"), TMPDIR=str(folder))
    corpus, live, log = folder / "corpus.jsonl", folder / f"live-{number}.jsonl", folder / f"live-{number}.log"
    sources = [f"otlp-json:{live}"]
    base = {"calls": 0, "cost_nusd": 0}
    if options.calls:
        if not corpus.exists():
            subprocess.run([sys.executable, "-B", GENERATORS / "gen_otlp.py", "--out", corpus, "--spans",
                            str(int(options.calls * SPANS_PER_CALL))], check=True, stderr=subprocess.DEVNULL)
        base = json.loads(pathlib.Path(f"{corpus}.truth.json").read_text())["total"]
        sources.append(f"otlp-json:{corpus}")
    live.touch()
    start = time.monotonic()
    follower = Follower(options.ctl, sources, env)
    follower.wait_for(base["calls"])
    loaded = time.monotonic() - start
    time.sleep(1)
    cpu, began = follower.cpu(), time.monotonic()
    subprocess.run([sys.executable, "-B", GENERATORS / "gen_live.py", "--otlp", live, "--rate", str(options.rate),
                    "--seconds", str(options.seconds), "--log", log], check=True, stdout=subprocess.DEVNULL)
    share = (follower.cpu() - cpu) / (time.monotonic() - began)
    writes = [tuple(map(int, line.split())) for line in log.read_text().splitlines()]
    follower.wait_for(base["calls"] + writes[-1][1])
    memory = follower.memory()
    follower.stop()
    cost = follower.lines[-1]["cost_nusd"] - base["cost_nusd"]
    if cost != writes[-1][3]:
        sys.exit(f"watch counted {cost} nUSD, {writes[-1][3]} were written")
    latencies, at = [], 0
    for stamp, calls, _, _ in writes:
        while follower.lines[at]["calls"] < base["calls"] + calls:
            at += 1
        latencies.append(max(0, follower.lines[at]["monotonic_ns"] - stamp) / 1e6)
    return {"load": loaded, "p50": percentile(latencies, 0.5), "p99": percentile(latencies, 0.99),
            "max": max(latencies), "cpu": share * 100, "rss": memory, "writes": len(writes)}


def arguments():
    parser = argparse.ArgumentParser()
    parser.add_argument("--ctl", required=True)
    parser.add_argument("--app")
    parser.add_argument("--calls", type=int, default=100_000)
    parser.add_argument("--rate", type=float, default=50)
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--window-calls", type=int, default=1_000_000)
    parser.add_argument("--window-seconds", type=float, default=60)
    parser.add_argument("--idle-seconds", type=float, default=30)
    parser.add_argument("--starts", type=int, default=5)
    return parser.parse_args()


def without_window(options):
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}; {options.calls} calls in the ledger, "
          f"{options.rate:g} new ones a second for {options.seconds:g} s")
    print(f"  {'run':8s} {'loaded s':>9s} {'p50 ms':>8s} {'p99 ms':>8s} {'max ms':>8s} {'cpu %':>7s} {'MiB':>6s}")
    rows = []
    with tempfile.TemporaryDirectory(prefix="flyball-live-") as folder:
        for number in range(1, options.runs + 1):
            row = one_run(options, pathlib.Path(folder), number)
            rows.append(row)
            show(str(number), row)
    show("median", {key: statistics.median(row[key] for row in rows) for key in rows[0]})


def main():
    options = arguments()
    if options.runs > 0:
        without_window(options)
    if not options.app:
        return 0
    with tempfile.TemporaryDirectory(prefix="flyball-live-") as folder:
        corpora = pathlib.Path(os.environ.get("FLYBALL_BENCH_DIR") or folder)
        corpora.mkdir(parents=True, exist_ok=True)
        return 0 if window_bench.run(options, corpora.resolve(), pathlib.Path(folder)) else 1


def show(name, row):
    print(f"  {name:8s} {row['load']:9.2f} {row['p50']:8.1f} {row['p99']:8.1f} {row['max']:8.1f} {row['cpu']:7.1f} "
          f"{row['rss']:6.0f}", flush=True)


sys.exit(main())
