// SPDX-License-Identifier: GPL-3.0-or-later
// Pages that are too much of something (M9): refused as a whole, with the limit named.
#include <QtTest/QtTest>

#include "tests/unit/gateways/gateway_bench.h"

using namespace flyball;
using namespace flyball::test;

namespace {

QByteArray problemOf(const std::string &page)
{
    SampleLog log;
    PromText parser(log, PromText::Flavour::Text, kNow);
    Result<> read = parser.feed(page);
    if (read)
        read = parser.finish();
    if (!read && read.error().code != ErrorCode::OutOfRange)
        return "not a limit: " + QByteArray::fromStdString(read.error().message);
    return read ? QByteArray() : QByteArray::fromStdString(read.error().message);
}

std::string series(int count)
{
    std::string page;
    for (int i = 0; i < count; ++i)
        page += "a" + std::to_string(i) + " 1\n";
    return page;
}

std::string labels(int count)
{
    std::string text = "a{";
    for (int i = 0; i < count; ++i)
        text += "l" + std::to_string(i) + "=\"v\",";
    return text + "} 1\n";
}

} // namespace

class TestPromTextLimits : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void samples()
    {
        QCOMPARE(problemOf(series(50'000)), QByteArray());
        QCOMPARE(problemOf(series(50'001)), QByteArray("line 50001: more than 50000 samples"));
    }
    void duplicatesAreSamples()
    {
        std::string page;
        for (int i = 0; i < 50'001; ++i)
            page += "a 1\n";
        QCOMPARE(problemOf(page), QByteArray("line 50001: more than 50000 samples"));
    }
    void labelsPerSeries()
    {
        QCOMPARE(problemOf(labels(64)), QByteArray());
        QCOMPARE(problemOf(labels(65)), QByteArray("line 1: more than 64 labels"));
        QCOMPARE(problemOf(labels(500)), QByteArray("line 1: more than 64 labels"));
    }
    void exemplarOfASeriesWithAllLabels()
    {
        std::string line = labels(64);
        line.pop_back();
        SampleLog log;
        PromText parser(log, PromText::Flavour::Text, kNow);
        QVERIFY(parser.feed(line + " # {t=\"x\",u=\"y\"} 1\n"));
        QVERIFY(log.text.find("l63=v}") != std::string::npos);
    }
    void names()
    {
        QCOMPARE(problemOf(std::string(1024, 'a') + " 1\n"), QByteArray());
        QCOMPARE(problemOf(std::string(1025, 'a') + " 1\n"), QByteArray("line 1: a name is longer than 1024 bytes"));
        QCOMPARE(problemOf("a{" + std::string(1025, 'l') + "=\"v\"} 1\n"),
                 QByteArray("line 1: a name is longer than 1024 bytes"));
        QCOMPARE(problemOf("{\"" + std::string(1025, 'l') + "\"} 1\n"),
                 QByteArray("line 1: a name is longer than 1024 bytes"));
    }
    void values()
    {
        QCOMPARE(problemOf("a{b=\"" + std::string(4096, 'v') + "\"} 1\n"), QByteArray());
        QCOMPARE(problemOf("x 1\na{b=\"" + std::string(4097, 'v') + "\"} 1\n"),
                 QByteArray("line 2: the value of a label is longer than 4096 bytes"));
        QCOMPARE(problemOf("a{b=\"" + std::string(1 << 18, 'v') + "\"} 1\n"),
                 QByteArray("line 1: the value of a label is longer than 4096 bytes"));
    }
    void lineWithoutEnd()
    {
        SampleLog log;
        PromText parser(log, PromText::Flavour::Text, kNow);
        const std::string piece(64 * 1024, 'v');
        Result<> read = parser.feed("a{b=\"");
        int pieces = 0;
        while (read && ++pieces < 1000)
            read = parser.feed(piece);
        QVERIFY(!read);
        QCOMPARE(QByteArray::fromStdString(read.error().message), QByteArray("line 1: a line is too long"));
        QVERIFY(pieces <= 9); // nothing is hoarded beyond the limit
    }
};

QTEST_GUILESS_MAIN(TestPromTextLimits)
#include "tst_promtext_limits.moc"
