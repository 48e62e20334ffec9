# SPDX-License-Identifier: GPL-3.0-or-later
"""Calls that have no safe use here."""
import re

from checks.common import CPP, QML, files, line_of, read, relative, without_comments, without_strings

BANNED = (
    (r"\bignoreSslErrors\b", "certificates are checked or the connection fails"),
    (r"\bVerifyNone\b", "certificates are checked or the connection fails"),
    (r"\bQHttpServer\b", "6.4.2 loses chunked bodies and crashes on disconnect"),
    (r"\bcreateQmlObject\b", "turns text into code"),
    (r"(?<![\w.])eval\s*\(", "turns text into code"),
    (r"\bnew\s+Function\s*\(", "turns text into code"),
    (r"(?<![\w:.>])(?:std::)?system\s*\(", "a shell between us and a program"),
    (r"\bpopen\s*\(", "a shell between us and a program"),
)


def run(root):
    found = []
    for path in files(root, CPP + QML + (".js", ".mjs"), ("app", "core", "qml", "tests")):
        name = relative(path, root)
        text = without_strings(without_comments(read(path)))
        for pattern, why in BANNED:
            for match in re.finditer(pattern, text):
                found.append(f"{name}:{line_of(text, match.start())}: {match.group(0).strip()}: {why}")
    return found


BAD = {
    "ssl": {"core/sources/a.cpp": "reply->ignoreSslErrors();\n"},
    "peer": {"core/sources/b.cpp": "c.setPeerVerifyMode(QSslSocket::VerifyNone);\n"},
    "server": {"core/sources/c.h": "#include <QHttpServer>\n"},
    "qml from text": {"qml/A.qml": "Item { Component.onCompleted: Qt.createQmlObject(x, this) }\n"},
    "eval": {"qml/b.js": "var a = eval(text)\n"},
    "function from text": {"qml/c.js": "var a = new Function(text)\n"},
    "shell": {"app/a.cpp": "int r = std::system(line);\n"},
    "pipe": {"app/b.cpp": "FILE *f = popen(line, \"r\");\n"},
}
GOOD = {
    "words that only look alike": {
        "core/sources/a.cpp": "// not QHttpServer: see above\nsay(\"a file system (it is remote)\"); retrieval(1); medieval(2); fileSystem(3);\n",
        "qml/a.js": "model.evaluate(1); reeval(2)\n",
    }
}
