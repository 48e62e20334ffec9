// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <numeric>

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
    const bool unknown = Formatter::costUnknown(t);
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
    for (std::size_t i = 0; i < m_calls.size(); ++i)
        fresh += static_cast<double>(m_calls[i].usage.inTotal()) - m_resent[i];
    const auto input = static_cast<double>(t.inTotal());
    if (fresh > 0 && !m_more) {
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

void RunModel::showCalls()
{
    if (!m_snapshot)
        return;
    const Formatter &f = m_services.format;
    const SymbolTable &symbols = *m_snapshot->symbols;
    TimeNs first = std::numeric_limits<TimeNs>::max(), last = std::numeric_limits<TimeNs>::min();
    double widest = 0;
    const auto startOf = [](const Call &call) { return call.time - std::max<std::int64_t>(0, call.latencyNs); };
    for (const Call &call : m_calls) {
        first = std::min(first, startOf(call));
        last = std::max(last, call.time);
        widest = std::max(widest, static_cast<double>(call.usage.total()));
    }
    const double span = m_calls.empty() ? 0 : static_cast<double>(last - first) / 1e9;
    showGrid(span);
    Totals sum, whole;
    for (const Call &call : m_calls)
        whole.add(call);
    // One column, one precision (design 6): cents where the run comes to ten of them, else what a call has.
    const bool cents = !(whole.cost < UsdSum(100'000'000'000));
    std::vector<TableRow> rows;
    rows.reserve(m_calls.size());
    for (std::size_t i = 0; i < m_calls.size(); ++i) {
        const Call &call = m_calls[i];
        const CallTexts t = callTexts(call, symbols, f);
        sum.add(call);
        TableRow row =
            m_callRows.makeRow(QString::fromStdString(toHex(call.group)) + u'-' + QString::number(call.sub, 16));
        const int tier = tierIndex(call.names.tier == 0 ? std::string_view() : symbols.text(call.names.tier));
        WaterfallData bar;
        bar.start = static_cast<double>(startOf(call) - first) / 1e9;
        bar.duration = static_cast<double>(std::max<std::int64_t>(0, call.latencyNs)) / 1e9;
        bar.span = span;
        bar.tier = tier;
        bar.alarm = call.failed();
        const auto put = [&](const char *role, const QVariant &shown, const QVariant &plain = {}) {
            m_callRows.put(row, role, shown, plain, kNoOrder);
        };
        const bool counts = call.hasUsage();
        put("number", QString::number(i + 1), qlonglong(i + 1));
        put("step", t.step, t.step);
        put("agent", t.agent, t.agent);
        put("modelName", t.model, t.model);
        put("tier", tier);
        put("waterfall", QVariant::fromValue(bar));
        put("tokens", QVariant::fromValue(tokenData(call.usage, widest)));
        put("input", counts ? f.tokens(call.usage.inTotal()) : Formatter::unknown(),
            counts ? QVariant(qlonglong(call.usage.inTotal())) : QVariant());
        put("output", counts ? f.tokens(call.usage.outTotal()) : Formatter::unknown(),
            counts ? QVariant(qlonglong(call.usage.outTotal())) : QVariant());
        put("cost", t.cost, t.costPlain);
        put("costMark", t.costMark);
        put("costTone", t.costTone);
        put("sum",
            Formatter::costUnknown(sum) ? Formatter::unknown()
            : cents                     ? f.money(sum.cost)
                                        : f.moneyFine(sum.cost),
            QString::fromStdString(sum.cost.toDecimal()));
        put("sumMark", Formatter::costUnknown(sum) ? QString() : Formatter::mark(sum.bound()));
        put("status", t.status, t.status);
        put("statusTone", t.statusTone);
        put("failed", call.failed());
        put("time", f.timeSeconds(call.time), QString::fromStdString(formatRfc3339(call.time)));
        put("accessible", tr("Call %1, %2, %3, %4").arg(QString::number(i + 1), t.step, t.cost, t.status));
        rows.push_back(std::move(row));
    }
    const int n = static_cast<int>(rows.size());
    m_callRows.setStatus(m_more ? tr("first %1 calls").arg(f.count(n)) : tr("%1 calls").arg(f.count(n)),
                         m_head.state == u"loading", tr("No calls"));
    m_callRows.setSortedRows(std::move(rows), n);
    const auto any = [&](auto &&test) { return std::any_of(m_calls.begin(), m_calls.end(), test); };
    QStringList present{QStringLiteral("number"), QStringLiteral("modelName"), QStringLiteral("tokens"),
                        QStringLiteral("input"),  QStringLiteral("output"),    QStringLiteral("cost"),
                        QStringLiteral("sum"),    QStringLiteral("time")};
    if (any([](const Call &c) { return c.names.step != 0; }))
        present << QStringLiteral("step");
    if (any([](const Call &c) { return c.names.agent != 0; }))
        present << QStringLiteral("agent");
    if (any([](const Call &c) { return c.latencyNs >= 0; }))
        present << QStringLiteral("waterfall");
    if (any([](const Call &c) { return c.failed() || !c.hasUsage(); }))
        present << QStringLiteral("status");
    m_callRows.setPresent(present);
}

void RunModel::showGrid(double span)
{
    m_gridTexts.clear();
    m_gridPositions.clear();
    if (span <= 0)
        return;
    const double step = niceStep(span);
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
    for (const SignalFact &fact : m_found) {
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

void RunModel::showContext()
{
    // metrics.md 3.1, counts only: what a call sends again is at most the input and output of the
    // call before it by the same agent.
    m_context = {};
    m_resent.assign(m_calls.size(), 0);
    std::map<Symbol, double> before;
    constexpr std::size_t kMost = 400; // bars need at least two pixels
    for (std::size_t i = 0; i < m_calls.size(); ++i) {
        const Call &call = m_calls[i];
        const auto input = static_cast<double>(call.usage.inTotal());
        const auto found = before.find(call.names.agent);
        m_resent[i] = found == before.end() ? 0 : std::min(input, found->second);
        if (call.hasUsage())
            before[call.names.agent] = input + static_cast<double>(call.usage.outTotal());
        if (i >= kMost)
            continue;
        ContextCall bar;
        bar.label = QString::number(i + 1);
        bar.history = m_resent[i];
        bar.fresh = input - m_resent[i];
        bar.cacheRead = (call.flags & CallCacheKnown) != 0 ? static_cast<double>(call.usage[TokenClass::CacheRead])
                                                           : std::numeric_limits<double>::quiet_NaN();
        bar.alarm = call.failed();
        m_context.calls.append(bar);
    }
    m_contextText = m_calls.size() > kMost ? tr("input tokens, first %1 calls").arg(kMost)
                                           : tr("input tokens per call, history estimated from counts");
    if (!m_calls.empty())
        m_context.summary = tr("Input grows from %1 to %2 tokens over %3 calls")
                                .arg(m_services.format.tokens(m_calls.front().usage.inTotal()),
                                     m_services.format.tokens(m_calls.back().usage.inTotal()),
                                     m_services.format.count(static_cast<qint64>(m_calls.size())));
}

} // namespace flyball
