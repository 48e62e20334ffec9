// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <cmath>

#include "core/aggregate/views/runstats.h"
#include "core/models/overview/kpitexts.h"
#include "core/models/runs/runmodel.h"

namespace flyball {

namespace {

double niceStep(double span)
{
    static constexpr double kSteps[] = {0.1, 0.2, 0.5, 1,    2,    5,    10,    15,    30,    60,    120,
                                        300, 600, 900, 1800, 3600, 7200, 14400, 21600, 43200, 86400, 172800};
    for (const double step : kSteps)
        if (span / step <= 4)
            return step;
    return span / 4;
}

} // namespace

void RunModel::showKpis()
{
    if (!m_row)
        return;
    const Formatter &f = m_services.format;
    const Totals &t = m_row->totals;
    const bool unknown = t.costUnknown();
    KpiText cost;
    cost.label = m_row->info.closed ? tr("Cost") : tr("Cost so far");
    cost.value = unknown ? Formatter::unknown() : f.moneyFine(t.cost);
    cost.mark = unknown ? QString() : Formatter::mark(t.bound());
    if (t.callsUnpriced > 0) {
        cost.chipText = tr("%1 calls unpriced").arg(f.count(t.callsUnpriced));
        cost.chipTone = QStringLiteral("info");
        cost.chipMark = QStringLiteral("≥");
    }
    if (!unknown && t.calls > 0)
        cost.sub = tr("%1 per call").arg(f.moneyFine(divide(t.cost, t.calls)));
    cost.tileState = t.bound() == CostBound::Exact ? QStringLiteral("value") : QStringLiteral("partial");
    KpiText calls;
    calls.label = tr("Calls");
    calls.value = f.count(t.calls);
    calls.sub = t.errors > 0 ? tr("%1 failed").arg(f.count(t.errors)) : tr("none failed");
    calls.subTone = t.errors > 0 ? QStringLiteral("crit") : QString();
    KpiText tokens;
    tokens.label = tr("Tokens");
    tokens.value = f.tokens(t.allTokens());
    tokens.sub = tr("%1 in, %2 out").arg(f.tokens(t.inTotal()), f.tokens(t.outTotal()));
    KpiText resend;
    resend.label = tr("Resend factor");
    double fresh = 0;
    const RunPicture &run = *m_reading.picture;
    for (std::size_t i = 0; i < run.calls.size(); ++i)
        if (run.calls[i].responseCache == ResponseCache::None)
            fresh += static_cast<double>(run.calls[i].usage.inTotal() - run.places[i].resent);
    const auto input = static_cast<double>(t.inTotal());
    if (fresh > 0 && !m_reading.more) {
        resend.mark = QStringLiteral("≈");
        resend.value = f.number(input / fresh, 1);
        resend.unit = QStringLiteral("×");
        resend.sub = tr("input sent again");
    } else {
        resend.value = Formatter::notApplicable();
        resend.tileState = QStringLiteral("nodata");
    }
    KpiText duration;
    duration.label = tr("Duration");
    duration.value = f.duration(std::max<TimeNs>(0, m_row->info.end - m_row->info.start));
    duration.sub = tr("from %1").arg(f.timeSeconds(m_row->info.start));
    const std::array<KpiText, 6> all{cost, calls, tokens, kpi::cache(f, t), resend, duration};
    for (int i = 0; i < 6; ++i)
        m_kpis[i]->set(all[static_cast<std::size_t>(i)]);
}

void RunModel::showLines(int most)
{
    const Formatter &f = m_services.format;
    const RunPicture &run = *m_reading.picture;
    const auto n = static_cast<qint64>(run.calls.size());
    QString text = m_reading.more ? tr("first %1 calls").arg(f.count(n))
                   : n == 1       ? tr("1 call")
                                  : tr("%1 calls").arg(f.count(n));
    if (run.lanes.size() > 1)
        text = tr("%1 of %2 agents").arg(text, f.count(static_cast<qint64>(run.lanes.size())));
    m_lines.setStatus(text, m_head.state == u"loading", tr("No calls"));
    m_lines.show(m_reading.picture, linesOf(run, m_folding), m_snapshot ? m_snapshot->symbols : nullptr, m_gridStep,
                 most);
}

void RunModel::showEveryCall()
{
    std::vector<RunLine> lines;
    const RunPicture &run = *m_reading.picture;
    for (std::uint32_t i = 0; i < run.calls.size(); ++i)
        lines.push_back({RunLine::Kind::Call, run.places[i].lane, i, true});
    m_everyCall.show(m_reading.picture, std::move(lines), m_snapshot ? m_snapshot->symbols : nullptr, 0);
}

void RunModel::showGrid()
{
    const RunPicture &run = *m_reading.picture;
    const double span = static_cast<double>(run.last - run.first) / 1e9;
    m_gridStep = 0;
    m_gridTexts.clear();
    m_gridPositions.clear();
    if (span <= 0)
        return;
    const double step = niceStep(span);
    m_gridStep = step;
    for (double at = 0; at <= span; at += step) {
        m_gridTexts.append(at == 0     ? QStringLiteral("0 s")
                           : step < 60 ? m_services.format.number(at, step < 1 ? 1 : 0) + QStringLiteral("\u202fs")
                                       : m_services.format.duration(static_cast<qint64>(at * 1e9)));
        m_gridPositions.append(at / span);
    }
}

void RunModel::showSignals()
{
    const Formatter &f = m_services.format;
    std::vector<TableRow> rows;
    for (const SignalFact &fact : m_reading.found) {
        TableRow row = m_signals.makeRow(QString::number(fact.span, 16) + u'-' + QString::number(fact.id, 16));
        const QString name = symbolText(*m_snapshot->symbols, fact.name, NameKind::Other);
        const QString label =
            fact.label == 0 ? QString() : symbolText(*m_snapshot->symbols, fact.label, NameKind::Other);
        const bool pass = fact.verdict == Verdict::Pass, fail = fact.verdict == Verdict::Fail;
        const QString verdict = pass ? tr("pass") : fail ? tr("fail") : label.isEmpty() ? tr("no verdict") : label;
        m_signals.put(row, "name", name, name, kNoOrder);
        m_signals.put(row, "verdict", verdict, verdict, kNoOrder);
        m_signals.put(row, "verdictTone", pass ? QStringLiteral("ok") : fail ? QStringLiteral("crit") : QString());
        m_signals.put(row, "value", fact.hasScore ? f.number(fact.score, 3) : label);
        m_signals.put(row, "time", f.timeSeconds(fact.time));
        m_signals.put(row, "accessible", name + QStringLiteral(", ") + verdict);
        rows.push_back(std::move(row));
    }
    const int n = static_cast<int>(rows.size());
    m_signals.setSortedRows(std::move(rows), n);
}

} // namespace flyball
