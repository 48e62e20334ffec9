// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>

#include "core/models/policy/capproofs.h"
#include "core/policy/document/text.h"
#include "tests/models/snapshotmaker.h"

using namespace flyball;

namespace {

constexpr TimeNs kNow = 1'795'000'000 * kSecond + 7 * kHour;
constexpr TimeNs kApplied = kNow - kHour;
constexpr PicoUsd kCent = kPicoPerUsd / 100;

PolicyDocument policy(const std::string &budget)
{
    const PolicyReading reading = readPolicy(
        R"({"schema_version":1,"policy_id":"p","revision":4,"tiers":[{"id":"mid","models":["openai/gpt-4o"]}],)"
        R"("defaults":{"routing":{"default_tier":"mid"}},"workflows":{"w":{"budget":)"
        + budget + "}}}");
    return *reading.document;
}

AgentStatus agent(const char *id, const char *workflow, std::vector<std::string> enforces)
{
    AgentStatus status;
    status.record.id = id;
    status.record.workflow = workflow;
    status.record.ackedEtag = status.etag = "4-00000000";
    status.record.ackedAt = kApplied;
    status.record.enforces = std::move(enforces);
    status.state = AgentState::InSync;
    status.verified = true;
    return status;
}

const std::vector<std::string> kReserving{"caps.usd:reserve", "caps.window:lease"};

} // namespace

/// What the agents answered, held against what the ledger shows.
class TestCapProofs : public QObject {
    Q_OBJECT

private:
    FakeEngine m_engine;
    ChannelSnapshot m_channel;
    std::vector<Call> m_calls;
    std::vector<RunRow> m_runs;

    CapReport report(const PolicyDocument &head, const JsonValue &rates = JsonValue(JsonValue::Object()))
    {
        SnapshotMaker maker(m_engine);
        maker.minutesFrom = kNow - 26 * kHour;
        maker.runs = m_runs;
        return reportCaps(head, m_channel, *maker.make(m_calls), rates, kNow);
    }
    void run(std::uint64_t id, TimeNs start, PicoUsd cost, Outcome outcome = Outcome::Success)
    {
        m_runs.push_back(makeRun(m_engine, id, "w", start, start + kMinute, outcome, cost));
    }

private Q_SLOTS:
    void init()
    {
        m_channel = {};
        m_channel.revision = 4;
        m_channel.revisions = std::make_shared<const RevisionLog>();
        m_channel.agents = {agent("a", "w", kReserving)};
        m_calls.clear();
        m_runs.clear();
    }

    void followsTheAgents()
    {
        const PolicyDocument head = policy(R"({"run_hard":{"usd":0.5}})");
        const auto state = [&] { return report(head).caps.at(0).state; };
        QCOMPARE(state(), CapState::Verified);
        m_channel.agents[0].verified = false;
        QCOMPARE(state(), CapState::Applied);
        m_channel.agents.push_back(agent("b", "w", kReserving));
        m_channel.agents[1].state = AgentState::Pending;
        QCOMPARE(state(), CapState::Saved);
        m_channel.agents[1].state = AgentState::Drifted;
        QCOMPARE(state(), CapState::Drifted);
        m_channel.agents[1].record.workflow = "other"; // not one of ours
        m_channel.agents[0].verified = true;
        QCOMPARE(state(), CapState::Verified);
        m_channel.agents.clear();
        QCOMPARE(state(), CapState::Saved);
        QVERIFY(!report(head).caps.at(0).spend);
    }

    void gatewaysAreHeldAgainstTheLedger()
    {
        const PolicyDocument head = policy(R"({"call_max_tokens":1000,"run_hard":{"usd":0.5},)"
                                           R"("periods":[{"window":"day","hard_usd":2}]})");
        const JsonValue rates =
            *JsonValue::parse(R"({"openai/gpt-4o":{"in_nusd_per_mtok":0,"out_nusd_per_mtok":10000000000}})");
        using Outcome = KnobReceipt::Outcome;
        TargetReceipt receipt{"gw", "litellm", 4, "verified", kApplied, "", {}, ""};
        receipt.knobs = {{"/budget/periods/day", Outcome::Approximated, ""},
                         {"/budget/run_hard/usd", Outcome::Applied, ""}};
        m_channel.receipts = {receipt};
        const auto found = [&](const char *workflow = "w") {
            SnapshotMaker maker(m_engine);
            maker.minutesFrom = kNow - 26 * kHour;
            maker.runs = m_runs;
            return contradictedTargets(head, m_channel, *maker.make(m_calls), rates, {{"gw", workflow}}, kNow);
        };
        // 1000 tokens at $10 a million: a call under way may cost a cent.
        run(1, kApplied - kMinute, 900 * kCent); // before it was verified
        run(2, kApplied + kMinute, 51 * kCent);
        QVERIFY(found().empty());
        run(3, kApplied + 2 * kMinute, 51 * kCent + 1);
        QCOMPARE(found().size(), 1U);
        QCOMPARE(found()[0].id, std::string("gw"));
        QCOMPARE(found()[0].cap.path, std::string("/budget/run_hard/usd"));
        QVERIFY2(found()[0].detail.find("'w'") != std::string::npos
                     || found()[0].detail.find("\"w\"") != std::string::npos,
                 found()[0].detail.c_str());
        QVERIFY(found("other").empty());
        QVERIFY2(found("").empty(), "it is not one workflow that it is for");
        m_channel.receipts[0].knobs[1].outcome = Outcome::Unsupported;
        QVERIFY2(found().empty(), "it never promised that");
        m_channel.receipts[0].knobs[1].outcome = Outcome::Applied;
        for (const char *state : {"applied", "saved", "drifted", "contradicted", "unreachable"}) {
            m_channel.receipts[0].state = state;
            QVERIFY2(found().empty(), state);
        }
        m_channel.receipts[0].state = "verified";
        m_channel.receipts[0].revision = 3;
        QVERIFY2(found().empty(), "that was another policy");
        m_channel.receipts[0].revision = 4;
        QVERIFY2(contradictedTargets(head, m_channel, *SnapshotMaker(m_engine).make(m_calls), {}, {{"gw", "w"}}, kNow)
                     .empty(),
                 "without a price there is no bound");
        m_runs.clear();
        m_calls.push_back(makeCall(m_engine, kNow - 30 * kMinute, "w", "m", 401 * kCent));
        QVERIFY2(found().empty(), "two windows of the gateway may lie in one of ours, and a minute may pass");
        m_calls.push_back(makeCall(m_engine, kNow - 29 * kMinute, "w", "m", 20 * kCent));
        QCOMPARE(found().size(), 1U);
        QCOMPARE(found()[0].cap.path, std::string("/budget/periods/day"));
        m_channel.receipts[0].time = kNow - 29 * kMinute;
        QVERIFY2(found().empty(), "only what was spent since counts");
    }

    void runPastItsCap()
    {
        const PolicyDocument head = policy(R"({"run_soft":{"usd":0.3},"run_hard":{"usd":0.5}})");
        run(1, kApplied - kMinute, 900 * kCent); // began before the cap was there
        run(2, kApplied + kMinute, 50 * kCent);  // reaches it, does not pass it
        CapReport found = report(head);
        QCOMPARE(found.caps.at(0).state, CapState::Verified);
        QCOMPARE(*found.caps.at(0).spend, UsdSum(50 * kCent));
        QCOMPARE(found.crossings.size(), 1U);
        QCOMPARE(found.crossings[0].hard, false);
        run(3, kApplied + 2 * kMinute, 50 * kCent + 1);
        found = report(head);
        QCOMPARE(found.caps.at(0).state, CapState::Contradicted);
        QCOMPARE(found.caps.at(0).run, (Key128{7, 3}));
        QCOMPARE(found.crossings.size(), 2U);
        QCOMPARE(found.crossings[0].hard, true);
        QCOMPARE(found.crossings[0].capped, false);
        // Nobody answered for it any more: nothing is promised, so nothing is contradicted.
        m_channel.agents[0].state = AgentState::Silent;
        QCOMPARE(report(head).caps.at(0).state, CapState::Saved);
    }

    void cappedRunsAreCrossings()
    {
        run(1, kApplied + kMinute, 20 * kCent, Outcome::Capped);
        run(2, kApplied - kMinute, 20 * kCent, Outcome::Capped);
        const CapReport found = report(policy(R"({"run_hard":{"usd":0.5}})"));
        QCOMPARE(found.crossings.size(), 1U);
        QVERIFY(found.crossings[0].hard && found.crossings[0].capped);
        QCOMPARE(found.caps.at(0).state, CapState::Verified);
    }

    /// A row whose calls all moved to another run shows no spend of $0.
    void whatIsNoRunIsNoEvidence()
    {
        run(1, kApplied + kMinute, 20 * kCent);
        m_runs[0].totals = {};
        m_runs[0].info.outcome = Outcome::Unknown;
        const PolicyDocument head = policy(R"({"run_hard":{"usd":0.5}})");
        QVERIFY(!report(head).caps.at(0).spend);
        m_runs[0].info.outcome = Outcome::Capped; // its first call was refused
        QCOMPARE(report(head).crossings.size(), 1U);
    }

    /// An agent that does not reserve may overshoot by one call; without a size limit nobody knows by how much.
    void worstCaseWithoutReserving()
    {
        m_channel.agents = {agent("a", "w", {})};
        run(1, kApplied + kMinute, 55 * kCent);
        CapRow open = report(policy(R"({"run_hard":{"usd":0.5}})")).caps.at(0);
        QVERIFY(!open.reserves);
        QVERIFY(!open.overshoot);
        QCOMPARE(open.state, CapState::Verified);
        JsonValue price{JsonValue::Object()}, rates{JsonValue::Object()};
        price.set("in_nusd_per_mtok", std::int64_t(2'500'000'000));
        price.set("out_nusd_per_mtok", std::int64_t(10'000'000'000));
        rates.set("openai/gpt-4o", price);
        const PolicyDocument sized =
            policy(R"({"run_hard":{"usd":0.5},"call_max_tokens":10000,"call_max_output_tokens":1000})");
        // 9,000 tokens at $2.50 and 1,000 at $10 per million: $0.0325.
        CapRow row = report(sized, rates).caps.at(0);
        QCOMPARE(*row.overshoot, UsdSum(kPicoPerUsd / 10'000 * 325));
        QCOMPARE(row.state, CapState::Contradicted); // 0.55 > 0.5325
        m_runs[0] = makeRun(m_engine, 1, "w", kApplied + kMinute, kApplied + 2 * kMinute, Outcome::Success, 53 * kCent);
        QCOMPARE(report(sized, rates).caps.at(0).state, CapState::Verified);
    }

    void windowCountsFromTheMomentItWasApplied()
    {
        const PolicyDocument head = policy(R"({"periods":[{"window":"day","hard_usd":1}]})");
        m_calls = {makeCall(m_engine, kApplied - kMinute, "w", "m", 80 * kCent),
                   makeCall(m_engine, kApplied + 2 * kMinute, "w", "m", 40 * kCent),
                   makeCall(m_engine, kApplied + 2 * kMinute, "other", "m", 4000 * kCent)};
        CapRow row = report(head).caps.at(0);
        QCOMPARE(row.path, std::string("/budget/periods/day"));
        QCOMPARE(row.used.cost, UsdSum(120 * kCent));
        QCOMPARE(*row.spend, UsdSum(40 * kCent));
        QCOMPARE(row.state, CapState::Verified);
        m_calls.push_back(makeCall(m_engine, kApplied + 3 * kMinute, "w", "m", 61 * kCent));
        QCOMPARE(report(head).caps.at(0).state, CapState::Contradicted);
    }

    /// As a window finds it when it opens on a long history.
    void withoutSeries()
    {
        SnapshotMaker maker(m_engine);
        m_calls = {makeCall(m_engine, kApplied + 2 * kMinute, "w", "m", 40 * kCent)};
        const auto early = std::make_shared<Snapshot>(*maker.make(m_calls));
        const PolicyDocument head = policy(R"({"periods":[{"window":"day","hard_usd":1}]})");
        early->series = std::make_shared<std::vector<SeriesKey>>();
        QCOMPARE(reportCaps(head, m_channel, *early, {}, kNow).caps.at(0).used.cost, UsdSum());
        early->series.reset();
        QCOMPARE(reportCaps(head, m_channel, *early, {}, kNow).caps.at(0).used.cost, UsdSum());
    }

    /// A workflow the ledger has not seen is not what nobody is blamed for; no run is not a run for nothing.
    void unseenIsNotZeroAndNotUnattributed()
    {
        m_calls = {makeCall(m_engine, kApplied + 2 * kMinute, "", "m", 400 * kCent)};
        const PolicyDocument head = policy(R"({"run_hard":{"usd":0.5},"periods":[{"window":"day","hard_usd":1}]})");
        const CapReport found = report(head);
        for (const CapRow &row : found.caps) {
            QCOMPARE(row.state, CapState::Verified);
            QVERIFY(row.used.cost.isZero());
            QCOMPARE(row.spend.has_value(), row.windowStart != kNoTime);
        }
        QCOMPARE(found.caps.size(), 2U);
    }

    void fleetCapsSeeEveryWorkflow()
    {
        PolicyDocument head = policy(R"({"run_hard":{"usd":9}})");
        head.fleet = Fleet{{{PeriodCap{PeriodWindow::Day, std::nullopt, UsdSum(kPicoPerUsd)}}}};
        m_channel.agents.push_back(agent("b", "v", kReserving));
        m_calls = {makeCall(m_engine, kApplied + 2 * kMinute, "w", "m", 60 * kCent),
                   makeCall(m_engine, kApplied + 2 * kMinute, "v", "m", 50 * kCent)};
        const CapReport found = report(head);
        const auto fleet =
            std::find_if(found.caps.begin(), found.caps.end(), [](const CapRow &row) { return row.workflow.empty(); });
        QVERIFY(fleet != found.caps.end());
        QCOMPARE(fleet->path, std::string("/fleet/periods/day"));
        QCOMPARE(*fleet->spend, UsdSum(110 * kCent));
        QCOMPARE(fleet->state, CapState::Contradicted);
    }
};

QTEST_GUILESS_MAIN(TestCapProofs)
#include "tst_capproofs.moc"
