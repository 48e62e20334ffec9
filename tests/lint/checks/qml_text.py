# SPDX-License-Identifier: GPL-3.0-or-later
"""Names in traces are hostile: in Qt 6.4.2 an <img> in the label of a Button crashes the app, and in a Text
with its default format it makes the app fetch a URL of the attacker's choice. So every text is PlainText."""
import re

from checks.common import QML, files, line_of, read, relative, without_comments, without_strings

CONTROLS_FOLDER = "qml/controls/"
PRODUCT = ("qml", "app")
# Stock controls that render their own label as rich text.
STOCK = ("Button", "RoundButton", "ToolButton", "TabButton", "DelayButton", "ItemDelegate", "CheckDelegate",
         "RadioDelegate", "SwitchDelegate", "SwipeDelegate", "MenuItem", "MenuBarItem", "CheckBox", "RadioButton",
         "Switch", "ComboBox", "ToolTip", "GroupBox", "Dialog", "Menu", "Action")
LITERAL = r"(?:qsTr\(\s*(?:\"(?:\\.|[^\"\\])*\")\s*(?:,\s*\"(?:\\.|[^\"\\])*\"\s*)?\)|\"(?:\\.|[^\"\\<])*\")"
FIXED_TEXT = re.compile(rf"(?:[^?\"]*\?\s*)?{LITERAL}(?:\s*:\s*{LITERAL})?")
OBJECT = re.compile(r"(?<![\w.])((?:[A-Z]\w*\.)?[A-Z]\w*)\s*(?:on\s+\w+\s*)?\{")


def close_of(mask, start):
    depth = 0
    for i in range(start, len(mask)):
        depth += {"{": 1, "}": -1}.get(mask[i], 0)
        if depth == 0:
            return i
    return len(mask)


def own_lines(text, mask, start, end):
    """The body of an object without the bodies of its children and handlers."""
    result, depth = [], 0
    for i in range(start, end):
        if mask[i] == "{":
            depth += 1
        if depth == 0 or mask[i] == "\n":
            result.append(text[i])
        if mask[i] == "}":
            depth -= 1
    return "".join(result)


def binding(body, name):
    """The expression bound to a property, with the lines that plainly continue it."""
    match = re.search(rf"(?:^|[;\n])[ \t]*{re.escape(name)}\s*:\s*", body)
    if not match:
        return None
    lines = body[match.end():].split("\n")
    expression = lines[0].split(";")[0].strip()
    for line in lines[1:]:
        if not re.match(r"\s*[?:+.&|]", line) and not re.search(r"[?:+(,&|]$", expression):
            break
        expression += " " + line.strip()
    return expression


def check_object(name, kind, body, text):
    if kind in ("Text", "Label") and not re.search(r"(?<!\w)textFormat\s*:\s*Text\.PlainText\b", body):
        return f"{kind} without textFormat: Text.PlainText"
    if kind not in STOCK:
        return None
    for key in ("text", "title", "displayText"):
        value = binding(body, key)
        if value is None or FIXED_TEXT.fullmatch(value):
            continue
        if name.startswith(CONTROLS_FOLDER) and re.search(r"(?<!\w)contentItem\s*:", text):
            continue
        return f"{kind}.{key} shows data through the stock label: use a control of qml/controls"
    return None


def run(root):
    found = []
    own_types = {p.stem for p in files(root, QML, ("qml",))}
    for path in files(root, QML, PRODUCT):
        name = relative(path, root)
        text = without_comments(read(path))
        mask = without_strings(text)
        for match in OBJECT.finditer(mask):
            qualifier, _, kind = match.group(1).rpartition(".")
            # An own type of the same name hides the stock one where stock controls are not imported.
            if kind in own_types and not qualifier and "import QtQuick.Controls" not in text:
                continue
            end = close_of(mask, match.end() - 1)
            body = own_lines(text, mask, match.end(), end)
            problem = check_object(name, kind, body, text[match.start():end])
            if problem:
                found.append(f"{name}:{line_of(text, match.start())}: {problem}")
        for match in re.finditer(r"textFormat\s*:\s*(?!Text\.PlainText\b|TextEdit\.PlainText\b)\S+", mask):
            found.append(f"{name}:{line_of(text, match.start())}: {match.group(0).strip()} renders markup")
        for match in re.finditer(r"(?<!\w)(?:\w+\.)?ToolTip\.text\s*:\s*([^;\n]+)", text):
            if not FIXED_TEXT.fullmatch(match.group(1).strip()):
                found.append(f"{name}:{line_of(text, match.start())}: ToolTip.text shows data through the stock tip")
        for match in re.finditer(r"(?<!\w)ToolTip\.show\s*\(", mask):
            found.append(f"{name}:{line_of(text, match.start())}: ToolTip.show uses the stock tip")
    return found


BAD = {
    "bare Text": {"qml/pages/A.qml": "import QtQuick\nItem {\n    Text { text: model.name }\n}\n"},
    "PlainText only in a child": {
        "qml/pages/B.qml": "Item {\n  Text {\n    Text { textFormat: Text.PlainText }\n  }\n}\n"},
    "PlainText only in a comment": {"qml/pages/C.qml": "Text {\n  // textFormat: Text.PlainText\n}\n"},
    "rich text": {"qml/pages/D.qml": "Text { textFormat: Text.StyledText }\n"},
    "bare Label": {"qml/pages/E.qml": "Label {\n text: qsTr(\"Brace { in text\")\n}\n"},
    "delegate shows data": {
        "qml/pages/F.qml": "import QtQuick.Controls\nItemDelegate {\n    text: model.name\n}\n"},
    "button with an argument": {
        "qml/pages/G.qml": "import QtQuick.Controls\nButton {\n    text: qsTr(\"Open %1\").arg(root.name)\n}\n"},
    "multi-line binding": {
        "qml/pages/H.qml": "import QtQuick.Controls as C\nC.Button {\n    text: root.on ? qsTr(\"a\")\n        : root.name\n}\n"},
    "tool tip": {"qml/pages/I.qml": "import QtQuick.Controls\nItem { ToolTip.text: model.path }\n"},
    "stock label inside qml/controls": {
        "qml/controls/J.qml": "import QtQuick.Controls\nButton {\n    text: root.name\n}\n"},
}
GOOD = {
    "plain": {
        "qml/controls/PlainText.qml": "import QtQuick\nText {\n    textFormat: Text.PlainText\n}\n",
        "qml/pages/A.qml": "import QtQuick\nItem {\n    PlainText { text: model.name }\n"
                           "    Text { text: a; textFormat: Text.PlainText }\n}\n",
    },
    "fixed words": {
        "qml/pages/B.qml": "import QtQuick.Controls\nItem {\n    Button { text: qsTr(\"Close\") }\n"
                           "    ToolTip.text: root.live ? qsTr(\"Pause\") : qsTr(\"Go live\")\n}\n"},
    "own button with its own label": {
        "qml/controls/FlatButton.qml": "import QtQuick.Templates as T\nT.Button {\n    text: root.label\n"
                                       "    contentItem: PlainText { text: parent.text }\n}\n"},
    "text in a string": {"qml/pages/C.qml": "Item { property string s: \"Text { }\" }\n"},
}
