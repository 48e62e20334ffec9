// SPDX-License-Identifier: GPL-3.0-or-later
// Budgets of gateways as the pages show them, beside what the policy says.
#include <QGuiApplication>

#include "core/models/policy/budgetcompare.h"
#include "core/policy/document/text.h"
#include "tests/models/session_bench.h"

using namespace flyball;

namespace {

const std::string kPolicy =
    R"({"schema_version":1,"policy_id":"p","revision":1,"timezone":"UTC","tiers":[{"id":"mid",)"
    R"("models":["anthropic/claude-haiku-4-5"]}],"defaults":{"routing":{"default_tier":"mid"}},)"
    R"("workflows":{"triage":{"budget":{"periods":[)"
    R"({"window":"day","hard_usd":5},{"window":"month","soft_usd":30,"hard_usd":40}]}}}})";

GatewayBudget budgetOf(const char *name, double spent, double cap, const char *period)
{
    GatewayBudget b;
    b.scope = BudgetScope::Key;
    b.id = std::string("hash-") + name;
    b.name = name;
    b.spent = static_cast<PicoUsd>(spent * 1e12);
    b.cap = static_cast<PicoUsd>(cap * 1e12);
    b.left = *b.cap - *b.spent;
    b.period = period;
    return b;
}

} // namespace

class TestBudgets : public QObject, private SessionBench {
    Q_OBJECT

    std::shared_ptr<GatewayBudgets> told(std::vector<GatewayBudget> list)
    {
        auto out = std::make_shared<GatewayBudgets>();
        out->total = static_cast<std::int64_t>(list.size());
        out->list = std::move(list);
        out->at = m_now;
        out->staleAfter = 10 * kMinute;
        return out;
    }
    void publish(GatewayBudgetsPtr budgets)
    {
        SourceHealth h;
        h.id = "gw";
        h.kind = "litellm";
        h.target = "https://gw.example:4000";
        h.state = SourceState::Live;
        h.budgets = std::move(budgets);
        m_maker->sources = {h};
        m_engine->publish(m_maker->make({call(kMinute, "triage", 1), call(kMinute, "other", 1)}));
    }

private Q_SLOTS:
    void init() { begin(); }

    void periods_data()
    {
        QTest::addColumn<QString>("period");
        QTest::addColumn<QString>("words");
        for (const char *hour : {"1h", "60m", "3600s"})
            QTest::newRow(hour) << hour << "per hour";
        for (const char *day : {"1d", "24h"})
            QTest::newRow(day) << day << "per day";
        for (const char *week : {"1w", "7d"})
            QTest::newRow(week) << week << "per week";
        for (const char *month : {"1mo", "1M", "30d"})
            QTest::newRow(month) << month << "per month";
        QTest::newRow("none") << ""
                              << "";
        for (const char *other : {"90d", "2M", "1Y", "d", "-1d", "1d1h", "99999999999999999999h", "0h"})
            QTest::newRow(other) << other << QString("per ") + other;
    }
    void periods()
    {
        QFETCH(QString, period);
        QFETCH(QString, words);
        QCOMPARE(periodText(period.toStdString()), words);
    }

    void verdicts_data()
    {
        QTest::addColumn<double>("cap"); // -1: none there, -2: not told
        QTest::addColumn<QString>("period");
        QTest::addColumn<QString>("ours");
        QTest::addColumn<QString>("words");
        QTest::addColumn<QString>("tone");
        const auto row = [](const char *name, double cap, const char *period, const char *ours, const char *words,
                            const char *tone) {
            QTest::newRow(name) << cap << QString(period) << QString(ours) << QString(words) << QString(tone);
        };
        row("as ours", 40, "30d", "$40.00 per month", "as the policy says", "ok");
        row("more", 50, "1M", "$40.00 per month", "the gateway holds $50.00, the policy says $40.00", "warn");
        row("a pico more", 40.000001, "1M", "$40.00 per month", "the gateway holds $40.00, the policy says $40.00",
            "warn");
        row("none there", -1, "1d", "$5.00 per day", "the gateway holds no cap, the policy says $5.00", "warn");
        row("not told", -2, "1d", "$5.00 per day", "what the gateway holds is not told", "");
        row("none here", 7, "1w", "", "the policy has no cap per week", "");
        row("another window", 7, "90d", "", "the policy has no cap per 90d", "");
        row("gauge agrees", 5, "", "$5.00 per day, $40.00 per month", "the gateway holds one of the policy's caps",
            "ok");
        row("gauge differs", 50, "", "$5.00 per day, $40.00 per month",
            "the gateway holds $50.00, the policy says $5.00 per day, $40.00 per month", "warn");
        row("gauge without", -1, "", "$5.00 per day, $40.00 per month",
            "the gateway holds no cap, the policy says $5.00 per day, $40.00 per month", "warn");
    }
    void verdicts()
    {
        QFETCH(double, cap);
        QFETCH(QString, period);
        const auto document = readPolicy(kPolicy).document;
        QVERIFY(document);
        const EffectivePolicy policy = effectivePolicy(*document, PolicyScope{"triage", {}, {}, {}, {}});
        GatewayBudget b = budgetOf("triage", 1, std::max(cap, 0.0), period.toStdString().c_str());
        b.uncapped = cap == -1;
        if (cap < 0)
            b.cap = b.left = std::nullopt;
        const Formatter format(QLocale(QLocale::English, QLocale::UnitedStates), QTimeZone::utc());
        const BudgetVerdict verdict = compareBudget(b, "triage", &policy, format);
        QTEST(verdict.cap, "ours");
        QTEST(verdict.text, "words");
        QTEST(verdict.tone, "tone");
        QCOMPARE(compareBudget(b, "", &policy, format).tone, QString());
        QCOMPARE(compareBudget(b, "triage", nullptr, format).text, QStringLiteral("there is no policy"));
        b.model = "m";
        QCOMPARE(compareBudget(b, "triage", &policy, format).tone, QString());
    }

    void whose()
    {
        const std::set<std::string> known{"triage", "review"};
        GatewayBudget b = budgetOf("wf-triage", 1, 2, "1d");
        QCOMPARE(workflowOf(b, {}, known), std::string());
        b.workflow = "triage";
        QCOMPARE(workflowOf(b, {}, known), std::string("triage"));
        QCOMPARE(workflowOf(b, {{"t", "review", "hash-wf-triage"}}, known), std::string("review"));
        QCOMPARE(workflowOf(b, {{"t", "review", ""}, {"u", "", "hash-wf-triage"}}, known), std::string("triage"));
        GatewayBudget team = budgetOf("review", 1, 2, "1d");
        QCOMPARE(workflowOf(team, {}, known), std::string("review"));
        team.scope = BudgetScope::Provider; // of everybody who uses it
        QCOMPARE(workflowOf(team, {}, known), std::string());
    }

    /// Of the scope that is edited, of all, and the state in words.
    void throughTheSession()
    {
        auto session = open(options());
        session->navigation()->show(QStringLiteral("policy"));
        BudgetsModel &budgets = *session->budgets();
        QVERIFY(budgets.hereText().startsWith(QStringLiteral("No source tells of budgets yet.")));
        QVERIFY(session->policy()->setDocumentText(QString::fromStdString(kPolicy)));
        GatewayBudget open = budgetOf("research", 401.2, 0, "");
        open.cap = open.left = std::nullopt;
        open.uncapped = true;
        GatewayBudget over = budgetOf("over", 13.25, 10, "7d");
        GatewayBudget month = budgetOf("triage", 13.537338, 50, "30d");
        month.resetAt = *parseRfc3339("2026-12-01T00:00:00Z");
        publish(told({month, budgetOf("triage", 1, 5, "1d"), open, over}));
        session->refreshNow();
        QCOMPARE(budgets.total(), 4);
        QCOMPARE(budgets.here()->count(), 4);
        QCOMPARE(budgets.differing(), 1);
        QCOMPARE(budgets.hereText(), QStringLiteral("1 of 4 is not what the policy says"));
        // The fullest first; what has no share is last.
        QCOMPARE(cell(budgets.here(), 0, "name").toString(), QStringLiteral("over"));
        QCOMPARE(cell(budgets.here(), 0, "leftTone").toString(), QStringLiteral("crit"));
        QCOMPARE(cell(budgets.here(), 0, "spent").toString(), QStringLiteral("$13.25 of $10.00"));
        QCOMPARE(cell(budgets.here(), 3, "spent").toString(), QStringLiteral("$401.20, no cap"));
        session->policy()->setScope(QStringLiteral("w:triage"));
        QCOMPARE(budgets.here()->count(), 2);
        QCOMPARE(budgets.all()->count(), 4);
        const QVariantMap row = budgets.here()->row(0);
        QCOMPARE(row.value(QStringLiteral("verdict")).toString(),
                 QStringLiteral("the gateway holds $50.00, the policy says $40.00"));
        QCOMPARE(plain(row.value(QStringLiteral("reset")).toString()), QStringLiteral("per month, resets 1 Dec"));
        QCOMPARE(row.value(QStringLiteral("workflow")).toString(), QStringLiteral("triage"));
        QCOMPARE(budgets.differences(), QStringLiteral("triage: the gateway holds $50.00, the policy says $40.00"));
        session->policy()->setScope(QStringLiteral("w:other"));
        QCOMPARE(budgets.differences(), QString());
        QCOMPARE(budgets.here()->count(), 0);
        QCOMPARE(budgets.hereText(), QStringLiteral("None of the 4 budgets told belongs to this workflow."));
    }

    void staleAndUnknown()
    {
        auto session = open(options());
        session->navigation()->show(QStringLiteral("sources"));
        BudgetsModel &budgets = *session->budgets();
        publish(told({budgetOf("triage", 13.5, 50, "30d")}));
        session->refreshNow();
        QCOMPARE(budgets.problem(), QString());
        QCOMPARE(cell(budgets.all(), 0, "stale").toBool(), false);
        auto old = told({budgetOf("triage", 13.5, 50, "30d")});
        old->at = m_now - kHour;
        publish(old);
        session->refreshNow();
        QCOMPARE(cell(budgets.all(), 0, "stale").toBool(), true);
        QVERIFY2(budgets.problem().startsWith(QStringLiteral("gw.example:4000 told its budgets last")),
                 qPrintable(budgets.problem()));
        auto refused = std::make_shared<GatewayBudgets>();
        refused->problem = "it refuses the key, status 403: <b>no</b>";
        publish(refused);
        session->refreshNow();
        QCOMPARE(budgets.all()->count(), 0);
        QVERIFY2(budgets.problem().contains(QStringLiteral("does not tell its budgets: it refuses the key")),
                 qPrintable(budgets.problem()));
        publish(nullptr);
        session->refreshNow();
        QCOMPARE(budgets.problem(), QString());
        QCOMPARE(budgets.total(), 0);
    }

    /// One after the other with the same name, as a hostile list has them.
    void theSameAgainAndAgain()
    {
        auto session = open(options());
        session->navigation()->show(QStringLiteral("sources"));
        publish(told(std::vector<GatewayBudget>(kMostBudgets, budgetOf("triage", 1, 2, "1d"))));
        session->refreshNow();
        QCOMPARE(session->budgets()->all()->count(), static_cast<int>(kMostBudgets));
        session->budgets()->setSource(QStringLiteral("another"));
        QCOMPARE(session->budgets()->all()->count(), 0);
    }
};

int main(int argc, char **argv)
{
    QGuiApplication app(argc, argv);
    TestBudgets test;
    return QTest::qExec(&test, argc, argv);
}
#include "tst_budgets.moc"
