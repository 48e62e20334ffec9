# SPDX-License-Identifier: GPL-3.0-or-later
"""Starts the real window under Xvfb with OpenGL, waits until it shows its figures, looks at the screen, ends it.

  check_window.py files|demo FLYBALL FLYBALLCTL SOURCE_FOLDER
"""
import collections
import json
import pathlib
import subprocess
import sys
import tempfile
import time

from display import MISSING, Display, Window, own_home

SHOWN_SECONDS = 60
COLOURS, INK = 40, 0.01


def expected_calls(ctl, sources, env):
    result = subprocess.run([ctl, "report", *sources, "--format", "json", "--lenient"], env=env, capture_output=True,
                            check=True, timeout=60)
    return json.loads(result.stdout)["totals"]["calls"]


def look(display, problems):
    """The screen must hold a page: many colours, none of them nearly everything."""
    width, height, rows = display.pixels()
    counts = collections.Counter()
    for row in rows[::3]:
        counts.update(row[x:x + 3] for x in range(0, width * 4, 12))
    total = sum(counts.values())
    others = 1 - counts.most_common(1)[0][1] / total
    print(f"picture: {width} x {height}, {len(counts)} colours, {others:.1%} beside the commonest")
    if len(counts) < COLOURS or others < INK:
        problems.append(f"the screen is blank: {len(counts)} colours, {others:.2%} beside the commonest")


def check(kind, flyball, ctl, source, folder):
    problems = []
    display = Display(folder)
    try:
        look_before = []
        look(display, look_before)
        if not look_before:
            problems.append("an empty screen passes for a page: the look proves nothing")
        env = own_home(folder, display.name)
        sources = [] if kind == "demo" else [pathlib.Path(source) / "tests/fixtures" / "claude-code-2.1.197"]
        wanted = expected_calls(ctl, sources, env) if sources else 1
        window = Window(flyball, ["--demo"] if kind == "demo" else sources, env)
        shown = window.wait_for("shown", lambda line: line["complete"] and line["calls"] >= wanted, SHOWN_SECONDS)
        if shown is None:
            problems.append(f"{wanted} calls were never shown; last {window.trace[-1:]}")
        else:
            print(f"shown {shown['calls']} calls {shown['ms']} ms after the start with {shown['graphics']}")
            if shown["graphics"] != "opengl":
                problems.append(f"the scene graph uses {shown['graphics']}, not OpenGL")
            if sources and shown["calls"] != wanted:
                problems.append(f"{shown['calls']} calls are shown, the program counts {wanted}")
            time.sleep(1)
            look(display, problems)
        code = window.stop()
        if code != 0:
            problems.append(f"after SIGTERM it ended with {code}")
        problems += [f"stderr: {line}" for line in window.others]
        left = [path for path in pathlib.Path(folder).glob("flyball-*")]
        left += (pathlib.Path(folder) / "flyball").glob("data/demo/run-*")
        problems += [f"left behind: {path}" for path in left]
    finally:
        display.stop()
    return problems


def main(kind, flyball, ctl, source):
    if MISSING:
        print(f"skipped: {', '.join(MISSING)} is not installed")
        return 77
    with tempfile.TemporaryDirectory(prefix="fb-") as folder:
        problems = check(kind, flyball, ctl, source, folder)
    for problem in problems:
        print(f"FAIL: {problem}")
    return 1 if problems else 0


if __name__ == "__main__":
    if len(sys.argv) != 5 or sys.argv[1] not in ("files", "demo"):
        print(__doc__, file=sys.stderr)
        sys.exit(2)
    sys.exit(main(*sys.argv[1:]))
