# SPDX-License-Identifier: GPL-3.0-or-later
"""What the checks share: the walk over the tree and the removal of comments."""
import re

TOP_FOLDERS = ("app", "core", "qml", "resources", "tests", "packaging", ".ci")
SKIPPED_FOLDERS = {"__pycache__", "node_modules", ".git", ".cache"}
CPP = (".cpp", ".h", ".cc")
QML = (".qml",)
SCRIPTS = (".py", ".sh", ".cmake", ".js", ".mjs")


def files(root, suffixes=None, folders=TOP_FOLDERS, fixtures=False):
    """Sorted paths below the project's folders; tests/fixtures is other people's text."""
    for folder in folders:
        for path in sorted((root / folder).rglob("*")):
            parts = path.relative_to(root).parts
            if not path.is_file() or SKIPPED_FOLDERS.intersection(parts):
                continue
            if not fixtures and parts[:2] == ("tests", "fixtures"):
                continue
            if suffixes is None or path.suffix in suffixes:
                yield path


def relative(path, root):
    return path.relative_to(root).as_posix()


def read(path):
    return path.read_text(encoding="utf-8", errors="replace")


# A quote after a digit separates thousands.
_TOKEN = re.compile(
    r"//[^\n]*|/\*.*?\*/|\"(?:\\.|[^\"\\\n])*\"|(?<![0-9])'(?:\\.|[^'\\\n])*'|`(?:\\.|[^`\\])*`", re.DOTALL
)


def without_comments(text):
    """C++, JS and QML text with comments blanked; line numbers stay true."""

    def blank(match):
        token = match.group(0)
        if token.startswith(("//", "/*")):
            return re.sub(r"[^\n]", " ", token)
        return token

    return _TOKEN.sub(blank, text)


def without_strings(text):
    """Text without comments, its string contents blanked as well: braces and words in them do not count."""
    return re.sub(
        r"\"(?:\\.|[^\"\\\n])*\"|(?<![0-9])'(?:\\.|[^'\\\n])*'", lambda m: '"' + " " * (len(m.group(0)) - 2) + '"', text
    )


def line_of(text, offset):
    return text.count("\n", 0, offset) + 1
