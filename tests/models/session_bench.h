// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QRegularExpression>
#include <QTemporaryDir>
#include <QTest>

#include "core/models/session/session.h"
#include "tests/models/snapshotmaker.h"

namespace flyball {

/// A session on an engine whose snapshots the test makes, at a time the test sets.
class SessionBench {
protected:
    static constexpr TimeNs kNow = 1'795'000'000 * kSecond; // 2026-11-18T11:06:40Z
    QTemporaryDir m_dir;
    std::unique_ptr<FakeEngine> m_engine;
    std::unique_ptr<SnapshotMaker> m_maker;
    TimeNs m_now = kNow;

    static QString plain(QString text) { return text.replace(QChar(0x202f), u' '); }
    SessionOptions options()
    {
        static int n = 0;
        SessionOptions o;
        o.configPath = m_dir.filePath(QStringLiteral("%1/config.json").arg(++n));
        o.clock = [this] { return m_now; };
        o.detect = [] { return std::vector<DetectedSource>(); };
        o.locale = QLocale(QLocale::English, QLocale::UnitedStates);
        return o;
    }
    std::unique_ptr<Session> open(SessionOptions o)
    {
        auto session = std::make_unique<Session>(*m_engine, std::move(o));
        session->settings()->setTimeZone(QStringLiteral("UTC"));
        return session;
    }
    Call call(TimeNs ago, const char *workflow, double usd)
    {
        return makeCall(*m_engine, kNow - ago, workflow, "claude-opus-4-5",
                        static_cast<PicoUsd>(usd * static_cast<double>(kPicoPerUsd)));
    }
    static QVariant cell(TableModel *table, int row, const char *role)
    {
        return table->row(row).value(QString::fromLatin1(role));
    }

    void begin()
    {
        QTest::failOnWarning(QRegularExpression(QStringLiteral(".*")));
        m_now = kNow;
        m_engine = std::make_unique<FakeEngine>();
        m_maker = std::make_unique<SnapshotMaker>(*m_engine);
        QVERIFY(m_engine->catalog);
    }
};

} // namespace flyball
