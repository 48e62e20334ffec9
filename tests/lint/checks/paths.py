# SPDX-License-Identifier: GPL-3.0-or-later
"""No path of one developer's machine, no temporary path in the product, nothing shaped like a key."""
import re

from checks.common import files, line_of, read, relative

BINARY = {".png", ".otf", ".ttf", ".woff2", ".ico", ".gz", ".zst", ".db", ".qm", ".pb", ".bin"}
HOMES = r"/home/(?!user\b|you\b|dev\b|\$|<|%)[a-z_][\w.-]*/|(?<![\w.])/root/|/Users/[A-Za-z]"
MACHINE = ((r"(?<![\w.$}])/work/", "path of one machine"), (HOMES, "home folder of one person"))
PRODUCT = ((r"(?<![\w.$}])/tmp/", "fixed temporary path"),)
KEYS = (
    (r"(?<![\w-])sk-(?:ant-|proj-|or-|lf-)?[A-Za-z0-9_-]{16,}", "shaped like an API key"),
    (r"(?<!\w)pk-lf-[A-Za-z0-9-]{16,}", "shaped like an API key"),
    (r"(?<!\w)gh[pousr]_[A-Za-z0-9]{30,}", "shaped like a GitHub token"),
    (r"(?<!\w)AKIA[A-Z0-9]{16}(?!\w)", "shaped like an AWS key"),
    (r"(?<!\w)AIza[A-Za-z0-9_-]{30,}", "shaped like a Google key"),
    (r"-----BEGIN [A-Z ]*PRIVATE KEY-----", "a private key"),
)
PRODUCT_FOLDERS = ("app", "core", "qml", "resources", "packaging")
DOCUMENTS = ("README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "CHANGELOG.md", "CMakeLists.txt", "CMakePresets.json")
SELF = "tests/lint/"


def scan(path, root, rules):
    name, text = relative(path, root), read(path)
    for pattern, why in rules:
        for match in re.finditer(pattern, text):
            # The match itself is not printed: a log is no place for a key.
            yield f"{name}:{line_of(text, match.start())}: {why}"


def run(root):
    found = []
    for path in files(root, fixtures=True):
        name = relative(path, root)
        if path.suffix in BINARY or name.startswith(SELF):
            continue
        rules = KEYS
        if not name.startswith("tests/fixtures/"):
            rules += MACHINE
        if name.startswith(PRODUCT_FOLDERS):
            rules += PRODUCT
        found += scan(path, root, rules)
    for name in DOCUMENTS:
        if (root / name).exists():
            found += scan(root / name, root, KEYS + MACHINE)
    return found


BAD = {
    "machine": {"tests/unit/a.cpp": 'open("/work/data/a.jsonl");\n'},
    "temporary": {"core/base/a.cpp": 'open("/tmp/flyball.sock");\n'},
    "home": {"packaging/a.sh": "cd /home/jane/src\n"},
    "root's home": {"README.md": "see /root/.cache\n"},
    "key": {"resources/a.json": '{"key":"sk-' + "a1" * 12 + '"}\n'},
    "key in a fixture": {"tests/fixtures/t/a.json": '{"key":"sk-ant-' + "b2" * 12 + '"}\n'},
    "pem": {"tests/support/a.txt": "-----BEGIN RSA " + "PRIVATE KEY-----\n"},
}
GOOD = {
    "ordinary": {
        "core/base/a.cpp": 'auto p = QDir::tempPath() + "/x"; auto u = "$ROOT/tmp/x"; auto q = "task-sk-1"; url = "host.example/work/x";\n',
        "README.md": "`~/.claude/projects`, `$HOME/work/x`, /home/user/a\n",
        "tests/fixtures/t/a.jsonl": '{"cwd":"/home/dev/shop"}\n',
        "tests/unit/b.cpp": 'parse("/tmp/a");\n',
    }
}
