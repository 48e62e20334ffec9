# SPDX-License-Identifier: GPL-3.0-or-later
"""Long files are reported for review, not refused: a table or a switch may be long and still right."""
from checks.common import files, read, relative

ADVISORY = True
LIMITS = {".cpp": 400, ".h": 200, ".qml": 300}


def run(root):
    found = []
    for path in files(root, tuple(LIMITS)):
        count = read(path).count("\n")
        if count > LIMITS[path.suffix]:
            found.append(f"{relative(path, root)}: {count} lines, review above {LIMITS[path.suffix]}")
    return found


BAD = {"long": {"core/a.cpp": "\n" * 401}, "long header": {"core/a.h": "\n" * 201}, "long page": {"qml/A.qml": "\n" * 301}}
GOOD = {"at the limit": {"core/a.cpp": "\n" * 400, "core/a.h": "\n" * 200, "qml/A.qml": "\n" * 300}}
