// SPDX-License-Identifier: GPL-3.0-or-later
#include <QGuiApplication>
#include <QSignalSpy>
#include <QTest>

#include "core/models/policy/knobs.h"
#include "tests/models/policy/editor_bench.h"

using namespace flyball;

// The editor's models, driven as the page drives them.
class TestPolicyEditor : public QObject, EditorBench {
    Q_OBJECT

private Q_SLOTS:
    void init() { begin(); }
    void cleanup() { end(); }

    void valuesSayWhereTheyComeFrom()
    {
        start();
        policy().setScope({});
        QVERIFY(form().set("/budget/max_iterations", "12"));
        pushed();
        policy().setScope("w:alpha");
        QCOMPARE(state("/budget/max_iterations"), QString("inherited"));
        QCOMPARE(form().field("/budget/max_iterations").value("origin").toString(), QString("from defaults"));
        QVERIFY(form().set("/budget/max_iterations", "20"));
        QCOMPARE(state("/budget/max_iterations"), QString("changed"));
        QCOMPARE(form().field("/budget/max_iterations").value("was").toString(), QString("was 12"));
        QCOMPARE(policy().changeCount(), 1);
        QCOMPARE(policy().draftText(), QString("Draft r2"));
        policy().undo();
        QCOMPARE(state("/budget/max_iterations"), QString("inherited"));
        QVERIFY(!policy().dirty());
        QCOMPARE(policy().draftText(), QString("r1"));
    }

    void visitingAFieldChangesNothing()
    {
        start();
        policy().setScope({});
        QVERIFY(form().set("/budget/run_hard/usd", "2.5"));
        policy().setScope("w:alpha");
        const QString before = policy().documentText();
        QVERIFY(form().set("/budget/run_hard/usd", text("/budget/run_hard/usd"))); // focus in, focus out
        QCOMPARE(policy().documentText(), before);
    }

    void refusedTextStaysBesideItsReason()
    {
        start();
        const QString before = policy().documentText();
        QVERIFY(!form().set("/budget/run_hard/usd", "1,300"));
        QCOMPARE(text("/budget/run_hard/usd"), QString("1,300"));
        QCOMPARE(state("/budget/run_hard/usd"), QString("invalid"));
        QVERIFY(!form().set("/budget/max_iterations", "0")); // the schema asks for 1
        QVERIFY(!form().field("/budget/max_iterations").value("error").toString().isEmpty());
        QVERIFY(!form().set("/routing/cascade/min_confidence", "1.5"));
        QCOMPARE(policy().documentText(), before);
        QVERIFY(form().set("/budget/run_hard/usd", "1300"));
        QCOMPARE(text("/budget/run_hard/usd"), QString("1300.00"));
    }

    void meaningIsShownInPlace()
    {
        start();
        QVERIFY(form().set("/budget/run_hard/usd", "1.00"));
        QVERIFY(form().set("/budget/run_soft/usd", "2.00"));
        QVERIFY(!policy().valid());
        QVERIFY(!policy().findings().isEmpty());
        QCOMPARE(state("/budget/run_soft/usd"), QString("invalid"));
        QVERIFY(form().set("/budget/run_soft/usd", "0.60"));
        QVERIFY(policy().valid());
    }

    void dragIsOneStepOfTypedNumbers()
    {
        start();
        const QString before = policy().documentText();
        for (double v = 0.777777; v > 0.41; v -= 0.0123456)
            form().drag("/budget/run_hard/usd", v);
        form().endDrag();
        const QString shown = text("/budget/run_hard/usd");
        QVERIFY2(shown.size() <= 5, qPrintable(shown)); // three digits
        form().drag("/budget/call_max_tokens", 61234.5);
        QCOMPARE(text("/budget/call_max_tokens"), QString("61,000"));
        form().endDrag();
        policy().undo();
        policy().undo();
        QCOMPARE(policy().documentText(), before);
    }

    void proposalsComeFromPassedRuns()
    {
        start();
        QVERIFY(policy().evidence()->ready());
        QCOMPARE(policy().evidence()->runsText(), QString("400 runs, last 24 h, 360 passed"));
        // Costs are 0.10 to 0.70 in equal shares: P95 and P99 are 0.70, the bound too, the hard cap 1.1 of it.
        QCOMPARE(form().field("/budget/run_hard/usd").value("proposalText").toString(), QString("Use $0.77"));
        QCOMPARE(form().field("/budget/run_soft/usd").value("proposalText").toString(), QString("Use $0.70"));
        QCOMPARE(form().field("/budget/max_iterations").value("proposalText").toString(), QString("Use 8"));
        form().useProposal("/budget/run_hard/usd");
        QCOMPARE(text("/budget/run_hard/usd"), QString("0.77"));
        QVERIFY(!form().field("/budget/run_hard/usd").contains("proposalText"));
    }

    void tooFewRunsProposeNothing()
    {
        m_session.reset();
        m_maker->runs.resize(40);
        m_engine->publish(m_maker->make(m_engine->ledger.calls));
        open();
        start();
        QVERIFY(!form().field("/budget/run_hard/usd").contains("proposalText"));
        QCOMPARE(policy().evidence()->proposalNote(), QString("n too small: 36 of 59 passed runs"));
    }

    void backTestFollowsTheEdit()
    {
        start();
        QTRY_COMPARE(policy().evidence()->testState(), QString("ready"));
        QVERIFY(form().set("/budget/run_hard/usd", "0.55"));
        QCOMPARE(policy().evidence()->testState(), QString("computing"));
        QTRY_COMPARE(policy().evidence()->testState(), QString("ready"));
        const auto row = [&](const char *key) {
            for (const QVariant &r : policy().evidence()->rows())
                if (r.toMap().value("key").toString() == QLatin1String(key))
                    return r.toMap().value("after").toString();
            return QString();
        };
        // By hand: runs of 6 and 7 calls of $0.10 are stopped before the sixth.
        int harm = 0, gain = 0, saved = 0;
        for (int i = 0; i < 400; ++i)
            if (const int calls = 1 + i % 7; calls > 5) {
                (i % 10 == 0 ? gain : harm) += 1;
                saved += calls - 5;
            }
        QCOMPARE(row("stopped"), QString::number(harm + gain));
        QCOMPARE(row("harm"), QString::number(harm));
        QCOMPARE(row("gain"), QString::number(gain));
        QCOMPARE(row("saved"), QStringLiteral("$%1").arg(saved / 10.0, 0, 'f', 2));
        QCOMPARE(policy().evidence()->capRows().size(), 1);
    }

    void answersOfAnotherScopeAreDropped()
    {
        start();
        m_engine->hold = true;
        policy().evidence()->setWindow("7d"); // asks
        policy().setScope({});
        m_engine->answer();
        m_engine->hold = false;
        QCoreApplication::processEvents();
        QVERIFY(!policy().evidence()->ready()); // what came belongs to alpha
        m_session->refreshNow();
        QTRY_VERIFY(policy().evidence()->ready());
    }

    void rulesMoveExtractToCheap()
    {
        start();
        PolicyRules &rules = *policy().rules();
        QVERIFY(rules.rows().isEmpty());
        QCOMPARE(rules.offers().size(), 2);
        rules.add("plan");
        rules.add("extract");
        QCOMPARE(rules.rows().size(), 2);
        QCOMPARE(rules.rows()[0].toMap().value("tier").toString(), QString("frontier")); // as it runs today
        const std::string cheap = draft().document().tiers.front().id;
        pushed();
        QVERIFY(rules.set(0, "tier", QString::fromStdString(cheap)));
        const QVariantMap row = rules.rows()[0].toMap();
        QCOMPARE(row.value("wasTier").toString(), QString("frontier"));
        QVERIFY(row.value("changed").toBool());
        QVERIFY(policy().changeCount() == 1);
        std::int64_t plan = 0;
        for (const Call &call : m_engine->ledger.calls)
            plan += m_engine->symbols.text(call.names.taskType) == "plan" ? 1 : 0;
        QCOMPARE(row.value("calls").toString(), QLocale(QLocale::English).toString(qlonglong(plan)));
        QVERIFY(rules.set(0, "task_type", "")); // any task: the second rule is never reached
        QVERIFY(rules.rows()[1].toMap().value("unreachable").toBool());
        rules.move(1, 0);
        QVERIFY(!rules.rows()[1].toMap().value("unreachable").toBool());
        QVERIFY(!rules.set(0, "confidence", "2"));
        QVERIFY(!rules.error().isEmpty());
        rules.remove(0);
        QCOMPARE(rules.rows().size(), 1);
        policy().setScope({});
        QVERIFY(rules.rows().isEmpty()); // they were the workflow's own
    }

    void inheritedRulesAreCopiedByAnEdit()
    {
        start();
        policy().setScope({});
        policy().rules()->add("plan");
        policy().setScope("w:alpha");
        PolicyRules &rules = *policy().rules();
        QCOMPARE(rules.origin(), QString("from defaults"));
        QVERIFY(rules.set(0, "reason", "here only"));
        QVERIFY(rules.isHere());
        QVERIFY(!(*draft().document().defaults.routing->rules)[0].reason);
        rules.inherit();
        QVERIFY(!rules.isHere());
        QCOMPARE(rules.rows().size(), 1);
    }

    void tiersMoveModels()
    {
        start();
        PolicyTiers &tiers = *policy().tiers();
        QCOMPARE(tiers.columns().size(), 2);
        QVERIFY(!tiers.move(0, 0, 1, 0)); // the last model of a tier stays
        QVERIFY(!tiers.error().isEmpty());
        tiers.offer("sonnet");
        QVERIFY(!tiers.offers().isEmpty());
        QVERIFY(tiers.add(0, tiers.offers()[0].toMap().value("key").toString()));
        QVERIFY(tiers.move(0, 1, 1, 0));
        QCOMPARE(draft().document().tiers[1].models.size(), std::size_t(2));
        QVERIFY(tiers.move(1, 0, 1, 1));
        QVERIFY(tiers.remove(1, 1));
        QCOMPARE(draft().document().tiers[1].models.size(), std::size_t(1));
        QVERIFY(policy().valid());
    }

    void overridesComeAndGo()
    {
        start();
        QCOMPARE(policy().seenValues("user_segment"), QStringList{"free"});
        QCOMPARE(policy().addOverride("user_segment", "free"), QString());
        QCOMPARE(policy().scope(), QString("o:0:alpha"));
        QVERIFY(!policy().addOverride("user_segment", "free").isEmpty()); // there is one
        QVERIFY(form().set("/budget/max_iterations", "3"));
        QCOMPARE((*draft().document().workflow("alpha")->overrides)[0].set.budget->maxIterations,
                 std::optional<std::int64_t>(3));
        policy().setScope("w:alpha");
        QCOMPARE(state("/budget/max_iterations"), QString("unset"));
        policy().removeOverride("o:0:alpha");
        QVERIFY(!draft().document().workflow("alpha")->overrides);
        policy().undo();
        QVERIFY(draft().document().workflow("alpha")->overrides.has_value());
        policy().setScope("o:0:alpha");
        policy().undo(); // the value
        policy().undo(); // the override: its scope is gone, the workflow's is shown
        QCOMPARE(policy().scope(), QString("w:alpha"));
    }

    void jsonIsTakenOrRefusedByPlace()
    {
        start();
        QString json = policy().documentText();
        QVERIFY(!policy().setDocumentText(QString(json).replace("\"tiers\"", "\"tears\"")));
        QVERIFY(!policy().textFindings().isEmpty());
        QVERIFY(!policy().setDocumentText("{"));
        QCOMPARE(policy().documentText(), json);
        json.replace("\"same_call_limit\": 3", "\"same_call_limit\": 5");
        QVERIFY(policy().setDocumentText(json));
        QCOMPARE(draft().document().defaults.circuitBreaker->sameCallLimit, std::optional<std::int64_t>(5));
        const QString file = m_dir.filePath("out.json");
        QVERIFY(policy().exportTo(file));
        policy().undo();
        QVERIFY(policy().importFile(file));
        QCOMPARE(policy().documentText(), json);
    }

    void hostileNamesStayText()
    {
        start();
        const QString evil = QStringLiteral("<img src=x>\u202e\n\"'/~0");
        QCOMPARE(policy().addOverride("tag", evil), QString());
        QVERIFY(form().set("/budget/max_iterations", "3"));
        policy().rules()->add(evil);
        QCOMPARE(policy().rules()->rows().size(), 1);
        for (const QVariant &scope : policy().scopes())
            QVERIFY(!scope.toMap().value("text").toString().contains(QChar(0x202e)));
        QVERIFY(readPolicy(policyText(draft().document())).document == draft().document());
    }

    void windowsSayWhenTheyReset()
    {
        start();
        const QVariantMap day = form().windows()[0].toMap();
        QCOMPARE(day.value("resets").toString().contains("00:00"), true);
        QVERIFY(day.value("used").toString().contains("so far"));
        QVERIFY(form().set("/budget/periods/day/hard_usd", "10"));
        m_session->refreshNow();
        // From midnight to 11:06 in UTC, by hand.
        std::int64_t pico = 0;
        for (const Call &call : m_engine->ledger.calls)
            pico += call.time >= kNow / kDay * kDay ? call.cost : 0;
        const int percent = static_cast<int>(std::lround(static_cast<double>(pico) / (10.0 * kPicoPerUsd) * 100));
        QVERIFY2(form().windows()[0].toMap().value("used").toString().startsWith(
                     QLocale(QLocale::English).toString(percent)),
                 qPrintable(form().windows()[0].toMap().value("used").toString()));
    }
};

QTEST_MAIN(TestPolicyEditor)
#include "tst_policyeditor.moc"
