// SPDX-License-Identifier: GPL-3.0-or-later
// Two people edit one revision: nothing of either is lost silently.
#include "tests/unit/policy/policy_support.h"

#include "core/policy/merge3.h"

#include <random>

using namespace flyball;
using namespace flyball::test;

class TestPolicyMerge : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void bothSidesAreKept();
    void merges_data();
    void merges();
    void headSpeaksForTheRevision();
    void oneSideAloneIsTaken();
};

static PolicyDocument with(const QString &defaults) { return document(defaults.toStdString()); }

void TestPolicyMerge::bothSidesAreKept()
{
    const PolicyDocument base = *readPolicy(fixture("example.json")).document;
    PolicyDocument mine = base, theirs = base;
    mine.workflows[0].second.body.budget->runHard->usd = usd("0.12");
    mine.defaults.routing->rules->erase(mine.defaults.routing->rules->begin());
    theirs.workflows[0].second.body.budget->runSoft->usd = usd("0.05");
    theirs.defaults.routing->rules->at(4).tier = "mid";
    theirs.workflows.erase(theirs.workflows.begin() + 1);
    const ThreeWayMerge m = mergePolicies(base, mine, theirs);
    QVERIFY(m.conflicts.empty());
    QCOMPARE(*m.merged->workflow("support_triage")->body.budget->runHard->usd, usd("0.12"));
    QCOMPARE(*m.merged->workflow("support_triage")->body.budget->runSoft->usd, usd("0.05"));
    QCOMPARE(m.merged->defaults.routing->rules->size(), std::size_t{6});
    QCOMPARE(m.merged->defaults.routing->rules->at(3).tier, std::string("mid"));
    QVERIFY(!m.merged->workflow("doc_enrichment"));
}

void TestPolicyMerge::merges_data()
{
    QTest::addColumn<QString>("base");
    QTest::addColumn<QString>("mine");
    QTest::addColumn<QString>("theirs");
    QTest::addColumn<QString>("merged");
    QTest::addColumn<QString>("conflicts");
    const auto budget = [](const char *name, const char *base, const char *mine, const char *theirs, const char *merged,
                           const char *conflicts) {
        const auto of = [](const char *text) { return QStringLiteral("{\"budget\":%1}").arg(text); };
        QTest::newRow(name) << of(base) << of(mine) << of(theirs) << of(merged) << conflicts;
    };
    const auto rules = [](const char *name, const char *base, const char *mine, const char *theirs, const char *merged,
                          const char *conflicts) {
        const auto of = [](const QString &ids) {
            QStringList list;
            for (const QString &id : ids.split(' ', Qt::SkipEmptyParts))
                list << QStringLiteral("{\"id\":\"%1\",\"when\":{},\"tier\":\"%2\"}")
                            .arg(id.section(':', 0, 0), id.contains(':') ? id.section(':', 1) : "cheap");
            return QStringLiteral("{\"routing\":{\"rules\":[%1]}}").arg(list.join(','));
        };
        QTest::newRow(name) << of(base) << of(mine) << of(theirs) << of(merged) << conflicts;
    };
    budget("same edit", R"({"max_iterations":5})", R"({"max_iterations":4})", R"({"max_iterations":4})",
           R"({"max_iterations":4})", "");
    budget("different edit", R"({"max_iterations":5})", R"({"max_iterations":4})", R"({"max_iterations":3})",
           R"({"max_iterations":4})", "/defaults/budget/max_iterations");
    budget("removed against changed", R"({"max_iterations":5})", "{}", R"({"max_iterations":3})", "{}",
           "/defaults/budget/max_iterations");
    budget("both add", "{}", R"({"max_iterations":4})", R"({"run_hard":{"usd":1}})",
           R"({"run_hard":{"usd":1},"max_iterations":4})", "");
    budget("windows", R"({"periods":[{"window":"day","hard_usd":5}]})",
           R"({"periods":[{"window":"day","hard_usd":4}]})",
           R"({"periods":[{"window":"day","soft_usd":1,"hard_usd":5},{"window":"month","hard_usd":9}]})",
           R"({"periods":[{"window":"day","soft_usd":1,"hard_usd":4},{"window":"month","hard_usd":9}]})", "");
    budget("whole lists", R"({"on_soft":["warn"]})", R"({"on_soft":["warn","halve_output"]})", R"({"on_soft":[]})",
           R"({"on_soft":["warn","halve_output"]})", "/defaults/budget/on_soft");
    rules("tiers of two rules", "a b", "a:mid b", "a b:frontier", "a:mid b:frontier", "");
    rules("same rule", "a b", "a:mid b", "a:frontier b", "a:mid b", "/defaults/routing/rules/a/tier");
    rules("moved here, edited there", "a b c", "c a b", "a b:mid c", "c a b:mid", "");
    rules("moved there, added here", "a b c", "a n b c", "c b a", "c b a n", "");
    rules("added on both sides", "a b", "a x b", "a b y", "a x b y", "");
    rules("removed here, untouched there", "a b c", "a c", "a b c:mid", "a c:mid", "");
    rules("both reorder", "a b c", "b a c", "a c b", "b a c", "/defaults/routing/rules");
}

void TestPolicyMerge::merges()
{
    QFETCH(QString, base);
    QFETCH(QString, mine);
    QFETCH(QString, theirs);
    QFETCH(QString, merged);
    QFETCH(QString, conflicts);
    const ThreeWayMerge m = mergePolicies(with(base), with(mine), with(theirs));
    QStringList paths;
    for (const MergeConflict &conflict : m.conflicts)
        paths << QString::fromStdString(conflict.path);
    QCOMPARE(paths.join('\n'), conflicts);
    QVERIFY(m.merged);
    QCOMPARE(QString::fromStdString(toJson(m.merged->defaults).compact()),
             QString::fromStdString(toJson(with(merged).defaults).compact()));
}

void TestPolicyMerge::headSpeaksForTheRevision()
{
    PolicyDocument base = with("{}"), mine = base, theirs = base;
    mine.author = "me";
    mine.comment = "mine";
    theirs.revision = 3;
    theirs.parentRevision = 2;
    theirs.author = "they";
    const ThreeWayMerge m = mergePolicies(base, mine, theirs);
    QVERIFY(m.conflicts.empty());
    QVERIFY(*m.merged == theirs);
}

/// Merging with an untouched side gives the other side, for random edits.
void TestPolicyMerge::oneSideAloneIsTaken()
{
    const PolicyDocument base = *readPolicy(fixture("example.json")).document;
    std::mt19937 rng(9);
    for (int i = 0; i < 100; ++i) {
        PolicyDocument edited = base;
        auto &rules = *edited.defaults.routing->rules;
        std::shuffle(rules.begin(), rules.end(), rng);
        rules.resize(rng() % rules.size());
        edited.workflows.erase(edited.workflows.begin() + static_cast<std::ptrdiff_t>(rng() % 3));
        edited.defaults.budget->maxIterations = static_cast<std::int64_t>(rng() % 20 + 1);
        const ThreeWayMerge left = mergePolicies(base, edited, base), right = mergePolicies(base, base, edited);
        QVERIFY(left.conflicts.empty() && right.conflicts.empty());
        QVERIFY(*left.merged == edited);
        QVERIFY(*right.merged == edited);
        const ThreeWayMerge both = mergePolicies(base, edited, edited);
        QVERIFY(both.conflicts.empty() && *both.merged == edited);
    }
}

QTEST_GUILESS_MAIN(TestPolicyMerge)
#include "tst_policy_merge.moc"
