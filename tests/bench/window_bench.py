# SPDX-License-Identifier: GPL-3.0-or-later
"""What the window costs with a large ledger: time to the first figures, processor, latency, memory (see live_bench.py).

The window is the real program under Xvfb. Without a graphics card Mesa draws on the processor; its threads
(llvmpipe) are counted apart, since a card does that work elsewhere. Times come from the program's own trace
lines (FLYBALL_TRACE, see the man page) and share the monotonic clock with the generator.
"""
import json
import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
GENERATORS = HERE / "generators"
sys.path.insert(0, str(HERE.parent / "integration" / "window"))
from display import MISSING, Display, Window, own_home  # noqa: E402

TICKS = os.sysconf("SC_CLK_TCK")
RASTERISER = "llvmpipe"
VERIFY_SECONDS = 40  # the ledger's deep check, half a minute after the start, is over by then
LIMITS = {"start": 1000, "idle": 1.0, "live": 8.0, "p99": 150}


def percentile(values, share):
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def processor_seconds(pid):
    """By thread name; threads that ended in between are not in it."""
    seconds = {}
    for task in pathlib.Path(f"/proc/{pid}/task").iterdir():
        try:
            text = (task / "stat").read_text()
        except OSError:
            continue
        name = text[text.index("(") + 1:text.rindex(")")].split("-0")[0]
        fields = text.rsplit(")", 1)[1].split()
        name = RASTERISER if name.startswith(RASTERISER) else name
        seconds[name] = seconds.get(name, 0) + (int(fields[11]) + int(fields[12])) / TICKS
    return seconds


def peak_mib(pid):
    for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmHWM"):
            return int(line.split()[1]) / 1024
    return 0.0


def measured(pid, work):
    """Per cent of a core by thread while work() runs."""
    before, began = processor_seconds(pid), time.monotonic()
    work()
    seconds = time.monotonic() - began
    after = processor_seconds(pid)
    return {name: (after[name] - before.get(name, 0)) / seconds * 100 for name in after}


def show(what, value, limit, unit, note=""):
    verdict = "" if limit is None else f"limit {limit:g} {unit}  {'ok' if value <= limit else 'MISSED'}"
    print(f"  {what:46s} {value:9.2f} {unit:4s} {verdict:24s} {note}", flush=True)
    return limit is None or value <= limit


def split(shares):
    parts = sorted(shares.items(), key=lambda part: -part[1])
    return ", ".join(f"{name} {share:.1f}" for name, share in parts if share >= 0.1)


class WindowBench:
    def __init__(self, options, corpora, folder):
        self.options, self.folder = options, folder
        self.corpus = corpora / f"claude-{options.window_calls}"
        self.live, self.log = folder / "live.jsonl", folder / "live.log"
        self.good = True

    def prepare(self, env):
        """A ledger filled by the program, and a configuration that goes on watching what filled it."""
        if not self.corpus.exists():
            part = self.corpus.with_name(self.corpus.name + ".part")
            shutil.rmtree(part, ignore_errors=True)
            subprocess.run([sys.executable, "-B", GENERATORS / "gen_claude.py", "--out", part, "--calls",
                            str(self.options.window_calls), "--lean"], check=True, stdout=subprocess.DEVNULL,
                           stderr=subprocess.DEVNULL)
            part.rename(self.corpus)
        self.live.touch()
        began = time.monotonic()
        subprocess.run([self.options.ctl, "ingest", self.corpus], env=env, check=True, stdout=subprocess.DEVNULL)
        print(f"  ledger filled in {time.monotonic() - began:.1f} s")
        config = pathlib.Path(env["FLYBALL_HOME"]) / "config" / "config.json"
        config.parent.mkdir(parents=True, exist_ok=True)
        config.write_text(json.dumps({"range": "all", "sources": [
            {"id": "corpus", "kind": "claude-code", "target": str(self.corpus), "paused": False},
            {"id": "live", "kind": "otlp-json", "target": str(self.live), "paused": False}]}))
        return self.totals(env)

    def totals(self, env):
        text = subprocess.run([self.options.ctl, "report", "ledger:", "--format", "json"], env=env, check=True,
                              capture_output=True).stdout
        return json.loads(text)["totals"]

    def start(self, env, base):
        """A window that has shown the whole ledger, and how long that took since before fork()."""
        window = Window(self.options.app, [], env)
        line = window.wait_for("shown", lambda l: l["complete"] and l["calls"] >= base["calls"] and l["runs"] > 0, 60)
        if line is None:
            sys.exit(f"the window never showed {base['calls']} calls; it said {window.trace[-1:]} {window.others}")
        return window, (line["monotonic_ns"] - window.began) / 1e6, line["graphics"]

    def keep(self, result):
        self.good = self.good and result

    def starts(self, env, base):
        times, busy = [], []
        for _ in range(self.options.starts):
            window, took, graphics = self.start(env, base)
            times.append(took)
            busy.append(sum(processor_seconds(window.process.pid).values()) * 1000)
            time.sleep(0.5)
            if window.stop() != 0:
                sys.exit(f"the window did not end cleanly: {window.others}")
        self.keep(show(f"start to figures shown, median of {len(times)}", statistics.median(times), LIMITS["start"],
                       "ms",
                       f"longest {max(times):.0f} ms, processor {statistics.median(busy):.0f} ms; {graphics}"))

    def processor(self, what, shares, limit):
        own = sum(share for name, share in shares.items() if name != RASTERISER)
        self.keep(show(f"{what}, processor", own, limit, "%",
                       f"and {shares.get(RASTERISER, 0):.1f} % drawing in software; {split(shares)}"))

    def latencies(self, trace, base, writes):
        """Milliseconds from each write to the first line that counts it."""
        found, at = [], 0
        for stamp, calls, _, _ in writes:
            while at < len(trace) and trace[at]["calls"] < base["calls"] + calls:
                at += 1
            if at == len(trace):
                sys.exit("the last calls were never counted")
            found.append(max(0, trace[at]["monotonic_ns"] - stamp) / 1e6)
        return found

    def generate(self):
        subprocess.run([sys.executable, "-B", GENERATORS / "gen_live.py", "--otlp", self.live, "--rate",
                        str(self.options.rate), "--seconds", str(self.options.window_seconds), "--log", self.log],
                       check=True, stdout=subprocess.DEVNULL)

    def running(self, env, base):
        window, _, _ = self.start(env, base)
        time.sleep(VERIFY_SECONDS)
        pid = window.process.pid
        self.processor("no new data", measured(pid, lambda: time.sleep(self.options.idle_seconds)), LIMITS["idle"])
        show("peak memory before new data", peak_mib(pid), None, "MiB")
        shares = measured(pid, self.generate)
        writes = [tuple(map(int, line.split())) for line in self.log.read_text().splitlines()]
        wanted = base["calls"] + writes[-1][1]
        if window.wait_for("shown", lambda line: line["calls"] >= wanted, 30) is None:
            sys.exit(f"{wanted} calls were never shown; last {window.trace[-1:]}")
        self.processor(f"{self.options.rate:g} calls a second", shares, LIMITS["live"])
        for what, limit in (("snapshot", LIMITS["p99"]), ("shown", None)):
            times = self.latencies([line for line in window.trace if line["trace"] == what], base, writes)
            self.keep(show(f"call written to {what}, P99", percentile(times, 0.99), limit, "ms",
                           f"P50 {percentile(times, 0.5):.0f}, longest {max(times):.0f} ms, {len(times)} calls"))
        show("peak memory", peak_mib(pid), None, "MiB")
        if window.stop() != 0 or window.others:
            sys.exit(f"the window did not end cleanly: {window.others}")
        cost = self.totals(env)["cost_nusd"] - base["cost_nusd"]
        if cost != writes[-1][3]:
            sys.exit(f"the ledger has {cost} nUSD more, {writes[-1][3]} were written")


def run(options, corpora, folder):
    """True when every limit is kept."""
    if MISSING:
        print(f"{', '.join(MISSING)} is not installed: the window is left out")
        return True
    display = Display(folder)
    try:
        env = own_home(folder, display.name)
        bench = WindowBench(options, corpora, folder)
        print(f"\nwindow, 1440 x 900, range \"all\", {options.window_calls} calls of Claude Code in the ledger, "
              f"load {os.getloadavg()[0]:.1f}")
        base = bench.prepare(env)
        bench.starts(env, base)
        bench.running(env, base)
        return bench.good
    finally:
        display.stop()
