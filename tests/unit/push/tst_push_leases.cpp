// SPDX-License-Identifier: GPL-3.0-or-later
#include "push_support.h"

#include <QTest>

#include <map>
#include <random>

using namespace flyball;

class TestLeases : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void sumsReturnToZero();
    void windowsFollowTheZone();
    void outOfRange();
};

namespace {

constexpr TimeNs kStart = 1'795'000'000 * kSecond;
constexpr NanoUsd kCap = 1'000'000'000;

HttpResponse ask(PolicyChannel &channel, const std::string &token, const std::string &path, const JsonValue &body,
                 TimeNs now)
{
    HttpRequest request;
    request.method = "POST";
    request.path = path;
    request.token = token;
    request.body = body.compact();
    request.arrived = request.now = now;
    return channel.handle(request);
}

JsonValue object(std::initializer_list<std::pair<const char *, JsonValue>> members)
{
    JsonValue out{JsonValue::Object()};
    for (const auto &[name, value] : members)
        out.set(name, value);
    return out;
}

struct Model {
    NanoUsd spent = 0;
    NanoUsd overrun = 0; ///< spent beyond what was granted, or after a lease had expired
    std::map<std::string, std::pair<NanoUsd, TimeNs>> held;

    void expire(TimeNs now)
    {
        std::erase_if(held, [&](const auto &entry) { return entry.second.second <= now; });
    }
    [[nodiscard]] NanoUsd sum() const
    {
        NanoUsd total = 0;
        for (const auto &[id, lease] : held)
            total += lease.first;
        return total;
    }
};

} // namespace

void TestLeases::sumsReturnToZero()
{
    for (unsigned seed = 1; seed <= 100; ++seed) {
        TestStore test;
        QVERIFY(test.store);
        QVERIFY(test.store->push(testPolicy(), 0, {}).ok());
        const auto agent = test.store->registerAgent("a", "w", kStart);
        QVERIFY(agent.ok());
        QVERIFY(test.store->beginBatch().ok()); // one commit for the whole seed: what is tested is arithmetic
        PolicyChannel channel(*test.store, "operator", {}, kStart);
        std::mt19937 random(seed);
        Model model;
        TimeNs now = kStart;
        int refused = 0;
        for (int step = 0; step < 120; ++step) {
            now += static_cast<TimeNs>(random() % 3) * kSecond;
            const auto amount = static_cast<NanoUsd>(random() % 180'000'000 + 1);
            model.expire(now);
            if (random() % 2 == 0 || model.held.empty()) {
                const auto answer = ask(channel, agent->token, "/v1/reserve",
                                        object({{"run", "r"}, {"max_nusd", amount}, {"ttl_s", std::int64_t{20}}}), now);
                const bool fits = model.spent + model.sum() + amount <= kCap;
                QCOMPARE(answer.status, fits ? 200 : 409);
                refused += fits ? 0 : 1;
                if (fits)
                    model.held[*JsonValue::parse(answer.body)->find("lease")->string()] = {amount, now + 20 * kSecond};
            } else {
                const auto it = std::next(model.held.begin(), static_cast<long>(random() % model.held.size()));
                const bool release = random() % 3 == 0;
                const NanoUsd actual = random() % 10 == 0 ? it->second.first + 5 : it->second.first / 2;
                const auto answer = ask(channel, agent->token, release ? "/v1/release" : "/v1/settle",
                                        object({{"lease", it->first}, {"actual_nusd", actual}}), now);
                QCOMPARE(answer.status, 200);
                if (!release) {
                    model.spent += actual;
                    model.overrun += std::max<NanoUsd>(0, actual - it->second.first);
                }
                model.held.erase(it);
            }
            QVERIFY(test.store->expireLeases(now).ok());
            const auto spend = test.store->spend("w", kStart - kDay, now + kDay);
            QCOMPARE(spend->spent, model.spent);
            QCOMPARE(spend->held, model.sum());
            QVERIFY2(spend->spent + spend->held <= kCap + model.overrun, qPrintable(QString::number(seed)));
        }
        QVERIFY(refused > 0);
        QVERIFY(test.store->expireLeases(now + kMinute).ok());
        QCOMPARE(test.store->spend("w", kStart - kDay, now + kDay)->held, NanoUsd{0});
        QCOMPARE(test.store->spend("", kStart - kDay, now + kDay)->spent, model.spent);
        QVERIFY(test.store->commitBatch().ok());
    }
}

void TestLeases::windowsFollowTheZone()
{
    TestStore test;
    PolicyDocument document = testPolicy();
    document.timezone = "Asia/Kathmandu"; // +05:45: a day begins at 18:15 UTC
    QVERIFY(test.store->push(document, 0, {}).ok());
    const auto agent = test.store->registerAgent("a", "w", kStart);
    PolicyChannel channel(*test.store, "operator", {}, kStart);
    const TimeNs midnight = bucketOf(kStart, kDay) * kDay + 18 * kHour + 15 * kMinute;
    const auto reserve = [&](TimeNs now) {
        return ask(channel, agent->token, "/v1/reserve", object({{"run", "r"}, {"max_nusd", kCap}}), now);
    };
    const auto first = reserve(midnight - kSecond);
    QCOMPARE(first.status, 200);
    QCOMPARE(reserve(midnight - 1).status, 409);
    QCOMPARE(reserve(midnight).status, 200);
    // Settled after midnight, it still counts in the day it was granted in.
    const std::string lease = *JsonValue::parse(first.body)->find("lease")->string();
    QCOMPARE(
        ask(channel, agent->token, "/v1/settle", object({{"lease", lease}, {"actual_nusd", kCap}}), midnight).status,
        200);
    QCOMPARE(test.store->spend("w", midnight - kDay, midnight)->spent, kCap);
    QCOMPARE(test.store->spend("w", midnight, midnight + kDay)->spent, NanoUsd{0});
}

void TestLeases::outOfRange()
{
    TestStore test;
    Lease lease;
    lease.agent = "a";
    lease.run = "r";
    lease.granted = kMostNano + 1;
    QVERIFY(!test.store->addLease(lease).ok());
    lease.granted = -1;
    QVERIFY(!test.store->addLease(lease).ok());
    lease.granted = 1;
    const auto added = test.store->addLease(lease);
    QVERIFY(!test.store->settle(added->id, -1).ok());
    QVERIFY(!test.store->settle(added->id, kMostNano + 1).ok());
    QCOMPARE(test.store->lease(added->id)->state, Lease::State::Held);
}

QTEST_GUILESS_MAIN(TestLeases)
#include "tst_push_leases.moc"
