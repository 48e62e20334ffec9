# SPDX-License-Identifier: GPL-3.0-or-later
"""What the package must hold and name; pure functions of text and folders, so that they can be tested."""
import gzip
import re
import struct

# Import name -> Debian package. QtQuick.Controls.impl and styles come with QtQuick.Controls.
QML_PACKAGES = {
    "QtQml": "qml6-module-qtqml",
    "QtQml.Models": "qml6-module-qtqml-models",
    "QtQml.WorkerScript": "qml6-module-qtqml-workerscript",
    "QtQuick": "qml6-module-qtquick",
    "QtQuick.Window": "qml6-module-qtquick-window",
    "QtQuick.Layouts": "qml6-module-qtquick-layouts",
    "QtQuick.Controls": "qml6-module-qtquick-controls",
    "QtQuick.Controls.Basic": "qml6-module-qtquick-controls",
    "QtQuick.Controls.Fusion": "qml6-module-qtquick-controls",
    "QtQuick.Controls.impl": "qml6-module-qtquick-controls",
    "QtQuick.Templates": "qml6-module-qtquick-templates",
    "QtQuick.Dialogs": "qml6-module-qtquick-dialogs",
    "QtQuick.Shapes": "qml6-module-qtquick-shapes",
    "QtCharts": "qml6-module-qtcharts",
    "Qt.labs.folderlistmodel": "qml6-module-qt-labs-folderlistmodel",
    "Qt.labs.qmlmodels": "qml6-module-qt-labs-qmlmodels",
    "Qt.labs.settings": "qml6-module-qt-labs-settings",
    "Qt.labs.platform": "qml6-module-qt-labs-platform",
}
IMPORT = re.compile(r"^\s*import\s+((?:QtQuick|QtQml|QtCharts|QtCore|Qt)\b[\w.]*)", re.MULTILINE)
REQUIRED_FIELDS = ("Package", "Version", "Architecture", "Maintainer", "Section", "Depends", "Description")


class ProblemList:
    def __init__(self):
        self.lines = []

    def add(self, line):
        self.lines.append(line)
        print(f"PROBLEM: {line}", flush=True)

    def report(self):
        print(f"package: {len(self.lines)} problems")
        return 1 if self.lines else 0


def fields(control):
    result = {}
    for match in re.finditer(r"^(\S+):[ \t]*(.*(?:\n[ \t].*)*)", control, re.MULTILINE):
        result[match.group(1)] = match.group(2)
    return result


def dependency_names(control):
    return {re.split(r"[\s(|:]", item.strip())[0] for item in fields(control).get("Depends", "").split(",")}


def check_control(problems, control, version):
    found = fields(control)
    for name in REQUIRED_FIELDS:
        if not found.get(name, "").strip():
            problems.add(f"control: no {name}")
    if not found.get("Version", "").startswith(version + "-"):
        problems.add(f"control: version {found.get('Version')} is not {version}-N")
    if found.get("Section") != "utils":
        problems.add(f"control: section {found.get('Section')} is not utils")
    if not re.fullmatch(r"[^<>@]+ <[^<>@ ]+@[^<>@ ]+>", found.get("Maintainer", "")):
        problems.add(f"control: maintainer {found.get('Maintainer')!r} is not 'Name <mail>'")
    if found.get("Description", "").count("\n") < 3:
        problems.add("control: no extended description")
    names = dependency_names(control)
    for library in ("libc6", "libqt6core6", "libqt6quick6", "libsqlite3-0"):
        if library not in names:
            problems.add(f"control: {library} missing from Depends; dpkg-shlibdeps did not see the programs")
    if not any(name.startswith("fonts-") for name in names):
        problems.add("control: no font in Depends")


def check_qml_imports(problems, source, control):
    """Every Qt import of our QML is a dependency, else the app starts only on developers' machines."""
    names = dependency_names(control)
    for path in sorted((source / "qml").rglob("*.qml")) + sorted((source / "app").rglob("*.qml")):
        for match in IMPORT.finditer(path.read_text(encoding="utf-8")):
            package = QML_PACKAGES.get(match.group(1))
            if package is None:
                problems.add(f"{path.name}: import {match.group(1)} is not in the table of contents.py")
            elif package not in names:
                problems.add(f"{path.name}: import {match.group(1)} needs {package} in packaging/deps.sh (run)")


def man_options(page):
    """Long options that a man page names (roff writes a hyphen as \\-)."""
    text = re.sub(r"\\f(?:\w|\[\w*\])", " ", page).replace("\\-", "-")
    return set(re.findall(r"(?<![\w-])--[a-z][a-z-]*", text))


def check_man_options(problems, program, page, help_text):
    """A page that promises an option the program does not have is worse than no page."""
    known = set(re.findall(r"(?<![\w-])--[a-z][a-z-]*", help_text))
    for option in sorted(man_options(page) - known):
        problems.add(f"{program}.1 names {option}, which '{program} --help' does not")


def check_tree(problems, root, programs):
    share = root / "usr/share"
    wanted = [root / "usr/bin" / p for p in programs] + [share / f"man/man1/{p}.1.gz" for p in programs]
    wanted += [share / "doc/flyball/copyright", share / "doc/flyball/changelog.Debian.gz",
               share / "applications/flyball.desktop", share / "icons/hicolor/scalable/apps/flyball.svg",
               share / "metainfo/io.github.flyball.Flyball.metainfo.xml"]
    for path in wanted:
        if not path.is_file() or path.stat().st_size == 0:
            problems.add(f"missing from the package: {path.relative_to(root)}")
    for path in root.rglob("*"):
        if path.is_file() and path.stat().st_mode & 0o022:
            problems.add(f"writable by others: {path.relative_to(root)}")
        if path.is_file() and path.parts[-2:-1] != ("bin",) and path.stat().st_mode & 0o111:
            problems.add(f"executable: {path.relative_to(root)}")
    for path in share.rglob("*.gz"):
        with gzip.open(path) as stream:
            if b"@PROJECT_" in stream.read():
                problems.add(f"unfilled template: {path.relative_to(root)}")


def png_size(path):
    """(width, height) of a PNG file, or None."""
    if not path.is_file():
        return None
    head = path.read_bytes()[:24]
    if len(head) < 24 or head[:8] != b"\x89PNG\r\n\x1a\n":
        return None
    return struct.unpack(">II", head[16:24])
