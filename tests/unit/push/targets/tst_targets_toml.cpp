// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/push/targets/codex/toml.h"

#include <QTest>

using namespace flyball;

class TestTargetsToml : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void changes_data()
    {
        QTest::addColumn<QByteArray>("before");
        QTest::addColumn<QByteArray>("key");
        QTest::addColumn<QByteArray>("value");
        QTest::addColumn<QByteArray>("after");
        const auto row = [](const char *name, const char *before, const char *key, const char *value,
                            const char *after) {
            QTest::newRow(name) << QByteArray(before) << QByteArray(key) << QByteArray(value) << QByteArray(after);
        };
        row("in place, comment kept", "a = 1 # one\nmodel = \"x\"  # mine\n", "model", "\"y\"",
            "a = 1 # one\nmodel = \"y\"  # mine\n");
        row("added behind the last key", "# head\na = 1\n\n[t]\nmodel = \"no\"\n", "model", "\"y\"",
            "# head\na = 1\nmodel = \"y\"\n\n[t]\nmodel = \"no\"\n");
        row("no keys yet", "# head\n[t]\nb = 1\n", "n", "5", "n = 5\n# head\n[t]\nb = 1\n");
        row("empty", "", "n", "true", "n = true\n");
        row("no line end", "a = 1", "n", "2", "a = 1\nn = 2\n");
        row("taken out", "a = 1\nmodel = \"x\" # mine\nb = 2\n", "model", "", "a = 1\nb = 2\n");
        row("the last taken out", "model = \"x\"", "model", "", "");
        row("hash in a text", "a = \"# no\" # yes\n", "a", "\"b\"", "a = \"b\" # yes\n");
        row("literal text", "a = 'c:\\x' # y\n", "a", "1", "a = 1 # y\n");
        row("list over lines", "a = [\n  \"[t]\", # ]\n  2,\n]\nb = 1\n", "a", "3", "a = 3\nb = 1\n");
        row("text over lines", "a = \"\"\"\n[t]\nmodel = 1\n\"\"\"\nb = 1\n", "b", "2",
            "a = \"\"\"\n[t]\nmodel = 1\n\"\"\"\nb = 2\n");
        row("carriage returns", "a = 1\r\nb = 2\r\n", "a", "7", "a = 7\r\nb = 2\r\n");
        row("quoted key", "\"a b\" = 1\nc = 1\n", "c", "2", "\"a b\" = 1\nc = 2\n");
        row("dotted key is another", "a.model = 1\nb = 1\n", "a", "2", "a.model = 1\nb = 1\na = 2\n");
        row("quotes in the value", "a = 1\n", "a", "\"say \\\"hi\\\"\"", "a = \"say \\\"hi\\\"\"\n");
    }
    void changes()
    {
        QFETCH(QByteArray, before);
        QFETCH(QByteArray, key);
        QFETCH(QByteArray, value);
        QFETCH(QByteArray, after);
        Result<TomlRoot> root = TomlRoot::read(before.toStdString());
        QVERIFY(root.ok());
        const std::optional<JsonValue> wanted =
            value.isEmpty() ? std::nullopt : std::optional<JsonValue>(*JsonValue::parse(value.toStdString()));
        QVERIFY(root->set(key.toStdString(), wanted).ok());
        QCOMPARE(QByteArray::fromStdString(root->text()), after);
        const JsonValue values = root->values();
        const JsonValue *now = values.find(key.toStdString());
        QCOMPARE(now != nullptr, wanted.has_value());
        if (wanted)
            QCOMPARE(*now, *wanted);
    }

    void otherKindsComeBackAsTheyWere()
    {
        const std::string text = "a = [1, 2] # x\nb = 1.5\nc = 2026-01-01\nd = { e = \"f\" }\n";
        Result<TomlRoot> root = TomlRoot::read(text);
        QVERIFY(root.ok());
        const JsonValue before = root->values();
        for (const char *key : {"a", "b", "c", "d"}) {
            QVERIFY(root->set(key, JsonValue(true)).ok());
            QVERIFY(root->set(key, *before.find(key)).ok());
        }
        QCOMPARE(root->text(), text);
    }

    void refuses_data()
    {
        QTest::addColumn<QByteArray>("text");
        for (const char *text : {"a", "a = ", "a = \"x\n", "a = [1\n", "= 1\n", "\"a = 1\n", "a b c\n"})
            QTest::newRow(text) << QByteArray(text);
    }
    void refuses()
    {
        QFETCH(QByteArray, text);
        const Result<TomlRoot> root = TomlRoot::read(text.toStdString());
        QVERIFY(!root);
        QCOMPARE(root.error().code, ErrorCode::Malformed);
    }
};

QTEST_GUILESS_MAIN(TestTargetsToml)
#include "tst_targets_toml.moc"
