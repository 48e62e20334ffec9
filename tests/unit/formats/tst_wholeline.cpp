// SPDX-License-Identifier: GPL-3.0-or-later
// When a last line without its line end may be read.
#include <QtTest/QtTest>
#include <nlohmann/json.hpp>

#include "core/formats/wholeline.h"

using flyball::isWholeObject;

class TestWholeLine : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void accepts();
    void holds();
    void noPrefixPasses();
};

void TestWholeLine::accepts()
{
    for (const std::string text : {"{}", "{\"a\":\"}\"}", " {\"a\":[{}]} \r", "\xEF\xBB\xBF{\"a\":1}\t"})
        QVERIFY2(isWholeObject(text), text.c_str());
}

void TestWholeLine::holds()
{
    for (const std::string text : {"", " ", "{", "}", "1", "[{}]", "\"}", "{\"a\":\"}", "{\"a\":{}", "{}{}", "{}x",
                                   "x{}", "{]}", "{\"a\":\"\\\"}"})
        QVERIFY2(!isWholeObject(text), text.c_str());
    QVERIFY(!isWholeObject(std::string("\0{}", 3)));
    QVERIFY(!isWholeObject(std::string("{}\0", 3)));
    QVERIFY(!isWholeObject(std::string(5000, '{') + std::string(5000, '}')));
}

/// What makes it safe not to wait: a line is whole at its last brace and nowhere before.
void TestWholeLine::noPrefixPasses()
{
    const nlohmann::json json = {{"braces", "{}}{\\\"}"},
                                 {"list", {1, "}", {{"x", "\\"}}, nlohmann::json::array()}},
                                 {"deep", {{"a", {{"b", nlohmann::json::object()}}}}},
                                 {"text", "\xE2\x82\xAC}\n"}};
    for (const std::string &line : {json.dump(), json.dump(1)}) {
        for (std::size_t size = 0; size < line.size(); ++size)
            QVERIFY2(!isWholeObject(std::string_view(line).substr(0, size)), line.substr(0, size).c_str());
        QVERIFY(isWholeObject(line));
    }
}

QTEST_GUILESS_MAIN(TestWholeLine)
#include "tst_wholeline.moc"
