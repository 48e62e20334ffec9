// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/flyball/screenshot.h"

#include <QCoreApplication>
#include <QImage>
#include <QQuickWindow>
#include <cstdio>
#include <utility>

#include "core/engine/engine.h"
#include "core/models/session/session.h"

namespace flyball {

namespace {

constexpr int kPollMs = 50;

/// "spend ≥ $12.40, 97 % priced": the words of a tile, as they stand on the page.
QString inWords(const Kpi &kpi)
{
    QString text = kpi.mark().isEmpty() ? kpi.value() : kpi.mark() + QLatin1Char(' ') + kpi.value();
    if (!kpi.unit().isEmpty())
        text += QLatin1Char(' ') + kpi.unit();
    for (const QString &more : {kpi.chipText(), kpi.sub(), kpi.note()})
        if (!more.isEmpty())
            text += QStringLiteral(", ") + more;
    return kpi.label() + QStringLiteral(": ") + text;
}

void printLine(const QString &text) { std::printf("headline: %s\n", text.toUtf8().constData()); }

} // namespace

Screenshot::Screenshot(Engine &engine, Session &session, QQuickWindow &window, QString file, int afterMs,
                       QObject *parent)
    : QObject(parent),
      m_engine(engine),
      m_session(session),
      m_window(window),
      m_file(std::move(file)),
      m_afterMs(afterMs)
{
    connect(&m_poll, &QTimer::timeout, this, &Screenshot::poll);
    m_waiting.start();
    m_poll.start(kPollMs);
}

bool Screenshot::everythingRead() const
{
    const auto snapshot = m_engine.latest();
    // A window that only looks on reads no sources of its own.
    const bool settled = snapshot->settled || snapshot->ledger.readOnly;
    return snapshot->quartersComplete && settled && !snapshot->import.active && m_session.ready();
}

void Screenshot::poll()
{
    const bool patient = m_waiting.elapsed() < kPatienceMs;
    if (patient && !everythingRead())
        return;
    m_poll.stop();
    if (!patient)
        std::fprintf(stderr, "flyball: still reading after %d s; the picture shows what is there\n",
                     kPatienceMs / 1000);
    QTimer::singleShot(m_afterMs, this, &Screenshot::take);
}

void Screenshot::take()
{
    m_session.refreshNow();
    const QImage picture = m_window.grabWindow();
    if (picture.isNull() || !picture.save(m_file, "PNG")) {
        std::fprintf(stderr, "flyball: cannot write %s\n", m_file.toUtf8().constData());
        QCoreApplication::exit(2);
        return;
    }
    printHeadline();
    QCoreApplication::exit(0);
}

void Screenshot::printHeadline() const
{
    OverviewModel &overview = *m_session.overview();
    overview.show(m_session.view()); // another page may be on screen
    for (const Kpi *kpi : {overview.spend(), overview.burn(), overview.runsKpi(), overview.cache(),
                           overview.costPerSuccess(), overview.passRate()})
        printLine(inWords(*kpi));
    const Totals &totals = m_session.view().totals;
    printLine(QStringLiteral("Calls: %1").arg(totals.calls));
    printLine(QStringLiteral("Tokens: %1").arg(totals.allTokens()));
    const auto priced = totals.pricedShare();
    printLine(QStringLiteral("Tokens priced: %1")
                  .arg(priced ? QStringLiteral("%1 %").arg(*priced * 100, 0, 'f', 1) : QStringLiteral("unknown")));
    printLine(QStringLiteral("Workflows: %1").arg(m_session.overview()->summary()));
    std::fflush(stdout);
}

} // namespace flyball
