// SPDX-License-Identifier: GPL-3.0-or-later
#include <QFile>
#include <QRegularExpression>
#include <QTemporaryDir>
#include <QTest>

#include "core/domain/signaladdress.h"
#include "core/models/session/session.h"
#include "tests/models/snapshotmaker.h"

using namespace flyball;

// The operator's attribution rules and the chosen success signal, as the window edits them.
class TestQualityModels : public QObject {
    Q_OBJECT

    static constexpr TimeNs kNow = 1'795'000'000 * kSecond;
    QTemporaryDir m_dir;
    std::unique_ptr<FakeEngine> m_engine;
    std::unique_ptr<SnapshotMaker> m_maker;
    QString m_config;
    QStringList m_notices;
    QString m_undo;

    std::unique_ptr<Session> open()
    {
        SessionOptions o;
        o.configPath = m_config;
        o.clock = [] { return kNow; };
        o.detect = [] { return std::vector<DetectedSource>(); };
        o.locale = QLocale(QLocale::English, QLocale::UnitedStates);
        auto session = std::make_unique<Session>(*m_engine, std::move(o));
        connect(session.get(), &Session::notice, this,
                [this](const QString &text, const QString &, const QString &, const QString &tag) {
                    m_notices << text;
                    m_undo = tag;
                });
        return session;
    }
    static QVariantMap row(const QVariantList &rows, int i) { return rows.value(i).toMap(); }

    /// Four runs of "alpha": judged 0.9, judged 0.4, passed by a person, never judged; one of "beta".
    void publishRuns()
    {
        m_maker->takenAt = kNow;
        m_maker->runs.clear();
        std::vector<Call> calls;
        for (std::uint64_t i = 1; i <= 5; ++i) {
            m_maker->runs.push_back(makeRun(*m_engine, i, i == 5 ? "beta" : "alpha", kNow - kHour, kNow - kMinute,
                                            Outcome::Unknown, kPicoPerUsd));
            calls.push_back(makeCall(*m_engine, kNow - kMinute, i == 5 ? "beta" : "alpha", "m", kPicoPerUsd));
            m_maker->runs.back().signals = i < 4 ? 1 : 0;
        }
        const auto signal = [&](std::uint64_t run, const char *name, const char *label, double score) {
            SignalFact s;
            s.group = {7, run};
            s.id = run;
            s.name = m_engine->symbols.intern(name);
            s.label = m_engine->symbols.intern(label);
            s.verdict = verdictOf(label);
            s.hasScore = score >= 0;
            s.score = score;
            return s;
        };
        m_engine->ledger.signalFacts = {signal(1, "judge", "", 0.9), signal(2, "judge", "", 0.4),
                                        signal(3, "human", "pass", -1), signal(5, "judge", "", 0.7)};
        m_engine->ledger.signalFacts[2].group = addressOfRun({7, 3});
        m_engine->ledger.signalFacts[2].address = SignalAddress::Run;
        m_engine->publish(m_maker->make(calls));
    }

private Q_SLOTS:
    void init()
    {
        static int n = 0;
        QTest::failOnWarning(QRegularExpression(QStringLiteral(".*")));
        m_config = m_dir.filePath(QStringLiteral("%1/config.json").arg(++n));
        m_engine = std::make_unique<FakeEngine>();
        m_maker = std::make_unique<SnapshotMaker>(*m_engine);
        m_notices.clear();
        m_undo.clear();
    }

    void rulesAreEditedTriedAndApplied()
    {
        auto session = open();
        AttributionModel *rules = session->attribution();
        QCOMPARE(rules->rows().size(), 0);
        QVERIFY(!rules->edited() && !rules->canApply());
        rules->add();
        QCOMPARE(rules->current(), 0);
        QVERIFY(rules->edited() && !rules->canApply());
        QCOMPARE(rules->state(), QStringLiteral("one rule is unfinished"));
        QVERIFY(!row(rules->rows(), 0).value(QStringLiteral("problem")).toString().isEmpty());
        rules->setCondition(0, 0, QStringLiteral("field"), QStringLiteral("workflow"));
        rules->setCondition(0, 0, QStringLiteral("is"), QStringLiteral("starts_with"));
        rules->setCondition(0, 0, QStringLiteral("text"), QStringLiteral("supp"));
        QVERIFY(
            row(rules->rows(), 0).value(QStringLiteral("problem")).toString().contains(QStringLiteral("sets nothing")));
        rules->setTarget(0, QStringLiteral("workflow"), QStringLiteral(" care "));
        QCOMPARE(row(rules->rows(), 0).value(QStringLiteral("when")).toString(),
                 QStringLiteral("Workflow starts with supp"));
        QCOMPARE(row(rules->rows(), 0).value(QStringLiteral("set")).toString(), QStringLiteral("workflow care"));
        QVERIFY(rules->canApply());
        m_engine->trial.calls = 1000;
        m_engine->trial.changed = 312;
        m_engine->trial.moves = {{NameTarget::Workflow, "care", 290}, {NameTarget::Segment, "", 22}};
        QTRY_COMPARE(
            rules->trial(),
            QStringLiteral("Would change 312 of the last 1,000 calls: 290 to workflow care, 22 to no segment."));
        rules->apply();
        QTRY_VERIFY(!rules->busy());
        QCOMPARE(m_engine->attribution.size(), std::size_t(1));
        QCOMPARE(m_engine->attribution[0][NameTarget::Workflow], std::string("care"));
        QVERIFY(!rules->edited());
        QCOMPARE(rules->state(), QStringLiteral("in force, revision 1"));
        QCOMPARE(m_notices.last(), QStringLiteral("Rules applied to history."));
        session->act(m_undo);
        QTRY_VERIFY(!rules->busy());
        QVERIFY(m_engine->attribution.empty());
        QCOMPARE(rules->rows().size(), 0);
    }

    void rulesAreMovedSwitchedOffAndDiscarded()
    {
        auto session = open();
        AttributionModel *rules = session->attribution();
        for (const char *text : {"one", "two", "three"}) {
            rules->add();
            const int last = static_cast<int>(rules->rows().size()) - 1;
            rules->setCondition(last, 0, QStringLiteral("text"), QString::fromLatin1(text));
            rules->setTarget(last, QStringLiteral("step"), QStringLiteral("s"));
        }
        const auto when = [&](int i) {
            return row(rules->rows(), i).value(QStringLiteral("when")).toString().section(u' ', -1);
        };
        rules->setCurrent(2);
        rules->move(2, 0);
        QCOMPARE(when(0) + when(1) + when(2), QStringLiteral("threeonetwo"));
        QCOMPARE(rules->current(), 0);
        rules->move(0, 9); // nowhere: nothing happens
        QCOMPARE(when(0), QStringLiteral("three"));
        rules->setEnabled(1, false);
        rules->addCondition(2);
        QVERIFY(rules->canApply());
        rules->removeCondition(1, 0);
        QVERIFY(rules->canApply()); // switched off: it may be unfinished
        rules->remove(0);
        QCOMPARE(rules->rows().size(), 2);
        rules->discard();
        QCOMPARE(rules->rows().size(), 0);
        QVERIFY(!rules->edited());
    }

    void stoppingPutsTheFormerRulesBack()
    {
        auto session = open();
        AttributionModel *rules = session->attribution();
        rules->add();
        rules->setCondition(0, 0, QStringLiteral("text"), QStringLiteral("x"));
        rules->setTarget(0, QStringLiteral("step"), QStringLiteral("s"));
        m_engine->hold = true;
        rules->apply();
        QVERIFY(rules->busy());
        rules->add(); // not while it runs
        QCOMPARE(rules->rows().size(), 1);
        rules->stop();
        QVERIFY(std::find(m_engine->log.begin(), m_engine->log.end(), "stop") != m_engine->log.end());
        m_engine->finish(Error{ErrorCode::Cancelled, "interrupted"});
        QTRY_VERIFY(!rules->busy());
        QVERIFY(rules->edited()); // what was tried is a draft again
        QCOMPARE(m_notices.last(), QStringLiteral("Stopped. History stands at the former rules."));
        m_engine->hold = false;
        session.reset();
        QCOMPARE(open()->attribution()->rows().size(), 0);
    }

    /// A second window may try rules, not apply them: nothing is stored of it.
    void aReadOnlyLedgerKeepsItsRules()
    {
        auto session = open();
        AttributionModel *rules = session->attribution();
        rules->add();
        rules->setCondition(0, 0, QStringLiteral("text"), QStringLiteral("x"));
        rules->setTarget(0, QStringLiteral("step"), QStringLiteral("s"));
        m_engine->hold = true;
        rules->apply();
        m_engine->finish(Error{ErrorCode::Locked, "another window writes this ledger"});
        QTRY_VERIFY(!rules->busy());
        QVERIFY(rules->edited());
        QVERIFY(m_notices.last().contains(QStringLiteral("another window")));
        m_engine->hold = false;
        session.reset();
        QCOMPARE(open()->attribution()->rows().size(), 0);
    }

    void rulesAndChoicesSurviveAStart()
    {
        publishRuns();
        {
            auto session = open();
            AttributionModel *rules = session->attribution();
            rules->add();
            rules->setCondition(0, 0, QStringLiteral("text"), QStringLiteral("/srv/\"web\""));
            rules->setTarget(0, QStringLiteral("segment"), QStringLiteral("staff"));
            rules->apply();
            QTRY_VERIFY(!rules->busy());
        }
        ConfigStore again(m_config, true);
        QCOMPARE(again.error(), QString());
        QCOMPARE(again.values().attribution.size(), std::size_t(1));
        QCOMPARE(again.values().attributionRevision, 1);
        QCOMPARE(again.values().attribution[0].when[0].text, std::string("/srv/\"web\""));
        QVERIFY(again.values().success.empty());
        auto session = open();
        QCOMPARE(session->attribution()->state(), QStringLiteral("in force, revision 1"));
    }

    void aBrokenListIsNotOverwritten()
    {
        QVERIFY(QDir().mkpath(QFileInfo(m_config).path()));
        const QByteArray text =
            R"({"attribution":{"rules":[{"when":[{"field":"colour","is":"equals","text":"x"}],"set":{"step":"y"}}]}})";
        QFile file(m_config);
        QVERIFY(file.open(QIODevice::WriteOnly) && file.write(text) == text.size());
        file.close();
        ConfigStore store(m_config, false);
        QVERIFY2(store.error().contains(QStringLiteral("knows no field \"colour\"")), qPrintable(store.error()));
        store.edit().textSize = 120;
        (void)store.save();
        QVERIFY(file.open(QIODevice::ReadOnly));
        QCOMPARE(file.readAll(), text);
    }

    /// As the engine joins them: by run, session, prompt and request; a session of two runs is neither's.
    void signalsAreFoundByEveryAddress()
    {
        SymbolTable &t = m_engine->symbols;
        std::vector<RunRow> runs;
        for (std::uint64_t i = 1; i <= 3; ++i) {
            runs.push_back(makeRun(*m_engine, i, "alpha", kNow - kHour, kNow, Outcome::Unknown, 1));
            runs.back().info.session = t.intern(i == 3 ? "alone" : "shared");
            runs.back().info.prompt = t.intern("p" + std::to_string(i));
        }
        runs[0].signals = 1; // by its prompt
        runs[1].signals = 1; // by a request
        runs[2].signals = 1; // by its session
        SignalCounter counter(runs, t);
        const auto add = [&](const Key128 &group, SignalAddress address, const char *label) {
            SignalFact s;
            s.group = group;
            s.address = address;
            s.name = t.intern("human");
            s.label = t.intern(label);
            s.verdict = verdictOf(label);
            s.id = hash64(label);
            counter.add(s);
        };
        add(addressOfPrompt("shared", "p1"), SignalAddress::Prompt, "pass");
        add(addressOfRequest(hash64("req-2")), SignalAddress::Request, "fail");
        add(addressOfSession("alone"), SignalAddress::Session, "pass");
        add(addressOfSession("shared"), SignalAddress::Session, "fail");
        add(addressOfSession("nobody"), SignalAddress::Session, "fail");
        QVERIFY(counter.wantsCalls());
        counter.addCall(hash64("req-2"), runs[1].info.run);
        counter.addCall(hash64("req-2"), runs[1].info.run); // two calls of one answer
        counter.addCall(hash64("req-9"), runs[0].info.run);
        const auto stats = counter.finish(nullptr);
        QCOMPARE(stats.size(), std::size_t(1));
        QCOMPARE(stats[0].runs, std::int64_t(3));
        QCOMPARE(stats[0].pass, std::int64_t(2));
        QCOMPARE(stats[0].fail, std::int64_t(1));
        QCOMPARE(stats[0].undecided(), std::int64_t(0));
    }

    void signalsAreCountedAndOneIsChosen()
    {
        publishRuns();
        auto session = open();
        session->navigation()->openWorkflow(symbolId(m_engine->symbols.find("alpha")));
        session->refreshNow();
        SuccessModel *success = session->success();
        QTRY_COMPARE(success->rows().size(), 2);
        const QVariantMap judge = row(success->rows(), 0);
        QCOMPARE(judge.value(QStringLiteral("name")).toString(), QStringLiteral("judge"));
        QCOMPARE(judge.value(QStringLiteral("undecided")).toString(), QStringLiteral("2"));
        QCOMPARE(judge.value(QStringLiteral("coverage")).toString().left(2), QStringLiteral("50"));
        const QVariantMap human = row(success->rows(), 1);
        QCOMPARE(human.value(QStringLiteral("pass")).toString(), QStringLiteral("1"));
        QVERIFY(!success->chosen());
        success->open(QStringLiteral("judge"));
        QVERIFY(success->needsThreshold() && !success->canUse());
        QVERIFY(!success->error().isEmpty());
        success->setThreshold(QStringLiteral("high"));
        QCOMPARE(success->error(), QStringLiteral("The threshold is not a number."));
        success->setThreshold(QStringLiteral("0.8"));
        QVERIFY(success->canUse());
        success->use();
        QTRY_VERIFY(!success->busy());
        QCOMPARE(m_engine->success.size(), std::size_t(1));
        QCOMPARE(m_engine->success[0].workflow, std::string("alpha"));
        QCOMPARE(m_engine->success[0].signal, std::string("judge"));
        QCOMPARE(*m_engine->success[0].threshold, 0.8);
        QVERIFY(success->chosen());
        session->refreshNow();
        QTRY_COMPARE(row(success->rows(), 0).value(QStringLiteral("pass")).toString(), QStringLiteral("1"));
        QCOMPARE(success->origin(), QStringLiteral("success: judge ≥ 0.8"));
        QCOMPARE(row(success->rows(), 0).value(QStringLiteral("fail")).toString(), QStringLiteral("1"));
        ConfigStore stored(m_config, true);
        QCOMPARE(stored.values().success.size(), std::size_t(1));
        QVERIFY(stored.values().success[0] == m_engine->success[0]);
        session->act(m_undo);
        QTRY_VERIFY(!success->busy());
        QVERIFY(m_engine->success.empty());
        QVERIFY(!success->chosen());
    }

    /// Undoing one workflow's choice leaves those that were made since, and waits for one that is being applied.
    void undoIsOfOneWorkflow()
    {
        publishRuns();
        auto session = open();
        SuccessModel *success = session->success();
        const auto choose = [&](const char *workflow) {
            session->navigation()->openWorkflow(symbolId(m_engine->symbols.find(workflow)));
            session->refreshNow();
            QTRY_VERIFY(!success->counts().isEmpty() && !success->rows().isEmpty());
            success->open(QStringLiteral("judge"));
            success->setThreshold(QStringLiteral("0.8"));
            success->use();
        };
        const auto chosen = [&] {
            QStringList names;
            for (const SuccessRule &rule : m_engine->success)
                names << QString::fromStdString(rule.workflow);
            return names.join(u' ');
        };
        choose("alpha");
        QTRY_VERIFY(!success->busy() && !m_undo.isEmpty());
        const QString undoAlpha = m_undo;
        choose("beta");
        QVERIFY(success->busy());
        session->act(undoAlpha);
        QCOMPARE(chosen(), QStringLiteral("alpha beta"));
        QCOMPARE(m_notices.last(), QStringLiteral("Another choice is being applied."));
        const QString again = m_undo;
        QTRY_VERIFY(!success->busy());
        session->act(again); // seen from the other workflow
        QTRY_COMPARE(chosen(), QStringLiteral("beta"));
        QTRY_VERIFY(!success->busy());
        QVERIFY(success->chosen());
        ConfigStore stored(m_config, true);
        QCOMPARE(stored.values().success.size(), std::size_t(1));
        QCOMPARE(stored.values().success[0].workflow, std::string("beta"));
    }

    void signalsThatCannotBeReadAreNotCountedInPart()
    {
        publishRuns();
        m_engine->ledger.signalError = "the disk is gone";
        auto session = open();
        session->navigation()->openWorkflow(symbolId(m_engine->symbols.find("alpha")));
        session->refreshNow();
        QTRY_COMPARE(m_notices.filter(QStringLiteral("the disk is gone")).size(), 1);
        QTRY_COMPARE(session->success()->counts(), QStringLiteral("Outcomes: 4 unknown")); // those need no signals
        QCOMPARE(session->success()->rows().size(), 0);
    }

    /// Runs are looked at on the query thread, and not at all while nothing has changed.
    void runsAreLookedAtOnlyWhenSomethingChanged()
    {
        publishRuns();
        auto session = open();
        m_engine->hold = true;
        session->navigation()->openWorkflow(symbolId(m_engine->symbols.find("alpha")));
        session->refreshNow();
        QTRY_VERIFY(!m_engine->waiting.empty());
        QCOMPARE(session->success()->counts(), QString());
        m_engine->answer();
        QTRY_COMPARE(session->success()->counts(), QStringLiteral("Outcomes: 4 unknown"));
        QTRY_COMPARE(session->success()->rows().size(), 2);
        for (int i = 0; i < 5 && !m_engine->waiting.empty(); ++i) {
            m_engine->answer();
            QCoreApplication::processEvents(); // what was handed over arrives
        }
        QVERIFY(m_engine->waiting.empty());
        m_engine->publish(std::make_shared<Snapshot>(*m_engine->latest()));
        session->refreshNow();
        QCoreApplication::processEvents();
        const std::size_t still = m_engine->waiting.size();
        m_engine->answer();
        QCoreApplication::processEvents();
        m_maker->runs[0].info.outcome = Outcome::Success;
        m_maker->runs[0].info.origin = OutcomeOrigin::Stated;
        m_engine->publish(m_maker->make({makeCall(*m_engine, kNow - kMinute, "alpha", "m", 1)}));
        session->refreshNow();
        QTRY_VERIFY(m_engine->waiting.size() > still);
        m_engine->answer();
        QTRY_COMPARE(session->success()->counts(), QStringLiteral("Outcomes: 1 stated by the agent, 3 unknown"));
    }
};

QTEST_MAIN(TestQualityModels)
#include "tst_quality.moc"
