// SPDX-License-Identifier: GPL-3.0-or-later
#include <QDir>
#include <QFile>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

#include "core/models/policy/policydraft.h"
#include "core/models/policy/starterpolicy.h"
#include "core/policy/document/text.h"

using namespace flyball;

// The draft: steps and back, files, heads that move under it.
class TestPolicyDraft : public QObject {
    Q_OBJECT

    QTemporaryDir m_dir;
    int m_files = 0;

    QString freshPath() { return m_dir.filePath(QStringLiteral("%1/policy-draft.json").arg(++m_files)); }
    static Seen seen()
    {
        return {{{"google/flash", 0.3, 2.5, 10},
                 {"anthropic/haiku", 1.0, 5.0, 90},
                 {"anthropic/sonnet", 3.0, 15.0, 40},
                 {"openai/gpt", 2.5, 10.0, 50},
                 {"anthropic/opus", 15.0, 75.0, 5},
                 {"own/nobody-knows", std::nullopt, std::nullopt, 7}},
                {"research", "support", "research", ""},
                "Europe/Berlin"};
    }
    static PolicyDocument starter() { return *starterPolicy(seen()); }
    static PolicyRevision revision(PolicyDocument d, std::int64_t number)
    {
        d.revision = number;
        if (number > 1)
            d.parentRevision = number - 1;
        d.author = "somebody";
        return {number, number - 1, std::nullopt, "somebody", "", 0, policyText(d), ""};
    }
    static PolicyDraft::Edit hardCap(const char *workflow, std::int64_t usd)
    {
        return [workflow, usd](PolicyDocument &d) {
            for (auto &[name, w] : d.workflows)
                if (name == workflow) {
                    if (!w.body.budget)
                        w.body.budget.emplace();
                    w.body.budget->runHard = Limit{std::nullopt, UsdSum::fromParts(usd, 0)};
                }
        };
    }
    static std::optional<UsdSum> capOf(const PolicyDocument &d, const char *workflow)
    {
        const Workflow *w = d.workflow(workflow);
        return w && w->body.budget && w->body.budget->runHard ? w->body.budget->runHard->usd : std::nullopt;
    }
    static UsdSum usd(std::int64_t n) { return UsdSum::fromParts(n, 0); }

private Q_SLOTS:
    void starterIsValidAndSetsNoCap()
    {
        const PolicyDocument d = starter();
        QVERIFY(!hasError(checkPolicy(d)));
        QVERIFY(readPolicy(policyText(d)).document == d);
        QCOMPARE(d.tiers.size(), std::size_t(3));
        // 3 * in + out: flash 3.4, haiku 8, gpt 17.5, sonnet 24, opus 120: the widest gaps are 24 to 120 and
        // 3.4 to 8.
        QCOMPARE(d.tiers[0].models, (std::vector<std::string>{"google/flash"}));
        QCOMPARE(d.tiers[1].models, (std::vector<std::string>{"anthropic/haiku", "openai/gpt", "anthropic/sonnet"}));
        QCOMPARE(d.tiers[2].models, (std::vector<std::string>{"anthropic/opus"}));
        QCOMPARE(d.workflows.size(), std::size_t(2));
        QVERIFY(!d.defaults.budget->runHard && !d.defaults.budget->periods && !d.defaults.routing);
        QVERIFY(!starterPolicy({{{"own/nobody-knows", std::nullopt, std::nullopt, 7}}, {"research"}, ""}));
        Seen one = seen();
        one.models.resize(1);
        QCOMPARE(starterPolicy(one)->tiers.size(), std::size_t(1));
        QVERIFY(!hasError(checkPolicy(*starterPolicy(one))));
    }

    void stepsAndBack()
    {
        PolicyDraft draft({});
        QVERIFY(!draft.started() && !draft.valid() && !draft.dirty());
        QVERIFY(draft.replace("Start", starter()));
        QVERIFY(draft.started() && draft.valid() && draft.dirty());
        QCOMPARE(draft.nextRevision(), std::int64_t(1));
        QVERIFY(draft.apply("Cap", hardCap("research", 4)));
        QVERIFY(!draft.apply("Cap", hardCap("research", 4))); // nothing changed: no step
        for (int i = 10; i > 2; --i)
            QVERIFY(draft.apply("Drag", hardCap("research", i), "drag"));
        QCOMPARE(draft.undoLabel(), QString("Drag"));
        draft.undo(); // the whole drag
        QCOMPARE(capOf(draft.document(), "research"), usd(4));
        draft.redo();
        QCOMPARE(capOf(draft.document(), "research"), usd(3));
        QVERIFY(draft.apply("Drag", hardCap("research", 9), "drag")); // another drag of the same cap
        draft.endDrag();
        QVERIFY(draft.apply("Drag", hardCap("research", 8), "drag"));
        QVERIFY(!draft.canRedo());
        draft.undo();
        QCOMPARE(capOf(draft.document(), "research"), usd(9));
        draft.discard();
        QVERIFY(!draft.started());
        draft.undo();
        QCOMPARE(capOf(draft.document(), "research"), usd(9));
    }

    void refusesWhatIsNoPolicy()
    {
        PolicyDraft draft({});
        draft.replace("Start", starter());
        QVERIFY(!draft.apply("Bad", [](PolicyDocument &d) { d.tiers.clear(); }));
        QVERIFY(hasError(draft.refusal()));
        QCOMPARE(draft.refusal().front().path, std::string("/tiers"));
        QCOMPARE(draft.document().tiers.size(), std::size_t(3));
        QVERIFY(draft.apply("Odd", [](PolicyDocument &d) {
            d.defaults.routing.emplace().defaultTier = "nowhere";
        })); // a policy, but not one that makes sense
        QVERIFY(!draft.valid());
        draft.undo();
        QVERIFY(draft.valid());
    }

    void keptAcrossRestarts()
    {
        const QString path = freshPath();
        {
            PolicyDraft draft(path);
            draft.headMoved(revision(starter(), 41));
            QVERIFY(!draft.dirty());
            draft.apply("Cap", hardCap("research", 4));
            QVERIFY(draft.dirty());
            QCOMPARE(draft.savedAt(), kNoTime);
            QSignalSpy saved(&draft, &PolicyDraft::saved);
            QVERIFY(saved.wait(5000));
            QVERIFY(draft.savedAt() != kNoTime);
            draft.apply("Cap", hardCap("research", 5)); // waits; written at the end
        }
        PolicyDraft again(path);
        QCOMPARE(again.path(), path);
        QVERIFY(again.dirty());
        QCOMPARE(again.baseRevision(), std::int64_t(41));
        QCOMPARE(capOf(again.document(), "research"), usd(5));
        QCOMPARE(again.changes().size(), std::size_t(1));
        again.headMoved(revision(starter(), 41)); // what it knows already
        QCOMPARE(capOf(again.document(), "research"), usd(5));
    }

    void twoProcessesTwoFiles()
    {
        const QString path = freshPath();
        PolicyDraft one(path), two(path);
        QVERIFY(one.path() != two.path());
        one.replace("Start", starter());
        two.replace("Start", starter());
        two.apply("Cap", hardCap("research", 7));
        one.save();
        two.save();
        QVERIFY(QFile::exists(one.path()) && QFile::exists(two.path()));
    }

    void damagedFileIsSetAside_data()
    {
        QTest::addColumn<QByteArray>("content");
        QTest::newRow("no JSON") << QByteArray("{\"version\":1,");
        QTest::newRow("binary") << QByteArray("\0\1\2\377", 4);
        QTest::newRow("empty") << QByteArray();
        QTest::newRow("another version") << QByteArray("{\"version\":2}");
        QTest::newRow("no policy") << QByteArray("{\"version\":1,\"document\":{\"policy_id\":\"a\"}}");
        QTest::newRow("conflicts without place") << QByteArray("{\"version\":1,\"conflicts\":[{}]}");
        QTest::newRow("a list") << QByteArray("[]");
    }
    void damagedFileIsSetAside()
    {
        QFETCH(QByteArray, content);
        const QString path = freshPath();
        QDir().mkpath(QFileInfo(path).path());
        QFile file(path);
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write(content);
        file.close();
        PolicyDraft draft(path);
        QVERIFY(!draft.started());
        QVERIFY2(draft.problem().contains(".damaged-"), qPrintable(draft.problem()));
        const QStringList aside =
            QFileInfo(path).dir().entryList({QStringLiteral("*.damaged-*")}, QDir::Files | QDir::Hidden);
        QCOMPARE(aside.size(), 1);
        QFile kept(QFileInfo(path).dir().filePath(aside[0]));
        QVERIFY(kept.open(QIODevice::ReadOnly));
        QCOMPARE(kept.readAll(), content);
        QVERIFY(draft.replace("Start", starter()));
        draft.save();
        QVERIFY(QFile::exists(path));
    }

    void cleanDraftFollowsTheHead()
    {
        PolicyDraft draft({});
        draft.headMoved(revision(starter(), 1));
        PolicyDocument next = starter();
        hardCap("support", 2)(next);
        draft.headMoved(revision(next, 2));
        QVERIFY(!draft.dirty() && !draft.canUndo());
        QCOMPARE(capOf(draft.document(), "support"), usd(2));
        QCOMPARE(draft.nextRevision(), std::int64_t(3));
    }

    void ownPushMakesItClean()
    {
        PolicyDraft draft({});
        draft.headMoved(revision(starter(), 1));
        draft.apply("Cap", hardCap("research", 4));
        draft.headMoved(revision(draft.document(), 2));
        QVERIFY(!draft.dirty());
        QCOMPARE(draft.baseRevision(), std::int64_t(2));
        QVERIFY(draft.changes().empty());
        draft.undo(); // the way back is an edit on top of what was pushed
        QVERIFY(draft.dirty());
        QCOMPARE(draft.changes().size(), std::size_t(1));
    }

    void bothSidesAreMerged()
    {
        const QString path = freshPath();
        PolicyDocument theirs = starter();
        hardCap("support", 2)(theirs);
        {
            PolicyDraft draft(path);
            draft.headMoved(revision(starter(), 1));
            draft.apply("Cap", hardCap("research", 4));
            draft.headMoved(revision(theirs, 2));
            QVERIFY(draft.conflicts().empty());
            QCOMPARE(capOf(draft.document(), "research"), usd(4));
            QCOMPARE(capOf(draft.document(), "support"), usd(2));
            QCOMPARE(draft.changes().size(), std::size_t(1)); // mine alone, against the new head
            draft.undo();                                     // takes back mine, not theirs
            QCOMPARE(capOf(draft.document(), "support"), usd(2));
            QVERIFY(!draft.dirty());
            draft.redo();
            hardCap("research", 6)(theirs);
            draft.headMoved(revision(theirs, 3));
            QCOMPARE(draft.openConflicts(), 1);
            QVERIFY(!draft.valid());
            QCOMPARE(draft.conflicts()[0].conflict.path, std::string("/workflows/research/budget/run_hard/usd"));
        }
        PolicyDraft again(path); // a conflict outlives a restart
        QCOMPARE(again.openConflicts(), 1);
        QCOMPARE(capOf(again.document(), "research"), usd(4));
        QVERIFY(again.decide(0, PolicyDraft::Choice::Theirs));
        QCOMPARE(capOf(again.document(), "research"), usd(6));
        QVERIFY(again.valid() && !again.dirty());
        QVERIFY(again.decide(0, PolicyDraft::Choice::Mine));
        QCOMPARE(capOf(again.document(), "research"), usd(4));
        QVERIFY(again.dirty());
        again.undo();
        again.undo();
        QCOMPARE(again.openConflicts(), 1);
    }

    void conflictOfARuleIsDecidedByName()
    {
        const auto withRule = [](const char *tier) {
            PolicyDocument d = starter();
            Rule other{"other", {}, "mid", {}, {}}, rule{"simple", {}, tier, {}, {}};
            other.when.taskTypes = {"plan"};
            rule.when.taskTypes = {"extract"};
            d.defaults.routing.emplace().rules = {other, rule};
            return d;
        };
        PolicyDraft draft({});
        draft.headMoved(revision(withRule("frontier"), 1));
        draft.apply("Rule", [](PolicyDocument &d) { (*d.defaults.routing->rules)[1].tier = "mid"; });
        draft.headMoved(revision(withRule("cheap"), 2));
        QCOMPARE(draft.openConflicts(), 1);
        QCOMPARE((*draft.document().defaults.routing->rules)[1].tier, std::string("mid"));
        QVERIFY(draft.decide(0, PolicyDraft::Choice::Theirs));
        QCOMPARE((*draft.document().defaults.routing->rules)[1].tier, std::string("cheap"));
        QCOMPARE((*draft.document().defaults.routing->rules)[0].tier, std::string("mid"));
    }

    void firstDraftMeetsAFirstHead()
    {
        PolicyDraft draft({});
        draft.replace("Start", starter());
        draft.apply("Cap", hardCap("research", 4));
        PolicyDocument theirs = starter();
        theirs.policyId = "theirs";
        hardCap("support", 2)(theirs);
        draft.headMoved(revision(theirs, 1));
        QCOMPARE(draft.document().policyId, std::string("theirs"));
        QCOMPARE(capOf(draft.document(), "research"), usd(4));
        QCOMPARE(capOf(draft.document(), "support"), usd(2));
        QVERIFY(draft.conflicts().empty());
    }

    void unreadableHeadChangesNothing()
    {
        PolicyDraft draft({});
        draft.headMoved(revision(starter(), 1));
        draft.headMoved({2, 1, std::nullopt, "x", "", 0, "{", ""});
        QCOMPARE(draft.baseRevision(), std::int64_t(1));
        QVERIFY(draft.problem().contains("2"));
    }
};

QTEST_GUILESS_MAIN(TestPolicyDraft)
#include "tst_policydraft.moc"
