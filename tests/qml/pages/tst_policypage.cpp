// SPDX-License-Identifier: GPL-3.0-or-later
#include <QApplication>
#include <QImage>
#include <QTest>

#include "core/policy/document/text.h"
#include "tests/qml/pages/tracewriter.h"
#include "tests/qml/pages/windowfixture.h"

using namespace flyball;
using namespace flyball::test;

namespace {

QByteArray traces(const QString &workflow = QStringLiteral("research_agent"))
{
    const qint64 end = QDateTime::currentMSecsSinceEpoch() * 1'000'000 - 60'000'000'000;
    TraceWriter writer;
    for (int i = 0; i < 90; ++i) {
        RunNames names{.workflow = workflow};
        names.taskType = i % 2 ? QStringLiteral("extract") : QStringLiteral("plan");
        names.model = i % 3 ? QStringLiteral("claude-opus-4-5") : QStringLiteral("claude-haiku-4-5");
        names.outcome = i % 9 ? QStringLiteral("success") : QStringLiteral("failure");
        writer.addRun(names, 2 + i % 7, 9000 + 300 * i, 400 + 7 * i, end - i * 60'000'000'000LL);
    }
    for (int i = 0; i < 5; ++i)
        writer.addRun({.workflow = QStringLiteral("support_triage"), .model = QStringLiteral("claude-haiku-4-5")}, 3,
                      500, 20, end - i * 60'000'000'000LL);
    return writer.bytes();
}

} // namespace

/// The Policy page by clicks and keys. With FLYBALL_PICTURES=folder every state is saved as a picture.
class TestPolicyPage : public QObject {
    Q_OBJECT

    std::unique_ptr<WindowFixture> m_window;

    PolicyModel &policy() { return *m_window->session().policy(); }
    PolicyDraft &draft() { return policy().draft(); }
    const PolicyBody *bodyOf(const char *workflow)
    {
        const Workflow *w = draft().document().workflow(workflow);
        return w ? &w->body : nullptr;
    }
    void picture(const QString &name)
    {
        const QString folder = qEnvironmentVariable("FLYBALL_PICTURES");
        if (folder.isEmpty())
            return;
        const QSize size = m_window->window().size();
        for (const QSize &one : {QSize(1024, 700), QSize(1440, 900)}) {
            m_window->window().resize(one);
            for (const QString &theme : {QStringLiteral("light"), QStringLiteral("dark")}) {
                m_window->window().setProperty("forcedTheme", theme);
                m_window->settle();
                QTest::qWait(400);
                QVERIFY(m_window->window().grabWindow().save(
                    QStringLiteral("%1/%2-%3-%4.png").arg(folder, name, theme).arg(one.width())));
            }
        }
        m_window->window().resize(size);
        m_window->settle();
    }
    QQuickItem *reveal(const QString &name) { return m_window->reveal(name); }
    bool clickForm(const QString &name) { return m_window->clickForm(name); }
    bool choose(const QString &list, const QString &option) { return m_window->choose(list, option); }
    void typeInto(const QString &pointer, const QString &text)
    {
        QVERIFY2(m_window->typeIntoKnob(pointer, text), qPrintable(pointer));
    }
    void open(const QByteArray &bytes, QSize size = {1440, 900})
    {
        m_window.reset();
        m_window = std::make_unique<WindowFixture>(bytes, size);
        QVERIFY(m_window->ready());
        (void)WindowFixture::takeWarnings();
        m_window->key(Qt::Key_4, Qt::ControlModifier);
        QTRY_VERIFY(m_window->item(QStringLiteral("policyEmpty")));
    }
    void start()
    {
        QTRY_VERIFY(policy().canStart());
        m_window->settle();
        QVERIFY(m_window->click(QStringLiteral("state_start")));
        QVERIFY(policy().started());
        m_window->settle();
        QVERIFY(m_window->click(QStringLiteral("scope_w:research_agent")));
        QTRY_VERIFY(policy().evidence()->ready());
        QTRY_COMPARE(policy().evidence()->testState(), QStringLiteral("ready"));
        m_window->settle();
    }
    void push(const PolicyDocument &document, std::int64_t number)
    {
        PolicyDocument d = document;
        d.revision = number;
        d.parentRevision = number > 1 ? std::optional(number - 1) : std::nullopt;
        draft().headMoved({number, number - 1, {}, "elsewhere", "", 0, policyText(d), ""});
        m_window->settle();
    }

private Q_SLOTS:
    void init() { open(traces()); }
    void cleanup()
    {
        QCOMPARE(WindowFixture::takeWarnings(), QStringList());
        QCOMPARE(WindowFixture::networkAccesses(), 0);
        m_window.reset();
    }

    void startsFromWhatWasSeen()
    {
        picture(QStringLiteral("empty"));
        start();
        QCOMPARE(draft().document().tiers.size(), std::size_t(2));
        QVERIFY(m_window->shows(QStringLiteral("claude-opus-4-5")));
        QVERIFY(m_window->shows(policy().evidence()->runsText()));
        QVERIFY(m_window->item(QStringLiteral("capHistogram")));
        picture(QStringLiteral("started"));
    }

    void capByFieldAndUndo()
    {
        start();
        push(draft().document(), 1);
        typeInto(QStringLiteral("/budget/run_hard/usd"), QStringLiteral("0.75"));
        QVERIFY(bodyOf("research_agent")->budget->runHard->usd == UsdSum(kPicoPerUsd / 4 * 3));
        QVERIFY(m_window->shows(QStringLiteral("was none")));
        QVERIFY(m_window->shows(QStringLiteral("Draft r2")));
        QTRY_COMPARE(policy().evidence()->testState(), QStringLiteral("ready"));
        picture(QStringLiteral("cap"));
        typeInto(QStringLiteral("/budget/run_hard/usd"), QStringLiteral("1,300"));
        QVERIFY(bodyOf("research_agent")->budget->runHard->usd
                == UsdSum(kPicoPerUsd / 4 * 3)); // refused, with its reason
        picture(QStringLiteral("refused"));
        typeInto(QStringLiteral("/budget/run_hard/usd"), QStringLiteral("0.75"));
        QVERIFY(m_window->click(QStringLiteral("policyUndo")));
        QVERIFY(!bodyOf("research_agent")->budget);
        m_window->item(QStringLiteral("policyScopes"))->forceActiveFocus();
        m_window->key(Qt::Key_Z, Qt::ControlModifier | Qt::ShiftModifier);
        QVERIFY(bodyOf("research_agent")->budget.has_value());
        m_window->key(Qt::Key_Z, Qt::ControlModifier);
        QVERIFY(!bodyOf("research_agent")->budget);
    }

    void capByDragIsOneStep()
    {
        start();
        typeInto(QStringLiteral("/budget/run_hard/usd"), QStringLiteral("1.00"));
        QQuickItem *handle = reveal(QStringLiteral("hardHandle"));
        QVERIFY(handle);
        const QPoint from = handle->mapToScene(QPointF(0, handle->height() - 4)).toPoint();
        QTest::mousePress(&m_window->window(), Qt::LeftButton, Qt::NoModifier, from);
        for (int i = 1; i <= 40; i += 3)
            QTest::mouseMove(&m_window->window(), from - QPoint(i, 0));
        QTest::mouseRelease(&m_window->window(), Qt::LeftButton, Qt::NoModifier, from - QPoint(40, 0));
        m_window->settle();
        const UsdSum dragged = *bodyOf("research_agent")->budget->runHard->usd;
        QVERIFY(dragged < UsdSum::fromParts(1, 0) && dragged > UsdSum());
        picture(QStringLiteral("dragged"));
        QVERIFY(m_window->click(QStringLiteral("policyUndo")));
        QVERIFY(bodyOf("research_agent")->budget->runHard->usd == UsdSum::fromParts(1, 0));
    }

    void sliderSetsALimit()
    {
        start();
        QQuickItem *slider = reveal(QStringLiteral("slider_/budget/call_max_tokens"));
        QVERIFY(slider);
        const QPoint at = slider->mapToScene(QPointF(slider->width() / 2, slider->height() / 2)).toPoint();
        QTest::mouseClick(&m_window->window(), Qt::LeftButton, Qt::NoModifier, at);
        m_window->settle();
        QVERIFY(bodyOf("research_agent")->budget && bodyOf("research_agent")->budget->callMaxTokens);
        QVERIFY(m_window->click(QStringLiteral("policyUndo")));
        QVERIFY(!bodyOf("research_agent")->budget);
    }

    void extractMovesToCheap()
    {
        start();
        QVERIFY(choose(QStringLiteral("addRule"), QStringLiteral("extract")));
        QCOMPARE(policy().rules()->rows().size(), 1);
        QVERIFY(choose(QStringLiteral("ruleSelect_tier"), QStringLiteral("frontier")));
        push(draft().document(), 1);
        QCOMPARE(bodyOf("research_agent")->routing->rules->front().tier, std::string("frontier"));
        if (policy().rules()->current() < 0)
            QVERIFY(clickForm(QStringLiteral("rule_extract")));
        picture(QStringLiteral("rule"));
        QVERIFY(choose(QStringLiteral("ruleSelect_tier"), QStringLiteral("cheap")));
        QCOMPARE(bodyOf("research_agent")->routing->rules->front().tier, std::string("cheap"));
        QCOMPARE(policy().changeCount(), 1);
        QVERIFY(clickForm(QStringLiteral("ruleClose")));
        picture(QStringLiteral("rules"));
    }

    void modelsMoveByKeys()
    {
        start();
        policy().tiers()->offer(QStringLiteral("sonnet"));
        QVERIFY(clickForm(QStringLiteral("addModel_cheap")));
        QTRY_VERIFY(m_window->item(QStringLiteral("addModel_cheap_search"))
                    && m_window->item(QStringLiteral("addModel_cheap_search"))->hasActiveFocus());
        m_window->type(QStringLiteral("sonnet-4-5"));
        m_window->settle();
        m_window->key(Qt::Key_Return);
        QTRY_VERIFY(!m_window->item(QStringLiteral("addModel_cheap_search")));
        QCOMPARE(draft().document().tiers[0].models.size(), std::size_t(2));
        const std::string added = draft().document().tiers[0].models[1];
        QQuickItem *card = reveal(QStringLiteral("model_0_1"));
        QVERIFY(card);
        card->forceActiveFocus();
        m_window->key(Qt::Key_Right, Qt::ControlModifier);
        m_window->settle();
        QCOMPARE(draft().document().tiers[1].models.size(), std::size_t(2));
        picture(QStringLiteral("tiers"));
        m_window->key(Qt::Key_Delete); // the focus went with the model
        m_window->settle();
        QCOMPARE(draft().document().tiers[1].models.size(), std::size_t(1));
        QVERIFY(draft().document().tiers[1].models[0] != added);
    }

    void modelsMoveByDrag()
    {
        start();
        const std::string model = draft().document().tiers[0].models[0];
        QVERIFY(policy().tiers()->add(0, QStringLiteral("anthropic/claude-sonnet-4-5")));
        m_window->settle();
        QQuickItem *card = reveal(QStringLiteral("model_0_0")), *to = m_window->item(QStringLiteral("tier_frontier"));
        QVERIFY(card && to);
        const QPoint from = card->mapToScene(QPointF(30, card->height() / 2)).toPoint();
        const QPoint drop = to->mapToScene(QPointF(40, to->height() - 12)).toPoint();
        QTest::mousePress(&m_window->window(), Qt::LeftButton, Qt::NoModifier, from);
        for (int i = 1; i <= 10; ++i)
            QTest::mouseMove(&m_window->window(), from + (drop - from) * i / 10);
        QTest::mouseRelease(&m_window->window(), Qt::LeftButton, Qt::NoModifier, drop);
        m_window->settle();
        QCOMPARE(draft().document().tiers[1].models.size(), std::size_t(2));
        QCOMPARE(draft().document().tiers[1].models[1], model);
    }

    void jsonSwitchesAndTakesAnEdit()
    {
        start();
        QVERIFY(m_window->click(QStringLiteral("segment_json")));
        m_window->settle();
        picture(QStringLiteral("json"));
        QVERIFY(m_window->click(QStringLiteral("segment_document")));
        m_window->settle();
        QQuickItem *area = m_window->item(QStringLiteral("jsonText"));
        QVERIFY(area);
        QCOMPARE(area->property("text").toString(), policy().documentText());
        const QString good = policy().documentText().replace(QStringLiteral("\"same_call_limit\": 3"),
                                                             QStringLiteral("\"same_call_limit\": 1"));
        QVERIFY(QMetaObject::invokeMethod(area, "forceActiveFocus"));
        area->setProperty("text", good); // 1 is below the schema's bound
        QVERIFY(QMetaObject::invokeMethod(area, "edited"));
        QTRY_VERIFY(!policy().textFindings().isEmpty());
        m_window->settle();
        picture(QStringLiteral("json_refused"));
        QVERIFY(m_window->click(QStringLiteral("jsonApply")));
        QCOMPARE(draft().document().defaults.circuitBreaker->sameCallLimit, std::optional<std::int64_t>(3));
        area->setProperty("text", QString(good).replace(QStringLiteral("limit\": 1"), QStringLiteral("limit\": 4")));
        QVERIFY(QMetaObject::invokeMethod(area, "edited"));
        m_window->settle();
        QVERIFY(m_window->click(QStringLiteral("jsonApply")));
        QCOMPARE(draft().document().defaults.circuitBreaker->sameCallLimit, std::optional<std::int64_t>(4));
        QVERIFY(m_window->click(QStringLiteral("segment_form")));
    }

    void overrideByClicks()
    {
        start();
        QVERIFY(m_window->click(QStringLiteral("addOverride")));
        QTRY_VERIFY(m_window->item(QStringLiteral("overrideValue"))
                    && m_window->item(QStringLiteral("overrideValue"))->hasActiveFocus());
        m_window->type(QStringLiteral("enterprise"));
        picture(QStringLiteral("override_sheet"));
        QVERIFY(m_window->click(QStringLiteral("overrideAdd")));
        m_window->settle();
        QCOMPARE(policy().scope(), QStringLiteral("o:0:research_agent"));
        typeInto(QStringLiteral("/budget/max_iterations"), QStringLiteral("9"));
        QCOMPARE(draft().document().workflow("research_agent")->overrides->front().set.budget->maxIterations,
                 std::optional<std::int64_t>(9));
        picture(QStringLiteral("override"));
        QVERIFY(m_window->click(QStringLiteral("scope_o:0:research_agent_remove")));
        m_window->settle();
        QVERIFY(!draft().document().workflow("research_agent")->overrides);
    }

    void techniquesOpenAndKeepFocus()
    {
        start();
        QVERIFY(clickForm(QStringLiteral("section_retry")));
        m_window->settle();
        typeInto(QStringLiteral("/routing/retry/max_attempts"), QStringLiteral("4"));
        QCOMPARE(bodyOf("research_agent")->routing->retry->maxAttempts, std::optional<std::int64_t>(4));
        QQuickItem *field = m_window->item(QStringLiteral("knob_/routing/retry/max_attempts_field"));
        QVERIFY(field && field->hasActiveFocus()); // an edit does not throw the keyboard out
        QVERIFY(clickForm(QStringLiteral("section_breaker")));
        m_window->settle();
        QVERIFY(choose(QStringLiteral("knob_/circuit_breaker/enabled_select"), QStringLiteral("false")));
        QCOMPARE(bodyOf("research_agent")->circuitBreaker->enabled, std::optional<bool>(false));
        picture(QStringLiteral("techniques"));
    }

    void conflictIsDecidedByClick()
    {
        start();
        const PolicyDocument first = draft().document();
        push(first, 1);
        typeInto(QStringLiteral("/budget/max_iterations"), QStringLiteral("9"));
        PolicyDocument theirs = first;
        for (auto &[name, workflow] : theirs.workflows)
            workflow.body.budget.emplace().maxIterations = 30;
        push(theirs, 2);
        QCOMPARE(policy().openConflicts(), 1);
        QVERIFY(!policy().valid());
        QVERIFY(m_window->item(QStringLiteral("policyConflictBanner")));
        QCOMPARE(draft().document().workflow("support_triage")->body.budget->maxIterations,
                 std::optional<std::int64_t>(30)); // what only they changed is taken
        QVERIFY(m_window->click(QStringLiteral("bannerAction")));
        m_window->settle();
        picture(QStringLiteral("conflict"));
        QVERIFY(m_window->click(QStringLiteral("segment_theirs")));
        QCOMPARE(bodyOf("research_agent")->budget->maxIterations, std::optional<std::int64_t>(30));
        QVERIFY(policy().valid());
        QVERIFY(m_window->click(QStringLiteral("conflictClose")));
        m_window->settle();
        QVERIFY(!m_window->item(QStringLiteral("policyConflictBanner")));
    }

    void discardAsksOnce()
    {
        start();
        push(draft().document(), 1);
        typeInto(QStringLiteral("/budget/max_iterations"), QStringLiteral("9"));
        QVERIFY(m_window->click(QStringLiteral("policyDiscard")));
        m_window->settle();
        QVERIFY(policy().dirty());
        QVERIFY(m_window->click(QStringLiteral("confirmButton")));
        QVERIFY(!policy().dirty());
        m_window->settle();
        QVERIFY(m_window->click(QStringLiteral("policyUndo")));
        QVERIFY(policy().dirty());
    }

    void keyOpensTheWorkflowInView()
    {
        start();
        m_window->session().navigation()->openCostliestWorkflow();
        m_window->settle();
        policy().setScope({});
        m_window->key(Qt::Key_E);
        m_window->settle();
        QCOMPARE(m_window->session().navigation()->page(), QStringLiteral("policy"));
        QCOMPARE(policy().scope(), QStringLiteral("w:research_agent"));
    }

    void narrowWindowHasATestView()
    {
        open(traces(), {1024, 700});
        start();
        typeInto(QStringLiteral("/budget/run_hard/usd"), QStringLiteral("0.75"));
        picture(QStringLiteral("narrow"));
        QVERIFY(m_window->click(QStringLiteral("segment_test")));
        m_window->settle();
        QVERIFY(m_window->item(QStringLiteral("test_stopped")));
        picture(QStringLiteral("narrow_test"));
    }

    void hostileNamesArePlainText()
    {
        const QString evil = QStringLiteral("<img src=\"http://192.0.2.1/x.png\"><b>w</b>\u202etxt");
        open(traces(evil));
        QTRY_VERIFY(policy().canStart());
        m_window->settle();
        QVERIFY(m_window->click(QStringLiteral("state_start")));
        m_window->settle();
        policy().setScope(QStringLiteral("w:") + evil);
        QTRY_VERIFY(policy().evidence()->ready());
        QCOMPARE(policy().addOverride(QStringLiteral("step"), evil), QString());
        policy().rules()->add(evil);
        m_window->settle();
        bool shown = false;
        for (const QString &text : m_window->texts()) {
            QVERIFY(!text.contains(QChar(0x202e)));
            shown = shown || text.contains(QStringLiteral("<b>w</b>"));
        }
        QVERIFY(shown); // as it is written, not as markup
        picture(QStringLiteral("hostile"));
    }
};

QTEST_MAIN(TestPolicyPage)
#include "tst_policypage.moc"
