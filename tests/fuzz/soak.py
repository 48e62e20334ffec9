# SPDX-License-Identifier: GPL-3.0-or-later
"""A fleet writes, rotates and is read for a while: nothing is lost, descriptors stay, and memory grows by no
more than what is kept by design.

soak.py FLYBALLCTL AGENTSIM, with FLYBALL_LONG=1; FLYBALL_SOAK_MINUTES says how long (10)."""
import datetime
import json
import os
import pathlib
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time

SKIPPED = 77  # for ctest
SPEED = 60  # virtual seconds per second
WARM_UP = 0.4  # part of the time in which caches and the working set fill
KEPT_PER_CALL = 2500  # bytes: the working set (150,000 groups), minute cells and runs; a trace line has 3,700
SLACK = 24 << 20
FILES_PER_MINUTE = 12  # a rotated file stays open for a minute of real time at least, a folder holds them all


def sample(pid):
    """Resident bytes and open descriptors."""
    status = pathlib.Path(f"/proc/{pid}/status").read_text()
    kilobytes = next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS"))
    return kilobytes << 10, len(os.listdir(f"/proc/{pid}/fd"))


def totals(ctl, env, source):
    text = subprocess.run([ctl, "report", source, "--format", "json"], env=env, check=True, capture_output=True).stdout
    return json.loads(text)["totals"]


def settle(ctl, env, folder, deadline=300):
    """Stops growing: what the files hold stands in the ledger."""
    wanted = totals(ctl, env, f"otlp-json:{folder}")
    end = time.monotonic() + deadline
    while (have := totals(ctl, env, "ledger")) != wanted and time.monotonic() < end:
        time.sleep(2)
    return wanted, have


def main():
    if os.environ.get("FLYBALL_LONG") != "1":
        print("skipped: FLYBALL_LONG=1 runs it")
        sys.exit(SKIPPED)
    ctl, agentsim = sys.argv[1:3]
    minutes = float(os.environ.get("FLYBALL_SOAK_MINUTES", "10"))
    folder = pathlib.Path(tempfile.mkdtemp(prefix="flyball-soak-"))
    traces = folder / "traces"
    traces.mkdir()
    env = {k: v for k, v in os.environ.items() if not k.startswith(("FLYBALL_", "XDG_", "CLAUDE_"))}
    env.update(HOME=str(folder), FLYBALL_HOME=str(folder / "flyball"))
    length = int(minutes * 60 * SPEED)
    start = datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(seconds=length)
    sim = [agentsim, "--out", traces, "--speed", SPEED, "--start", start.strftime("%Y-%m-%dT%H:%M:%SZ"),
           "--for", f"{length}s", "--workflows", 40, "--rate", 2, "--rotate-mb", 16, "--drain", "--die-with-parent"]
    reader = fleet = None
    try:
        fleet = subprocess.Popen([str(word) for word in sim], env=env)
        reader = subprocess.Popen([ctl, "ingest", f"otlp-json:{traces}", "--follow"], env=env, stdout=subprocess.PIPE)
        begin, samples = time.monotonic(), []
        while fleet.poll() is None and reader.poll() is None:
            samples.append((time.monotonic() - begin, *sample(reader.pid)))
            time.sleep(1)
        assert fleet.returncode == 0, f"agentsim ended with {fleet.returncode}"
        assert reader.poll() is None, f"flyballctl ended with {reader.returncode}"
        wanted, have = settle(ctl, env, traces)
        assert have == wanted, f"the ledger holds {have}, the files {wanted}"
        reader.send_signal(signal.SIGINT)
        assert reader.wait(timeout=60) == 0
        rejected = json.loads(reader.stdout.read())["rejected"]
        assert not rejected, rejected
    finally:
        for process in (fleet, reader):
            if process is not None and process.poll() is None:
                process.kill()
                process.wait()
        shutil.rmtree(folder, ignore_errors=True)
    elapsed = samples[-1][0]
    early = [s for s in samples if WARM_UP <= s[0] / elapsed < WARM_UP + 0.15]
    late = [s for s in samples if s[0] / elapsed >= 0.85]
    assert early and late, f"only {len(samples)} samples in {elapsed:.0f} s"
    grown = statistics.median(s[1] for s in late) - statistics.median(s[1] for s in early)
    files = statistics.median(s[2] for s in late) - statistics.median(s[2] for s in early)
    allowed = SLACK + KEPT_PER_CALL * wanted["calls"] * 0.5
    print(f"{wanted['calls']} calls in {elapsed:.0f} s; resident {late[-1][1] >> 20} MiB, {grown / (1 << 20):+.1f} MiB "
          f"after the warm-up (allowed {allowed / (1 << 20):.1f}); descriptors {late[-1][2]}, {files:+.0f}")
    assert grown <= allowed, "memory grows"
    assert files <= FILES_PER_MINUTE * max(minutes, 1), "descriptors leak"


if __name__ == "__main__":
    main()
