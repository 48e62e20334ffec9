# SPDX-License-Identifier: GPL-3.0-or-later
"""No marks of unfinished work and no disabled tests in what is shipped."""
import re

from checks.common import CPP, QML, SCRIPTS, files, line_of, read, relative

MARKS = re.compile(r"\b(?:TODO|FIXME|XXX|HACK)\b|\bnot implemented\b|^[ \t]*#[ \t]*if[ \t]+0\b", re.MULTILINE | re.IGNORECASE)
MARKS_EXACT = re.compile(r"\b(?:TODO|FIXME|XXX|HACK)\b")
SELF = "tests/lint/"


def run(root):
    found = []
    for path in files(root, CPP + QML + SCRIPTS + (".txt",)):
        name = relative(path, root)
        if name.startswith(SELF):
            continue
        text = read(path)
        for match in MARKS.finditer(text):
            word = match.group(0).strip()
            if word.upper() in ("TODO", "FIXME", "XXX", "HACK") and not MARKS_EXACT.fullmatch(word):
                continue
            found.append(f"{name}:{line_of(text, match.start())}: {word}")
    return found


BAD = {
    "mark": {"core/a.cpp": "// TODO: later\n"},
    "dead code": {"core/b.cpp": "#if 0\nint a;\n#endif\n"},
    "stub": {"app/c.cpp": 'fail("not implemented");\n'},
}
GOOD = {"ordinary words": {"core/a.cpp": '// the list of todos of the user\n#if 01\n#endif\n'}}
