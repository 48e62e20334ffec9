// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/models/shell/statusmodel.h"

#include <QDate>
#include <algorithm>
#include <cmath>

#include "core/models/overview/kpitexts.h"
#include "core/models/sources/sourcewords.h"

namespace flyball {

StatusModel::StatusModel(Services &services, QObject *parent)
    : QObject(parent),
      m_services(services),
      m_parts({QStringLiteral("text"), QStringLiteral("tone"), QStringLiteral("page")}, {}, {}, false, this)
{}

void StatusModel::tick(TimeNs now)
{
    // Seconds cost a frame each: they are shown while something else moves as well.
    constexpr TimeNs kStill = 10 * kSecond;
    const auto snapshot = m_services.engine.latest();
    const std::int64_t seen = snapshot->callsAdded + snapshot->callsUpdated;
    if (seen != m_seen || m_movedAt == kNoTime) {
        m_seen = seen;
        m_movedAt = now;
    }
    const Formatter &f = m_services.format;
    const QString text = now - m_movedAt < kStill ? f.clock(now) : f.clockMinutes(now);
    if (text == m_clock)
        return;
    m_clock = text;
    Q_EMIT clockChanged();
}

void StatusModel::show(const View &view)
{
    const Formatter &f = m_services.format;
    const Snapshot &s = *view.snapshot;
    std::vector<TableRow> rows;
    const auto add = [&](const char *id, const QString &text, const QString &tone, const char *page) {
        TableRow row = m_parts.makeRow(QString::fromLatin1(id));
        m_parts.put(row, "text", text);
        m_parts.put(row, "tone", tone);
        m_parts.put(row, "page", QString::fromLatin1(page));
        m_parts.put(row, "accessible", text);
        rows.push_back(std::move(row));
    };
    qint64 live = 0, paused = 0;
    std::int64_t lag = -1;
    double rate = 0;
    const SourceHealth *newest = nullptr;
    for (const SourceHealth &h : s.sources) {
        const bool reads =
            h.state == SourceState::Live || h.state == SourceState::Idle || h.state == SourceState::CatchingUp;
        live += reads ? 1 : 0;
        paused += h.state == SourceState::Paused ? 1 : 0;
        lag = std::max(lag, lagOf(h));
        if (h.newestEvent != kNoTime && (newest == nullptr || h.newestEvent > newest->newestEvent))
            newest = &h;
        rate += h.linesPerSecond;
    }
    const auto all = static_cast<qint64>(s.sources.size());
    if (all == 0)
        add("sources", tr("No sources yet"), QStringLiteral("muted"), "sources");
    else
        add("sources",
            (all == 1 ? tr("%1 of %2 source live") : tr("%1 of %2 sources live")).arg(f.count(live), f.count(all)),
            live + paused == all ? QStringLiteral("ok") : QStringLiteral("warn"), "sources");
    if (lag >= 0)
        add("lag", tr("Lag %1").arg(f.duration(lag)), {}, "sources");
    else if (newest != nullptr && newest->state == SourceState::Idle)
        add("lag", tr("Idle since %1").arg(f.whenExact(newest->newestEvent, view.now)), {}, "sources");
    if (rate > 0.05)
        add("rate", tr("%1 lines/s").arg(f.number(rate, rate < 9.95 ? 1 : 0)), {}, "sources");
    if (s.rejected > 0)
        add("rejected", tr("%1 rejected").arg(f.count(s.rejected)), QStringLiteral("warn"), "sources");
    if (const auto share = view.totals.pricedShare())
        add("priced",
            tr("%1 of tokens priced")
                .arg(kpi::pricedText(f, view.totals.callsUnpriced > 0 ? std::min(*share, 0.9999) : 1.0)),
            view.totals.callsUnpriced > 0 ? QStringLiteral("warn") : QString(), "prices");
    if (const auto day = parseRfc3339(s.prices.date + "T00:00:00Z")) {
        const qint64 days = std::max<qint64>(0, (view.now - *day) / kDay);
        const QString date = f.locale().toString(QDate::fromString(QString::fromStdString(s.prices.date), Qt::ISODate),
                                                 QStringLiteral("d MMM yyyy"));
        add("book",
            days == 1 ? tr("Price book %1, 1 day old").arg(date)
                      : tr("Price book %1, %2 days old").arg(date, f.count(days)),
            days > 60 ? QStringLiteral("warn") : QString(), "prices");
    }
    const int n = static_cast<int>(rows.size());
    m_parts.setSortedRows(std::move(rows), n);
}

void ImportModel::show(const Snapshot &snapshot)
{
    const Formatter &f = m_services.format;
    const ImportProgress &p = snapshot.import;
    const double fraction =
        p.bytesTotal > 0 ? std::clamp(static_cast<double>(p.bytesDone) / static_cast<double>(p.bytesTotal), 0.0, 1.0)
                         : -1;
    QString text;
    if (p.active) {
        text = p.bytesTotal > 0 ? tr("Reading %1").arg(f.bytesOf(p.bytesDone, p.bytesTotal)) : tr("Reading");
        if (p.secondsLeft >= 0)
            text += tr(", %1 left")
                        .arg(p.secondsLeft < 60 ? tr("%1 s").arg(std::max(1.0, std::ceil(p.secondsLeft)))
                                                : f.duration(static_cast<qint64>(p.secondsLeft) * kSecond));
    }
    if (p.active == m_active && fraction == m_fraction && text == m_text)
        return;
    m_active = p.active;
    m_fraction = fraction;
    m_text = text;
    Q_EMIT changed();
}

} // namespace flyball
