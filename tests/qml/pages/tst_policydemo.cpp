// SPDX-License-Identifier: GPL-3.0-or-later
#include <QApplication>
#include <QTest>
#include <limits>
#include <map>

#include "app/flyball/demofleet.h"
#include "app/flyball/policyhome.h"
#include "tests/qml/pages/windowfixture.h"

using namespace flyball;
using namespace flyball::test;

namespace {

constexpr PicoUsd kCap = kPicoPerUsd / 1000 * 20; ///< $0.02 a run: half of what these runs cost

/// Runs of one workflow that began and ended inside a window.
struct RunCosts {
    int n = 0;
    UsdSum sum, dearest;
    [[nodiscard]] double mean() const { return n == 0 ? 0 : sum.toDouble() / n; }
};

} // namespace

/// The demo as main() puts it together: the real fleet, the real channel, the real window; a cap lowered and
/// a task moved by clicks, pushed, taken up, felt, and rolled back.
class TestPolicyDemo : public QObject {
    Q_OBJECT

private:
    std::unique_ptr<PolicyHome> m_policy;
    std::unique_ptr<DemoFleet> m_fleet;
    std::unique_ptr<WindowFixture> m_window;

    PolicyPush &push() { return *m_window->session().policyPush(); }
    PolicyModel &policy() { return *m_window->session().policy(); }

    QString channelState()
    {
        TableModel *targets = push().targets();
        return targets->row(targets->indexOf(QStringLiteral("policy-channel")))
            .value(QStringLiteral("state"))
            .toString();
    }
    RunCosts runs(const char *workflow, TimeNs since)
    {
        RunCosts out;
        const auto snapshot = m_window->session().view().snapshot;
        const Symbol symbol = snapshot->symbols->find(workflow);
        snapshot->runs.forEach([&](const RunRow &run) {
            if (run.info.workflow != symbol || run.info.start < since || !run.info.closed)
                return;
            ++out.n;
            out.sum += run.totals.cost;
            out.dearest = std::max(out.dearest, run.totals.cost);
        });
        return out;
    }
    /// Calls of a step of a workflow since a moment, by recorded tier.
    std::map<std::string, std::int64_t> callsByTier(const char *workflow, const char *step, TimeNs since)
    {
        std::map<std::string, std::int64_t> out;
        const auto snapshot = m_window->session().view().snapshot;
        const SymbolTable &names = *snapshot->symbols;
        snapshot->minutes.forEach(bucketOf(since, kMinute) + 1, std::numeric_limits<std::int64_t>::max(),
                                  [&](const Cell &cell) {
                                      const SeriesKey &key = (*snapshot->series)[cell.series];
                                      if (key.workflow == names.find(workflow) && key.step == names.find(step))
                                          out[std::string(names.text(key.tier))] += cell.totals.calls;
                                  });
        return out;
    }
    /// A rule for one task type of the scope in view: this tier.
    void routeByClicks(const QString &taskType, const QString &tier)
    {
        QVERIFY(m_window->choose(QStringLiteral("addRule"), QStringLiteral("*")));
        QTRY_VERIFY(m_window->item(QStringLiteral("ruleField_task_type")));
        QVERIFY(m_window->choose(QStringLiteral("ruleSelect_tier"), tier));
        QVERIFY(m_window->clickForm(QStringLiteral("ruleField_task_type")));
        m_window->type(taskType);
        m_window->key(Qt::Key_Return);
        m_window->settle();
    }
    void pushByClicks(int number, const char *reason)
    {
        QTRY_VERIFY_WITH_TIMEOUT(push().canPush(), 5000);
        m_window->settle();
        QVERIFY(m_window->click(QStringLiteral("reviewPush")));
        QTRY_VERIFY(m_window->item(QStringLiteral("confirmReason")));
        QVERIFY(m_window->click(QStringLiteral("confirmReason")));
        m_window->type(QString::fromLatin1(reason));
        QVERIFY(m_window->click(QStringLiteral("confirmButton")));
        QTRY_COMPARE_WITH_TIMEOUT(push().revision(), number, 5000);
        QTRY_COMPARE_WITH_TIMEOUT(push().agentsCurrent(), 8, 10000);
        QTRY_COMPARE_WITH_TIMEOUT(channelState(), QStringLiteral("verified"), 40000);
    }

private Q_SLOTS:
    void initTestCase()
    {
        m_window =
            std::make_unique<WindowFixture>([this](const QString &folder, Engine &engine, SessionOptions &options) {
                m_policy = std::make_unique<PolicyHome>(folder, false, engine);
                QVERIFY2(m_policy->link(), qPrintable(m_policy->problem()));
                auto agents = m_policy->registerAgents(DemoFleet::agents());
                QVERIFY(agents.ok());
                m_fleet = std::make_unique<DemoFleet>();
                const Result<> started = m_fleet->start(folder + QStringLiteral("/traces"),
                                                        {m_policy->url().toStdString(), std::move(*agents)});
                QVERIFY2(started.ok(), started ? "" : started.error().message.c_str());
                options.policy = m_policy->link();
            });
        QVERIFY(m_window->ready());
    }
    void cleanup() { QCOMPARE(WindowFixture::takeWarnings(), QStringList()); }
    void cleanupTestCase()
    {
        QCOMPARE(WindowFixture::networkAccesses(), 0);
        m_window.reset();
        m_fleet.reset();
        m_policy.reset();
    }

    void lowerPushFeelRollBack()
    {
        m_window->key(Qt::Key_4, Qt::ControlModifier);
        QTRY_VERIFY_WITH_TIMEOUT(policy().canStart(), 20000);
        m_window->settle();
        QVERIFY(m_window->click(QStringLiteral("state_start")));
        m_window->settle();
        pushByClicks(1, "as seen");
        QVERIFY(push().caps()->count() == 0);

        // Lower the run cap of one workflow, and move a task of it to the cheap tier.
        QVERIFY(m_window->click(QStringLiteral("scope_w:support_triage")));
        m_window->settle();
        QVERIFY(m_window->typeIntoKnob(QStringLiteral("/budget/run_hard/usd"), QStringLiteral("0.02")));
        QVERIFY(m_window->clickForm(QStringLiteral("hard_abort")));
        m_window->settle();
        QVERIFY(m_window->click(QStringLiteral("scope_w:invoice_extract")));
        m_window->settle();
        routeByClicks(QStringLiteral("extract"), QStringLiteral("cheap"));
        const TimeNs before = wallClockNow() - 3 * kHour;
        const auto formerTiers = callsByTier("invoice_extract", "extract_fields", before);
        QVERIFY(formerTiers.size() > 1 || !formerTiers.contains("cheap"));
        const RunCosts former = runs("support_triage", before);
        QVERIFY2(former.n > 300, qPrintable(QString::number(former.n)));
        QVERIFY(former.mean() > 0.025);
        pushByClicks(2, "half");
        const TimeNs applied = wallClockNow();
        QCOMPARE(push().caps()->count(), 1);

        // Felt: runs that began under the cap stay within it, and the spend of the workflow falls.
        QTRY_VERIFY_WITH_TIMEOUT(runs("support_triage", applied).n >= 8, 150000);
        const RunCosts capped = runs("support_triage", applied);
        QVERIFY2(capped.dearest <= UsdSum(kCap), qPrintable(QString::number(capped.dearest.toDouble())));
        QVERIFY2(capped.mean() < former.mean(), qPrintable(QString::number(capped.mean())));
        QTRY_COMPARE_WITH_TIMEOUT(push().caps()->row(0).value(QStringLiteral("state")).toString(),
                                  QStringLiteral("verified"), 20000);
        QCOMPARE(push().contradicted(), 0);
        QVERIFY(push().crossings()->count() > 0); // the agents ended runs at the cap, and it was told

        QTRY_VERIFY_WITH_TIMEOUT(callsByTier("invoice_extract", "extract_fields", applied)["cheap"] >= 2, 150000);
        QCOMPARE(callsByTier("invoice_extract", "extract_fields", applied).size(), std::size_t(1));

        // Back.
        QVERIFY(m_window->click(QStringLiteral("rollBack")));
        QTRY_VERIFY(m_window->item(QStringLiteral("confirmButton")));
        m_window->settle();
        QVERIFY(m_window->click(QStringLiteral("confirmButton")));
        QTRY_COMPARE_WITH_TIMEOUT(push().revision(), 3, 5000);
        QTRY_COMPARE_WITH_TIMEOUT(channelState(), QStringLiteral("verified"), 40000);
        const TimeNs restored = wallClockNow();
        QCOMPARE(push().caps()->count(), 0);
        QTRY_VERIFY_WITH_TIMEOUT(runs("support_triage", restored).dearest > UsdSum(kCap), 150000);
    }
};

int main(int argc, char **argv)
{
    QApplication app(argc, argv);
    TestPolicyDemo test;
    return QTest::qExec(&test, argc, argv);
}
#include "tst_policydemo.moc"
