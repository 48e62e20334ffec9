// SPDX-License-Identifier: GPL-3.0-or-later
// text/event-stream, cut anywhere and bounded.
#include <QtTest/QtTest>

#include "tests/unit/gateways/portkey/portkey_bench.h"

using namespace flyball;
using namespace flyball::test;

class TestEventStream : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void capturedCutAtEveryByte();
    void lines_data();
    void lines();
    void longEventsAreToldWithoutTheirData();
    void memoryHasABound();
};

namespace {

std::string asText(const std::vector<StreamEvent> &events)
{
    std::string out;
    for (const StreamEvent &event : events)
        out += '[' + event.name + '|' + event.data + '|' + event.id + '|' + std::to_string(event.lost) + ']';
    return out;
}

} // namespace

void TestEventStream::capturedCutAtEveryByte()
{
    const std::string &text = capturedStream();
    const std::string whole = asText(eventsOf(text));
    QCOMPARE(eventsOf(text).size(), std::size_t{9}); // one greeting, eight requests
    QCOMPARE(asText(eventsOf(text, 1)), whole);
    for (std::size_t cut = 1; cut < text.size(); ++cut) {
        EventStreamReader reader(1 << 24);
        std::vector<StreamEvent> events;
        const auto sink = [&](StreamEvent &&event) { events.push_back(std::move(event)); };
        reader.read(std::string_view(text).substr(0, cut), sink);
        reader.read(std::string_view(text).substr(cut), sink);
        if (asText(events) != whole)
            QFAIL(qPrintable(QStringLiteral("cut at %1").arg(cut)));
    }
}

void TestEventStream::lines_data()
{
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<QByteArray>("events");
    const auto row = [](const char *name, const QByteArray &text, const char *events) {
        QTest::newRow(name) << text << QByteArray(events);
    };
    row("one", "event: log\ndata: x\nid: 7\n\n", "[log|x|7|0]");
    row("fields in any order", "id:7\ndata:x\nevent:log\n\n", "[log|x|7|0]");
    row("CR LF", "data: x\r\n\r\ndata: y\r\n\r\n", "[|x||0][|y||0]");
    row("CR", "data: x\r\rdata: y\r\r", "[|x||0][|y||0]");
    row("two lines of data", "data: x\ndata:  y\n\n", "[|x\n y||0]");
    row("comments and unknown fields", ": beat\nretry: 3\nfoo\ndata: x\n\n", "[|x||0]");
    row("no data is no event", "event: log\nid: 3\n\ndata: x\n\n", "[|x||0]");
    row("empty data is one", "data\n\n", "[|||0]");
    row("an id with a NUL is none", QByteArray("id: 1\0002\ndata: x\n\n", 17), "[|x||0]");
    row("a byte order mark",
        "\xEF\xBB\xBF"
        "data: x\n\n",
        "[|x||0]");
    row("not ended", "data: x\n\ndata: y\n", "[|x||0]");
    row("not text", "\xff\xfe\x01\ndata: \xff\n\n", "[|\xff||0]");
}

void TestEventStream::lines()
{
    QFETCH(QByteArray, text);
    QFETCH(QByteArray, events);
    for (const std::size_t piece : {std::size_t{1}, std::size_t{2}, std::size_t{3}, std::size_t{1000}})
        QCOMPARE(asText(eventsOf(text.toStdString(), piece)), events.toStdString());
}

void TestEventStream::longEventsAreToldWithoutTheirData()
{
    const std::string text = "event: log\ndata: " + std::string(100, 'x') + "\nid: 5\n\nevent: log\ndata: y\nid: 6\n\n"
                             + "data: " + std::string(20, 'z') + "\ndata: " + std::string(20, 'z') + "\n\n";
    for (const std::size_t piece : {std::size_t{1}, std::size_t{7}, std::size_t{1000}}) {
        const auto events = eventsOf(text, piece, 40);
        QCOMPARE(events.size(), std::size_t{3});
        QCOMPARE(events[0].id, std::string("5"));
        QCOMPARE(events[0].name, std::string("log"));
        QVERIFY(events[0].data.empty());
        QVERIFY(events[0].lost >= 100 && events[0].lost <= 106);
        QCOMPARE(asText({events[1]}), std::string("[log|y|6|0]"));
        QVERIFY(events[2].lost > 0);
        QVERIFY(events[2].data.empty());
    }
}

void TestEventStream::memoryHasABound()
{
    // Lines that never end, and events that never end: what is told must still be right afterwards.
    constexpr std::int64_t kPieces = 4000;
    for (const std::string &piece : {std::string(4096, 'a'), "data: " + std::string(4096, 'a') + '\n',
                                     std::string("data\ndata\ndata\n"), "id: " + std::string(4096, 'a') + '\n'}) {
        EventStreamReader reader(10'000);
        std::size_t largest = 0;
        const auto sink = [&](StreamEvent &&event) {
            largest = std::max(largest, event.name.size() + event.id.size() + event.data.size());
        };
        for (std::int64_t i = 0; i < kPieces; ++i)
            reader.read(piece, sink);
        reader.read("\n\n", sink);
        QVERIFY(largest <= 10'000);
        std::string after;
        reader.read("data: x\n\n", [&](StreamEvent &&event) { after = event.data; });
        QCOMPARE(after, std::string("x"));
    }
}

QTEST_GUILESS_MAIN(TestEventStream)
#include "tst_eventstream.moc"
