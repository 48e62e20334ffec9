// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QRegularExpression>
#include <QTemporaryDir>
#include <QTest>

#include "core/models/session/session.h"
#include "tests/models/snapshotmaker.h"

namespace flyball {

/// The policy page of a session whose ledger has 400 runs of workflow alpha.
class EditorBench {
protected:
    static constexpr TimeNs kNow = 1'795'000'000 * kSecond;
    QTemporaryDir m_dir;
    std::unique_ptr<FakeEngine> m_engine;
    std::unique_ptr<SnapshotMaker> m_maker;
    std::unique_ptr<Session> m_session;

    PolicyModel &policy() { return *m_session->policy(); }
    PolicyForm &form() { return *policy().form(); }
    PolicyDraft &draft() { return policy().draft(); }
    QString state(const char *pointer) { return form().field(QString::fromLatin1(pointer)).value("state").toString(); }
    QString text(const char *pointer) { return form().field(QString::fromLatin1(pointer)).value("text").toString(); }

    void publish()
    {
        std::vector<RunRow> runs;
        m_engine->ledger.calls.clear();
        for (int i = 0; i < 400; ++i) {
            const TimeNs start = kNow - (i + 10) * kMinute;
            const int calls = 1 + i % 7;
            RunRow row = makeRun(*m_engine, static_cast<std::uint64_t>(i), "alpha", start, start + calls * kSecond,
                                 i % 10 == 0 ? Outcome::Failure : Outcome::Success, kPicoPerUsd / 10);
            for (int c = 0; c < calls; ++c) {
                Call call = makeCall(*m_engine, start + c * kSecond, "alpha",
                                     c % 2 ? "claude-opus-4-5" : "claude-haiku-4-5", kPicoPerUsd / 10);
                call.run = row.info.run;
                call.names.taskType = m_engine->symbols.intern(c % 2 ? "plan" : "extract");
                call.names.tier = m_engine->symbols.intern(c % 2 ? "frontier" : "cheap");
                call.names.segment = m_engine->symbols.intern("free");
                m_engine->ledger.calls.push_back(call);
            }
            runs.push_back(row);
        }
        m_maker->runs = runs;
        m_maker->minutesFrom = kNow - kDay;
        m_engine->publish(m_maker->make(m_engine->ledger.calls));
    }
    void open()
    {
        static int n = 0;
        SessionOptions o;
        o.configPath = m_dir.filePath(QStringLiteral("%1/config.json").arg(++n));
        o.clock = [] { return kNow; };
        o.detect = [] { return std::vector<DetectedSource>(); };
        o.locale = QLocale(QLocale::English, QLocale::UnitedStates);
        m_session = std::make_unique<Session>(*m_engine, std::move(o));
        m_session->settings()->setTimeZone(QStringLiteral("UTC"));
        m_session->range()->setKey(QStringLiteral("24h"));
        m_session->navigation()->show(QStringLiteral("policy"));
        m_session->refreshNow();
        QCoreApplication::processEvents();
    }
    void start()
    {
        policy().startFromSeen();
        m_session->refreshNow();
        policy().setScope(QStringLiteral("w:alpha"));
        m_session->refreshNow();
        QCoreApplication::processEvents();
    }
    /// What was edited so far becomes revision 1, so that later edits are changes.
    void pushed()
    {
        draft().headMoved({1, 0, {}, "me", "", 0, policyText(draft().document()), ""});
        QCOMPARE(draft().baseRevision(), std::int64_t(1));
        QVERIFY(!draft().dirty());
    }

    void begin()
    {
        QTest::failOnWarning(QRegularExpression(QStringLiteral(".*")));
        m_engine = std::make_unique<FakeEngine>();
        m_maker = std::make_unique<SnapshotMaker>(*m_engine);
        publish();
        open();
    }
    void end() { m_session.reset(); }
};

} // namespace flyball
