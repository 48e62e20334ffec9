// SPDX-License-Identifier: GPL-3.0-or-later
// The grammar JsonCursor takes and refuses, call by call.
#include "core/base/jsoncursor.h"

#include <QtTest/QtTest>
#include <random>
#include <string>

using namespace flyball;

namespace {

/// Walks everything of a text, reading every scalar; what a reader that wants all would do.
bool walk(JsonCursor &json)
{
    std::string_view text;
    std::string scratch;
    bool value = false;
    switch (json.peek()) {
    case '{':
        if (!json.beginObject())
            return false;
        while (json.nextKey(text))
            if (!walk(json))
                return false;
        return !json.failed();
    case '[':
        if (!json.beginArray())
            return false;
        while (json.nextElement())
            if (!walk(json))
                return false;
        return !json.failed();
    case '"':
        return json.readText(text, scratch);
    case 't':
    case 'f':
        return json.readBool(value);
    case 'n':
        return json.takeNull();
    default:
        return json.readNumber(text);
    }
}

bool walks(const std::string &text)
{
    // An exact copy on the heap: reading one byte too far is seen by a sanitiser.
    const std::vector<char> exact(text.begin(), text.end());
    JsonCursor json(std::string_view(exact.data(), exact.size()));
    return walk(json) && json.atEnd();
}

bool skips(const std::string &text)
{
    const std::vector<char> exact(text.begin(), text.end());
    JsonCursor json(std::string_view(exact.data(), exact.size()));
    return json.skipValue() && json.atEnd();
}

} // namespace

class TestJsonCursor : public QObject {
    Q_OBJECT
private slots:
    void grammar_data();
    void grammar();
    void everyPrefixIsRefused();
    void keysInFastAndSlowForm();
    void nullIsTakenOnlyWhereItStands();
    void readRawGivesTheWholeValue();
    void aFailedCursorStaysFailed();
    void wrongTypesFail();
    void depthIsLimitedAndNothingOverflows();
    void consumeTakesExactlyWhatItIsGiven();
    void positionsOfNestedWalks();
    void endsOfLongStrings();
    void countsInTheUsualForm_data();
    void countsInTheUsualForm();
};

void TestJsonCursor::grammar_data()
{
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<bool>("walked");
    QTest::addColumn<bool>("skipped");
    const auto row = [](const char *text, bool walked, bool skipped) {
        QTest::addRow("%.60s", text) << QByteArray(text) << walked << skipped;
    };
    for (const char *good :
         {"{}",
          "[]",
          "{ }",
          "[ ]",
          " {} ",
          "\t{}\r\n",
          R"({"a":1})",
          R"({ "a" : 1 , "b" : [ 1 , 2 ] })",
          R"({"":""})",
          R"({"a":{"b":{"c":[[],{},[{}]]}}})",
          R"(["\"","\\","\/","\b\f\n\r\t","\u0041","\ud83d\ude00"])",
          "0",
          "-0",
          "-1.5e+10",
          "1E5",
          "true",
          "false",
          "null",
          R"("x")",
          R"({"a":null,"b":true,"c":false,"d":0.5})",
          R"({"a_key_that_is_longer_than_a_register":"and a value that is longer than one too","b":1})"})
        row(good, true, true);
    for (const char *bad : {"",        " ",        "{",           "}",    "[",       "]",         "[1",  "{\"a\"",
                            "{\"a\":", "{\"a\":1", R"({"a":1]})", "[1}",  R"("abc)", R"("abc\")", "tru", "nul",
                            "nulll",   "True",     "x",           "{}{}", "{} x",    "[[]",       "+1",  ".5",
                            "NaN",     "Infinity", "'a'",         "\\",   "{}}"})
        row(bad, false, false);
    // Which characters form a number is for parseInt64 and its kin to say.
    for (const char *number : {"-", "1-2", "01", "1.", "1e"})
        row(number, true, true);
    // Grammar inside a skipped value is checked for nesting and string ends only, by contract.
    for (const char *loose : {R"({"a" 1})", R"({"a":})", R"({"a":1,})", R"({,"a":1})", R"({"a":1 "b":2})", "[1,]",
                              "[,1]", "[1 2]", R"({1:2})", R"({a:1})", R"([1,,2])", R"({"a"::1})", R"({"a":[1,2}])"})
        row(loose, false, std::string_view(loose) != R"({"a":[1,2}])");
}

void TestJsonCursor::grammar()
{
    QFETCH(QByteArray, text);
    QFETCH(bool, walked);
    QFETCH(bool, skipped);
    QCOMPARE(walks(text.toStdString()), walked);
    QCOMPARE(skips(text.toStdString()), skipped);
}

void TestJsonCursor::everyPrefixIsRefused()
{
    const std::string line = R"({"type":"assistant","message":{"id":"msg_1","usage":{"input_tokens":12,)"
                             R"("cache":[1,2.5,-3e2,null,true,{"x":"\u00e4\\\""}]}},"ok":false})";
    QVERIFY(walks(line) && skips(line));
    for (std::size_t size = 0; size < line.size(); ++size) {
        QVERIFY2(!walks(line.substr(0, size)), line.substr(0, size).c_str());
        QVERIFY2(!skips(line.substr(0, size)), line.substr(0, size).c_str());
    }
}

void TestJsonCursor::keysInFastAndSlowForm()
{
    // The same object as producers print it and as people do; long enough for every way of reading.
    for (const std::string &text :
         {std::string(R"({"a":"1","bb":"22","c\"c":"333","dddddddddddddddddddddd":"4"})"),
          std::string(
              "{ \"a\" :\t\"1\" ,\n\"bb\" : \"22\",\"c\\\"c\": \"333\" , \"dddddddddddddddddddddd\"  :\"4\" }")}) {
        JsonCursor json(text);
        std::string_view key;
        std::string_view value;
        bool escaped = false;
        QStringList seen;
        QVERIFY(json.beginObject());
        while (json.nextKey(key)) {
            QVERIFY(json.readString(value, escaped));
            QVERIFY(!escaped);
            seen << QString::fromUtf8(key.data(), static_cast<int>(key.size())) + "="
                        + QString::fromUtf8(value.data(), static_cast<int>(value.size()));
        }
        QVERIFY(!json.failed());
        QVERIFY(json.atEnd());
        QCOMPARE(seen, (QStringList{"a=1", "bb=22", "c\\\"c=333", "dddddddddddddddddddddd=4"}));
    }
}

void TestJsonCursor::nullIsTakenOnlyWhereItStands()
{
    JsonCursor json("[null,\"null\",nul,1]");
    std::string_view raw;
    bool escaped = false;
    QVERIFY(json.beginArray());
    QVERIFY(json.nextElement());
    QVERIFY(json.takeNull());
    QVERIFY(json.nextElement());
    QVERIFY(!json.takeNull()); // a string is not a null, and stays where it is
    QVERIFY(json.readString(raw, escaped));
    QCOMPARE(QByteArray(raw.data(), static_cast<int>(raw.size())), QByteArray("null"));
    QVERIFY(json.nextElement());
    QVERIFY(!json.takeNull());
    QVERIFY(!json.skipValue());
    QVERIFY(json.failed());
}

void TestJsonCursor::readRawGivesTheWholeValue()
{
    JsonCursor json(R"({"a": {"x":[1,"]}"]} , "b":-1.5e3,"c":"q\"r"})");
    std::string_view key;
    std::string_view raw;
    QStringList seen;
    QVERIFY(json.beginObject());
    while (json.nextKey(key)) {
        QVERIFY(json.readRaw(raw));
        seen << QString::fromUtf8(raw.data(), static_cast<int>(raw.size()));
    }
    QCOMPARE(seen, (QStringList{R"({"x":[1,"]}"]})", "-1.5e3", R"("q\"r")"}));
    QVERIFY(json.atEnd());
}

void TestJsonCursor::aFailedCursorStaysFailed()
{
    JsonCursor json(R"({"a":1 "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb":2})");
    std::string_view key;
    QVERIFY(json.beginObject());
    QVERIFY(json.nextKey(key));
    QVERIFY(json.skipValue());
    QVERIFY(!json.nextKey(key));
    QVERIFY(json.failed());
    QVERIFY(!json.nextKey(key));
    QVERIFY(!json.nextElement());
    QVERIFY(!json.skipValue());
    QVERIFY(!json.atEnd());
}

void TestJsonCursor::wrongTypesFail()
{
    std::string_view text;
    std::string scratch;
    bool flag = false;
    QVERIFY(!JsonCursor("[]").beginObject());
    QVERIFY(!JsonCursor("{}").beginArray());
    QVERIFY(!JsonCursor("1").readText(text, scratch));
    QVERIFY(!JsonCursor("null").readText(text, scratch));
    QVERIFY(!JsonCursor("\"1\"").readNumber(text));
    QVERIFY(!JsonCursor("true").readNumber(text));
    QVERIFY(!JsonCursor("1").readBool(flag));
    QVERIFY(!JsonCursor("null").readBool(flag));
    QVERIFY(JsonCursor("true").readBool(flag) && flag);
    QVERIFY(JsonCursor(" false").readBool(flag) && !flag);
}

void TestJsonCursor::depthIsLimitedAndNothingOverflows()
{
    const auto nested = [](std::size_t depth) { return std::string(depth, '[') + std::string(depth, ']'); };
    QVERIFY(skips(nested(1024))); // design rule 3a.14: 1,024 levels
    QVERIFY(!skips(nested(1025)));
    QVERIFY(!skips(nested(1'000'000)));
    QVERIFY(!skips(std::string(1'000'000, '[')));
    std::string objects;
    for (int i = 0; i < 1024; ++i)
        objects += "{\"a\":";
    QVERIFY(skips(objects + "1" + std::string(1024, '}')));
    QVERIFY(!skips("{\"a\":" + objects + "1" + std::string(1025, '}')));
}

void TestJsonCursor::consumeTakesExactlyWhatItIsGiven()
{
    JsonCursor json("{\"key\":1}");
    QVERIFY(!json.consume("{\"kez\":"));
    QVERIFY(!json.consume("{\"key\":1} and more than there is"));
    QVERIFY(json.consume("{\"key\":"));
    std::string_view digits;
    QVERIFY(json.readNumber(digits));
    QVERIFY(json.consume("}"));
    QVERIFY(json.atEnd());
    QVERIFY(!json.consume("}"));
    QVERIFY(json.consume(""));
}

void TestJsonCursor::positionsOfNestedWalks()
{
    // After an inner container ends, the outer one expects a comma: not another value.
    for (const char *bad : {R"([[] []])", R"([{} 1])", R"({"a":[] "b":1})", R"([{"a":1}{"b":2}])", R"([[1]1])"})
        QVERIFY2(!walks(bad), bad);
    for (const char *good : {R"([[],[]])", R"([{},1])", R"({"a":[],"b":1})", R"([{"a":[[],[{}]]},{"b":2}])"})
        QVERIFY2(walks(good), good);
}

void TestJsonCursor::endsOfLongStrings()
{
    // Against a search character by character: quotes and runs of backslashes at every place of a block.
    std::mt19937 random(7);
    for (int round = 0; round < 20'000; ++round) {
        std::string text = "\"";
        const auto size = random() % 400;
        const auto odd = 2 + random() % 60; // every how many characters stands one of interest
        while (text.size() <= size)
            text += random() % odd != 0 ? 'a' : random() % 3 == 0 ? '"' : '\\';
        std::size_t end = 1;
        while (end < text.size() && text[end] != '"')
            end += text[end] == '\\' ? 2U : 1U;
        const bool closed = end < text.size();
        const std::vector<char> exact(text.begin(), text.end());
        JsonCursor json(std::string_view(exact.data(), exact.size()));
        QCOMPARE(json.skipValue(), closed);
        if (closed)
            QCOMPARE(json.position() - exact.data(), std::ptrdiff_t(end + 1));
        JsonCursor other(std::string_view(exact.data(), exact.size()));
        std::string_view raw;
        bool escaped = false;
        QCOMPARE(other.readString(raw, escaped), closed);
        if (closed)
            QCOMPARE(raw.size(), end - 1);
    }
}

void TestJsonCursor::countsInTheUsualForm_data()
{
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<qint64>("value"); // -1 = not taken
    QTest::newRow("in an object") << QByteArray("12}") << qint64(12);
    QTest::newRow("zero") << QByteArray("0,\"b\":1}") << qint64(0);
    QTest::newRow("fifteen digits") << QByteArray("999999999999999,") << qint64(999999999999999);
    QTest::newRow("sixteen digits") << QByteArray("1000000000000000,") << qint64(-1);
    QTest::newRow("end of text") << QByteArray("12") << qint64(-1);
    QTest::newRow("nothing") << QByteArray("") << qint64(-1);
    QTest::newRow("in a list") << QByteArray("12]") << qint64(-1);
    QTest::newRow("space behind") << QByteArray("12 }") << qint64(-1);
    QTest::newRow("space before") << QByteArray(" 12}") << qint64(-1);
    QTest::newRow("fraction") << QByteArray("12.0}") << qint64(-1);
    QTest::newRow("exponent") << QByteArray("1e3}") << qint64(-1);
    QTest::newRow("negative") << QByteArray("-1}") << qint64(-1);
    QTest::newRow("null") << QByteArray("null}") << qint64(-1);
    QTest::newRow("text") << QByteArray("\"12\"}") << qint64(-1);
}

void TestJsonCursor::countsInTheUsualForm()
{
    QFETCH(QByteArray, text);
    QFETCH(qint64, value);
    const std::vector<char> exact(text.begin(), text.end());
    JsonCursor json(std::string_view(exact.data(), exact.size()));
    std::int64_t count = -5;
    QCOMPARE(json.takeCount(count), value >= 0);
    QCOMPARE(qint64(count), value >= 0 ? value : qint64(-5)); // untouched where it was not taken
    QCOMPARE(json.position() == exact.data(), value < 0);
}

QTEST_GUILESS_MAIN(TestJsonCursor)
#include "tst_json_cursor.moc"
