// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/push/targets/pusher.h"
#include "core/push/targets/targetset.h"

#include "tests/unit/push/push_support.h"

#include <QTest>

using namespace flyball;

namespace {

/// A target in memory with a fault for each step.
struct Fake : PolicyTarget {
    struct World {
        JsonValue content = *JsonValue::parse(R"({"other":"kept","tier":"old"})");
        JsonValue wanted = JsonValue("new");
        std::optional<Error> readError, writeError;
        bool ignoreWrite = false;  ///< says yes, keeps the old value
        bool applyDespite = false; ///< answers writeError after it took the value
        bool inForce = true, review = false;
        JsonValue changeBeforeWrite; ///< somebody else's change between two reads
        int reads = 0, writes = 0, activations = 0;
        TargetProbe probe;
    };
    explicit Fake(World &world) : w(world) {}
    TargetPlan plan(const TargetPolicy &) const override
    {
        TargetPlan plan;
        plan.knobs = {{"/tier", KnobReceipt::Outcome::Applied, ""}};
        if (!w.wanted.isNull())
            plan.edits = {{"/tier", w.wanted, false, {}}};
        return plan;
    }
    Result<TargetImage> read() override
    {
        ++w.reads;
        if (w.readError)
            return *w.readError;
        if (w.reads == 2 && !w.changeBeforeWrite.isNull())
            w.content = w.changeBeforeWrite;
        return TargetImage{w.content, w.content.compact()};
    }
    Result<> write(const TargetImage &, const JsonValue &next, const std::vector<FieldEdit> &) override
    {
        ++w.writes;
        if ((!w.writeError || w.applyDespite) && !w.ignoreWrite)
            w.content = next;
        return w.writeError ? Result<>(*w.writeError) : Result<>();
    }
    Result<TargetForce> activate() override
    {
        ++w.activations;
        return TargetForce{w.inForce, w.inForce ? "" : "not restarted"};
    }
    TargetProbe probe(const TargetPlan &) override { return w.probe; }
    bool forReview() const override { return w.review; }
    World &w;
};

} // namespace

class TestTargetPusher : public QObject {
    Q_OBJECT

    QTemporaryDir m_folder;
    std::unique_ptr<TargetMemories> m_memories;
    std::unique_ptr<Fake::World> m_world;
    std::unique_ptr<TargetPusher> m_pusher;
    static constexpr TimeNs kStart = 1'000'000 * kSecond;

    void reopen()
    {
        m_memories = std::make_unique<TargetMemories>(*TargetMemories::load(m_folder.path().toStdString()));
        m_pusher = std::make_unique<TargetPusher>("t", "fake", std::make_unique<Fake>(*m_world), *m_memories);
    }
    static TargetPolicy policy(std::int64_t revision) { return {revision, {}, {}, "UTC"}; }
    std::string push(std::int64_t revision = 1, TimeNs at = kStart, PushMode mode = PushMode::Keep)
    {
        m_world->reads = 0;
        return m_pusher->push(policy(revision), at, mode).state;
    }
    [[nodiscard]] std::string tier() const { return *m_world->content.find("tier")->string(); }

private Q_SLOTS:
    void init()
    {
        QFile::remove(m_folder.filePath(QStringLiteral("targets-state.json")));
        m_world = std::make_unique<Fake::World>();
        reopen();
    }

    void schedule()
    {
        QCOMPARE(push(), std::string("applied"));
        QCOMPARE(tier(), std::string("new"));
        QCOMPARE(*m_world->content.find("other")->string(), std::string("kept"));
        QCOMPARE(m_pusher->nextCheck(), kStart + 5 * kSecond);
        QCOMPARE(m_pusher->check(kStart + 5 * kSecond).state, std::string("applied"));
        QCOMPARE(m_pusher->nextCheck(), kStart + 60 * kSecond);
        QCOMPARE(m_pusher->check(kStart + 60 * kSecond).state, std::string("applied"));
        QCOMPARE(m_pusher->nextCheck(), kStart + 150 * kSecond);
        QCOMPARE(m_pusher->check(kStart + 149 * kSecond).state, std::string("applied"));
        QCOMPARE(m_pusher->check(kStart + 150 * kSecond).state, std::string("verified"));
        QCOMPARE(m_pusher->nextCheck(), kStart + 210 * kSecond);
    }

    void outcomes_data()
    {
        QTest::addColumn<int>("fault");
        QTest::addColumn<QString>("state");
        QTest::addColumn<QString>("later"); ///< 200 s on
        QTest::newRow("refused") << 0 << "rejected"
                                 << "rejected";
        QTest::newRow("5xx, nothing happened") << 1 << "rejected"
                                               << "rejected";
        QTest::newRow("5xx after applying") << 2 << "rejected"
                                            << "rejected";
        QTest::newRow("yes, and the old value stays") << 3 << "drifted"
                                                      << "drifted";
        QTest::newRow("nobody there") << 4 << "unreachable"
                                      << "unreachable";
        QTest::newRow("no answer to the write") << 5 << "rejected"
                                                << "rejected";
        QTest::newRow("changed between read and write") << 6 << "drifted"
                                                        << "drifted";
        QTest::newRow("stored, not in force") << 7 << "saved"
                                              << "saved";
        QTest::newRow("for review") << 8 << "saved"
                                    << "saved";
        QTest::newRow("a call says otherwise") << 9 << "contradicted"
                                               << "contradicted";
        QTest::newRow("a call says so") << 10 << "verified"
                                        << "verified";
        QTest::newRow("field of another kind") << 11 << "rejected"
                                               << "rejected";
        QTest::newRow("nothing to set") << 12 << "rejected"
                                        << "rejected";
    }

    void outcomes()
    {
        QFETCH(int, fault);
        QFETCH(QString, state);
        QFETCH(QString, later);
        Fake::World &w = *m_world;
        if (fault == 0)
            w.writeError = Error{ErrorCode::InvalidArgument, "429: no"};
        if (fault == 1 || fault == 2)
            w.writeError = Error{ErrorCode::Internal, "500"};
        w.applyDespite = fault == 2;
        w.ignoreWrite = fault == 3;
        if (fault == 4)
            w.readError = Error{ErrorCode::Unreadable, "refused"};
        if (fault == 5)
            w.writeError = Error{ErrorCode::OutOfRange, "too late"};
        if (fault == 6)
            w.changeBeforeWrite = *JsonValue::parse(R"({"other":"theirs","tier":"old"})");
        w.inForce = fault != 7;
        w.review = fault == 8;
        if (fault == 9)
            w.probe = {TargetProbe::Outcome::Denied, "served by another"};
        if (fault == 10)
            w.probe = {TargetProbe::Outcome::Confirmed, "served"};
        if (fault == 11)
            w.content = *JsonValue::parse(R"(["no object"])");
        if (fault == 12)
            w.wanted = JsonValue();
        QCOMPARE(push(), state.toStdString());
        QCOMPARE(m_pusher->check(kStart + 200 * kSecond).state, later.toStdString());
        if (fault == 6)
            QCOMPARE(w.writes, 0);
        reopen();
        QCOMPARE(m_pusher->receipt().state, later.toStdString());
    }

    void driftStaysUntilRestored()
    {
        QCOMPARE(push(), std::string("applied"));
        m_world->content.set("tier", "theirs");
        const TargetReceipt drifted = m_pusher->check(kStart + 5 * kSecond);
        QCOMPARE(drifted.state, std::string("drifted"));
        QVERIFY(drifted.detail.find("\"theirs\"") != std::string::npos);
        QCOMPARE(m_pusher->nextCheck(), kNoTime);
        reopen();
        m_world->wanted = JsonValue("newer");
        QCOMPARE(push(2), std::string("drifted"));
        QCOMPARE(push(2), std::string("drifted")); // the refusal itself must not open the door
        QCOMPARE(tier(), std::string("theirs"));
        QCOMPARE(push(2, kStart, PushMode::Over), std::string("applied"));
        QCOMPARE(tier(), std::string("newer"));
    }

    void handsBackWhatWasThere()
    {
        QCOMPARE(push(), std::string("applied"));
        reopen();
        m_world->wanted = JsonValue("newer");
        QCOMPARE(push(2), std::string("applied"));
        m_world->wanted = JsonValue();
        QCOMPARE(push(3), std::string("applied"));
        QCOMPARE(tier(), std::string("old"));
        m_world->wanted = JsonValue("again");
        QCOMPARE(push(4), std::string("applied"));
        QCOMPARE(m_pusher->release(kStart).state, std::string("applied"));
        QCOMPARE(tier(), std::string("old"));
        QCOMPARE(m_pusher->memory(), TargetMemory());
    }

    void originalsSurviveAFailedPush()
    {
        m_world->writeError = Error{ErrorCode::Internal, "500"};
        m_world->applyDespite = true;
        QCOMPARE(push(), std::string("rejected"));
        QCOMPARE(tier(), std::string("new"));
        m_world->writeError.reset();
        reopen();
        QCOMPARE(push(1), std::string("applied"));
        QCOMPARE(m_world->writes, 1); // it was in place already
        m_world->wanted = JsonValue();
        QCOMPARE(push(2), std::string("applied"));
        QCOMPARE(tier(), std::string("old"));
    }

    void nobodyForAWhile()
    {
        QCOMPARE(push(), std::string("applied"));
        m_world->readError = Error{ErrorCode::Unreadable, "refused"};
        QCOMPARE(m_pusher->check(kStart + 5 * kSecond).state, std::string("unreachable"));
        QVERIFY(m_pusher->nextCheck() > kStart + 5 * kSecond);
        QVERIFY(!m_pusher->owes());
        m_world->readError.reset();
        QCOMPARE(m_pusher->check(kStart + 60 * kSecond).state, std::string("applied"));
        QCOMPARE(m_pusher->check(kStart + 151 * kSecond).state, std::string("verified"));
        m_world->readError = Error{ErrorCode::Unreadable, "refused"};
        m_world->wanted = JsonValue("newer");
        QCOMPARE(push(2), std::string("unreachable"));
        QVERIFY(m_pusher->owes());
    }

    void contradictedByProof()
    {
        QCOMPARE(push(), std::string("applied"));
        QCOMPARE(m_pusher->contradict("spend 262 passed the cap of 240", kStart).state, std::string("contradicted"));
        QCOMPARE(m_pusher->check(kStart + 200 * kSecond).state, std::string("contradicted"));
        QCOMPARE(push(), std::string("applied"));
    }

    void nothingIsWrittenThatCannotBeNoted()
    {
        TargetMemories lost = *TargetMemories::load(m_folder.filePath(QStringLiteral("no/such")).toStdString());
        TargetPusher pusher("t", "fake", std::make_unique<Fake>(*m_world), lost);
        QCOMPARE(pusher.push(policy(1), kStart).state, std::string("rejected"));
        QCOMPARE(m_world->writes, 0);
    }

    void damagedMemoryIsNoMemory()
    {
        QCOMPARE(push(), std::string("applied"));
        QFile file(m_folder.filePath(QStringLiteral("targets-state.json")));
        QVERIFY(file.open(QIODevice::WriteOnly | QIODevice::Truncate));
        file.write("{\"t\":{}}");
        file.close();
        QCOMPARE(TargetMemories::load(m_folder.path().toStdString()).error().code, ErrorCode::Malformed);
    }

    void bookedWithAudit()
    {
        TestStore store;
        QVERIFY(store.store->push(testPolicy(), 0, {"me", "", kStart}).ok());
        TargetReceipt receipt{"t", "fake", 1, "applied", kStart, "", {{"/tier", KnobReceipt::Outcome::Applied, ""}}};
        const std::size_t before = store.store->audit()->size();
        QVERIFY(bookReceipt(*store.store, receipt, "target_push", "me").ok());
        QVERIFY(bookReceipt(*store.store, receipt, "target_check", "").ok()); // nothing new: no line
        QCOMPARE(store.store->audit()->size(), before + 1);
        QCOMPARE(store.store->receipts(1)->size(), std::size_t{1});
        QCOMPARE(store.store->receipts(1)->front(), receipt);
        receipt.key = "in the keychain";
        QVERIFY(bookReceipt(*store.store, receipt, "target_check", "").ok());
        QCOMPARE(store.store->receipts(1)->front(), receipt);
        QVERIFY(!firstBroken(*store.store->audit()));
    }
};

QTEST_GUILESS_MAIN(TestTargetPusher)
#include "tst_targets_pusher.moc"
