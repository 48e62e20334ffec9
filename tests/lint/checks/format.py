# SPDX-License-Identifier: GPL-3.0-or-later
"""All C++ is as clang-format 14 writes it (other versions differ in details, so they are not asked)."""
import re
import shutil
import subprocess

from checks.common import CPP, files, relative

BATCH = 60
STYLE = "BasedOnStyle: LLVM\nIndentWidth: 4\n"


def tool():
    for name in ("clang-format-14", "clang-format"):
        path = shutil.which(name)
        if path:
            version = subprocess.run([path, "--version"], capture_output=True, text=True, check=False).stdout
            if re.search(r"version 14\.", version):
                return path
    return None


def missing_tool():
    return None if tool() else "clang-format 14 is not installed"


def run(root):
    found, paths = [], [p for p in files(root, CPP)]
    for start in range(0, len(paths), BATCH):
        batch = [str(p) for p in paths[start:start + BATCH]]
        result = subprocess.run([tool(), "--dry-run", "--Werror", "--style=file", *batch],
                                capture_output=True, text=True, check=False)
        if result.returncode == 0:
            continue
        lines = re.findall(r"^(.+?):(\d+):\d+: error: (.*)$", result.stderr, re.MULTILINE)
        if not lines:
            return [f"clang-format failed: {result.stderr.strip()[:400]}"]
        first = {}
        for path, line, _ in lines:
            first.setdefault(path, line)
        for path in paths[start:start + BATCH]:
            if str(path) in first:
                found.append(f"{relative(path, root)}:{first[str(path)]}: clang-format would change this file")
    return found


BAD = {"crooked": {"core/a.cpp": "int  a ;\n", ".clang-format": STYLE}}
GOOD = {"straight": {"core/a.cpp": "int a;\n", ".clang-format": STYLE}}
