# SPDX-License-Identifier: GPL-3.0-or-later
"""What may be visible at the top of the tree. Files that .gitignore names do not count."""
import fnmatch

ALLOWED = {"CMakeLists.txt", "CMakePresets.json", "README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "CHANGELOG.md",
           "LICENSE", "app", "core", "qml", "resources", "tests", "packaging"}


def ignored_patterns(root):
    path = root / ".gitignore"
    lines = path.read_text(encoding="utf-8").split("\n") if path.exists() else []
    return [line.strip().strip("/") for line in lines if line.strip() and not line.startswith(("#", "!"))]


def run(root):
    patterns = ignored_patterns(root)
    return [
        f"{path.name}: not allowed at the top of the tree"
        for path in sorted(root.iterdir())
        if not path.name.startswith(".") and path.name not in ALLOWED
        and not any(fnmatch.fnmatch(path.name, pattern) for pattern in patterns)
    ]


BAD = {"notes": {"notes.txt": "x"}, "folder": {"docs/a.md": "x"}}
GOOD = {"as agreed": {"core/a.h": "x", "README.md": "x", ".gitignore": "build*/\n", "build-dev/a": "x"}}
