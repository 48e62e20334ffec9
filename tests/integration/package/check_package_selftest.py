#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Proves that the package test can fail: every spoilt control file, tree or picture must be noticed."""
import contextlib
import gzip
import io
import pathlib
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from contents import (IMPORT, QML_PACKAGES, ProblemList, check_control, check_man_options, check_qml_imports,
                      check_tree, png_size)

CONTROL = """Package: flyball
Version: 0.1.0-1
Section: utils
Maintainer: A Name <a@example.org>
Architecture: amd64
Depends: libc6 (>= 2.36), libqt6core6 (>= 6.4), libqt6quick6, libsqlite3-0, qml6-module-qtquick, fonts-a | fonts-b
Description: a thing
 One line.
 .
 Another line.
"""
SPOILT = {
    "version": ("0.1.0-1", "0.2.0-1"),
    "section": ("Section: utils", "Section: misc"),
    "maintainer": ("A Name <a@example.org>", "somebody"),
    "description": (" One line.\n .\n Another line.\n", ""),
    "library": ("libqt6quick6, ", ""),
    "font": (", fonts-a | fonts-b", ""),
}


def problems_of(check, *arguments):
    problems = ProblemList()
    with contextlib.redirect_stdout(io.StringIO()):
        check(problems, *arguments)
    return problems.lines


def control_failures():
    if problems_of(check_control, CONTROL, "0.1.0"):
        yield "a good control file was refused"
    for title, (old, new) in SPOILT.items():
        assert old in CONTROL, title
        if not problems_of(check_control, CONTROL.replace(old, new), "0.1.0"):
            yield f"control: spoilt {title} was not noticed"


def import_failures(folder):
    page = folder / "qml/pages/A.qml"
    page.parent.mkdir(parents=True)
    for line, bad in (("import QtQuick", False), ("import QtCharts", True), ("import QtNobody", False),
                      ("import QtQuick.Nothing", True)):
        page.write_text(line + "\nItem {}\n", encoding="utf-8")
        if bool(problems_of(check_qml_imports, folder, CONTROL)) != bad:
            yield f"'{line}' was judged wrongly"


def make_tree(root):
    names = ["bin/a", "share/man/man1/a.1.gz", "share/doc/flyball/copyright", "share/doc/flyball/changelog.Debian.gz",
             "share/applications/flyball.desktop", "share/icons/hicolor/scalable/apps/flyball.svg",
             "share/metainfo/io.github.flyball.Flyball.metainfo.xml"]
    paths = [root / "usr" / name for name in names]
    for path in paths:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(gzip.compress(b"text") if path.suffix == ".gz" else b"text")
        path.chmod(0o755 if path.parent.name == "bin" else 0o644)
    return paths


def tree_failures(folder):
    paths = make_tree(folder)
    if problems_of(check_tree, folder, ("a",)):
        yield "a good tree was refused"
    for path in paths:
        path.rename(folder / "away")
        if not problems_of(check_tree, folder, ("a",)):
            yield f"{path.name} is missing and nobody noticed"
        (folder / "away").rename(path)
    paths[2].chmod(0o666)
    if not problems_of(check_tree, folder, ("a",)):
        yield "a file writable by all was not noticed"
    paths[2].chmod(0o644)
    paths[1].write_bytes(gzip.compress(b"@PROJECT_VERSION@"))
    if not problems_of(check_tree, folder, ("a",)):
        yield "an unfilled template was not noticed"


def picture_failures(folder):
    path = folder / "a.png"
    if png_size(path) is not None:
        yield "a missing picture has a size"
    path.write_bytes(b"not a picture, but long enough to be read")
    if png_size(path) is not None:
        yield "a text file has a picture size"
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + b"\0\0\0\rIHDR" + b"\0\0\x05\0" + b"\0\0\x03\x20")
    if png_size(path) != (1280, 800):
        yield "the size of a picture is read wrongly"


def man_failures():
    page = r"Use \-\-demo or \fB\-\-screen\-shot\fP, not a\-\-b."
    if problems_of(check_man_options, "a", page, "  --demo\n  --screen-shot FILE\n"):
        yield "a man page that agrees with --help was refused"
    if not problems_of(check_man_options, "a", page, "  --demo\n  --screen FILE\n"):
        yield "a man page that names an unknown option was accepted"


def main(source):
    failures = list(control_failures()) + list(man_failures())
    for check in (import_failures, tree_failures, picture_failures):
        with tempfile.TemporaryDirectory() as folder:
            failures += check(pathlib.Path(folder))
    # The table itself: every import of the tree is known here before a package is ever built.
    for path in sorted((pathlib.Path(source) / "qml").rglob("*.qml")):
        for match in IMPORT.finditer(path.read_text(encoding="utf-8")):
            if match.group(1) not in QML_PACKAGES:
                failures.append(f"{path.name}: import {match.group(1)} has no package in contents.py")
    for line in failures:
        print(line)
    print(f"package self-test: {len(failures)} failures")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
