# SPDX-License-Identifier: GPL-3.0-or-later
"""Times flyballctl against peers on the same corpora, by turns, and prints medians and ratios (see bench.sh).

Wall seconds depend on what else the machine does; processor seconds (user + system) much less. Both are
printed. Every result is checked against the corpus' exact truth before its time counts.
"""
import argparse
import json
import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
GENERATORS = HERE / "generators"


def run(command, env=None):
    """Seconds of wall clock, of processor, peak memory in MiB, and the output."""
    with tempfile.TemporaryFile() as out:
        start = time.monotonic()
        process = subprocess.Popen([str(word) for word in command], stdout=out, stderr=subprocess.PIPE,
                                   stdin=subprocess.DEVNULL, env=env)
        error = process.stderr.read()
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.monotonic() - start
        process.returncode = os.waitstatus_to_exitcode(status)
        process.stderr.close()
        out.seek(0)
        text = out.read().decode(errors="replace")
    if process.returncode not in (0, 3):
        sys.exit(f"{command[0]} ended with {process.returncode}: {error.decode(errors='replace')[:500]}")
    return {"wall": wall, "cpu": usage.ru_utime + usage.ru_stime, "rss": usage.ru_maxrss / 1024, "text": text}


def generate(script, target, *arguments):
    if not target.exists():
        print(f"making {target.name} ...", flush=True)
        part = target.with_name(target.name + ".part")
        subprocess.run([sys.executable, "-B", GENERATORS / script, "--out", part, *map(str, arguments)], check=True)
        for made in sorted(part.parent.glob(part.name + "*")):
            made.rename(made.with_name(made.name.replace(".part", "")))
    return target


def by_turns(contestants, runs):
    """Runs every contestant `runs` times, taking turns, after one run each that warms the page cache."""
    results = {name: [] for name in contestants}
    for turn in range(runs + 1):
        for name, (command, env, check) in contestants.items():
            result = run(command, env)
            if turn == 0:
                check(result["text"])
            else:
                results[name].append(result)
    return {name: {key: statistics.median(r[key] for r in rows) for key in ("wall", "cpu", "rss")}
            for name, rows in results.items()}


def table(title, medians, megabytes):
    print(f"\n{title}")
    print(f"  {'program':28s} {'wall s':>8s} {'cpu s':>8s} {'MB/s':>7s} {'peak MiB':>9s}   ratio of wall, of cpu")
    ours = next(iter(medians.values()))
    for name, m in medians.items():
        print(f"  {name:28s} {m['wall']:8.2f} {m['cpu']:8.2f} {megabytes / m['wall']:7.0f} {m['rss']:9.0f}"
              f"   {m['wall'] / ours['wall']:5.1f}x {m['cpu'] / ours['cpu']:5.1f}x")


def size_of(path):
    files = [path] if path.is_file() else [p for p in path.rglob("*.jsonl")]
    return sum(p.stat().st_size for p in files) / 1e6


class Bench:
    def __init__(self, options):
        self.options = options
        self.folder = options.folder
        home = self.folder / "home"
        home.mkdir(exist_ok=True)
        self.env = {k: v for k, v in os.environ.items() if not k.startswith(("FLYBALL_", "XDG_", "CLAUDE_"))}
        self.env.update(HOME=str(home), FLYBALL_HOME=str(self.folder / "flyball"), TZ="UTC", LC_ALL="C.UTF-8")
        self.scale = 5 if options.quick else 1

    def report(self, *words):
        return [self.options.ctl, "report", *words, "--format", "json"]

    def exact(self, cost):
        def check(text):
            got = json.loads(text)["totals"]["cost_nusd"]
            if got != cost:
                sys.exit(f"flyballctl says {got} nUSD, the truth is {cost}")
        return check

    def claude(self):
        calls = 100_000 // self.scale
        corpus = generate("gen_claude.py", self.folder / f"claude-{calls}", "--calls", calls)
        truth = json.loads((corpus / "truth.json").read_text())
        contestants = {
            "flyballctl": (self.report(corpus, "--by", "day,model"), self.env, self.exact(truth["total"]["cost_nusd"])),
            "flyballctl --threads 1": (self.report(corpus, "--by", "day,model", "--threads", "1"), self.env,
                                       self.exact(truth["total"]["cost_nusd"]))}
        if self.options.ccusage:
            env = dict(self.env, CLAUDE_CONFIG_DIR=str(corpus))
            command = [self.options.ccusage, "claude", "daily", "--json", "--offline"]
            alone = ["unshare", "-rn"]  # nothing of it can be a download
            if shutil.which("unshare") and subprocess.run([*alone, "true"], capture_output=True, check=False).returncode == 0:
                command = alone + command

            def peer_check(text):
                cost = json.loads(text[text.index("{"):])["totals"]["totalCost"]
                print(f"ccusage: {cost:.6f} USD, truth {truth['total_usd']:.6f} USD "
                      f"({(cost / truth['total_usd'] - 1) * 100:+.5f} %); flyballctl is exact")
            contestants["ccusage 20.0.24"] = (command, env, peer_check)
        table(f"Claude Code, {calls} calls, {size_of(corpus):.0f} MB: cost by day",
              by_turns(contestants, self.options.runs), size_of(corpus))

    def otlp(self):
        spans = 1_000_000 // self.scale
        corpus = generate("gen_otlp.py", self.folder / f"otlp-{spans}.jsonl", "--spans", spans)
        truth = json.loads(pathlib.Path(str(corpus) + ".truth.json").read_text())

        def peer_check(text):
            got = json.loads(text)
            if got["nusd"] != truth["total"]["cost_nusd"]:
                sys.exit(f"plain Python says {got['nusd']}")
        contestants = {
            "flyballctl": (self.report(corpus, "--by", "workflow,minute"), self.env,
                           self.exact(truth["total"]["cost_nusd"])),
            "flyballctl --threads 1": (self.report(corpus, "--by", "workflow,minute", "--threads", "1"), self.env,
                                       self.exact(truth["total"]["cost_nusd"])),
            "plain Python": ([sys.executable, GENERATORS / "otlp_plain.py", corpus], self.env, peer_check)}
        table(f"OTLP, {spans} spans, {size_of(corpus):.0f} MB: cost by workflow and minute",
              by_turns(contestants, self.options.runs), size_of(corpus))
        self.ledger(corpus, truth)

    def ledger(self, corpus, truth):
        """Filling the ledger, and reading a report back from it."""
        shutil.rmtree(self.folder / "flyball", ignore_errors=True)
        fill = run([self.options.ctl, "ingest", corpus], self.env)
        calls = json.loads(fill["text"])["calls_added"]
        back = run(self.report("ledger:", "--by", "workflow,minute"), self.env)
        self.exact(truth["total"]["cost_nusd"])(back["text"])
        size = (self.folder / "flyball" / "data" / "ledger.db").stat().st_size / 1e6
        print(f"  ingest: {calls} calls in {fill['wall']:.2f} s ({calls / fill['wall']:.0f} calls/s, cpu "
              f"{fill['cpu']:.2f} s, {fill['rss']:.0f} MiB), ledger {size:.0f} MB; report ledger: {back['wall']:.2f} s")

    def memory(self):
        corpus = generate("gen_claude.py", self.folder / "claude-1000000", "--calls", 1_000_000, "--lean")
        truth = json.loads((corpus / "truth.json").read_text())
        once = run(self.report(corpus, "--by", "day,model"), self.env)
        self.exact(truth["total"]["cost_nusd"])(once["text"])
        shutil.rmtree(self.folder / "flyball", ignore_errors=True)
        fill = run([self.options.ctl, "ingest", corpus], self.env)
        print(f"\nA million calls ({size_of(corpus):.0f} MB): report {once['wall']:.1f} s, peak {once['rss']:.0f} MiB; "
              f"ingest {fill['wall']:.1f} s, peak {fill['rss']:.0f} MiB")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--ctl", required=True)
    parser.add_argument("--folder", required=True, type=pathlib.Path)
    parser.add_argument("--ccusage")
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--long", action="store_true")
    parser.add_argument("--runs", type=int, default=5)
    options = parser.parse_args()
    load = os.getloadavg()[0]
    print(f"{os.cpu_count()} cores, load {load:.1f}, medians of {options.runs} runs by turns, warm page cache")
    if load > os.cpu_count() / 2:
        print("the machine is busy: compare the processor seconds")
    bench = Bench(options)
    bench.claude()
    bench.otlp()
    if options.long:
        bench.memory()


main()
