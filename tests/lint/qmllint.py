#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""qmllint.py CMAKE BUILD_DIR SETTINGS: runs the all_qmllint target and fails on any warning.

First a planted file with a misspelt property must be refused under the same settings, so that a settings
file that silences everything cannot pass.
"""
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

WARNING = re.compile(r"^(?:Warning|Error|Critical):", re.MULTILINE)
PLANTED = {
    "unknown property": "import QtQuick\nItem { colour: 1 }\n",
    "unqualified access": "import QtQuick\nItem {\n    property int a: 1\n    Item { width: a }\n}\n",
    "missing import": "import Flyball.Nowhere\nimport QtQuick\nItem {}\n",
    "unused import": "import QtQuick\nimport QtQuick.Layouts\nItem {}\n",
}
CLEAN = "import QtQuick\nItem {\n    id: root\n    property int a: 1\n    Item { width: root.a }\n}\n"


def qmllint():
    for name in ("/usr/lib/qt6/bin/qmllint", "qmllint6", "qmllint"):
        path = shutil.which(name)
        if path:
            return path
    return None


def lint(tool, folder, text):
    path = pathlib.Path(folder) / "Planted.qml"
    path.write_text(text, encoding="utf-8")
    result = subprocess.run([tool, str(path)], capture_output=True, text=True, check=False)
    return result.returncode != 0 or bool(WARNING.search(result.stdout + result.stderr))


def self_test(tool, settings):
    with tempfile.TemporaryDirectory() as folder:
        shutil.copy(settings, pathlib.Path(folder) / ".qmllint.ini")
        errors = [f"'{title}' was accepted" for title, text in PLANTED.items() if not lint(tool, folder, text)]
        if lint(tool, folder, CLEAN):
            errors.append("a clean file was refused")
    return errors


def main(cmake, build, settings):
    tool = qmllint()
    if not tool:
        print("skipped: qmllint is not installed")
        return 77
    errors = self_test(tool, settings)
    for line in errors:
        print(f"self-test: {line}")
    if errors:
        return 1
    result = subprocess.run([cmake, "--build", build, "--target", "all_qmllint"],
                            capture_output=True, text=True, check=False)
    output = result.stdout + result.stderr
    warnings = WARNING.findall(output)
    if result.returncode != 0 or warnings:
        print(output)
        print(f"lint_qml: exit {result.returncode}, {len(warnings)} warnings")
        return 1
    print("lint_qml: no warnings; self-test passed")
    return 0


if __name__ == "__main__":
    if len(sys.argv) != 4:
        print(__doc__, file=sys.stderr)
        sys.exit(2)
    sys.exit(main(*sys.argv[1:]))
