// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/push/targets/fields.h"
#include "core/push/targets/knobbook.h"

#include "tests/unit/push/push_support.h"

#include <QTest>

using namespace flyball;

class TestTargetFields : public QObject {
    Q_OBJECT

    static JsonValue parsed(const char *text) { return *JsonValue::parse(text); }

private Q_SLOTS:
    void setsAndRemoves_data()
    {
        QTest::addColumn<QByteArray>("before");
        QTest::addColumn<QByteArray>("field");
        QTest::addColumn<QByteArray>("value");
        QTest::addColumn<QByteArray>("after");
        QTest::newRow("replace") << QByteArray(R"({"a":1,"b":2})") << QByteArray("/a") << QByteArray("3")
                                 << QByteArray(R"({"a":3,"b":2})");
        QTest::newRow("make the way") << QByteArray(R"({})") << QByteArray("/a/b/c") << QByteArray("true")
                                      << QByteArray(R"({"a":{"b":{"c":true}}})");
        QTest::newRow("through null") << QByteArray(R"({"a":null})") << QByteArray("/a/b") << QByteArray("1")
                                      << QByteArray(R"({"a":{"b":1}})");
        QTest::newRow("remove, other kept") << QByteArray(R"({"a":{"b":1,"c":2}})") << QByteArray("/a/b")
                                            << QByteArray() << QByteArray(R"({"a":{"c":2}})");
        QTest::newRow("remove the last") << QByteArray(R"({"a":{"b":1},"z":0})") << QByteArray("/a/b") << QByteArray()
                                         << QByteArray(R"({"z":0})");
        QTest::newRow("remove what is not there")
            << QByteArray(R"({"z":0})") << QByteArray("/a/b") << QByteArray() << QByteArray(R"({"z":0})");
        QTest::newRow("pick") << QByteArray(R"({"t":[{"name":"x","w":1},{"name":"y","w":1}]})")
                              << QByteArray("/t/[name=y]/w") << QByteArray("5")
                              << QByteArray(R"({"t":[{"name":"x","w":1},{"name":"y","w":5}]})");
        QTest::newRow("pick, make") << QByteArray(R"({"t":[{"name":"x"}]})") << QByteArray("/t/[name=y]/w")
                                    << QByteArray("5") << QByteArray(R"({"t":[{"name":"x"},{"name":"y","w":5}]})");
        QTest::newRow("pick, remove") << QByteArray(R"({"t":[{"name":"x"},{"name":"y","w":5}]})")
                                      << QByteArray("/t/[name=y]/w") << QByteArray()
                                      << QByteArray(R"({"t":[{"name":"x"}]})");
        QTest::newRow("pick, remove the last list")
            << QByteArray(R"({"t":[{"name":"y","w":5}],"z":1})") << QByteArray("/t/[name=y]/w") << QByteArray()
            << QByteArray(R"({"z":1})");
        QTest::newRow("escaped") << QByteArray(R"({"a/b":1})") << QByteArray("/a~1b") << QByteArray("2")
                                 << QByteArray(R"({"a/b":2})");
        QTest::newRow("not an object") << QByteArray(R"({"a":[1]})") << QByteArray("/a/b") << QByteArray("1")
                                       << QByteArray();
        QTest::newRow("not a list") << QByteArray(R"({"a":{"b":1}})") << QByteArray("/a/[name=x]/b") << QByteArray("1")
                                    << QByteArray();
    }

    void setsAndRemoves()
    {
        QFETCH(QByteArray, before);
        QFETCH(QByteArray, field);
        QFETCH(QByteArray, value);
        QFETCH(QByteArray, after);
        FieldEdit edit{field.toStdString(), std::nullopt, false, {}};
        if (!value.isEmpty())
            edit.value = parsed(value.constData());
        const Result<JsonValue> next = withEdits(parsed(before.constData()), {edit});
        QCOMPARE(next.ok(), !after.isEmpty());
        if (!next)
            return;
        QCOMPARE(QByteArray::fromStdString(next->compact()), after);
        QVERIFY(holds(*next, edit));
    }

    void listEntries()
    {
        const JsonValue entry = parsed(R"({"command":"ours"})");
        const FieldEdit add{"/hooks/Pre", entry, true, {}};
        const FieldEdit take{"/hooks/Pre", std::nullopt, true, entry};
        const JsonValue theirs = parsed(R"({"hooks":{"Pre":[{"command":"theirs"}]},"k":1})");
        QVERIFY(!holds(theirs, add));
        const JsonValue both = *withEdits(theirs, {add, add});
        QCOMPARE(both.compact(), std::string(R"({"hooks":{"Pre":[{"command":"theirs"},{"command":"ours"}]},"k":1})"));
        QVERIFY(holds(both, add) && !holds(both, take));
        QCOMPARE(*withEdits(both, {take}), theirs);
        const JsonValue alone = *withEdits(parsed(R"({"k":1})"), {add});
        QCOMPARE(withEdits(alone, {take})->compact(), std::string(R"({"k":1})"));
    }

    void namesDifferences()
    {
        const JsonValue content = parsed(R"({"a":1,"b":"x"})");
        const auto edit = [](const char *field, JsonValue value) {
            return FieldEdit{field, std::move(value), false, {}};
        };
        QCOMPARE(whatDiffers(content, {edit("/a", std::int64_t{1})}), std::string());
        QCOMPARE(whatDiffers(content, {edit("/a", std::int64_t{2}), edit("/c", true)}),
                 std::string("/a is 1, not 2; /c is absent, not true"));
        const std::vector<FieldEdit> many(5, edit("/c", true));
        QVERIFY(whatDiffers(content, many).ends_with("; and 2 more"));
    }

    void everyKnobHasAReceipt()
    {
        const PolicyDocument document = testPolicy();
        const TargetPolicy policy{1, document.tiers, effectivePolicy(document, {"w", "", "", "", {}}), "UTC"};
        KnobBook book(policy);
        book.applied("/budget/run_hard/usd", "here");
        book.approximated("/tiers/mid", "there");
        const std::vector<KnobReceipt> receipts = book.finish("no");
        for (const PolicyOrigin &origin : policy.effective.origins)
            QVERIFY2(std::any_of(receipts.begin(), receipts.end(),
                                 [&](const KnobReceipt &r) { return r.path.starts_with(origin.path); }),
                     origin.path.c_str());
        const auto outcomes = [&](KnobReceipt::Outcome outcome) {
            return std::count_if(receipts.begin(), receipts.end(),
                                 [&](const KnobReceipt &r) { return r.outcome == outcome; });
        };
        QCOMPARE(outcomes(KnobReceipt::Outcome::Applied), 1);
        QCOMPARE(outcomes(KnobReceipt::Outcome::Approximated), 1);
        QVERIFY(outcomes(KnobReceipt::Outcome::Unsupported) >= 2);
    }
};

QTEST_GUILESS_MAIN(TestTargetFields)
#include "tst_targets_fields.moc"
