#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""lint.py CHECK ROOT: runs one source check and prints what it found.

Each check first proves on planted samples that it can fail and that it accepts good code; only then is
its verdict on ROOT worth something. Exit 0 clean, 1 findings or a failed self-test, 2 bad arguments,
77 when a tool the check needs is absent (ctest shows it as skipped).
"""
import importlib
import pathlib
import sys
import tempfile

sys.dont_write_bytecode = True
HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

CHECKS = sorted(p.stem for p in (HERE / "checks").glob("*.py") if p.stem not in ("__init__", "common"))


def plant(root, files):
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def names(finding, planted):
    """A finding begins with the path it is about: the planted file or a folder above it."""
    return (planted + "/").startswith(finding.split(":")[0] + "/")


def self_test(check):
    """Every bad sample must yield a finding that names its file, every good sample none."""
    errors = []
    for kind, samples in (("bad", check.BAD), ("good", check.GOOD)):
        for title, files in samples.items():
            with tempfile.TemporaryDirectory() as folder:
                root = pathlib.Path(folder)
                plant(root, files)
                found = check.run(root)
                if kind == "good" and found:
                    errors.append(f"good sample '{title}' was rejected: {found[0]}")
                if kind == "bad" and not any(names(line, next(iter(files))) for line in found):
                    errors.append(f"bad sample '{title}' was not found (got {found})")
    if not check.BAD or not check.GOOD:
        errors.append("a check needs bad and good samples")
    return errors


def main(arguments):
    if len(arguments) != 2 or arguments[0] not in CHECKS:
        print(f"usage: lint.py CHECK ROOT   (checks: {' '.join(CHECKS)})", file=sys.stderr)
        return 2
    check = importlib.import_module(f"checks.{arguments[0]}")
    missing = check.missing_tool() if hasattr(check, "missing_tool") else None
    if missing:
        print(f"skipped: {missing}")
        return 77
    errors = self_test(check)
    for line in errors:
        print(f"self-test: {line}")
    if errors:
        return 1
    found = check.run(pathlib.Path(arguments[1]).resolve())
    for line in found:
        print(line)
    advisory = getattr(check, "ADVISORY", False)
    samples = len(check.BAD) + len(check.GOOD)
    print(f"{arguments[0]}: {len(found)} {'notes' if advisory else 'findings'}; self-test of {samples} samples passed")
    return 1 if found and not advisory else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
