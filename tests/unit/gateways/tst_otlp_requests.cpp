// SPDX-License-Identifier: GPL-3.0-or-later
// What a receiver remembers of the newest requests: that they came and what they were, nothing of what they said.
#include <QtTest/QtTest>

#include "core/gateways/browse/rawpage.h"
#include "tests/unit/gateways/otlp_receiving.h"

using namespace flyball;
using namespace flyball::test;

namespace {

QByteArray rowText(const RawRow &row)
{
    std::string out;
    for (std::size_t i = 1; i < row.cells.size(); ++i) // without the time
        out += row.cells[i] + '|';
    return QByteArray::fromStdString(out + row.meaning);
}

} // namespace

class TestOtlpRequests : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void whatCameIn();
    void onlyTheNewest();
    void hostilePaths();
};

void TestOtlpRequests::whatCameIn()
{
    Receiving receiving;
    QVERIFY(receiving.source->requests());
    QVERIFY(browseRequests(*receiving.source->requests()).rows.empty());
    const std::string one = exportOf(1, 3);
    const std::string packed = gzipped(one);
    QCOMPARE(ask(receiving.url(), "/v1/traces", one).status, 200);
    QCOMPARE(ask(receiving.url(), "/v1/traces", packed, {{"Content-Encoding", "gzip"}}).status, 200);
    QCOMPARE(ask(receiving.url(), "/v1/traces", "{\"secret words").status, 400);
    QCOMPARE(ask(receiving.url(), "/v1/elsewhere", "{}").status, 404);
    receiving.inbox.set(FakeInbox::Mode::Full);
    QCOMPARE(ask(receiving.url(), "/v1/traces", one).status, 503);
    const RawPage page = browseRequests(*receiving.source->requests());
    QCOMPARE(page.rows.size(), std::size_t{5});
    QVERIFY2(rowText(page.rows[0]).startsWith("/v1/traces|JSON|" + QByteArray::number(one.size()) + "|503|put off: "),
             rowText(page.rows[0]).constData());
    QCOMPARE(rowText(page.rows[1]), QByteArray("/v1/elsewhere||0|404|refused before its body came"));
    QCOMPARE(rowText(page.rows[2]), QByteArray("/v1/traces|JSON|14|400|refused: truncated_line"));
    QCOMPARE(rowText(page.rows[3]), "/v1/traces|JSON, gzip|" + QByteArray::number(packed.size()) + "|200|3 calls");
    QCOMPARE(rowText(page.rows[4]), "/v1/traces|JSON|" + QByteArray::number(one.size()) + "|200|3 calls");
    QVERIFY(page.rows[2].tone == RawTone::Bad && page.rows[4].tone == RawTone::Counts);
    for (const RawRow &row : page.rows)
        QVERIFY(!rowText(row).contains("secret"));
}

void TestOtlpRequests::onlyTheNewest()
{
    Receiving receiving;
    Client client(receiving.url());
    for (int i = 0; i < 130; ++i) {
        QVERIFY(client.send(post(receiving.url(), "/v1/traces", exportOf(static_cast<unsigned>(i)))));
        QCOMPARE(client.read().status, 200);
    }
    const RawPage page = browseRequests(*receiving.source->requests());
    QCOMPARE(page.rows.size(), RequestLog::kMost);
    QCOMPARE(page.notes, std::vector<std::string>{"the newest 100 of 130 requests"});
}

void TestOtlpRequests::hostilePaths()
{
    Receiving receiving;
    QCOMPARE(ask(receiving.url(), "/" + std::string(5000, 'a'), "{}").status, 404);
    QCOMPARE(ask(receiving.url(), "/%0d%0a%1b%E2%80%AE<b>", "{}").status, 404);
    const RawPage page = browseRequests(*receiving.source->requests());
    QVERIFY(!page.rows.empty());
    for (const RawRow &row : page.rows) {
        QVERIFY(row.cells[1].size() <= RequestLog::kMostPath);
        for (const char c : row.cells[1])
            QVERIFY(static_cast<unsigned char>(c) >= 0x20);
    }
}

QTEST_GUILESS_MAIN(TestOtlpRequests)
#include "tst_otlp_requests.moc"
