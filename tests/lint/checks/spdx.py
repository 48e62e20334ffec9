# SPDX-License-Identifier: GPL-3.0-or-later
"""Each source file names its licence in its first lines."""
from checks.common import CPP, QML, SCRIPTS, files, read, relative

TAG = "SPDX-License-Identifier: GPL-3.0-or-later"
TOP = ("CMakeLists.txt", ".clang-format", ".clang-tidy")


def is_source(path):
    return path.suffix in CPP + QML + SCRIPTS or path.name == "CMakeLists.txt" or path.parent.name == ".ci"


def run(root):
    found = []
    for path in files(root):
        if is_source(path) and not any(TAG in line for line in read(path).split("\n")[:3]):
            found.append(f"{relative(path, root)}:1: no '{TAG}'")
    top = root / "CMakeLists.txt"
    if top.exists() and not any(TAG in line for line in read(top).split("\n")[:3]):
        found.append(f"CMakeLists.txt:1: no '{TAG}'")
    return found


BAD = {
    "header": {"core/base/a.h": "#pragma once\n"},
    "other licence": {"qml/A.qml": "// SPDX-License-Identifier: MIT\nItem {}\n"},
    "too far down": {"packaging/a.sh": "#!/bin/sh\n\n\n\n# " + TAG + "\n"},
    "cmake": {"core/CMakeLists.txt": "add_library(a)\n"},
    "top": {"CMakeLists.txt": "project(a)\n"},
}
GOOD = {
    "after the interpreter line": {
        "packaging/a.sh": "#!/usr/bin/env bash\n# " + TAG + "\n",
        "core/a.cpp": "// " + TAG + "\n",
        "tests/fixtures/tool-1.0/a.py": "print(1)\n",
    }
}
