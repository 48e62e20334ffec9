// SPDX-License-Identifier: GPL-3.0-or-later
#include "push_support.h"

#include "core/push/channel/agentstate.h"

#include <QTest>

using namespace flyball;

class TestAgentState : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void states_data();
    void states();
    void silence();
    void contradiction();
};

namespace {

constexpr TimeNs kNow = 1'000 * kSecond;
const std::string kEtag = "2-aaaaaaaa";

AgentRecord seen()
{
    AgentRecord agent;
    agent.lastSeen = kNow - kSecond;
    agent.interval = 30 * kSecond;
    agent.offeredEtag = kEtag;
    return agent;
}

} // namespace

void TestAgentState::states_data()
{
    QTest::addColumn<AgentRecord>("agent");
    QTest::addColumn<std::string>("etag");
    QTest::addColumn<AgentState>("state");
    AgentRecord agent = seen();
    QTest::newRow("offered") << agent << kEtag << AgentState::Pending;
    QTest::newRow("no policy") << agent << std::string() << AgentState::Pending;
    agent.pollsSinceOffer = 1;
    QTest::newRow("one poll with the old one") << agent << kEtag << AgentState::Pending;
    agent.pollsSinceOffer = 2;
    QTest::newRow("two polls with the old one") << agent << kEtag << AgentState::Drifted;
    agent.ackedEtag = kEtag;
    QTest::newRow("fell back after its acknowledgement") << agent << kEtag << AgentState::Drifted;
    QTest::newRow("polls counted against an older offer") << agent << std::string("3-bbbbbbbb") << AgentState::Pending;
    agent.pollsSinceOffer = 0;
    QTest::newRow("acknowledged") << agent << kEtag << AgentState::InSync;
    agent.ackedEtag = "1-cccccccc";
    QTest::newRow("acknowledged an older one") << agent << kEtag << AgentState::Pending;
    agent.confirmedEtag = kEtag;
    QTest::newRow("its acknowledgement was lost") << agent << kEtag << AgentState::InSync;
    agent.errorEtag = kEtag;
    QTest::newRow("refused") << agent << kEtag << AgentState::Rejected;
    agent.errorEtag = "1-cccccccc";
    QTest::newRow("refused an older one") << agent << kEtag << AgentState::InSync;
}

void TestAgentState::states()
{
    QFETCH(AgentRecord, agent);
    QFETCH(std::string, etag);
    QTEST(agentState(agent, etag, kNow, 0), "state");
}

void TestAgentState::silence()
{
    AgentRecord agent = seen();
    agent.ackedEtag = kEtag;
    const TimeNs limit = agent.lastSeen + 65 * kSecond;
    QCOMPARE(agentState(agent, kEtag, limit, 0), AgentState::InSync);
    QCOMPARE(agentState(agent, kEtag, limit + 1, 0), AgentState::Silent);
    // Nobody could be heard before the server came up.
    QCOMPARE(agentState(agent, kEtag, limit + 1, limit), AgentState::InSync);
    AgentRecord never;
    never.registeredAt = kNow;
    QCOMPARE(agentState(never, kEtag, kNow + 65 * kSecond, 0), AgentState::Pending);
    QCOMPARE(agentState(never, kEtag, kNow + 66 * kSecond, 0), AgentState::Silent);
}

void TestAgentState::contradiction()
{
    CapProof proof{CapState::Verified, UsdSum::fromParts(10, 0), UsdSum::fromParts(12, 0), UsdSum::fromParts(2, 0)};
    QCOMPARE(capState(proof), CapState::Verified);
    proof.spend = UsdSum::fromParts(12, 1);
    QCOMPARE(capState(proof), CapState::Contradicted);
    proof.pushed = CapState::Applied;
    QCOMPARE(capState(proof), CapState::Applied);
    proof = {CapState::Verified, UsdSum(), std::nullopt, UsdSum()};
    QCOMPARE(capState(proof), CapState::Verified);
}

QTEST_GUILESS_MAIN(TestAgentState)
#include "tst_push_agentstate.moc"
