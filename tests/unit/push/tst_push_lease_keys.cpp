// SPDX-License-Identifier: GPL-3.0-or-later
// A reservation that is asked for again after its answer was lost: one lease, whatever happened in between.
#include "core/push/store/sql.h"
#include "push_support.h"

#include <QTest>

using namespace flyball;

namespace {

constexpr TimeNs kNow = 1'795'255'200 * kSecond;
constexpr NanoUsd kCap = 1'000'000'000;

struct Bench {
    Bench() : channel(*test.store, "operator", {}, kNow)
    {
        secret = *test.store->registerAgent("a1", "w", kNow);
        other = *test.store->registerAgent("a2", "w", kNow);
        pushed = test.store->push(testPolicy(), 0, {"me", "first", kNow}).ok();
    }
    HttpResponse post(const std::string &path, const std::string &body, const std::string &token, TimeNs now = kNow)
    {
        HttpRequest request;
        request.method = "POST";
        request.path = path;
        request.token = token;
        request.body = body;
        request.now = request.arrived = now;
        return channel.handle(request);
    }
    HttpResponse reserve(const std::string &key, NanoUsd amount, TimeNs now = kNow, const std::string &run = "r")
    {
        return post("/v1/reserve",
                    R"({"run":")" + run + R"(","max_nusd":)" + std::to_string(amount) + R"(,"ttl_s":100,"key":")" + key
                        + "\"}",
                    secret.token, now);
    }
    [[nodiscard]] NanoUsd held() { return test.store->spend("w", kNow / kDay * kDay, kNow / kDay * kDay + kDay)->held; }
    TestStore test;
    PolicyChannel channel;
    AgentSecret secret;
    AgentSecret other;
    bool pushed = false;
};

std::string member(const HttpResponse &answer, const char *name)
{
    const Result<JsonValue> json = JsonValue::parse(answer.body);
    const JsonValue *found = json ? json->find(name) : nullptr;
    return found && found->string() ? *found->string() : found ? found->compact() : "";
}

} // namespace

class TestPushLeaseKeys : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void theSameKeyGivesTheSameLease();
    void itsOwnHoldIsNoReasonToRefuse();
    void aKeyBelongsToOneReservationOfOneAgent();
    void aClosedLeaseIsNotGivenAgain();
    void anOrderFreesWhatWasHeld();
    void aStoreOfVersionOneIsTakenOver();
};

void TestPushLeaseKeys::theSameKeyGivesTheSameLease()
{
    Bench bench;
    QVERIFY(bench.pushed);
    const HttpResponse first = bench.reserve("k1", 1000);
    QCOMPARE(first.status, 200);
    const HttpResponse again = bench.reserve("k1", 1000, kNow + 40 * kSecond);
    QCOMPARE(again.status, 200);
    QCOMPARE(member(again, "lease"), member(first, "lease"));
    QCOMPARE(member(first, "ttl_s"), std::string("100"));
    QCOMPARE(member(again, "ttl_s"), std::string("60"));
    QCOMPARE(bench.held(), 1000);
    QVERIFY(member(bench.reserve("k2", 1000), "lease") != member(first, "lease"));
    QVERIFY(member(bench.reserve("", 1000), "lease") != member(bench.reserve("", 1000), "lease"));
    QCOMPARE(bench.held(), 4000);
    bench.test.reopen();
    QCOMPARE(bench.test.store->leaseOfKey("a1", "k1")->id, member(first, "lease"));
    QCOMPARE(bench.test.store->leaseOfKey("a1", "").error().code, ErrorCode::NotFound);
}

void TestPushLeaseKeys::itsOwnHoldIsNoReasonToRefuse()
{
    Bench bench;
    const HttpResponse first = bench.reserve("k1", kCap);
    QCOMPARE(first.status, 200);
    QCOMPARE(bench.reserve("k2", 1).status, 409);
    const HttpResponse again = bench.reserve("k1", kCap);
    QCOMPARE(again.status, 200);
    QCOMPARE(member(again, "lease"), member(first, "lease"));
    QCOMPARE(bench.held(), kCap);
}

void TestPushLeaseKeys::aKeyBelongsToOneReservationOfOneAgent()
{
    Bench bench;
    const std::string lease = member(bench.reserve("k1", 1000), "lease");
    QCOMPARE(member(bench.reserve("k1", 1001), "error"), std::string("key_reused"));
    QCOMPARE(member(bench.reserve("k1", 1000, kNow, "other"), "error"), std::string("key_reused"));
    QCOMPARE(bench.held(), 1000);
    const HttpResponse theirs =
        bench.post("/v1/reserve", R"({"run":"r","max_nusd":1000,"key":"k1"})", bench.other.token);
    QCOMPARE(theirs.status, 200);
    QVERIFY(member(theirs, "lease") != lease);
    QCOMPARE(bench.reserve(std::string(101, 'k'), 1).status, 400);
    QCOMPARE(bench.post("/v1/reserve", R"({"run":"r","max_nusd":1,"key":7})", bench.secret.token).status, 400);
    Lease twice;
    twice.agent = "a1";
    twice.key = "k1";
    QCOMPARE(bench.test.store->addLease(twice).error().code, ErrorCode::Locked);
}

void TestPushLeaseKeys::aClosedLeaseIsNotGivenAgain()
{
    Bench bench;
    const std::string settled = member(bench.reserve("k1", 1000), "lease");
    QCOMPARE(bench.post("/v1/settle", R"({"lease":")" + settled + R"(","actual_nusd":900})", bench.secret.token).status,
             200);
    QCOMPARE(member(bench.reserve("k1", 1000), "error"), std::string("lease_closed"));
    QCOMPARE(bench.reserve("k2", 1000).status, 200);
    QCOMPARE(member(bench.reserve("k2", 1000, kNow + 100 * kSecond), "error"), std::string("lease_closed"));
    QCOMPARE(bench.held(), 0);
}

void TestPushLeaseKeys::anOrderFreesWhatWasHeld()
{
    Bench bench;
    QCOMPARE(bench.reserve("k1", 1000).status, 200);
    ControlItem stop;
    stop.target = "r";
    stop.createdAt = kNow;
    QVERIFY(bench.test.store->addControl(stop).ok());
    QCOMPARE(member(bench.reserve("k1", 1000), "error"), std::string("run_stopped"));
    QCOMPARE(bench.held(), 0);
}

void TestPushLeaseKeys::aStoreOfVersionOneIsTakenOver()
{
    TestStore test;
    Lease lease;
    lease.agent = "a1";
    lease.workflow = "w";
    lease.granted = 5;
    lease.grantedAt = wallClockNow();
    lease.expiresAt = lease.grantedAt + kDay;
    const std::string id = test.store->addLease(lease)->id;
    test.store.reset();
    {
        Sql sql; // the same file as the version before wrote it
        QVERIFY(sql.open(test.path() + "/policy.db", false).ok());
        QVERIFY(sql.exec("DROP INDEX lease_key; ALTER TABLE lease DROP COLUMN key; PRAGMA user_version = 1").ok());
    }
    test.reopen();
    QVERIFY(test.store != nullptr);
    QVERIFY(test.store->setAside().empty());
    QCOMPARE(test.store->lease(id)->granted, 5);
    QCOMPARE(test.store->lease(id)->key, std::string());
    lease.key = "k1";
    QVERIFY(test.store->addLease(lease).ok());
    QCOMPARE(test.store->addLease(lease).error().code, ErrorCode::Locked);
}

QTEST_GUILESS_MAIN(TestPushLeaseKeys)
#include "tst_push_lease_keys.moc"
