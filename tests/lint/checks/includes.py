# SPDX-License-Identifier: GPL-3.0-or-later
"""The layers: who may include whom, and where Qt may appear."""
import re

from checks.common import CPP, files, line_of, read, relative, without_comments

BELOW_ENGINE = {"core/base", "core/domain", "core/pricing", "core/policy", "core/sources", "core/formats", "core/ledger",
                "core/aggregate", "core/attribution"}
CORE = BELOW_ENGINE | {"core/engine", "core/gateways", "core/keys", "core/net", "core/push"}

# folder -> folders it may include besides itself. A folder that is not listed may include nothing of ours.
ALLOWED = {
    "core/base": set(),
    "core/domain": {"core/base"},
    "core/pricing": {"core/base", "core/domain"},
    "core/policy": {"core/base", "core/domain"},
    "core/attribution": {"core/base", "core/domain"},
    "core/sources": {"core/base", "core/domain"},
    "core/formats": {"core/base", "core/domain"},
    # The ledger keeps the roll-ups beside the rows, in the shape that aggregate defines.
    "core/ledger": {"core/base", "core/domain", "core/aggregate"},
    "core/aggregate": {"core/base", "core/domain"},
    "core/engine": BELOW_ENGINE,
    # What agents are told and what they answered: the policy channel and its store.
    "core/push": {"core/base", "core/domain", "core/pricing", "core/policy", "core/net", "core/keys"},
    # Where keys are kept, and HTTP on both ends: neither knows what for.
    "core/net": {"core/base", "core/keys"},
    "core/keys": {"core/base"},
    # What delivers to the engine from elsewhere.
    "core/gateways": BELOW_ENGINE | {"core/engine", "core/net", "core/keys"},
    "core/models": CORE,
    "qml": {"core/base", "core/domain", "core/models"},
    # The simulator shares no pricing and no reader with what it tests.
    "app/agentsim": {"core/base", "core/domain"},
    "app/flyballctl": CORE,
    "app/flyball": CORE | {"core/models", "qml"},
}
# folder -> Qt modules whose headers it may include. Folders that are not listed may use none.
QT_ALLOWED = {
    "core/sources": {"QtCore", "QtNetwork"},
    "core/engine": {"QtCore", "QtNetwork"},
    "core/push": {"QtCore", "QtNetwork"},
    "core/net": {"QtCore", "QtNetwork"},
    "core/gateways": {"QtCore", "QtNetwork"},
    "core/keys": {"QtCore", "QtDBus"},  # QtDBus: whether an entry of the keychain is locked
    "core/base": {"QtCore"},  # zone.cpp: QTimeZone reads the time zone database
    "core/models": {"QtCore", "QtQml", "QtGui"},  # QtGui for the clipboard alone
    # Widgets only for what has no Quick counterpart: native file dialogs, Qt Charts' graphics view.
    "qml": {"QtCore", "QtGui", "QtQml", "QtQuick", "QtQuickControls2", "QtCharts", "QtWidgets"},
    "app/agentsim": {"QtCore", "QtNetwork"},
    "app/flyballctl": {"QtCore", "QtNetwork"},
    "app/flyball": {"QtCore", "QtGui", "QtQml", "QtQuick", "QtQuickControls2", "QtWidgets", "QtNetwork", "QtDBus"},
}
# Class headers do not name their module; the ones that matter here do so by their name.
QT_CLASS_MODULES = (
    ("QtCharts", r"Q\w*(Chart|Series|BarSet|ValueAxis|CategoryAxis|DateTimeAxis|LogValueAxis)\w*|QAbstractAxis"),
    ("QtQuickControls2", r"QQuickStyle"),
    ("QtQuick", r"QQuick\w+|QSG\w+"),
    ("QtQml", r"QQml\w+|QJS\w+"),
    ("QtWidgets", r"QApplication|Q\w*(Widget|Layout|Dialog)|QMainWindow|QPushButton|QLabel|QSystemTrayIcon|QStyle\w*"),
    ("QtNetwork", r"Q(Network\w*|Tcp\w+|Udp\w+|Ssl\w*|Host\w+|Local(Server|Socket)|AbstractSocket|Http\w+|DnsLookup)"),
    ("QtDBus", r"QDBus\w+"),
    ("QtTest", r"QTest\w*|QSignalSpy|QAbstractItemModelTester"),
    ("QtGui", r"QGuiApplication|Q(Color|Image\w*|Pixmap|Painter\w*|Pen|Brush|Font\w*|Icon|Screen|Window|Palette|"
              r"Clipboard|Cursor|Region|Polygon\w*|Transform|Text(Document|Layout|Option)|\w*Event|Accessible\w*|"
              r"OpenGL\w*|Vector\dD|KeySequence|DesktopServices|StyleHints|Validator|\w+Validator|Action)"),
)
QT_MODULES = {"QtCore", "QtNetwork", "QtTest"} | {module for module, _ in QT_CLASS_MODULES}
INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*([<"])([^>"\n]+)[>"]', re.MULTILINE)
LINK = re.compile(r"Qt6::(\w+)")


def folder_of(name):
    for folder in sorted(ALLOWED, key=len, reverse=True):
        if name.startswith(folder + "/"):
            return folder
    return None


def qt_module(header):
    first = header.split("/")[0]
    if first in QT_MODULES:
        return first
    if not re.fullmatch(r"Q[A-Z]\w*|q[a-z_]+\.h", first):
        return None
    for module, pattern in QT_CLASS_MODULES:
        if re.fullmatch(pattern, first):
            return module
    return "QtCore"


def check_quoted(name, header, siblings):
    own = folder_of(name)
    if "/" not in header:
        return None if header in siblings or header.endswith(".moc") else "no such file beside it: use the path from the root"
    if ".." in header.split("/"):
        return "relative path: includes start at the repo root"
    target = folder_of(header)
    if target is None:
        return None if not header.startswith(("core/", "app/", "qml/", "tests/")) else "not a folder of the product"
    if target != own and target not in ALLOWED[own]:
        return f"{own} must not include {target}"
    return None


def run(root):
    found = []
    for path in files(root, CPP + (".txt", ".cmake"), ("core", "app", "qml")):
        name = relative(path, root)
        own = folder_of(name)
        allowed_qt = QT_ALLOWED.get(own, set())
        if path.suffix not in CPP:
            if path.name == "CMakeLists.txt" and own:
                text = re.sub(r"#[^\n]*", "", read(path))
                for match in LINK.finditer(text):
                    module = "Qt" + match.group(1)
                    if module not in allowed_qt:
                        found.append(f"{name}:{line_of(text, match.start())}: {own} must not link {match.group(0)}")
            continue
        if own is None:
            found.append(f"{name}:1: folder is not in the layer table of tests/lint/checks/includes.py")
            continue
        text = without_comments(read(path))
        siblings = {p.name for p in path.parent.iterdir()}
        for match in INCLUDE.finditer(text):
            header = match.group(2)
            module = qt_module(header)
            problem = None
            if module and module not in allowed_qt:
                problem = f"{own} must not use {module}"
            elif match.group(1) == '"' and not module:
                problem = check_quoted(name, header, siblings)
            elif header.startswith(("core/", "app/", "qml/")):
                problem = "own headers are included with quotes"
            if problem:
                found.append(f"{name}:{line_of(text, match.start())}: {header}: {problem}")
    return found


BAD = {
    "core paints": {"core/base/a.cpp": "#include <QtGui/QColor>\n"},
    "core paints, class header": {"core/engine/a.cpp": "#include <QColor>\n"},
    "ledger talks to QML": {"core/ledger/a.h": "#include <QQmlEngine>\n"},
    "model draws charts": {"core/models/a.cpp": "#include <QtCharts/QLineSeries>\n"},
    "qml opens sockets": {"qml/pages/a.cpp": "#include <QNetworkAccessManager>\n"},
    "model with widgets": {"core/models/b.cpp": "#include <QWidget>\n"},
    "formats know the engine": {"core/formats/otlp/a.cpp": '#include "core/engine/pipeline.h"\n'},
    "formats know the ledger": {"core/formats/otlp/b.cpp": '#include "core/ledger/store.h"\n'},
    "aggregate knows the ledger": {"core/aggregate/b.cpp": '#include "core/ledger/ledger.h"\n'},
    "base knows domain": {"core/base/b.h": '#include "core/domain/call.h"\n'},
    "core knows qml": {"core/aggregate/a.cpp": '#include "qml/charts/plot.h"\n'},
    "core knows app": {"core/engine/b.cpp": '#include "app/flyball/main.h"\n'},
    "simulator borrows the pricer": {"app/agentsim/a.cpp": '#include "core/pricing/pricer.h"\n'},
    "way out by dots": {"core/base/c.cpp": '#include "../ledger/store.h"\n'},
    "own header in angle brackets": {"core/base/d.cpp": "#include <core/ledger/store.h>\n"},
    "core links Quick": {"core/ledger/CMakeLists.txt": "target_link_libraries(x PUBLIC Qt6::Quick)\n"},
    "folder without a rule": {"core/gossip/a.cpp": "int a;\n"},
    "HTTP knows policies": {"core/net/a.cpp": '#include "core/push/types.h"\n'},
    "engine knows gateways": {"core/engine/c.cpp": '#include "core/gateways/registry.h"\n'},
    "core on the session bus": {"core/models/c.cpp": "#include <QDBusConnection>\n"},
    "plain core uses Qt": {"core/domain/a.h": "#include <QString>\n"},
}
GOOD = {
    "downwards": {
        "core/engine/a.cpp": '#include "core/ledger/store.h"\n#include <QtCore/QTimer>\n#include <vector>\n',
        "core/models/a.cpp": '#include "core/engine/pipeline.h"\n#include <QAbstractListModel>\n',
        "core/base/a.cpp": '#include "a.h"\n// #include <QColor>\n',
        "core/base/a.h": "#pragma once\n",
        "qml/charts/plot.cpp": "#include <QQuickPaintedItem>\n#include <QPainter>\n",
    }
}
