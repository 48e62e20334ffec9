// SPDX-License-Identifier: GPL-3.0-or-later
// UTF-8 and JSON escapes: Unicode 15 table 3-7 decides what is well formed.
#include "core/base/jsoncursor.h"

#include <QStringDecoder>
#include <QtTest/QtTest>
#include <random>

using namespace flyball;

namespace {
const QByteArray kBad("\xEF\xBF\xBD"); // U+FFFD
}

class TestJsonText : public QObject {
    Q_OBJECT
private slots:
    void escapes_data();
    void escapes();
    void utf8_data();
    void utf8();
    void everyCodePointSurvives();
    void againstQtsDecoder();
    void readTextDecodesOnlyWhereItMust();
};

void TestJsonText::escapes_data()
{
    QTest::addColumn<QByteArray>("raw");
    QTest::addColumn<QByteArray>("text");
    const auto row = [](const QByteArray &raw, const QByteArray &text) {
        QTest::addRow("%s", raw.constData()) << raw << text;
    };
    row("plain", "plain");
    row(R"(\"\\\/\b\f\n\r\t)", "\"\\/\b\f\n\r\t");
    row(R"(\u0041\u00e4\u20ac)", "A\xC3\xA4\xE2\x82\xAC");
    row(R"(\u00E4)", "\xC3\xA4");
    row(R"(\ud83d\ude00)", "\xF0\x9F\x98\x80"); // U+1F600
    row(R"(\udbff\udfff)", "\xF4\x8F\xBF\xBF"); // U+10FFFF, the last one
    row(R"(\ud800)", kBad);
    row(R"(\udc00)", kBad);
    row(R"(\ud83dx)", kBad + "x");
    row(R"(\ud83d\u0041)", kBad + "A"); // a high surrogate alone, then a letter of its own
    row(R"(\ude00\ud83d)", kBad + kBad);
    row(R"(\u12)", kBad + "12");
    row(R"(\uzzzz)", kBad + "zzzz");
    row(R"(\u-041)", kBad + "-041");
    row(R"(a\)", "a\\");
    row(R"(\q)", "q");
    row("\xC3\xA4\\n\xFF", QByteArray("\xC3\xA4\n") + kBad);
}

void TestJsonText::escapes()
{
    QFETCH(QByteArray, raw);
    QFETCH(QByteArray, text);
    std::string out = "left over";
    decodeJsonString(raw.toStdString(), out);
    QCOMPARE(QByteArray::fromStdString(out), text);
}

void TestJsonText::utf8_data()
{
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<QByteArray>("clean");
    const auto good = [](const char *name, const QByteArray &text) { QTest::addRow("%s", name) << text << text; };
    const auto bad = [](const char *name, const QByteArray &text, const QByteArray &clean) {
        QTest::addRow("%s", name) << text << clean;
    };
    good("empty", "");
    good("eight and more ASCII", "0123456789abcdef0123");
    good("first of two bytes", "\xC2\x80");
    good("last of two bytes", "\xDF\xBF");
    good("first of three bytes", "\xE0\xA0\x80");
    good("before the surrogates", "\xED\x9F\xBF");
    good("after the surrogates", "\xEE\x80\x80");
    good("first of four bytes", "\xF0\x90\x80\x80");
    good("last of all", "\xF4\x8F\xBF\xBF");
    good("wide character behind eight bytes", "01234567\xE2\x82\xAC");
    good("across the eighth byte", "0123456\xE2\x82\xAC");
    bad("lone continuation", "a\x80z", "a" + kBad + "z");
    bad("overlong slash", "\xC0\xAF", kBad + kBad);
    bad("overlong of three", "\xE0\x80\x80", kBad + kBad + kBad);
    bad("overlong of four", "\xF0\x80\x80\x80", kBad + kBad + kBad + kBad);
    bad("surrogate", "\xED\xA0\x80", kBad + kBad + kBad);
    bad("beyond the last", "\xF4\x90\x80\x80", kBad + kBad + kBad + kBad);
    bad("no such lead", "\xF8\x88\x80\x80\x80", kBad + kBad + kBad + kBad + kBad);
    bad("cut at the end", "abc\xE2\x82", "abc" + kBad + kBad);
    bad("broken in the middle", "\xE2(\xAC", kBad + "(" + kBad);
    bad("late in a long text", "0123456789012345\xFF", "0123456789012345" + kBad);
}

void TestJsonText::utf8()
{
    QFETCH(QByteArray, text);
    QFETCH(QByteArray, clean);
    std::string out;
    QCOMPARE(isValidUtf8(text.toStdString()), text == clean);
    QCOMPARE(sanitiseUtf8(text.toStdString(), out), text != clean);
    QCOMPARE(QByteArray::fromStdString(out), clean);
    QVERIFY(isValidUtf8(out));
}

void TestJsonText::everyCodePointSurvives()
{
    std::string out;
    for (char32_t code = 1; code <= 0x10FFFF; ++code) {
        if (code >= 0xD800 && code <= 0xDFFF)
            continue;
        const QByteArray utf8 = QString::fromUcs4(&code, 1).toUtf8();
        const std::string_view text(utf8.constData(), static_cast<std::size_t>(utf8.size()));
        if (!isValidUtf8(text) || sanitiseUtf8(text, out) || out != text)
            QFAIL(qPrintable(QString("U+%1").arg(static_cast<uint>(code), 4, 16)));
    }
}

/// Random bytes: the verdict is Qt's, the oracle that was not written with this code.
void TestJsonText::againstQtsDecoder()
{
    std::mt19937 random(8);
    int good = 0;
    for (int i = 0; i < 50'000; ++i) {
        static constexpr char bytes[] =
            "aZ\x80\xBF\xC2\xC3\xA4\xE0\xA0\xE2\x82\xAC\xED\x9F\xF0\x9F\x98\x80\xF4\x8F\xFF";
        QByteArray text;
        for (auto n = random() % 12; n > 0; --n)
            text += random() % 3 ? bytes[random() % 7] : bytes[random() % (sizeof bytes - 1)];
        QStringDecoder decoder(QStringDecoder::Utf8, QStringDecoder::Flag::Stateless);
        const QString decoded = decoder.decode(text);
        const bool valid = !decoder.hasError();
        Q_UNUSED(decoded)
        good += valid ? 1 : 0;
        QVERIFY2(isValidUtf8(text.toStdString()) == valid, text.toHex().constData());
    }
    QVERIFY(good > 2000 && good < 48'000);
}

void TestJsonText::readTextDecodesOnlyWhereItMust()
{
    const std::string input = R"(["plain","tab\t","bad)"
                              "\xFF\"]";
    JsonCursor json(input);
    std::string_view text;
    std::string scratch;
    QVERIFY(json.beginArray() && json.nextElement());
    QVERIFY(json.readText(text, scratch));
    QVERIFY(text.data() >= input.data() && text.data() < input.data() + input.size());
    QVERIFY(json.nextElement() && json.readText(text, scratch));
    QCOMPARE(QByteArray(text.data(), static_cast<int>(text.size())), QByteArray("tab\t"));
    QVERIFY(json.nextElement() && json.readText(text, scratch));
    QCOMPARE(QByteArray(text.data(), static_cast<int>(text.size())), "bad" + kBad);
    QVERIFY(!json.nextElement() && json.atEnd());
}

QTEST_GUILESS_MAIN(TestJsonText)
#include "tst_json_text.moc"
