// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/models/overview/kpitexts.h"

#include <QCoreApplication>
#include <algorithm>
#include <cmath>

namespace flyball::kpi {

namespace {

QString tr(const char *text) { return QCoreApplication::translate("Kpi", text); }

KpiText labelled(const QString &label)
{
    KpiText text;
    text.label = label;
    return text;
}

KpiText noData(KpiText text, const QString &why)
{
    text.value = Formatter::notApplicable();
    text.sub = why;
    text.tileState = QStringLiteral("nodata");
    return text;
}

void markBound(KpiText &text, CostBound bound)
{
    text.mark = Formatter::mark(bound);
    if (bound != CostBound::Exact)
        text.tileState = QStringLiteral("partial");
}

/// Sum of costs shown as a value with its mark, or "unknown".
void putMoney(KpiText &text, const QString &money, const Totals &totals, qint64 rejected = 0)
{
    if (totals.costUnknown()) {
        text.value = Formatter::unknown();
        text.tileState = QStringLiteral("partial");
        return;
    }
    text.value = money;
    markBound(text, totals.bound(rejected));
}

} // namespace

QString pricedText(const Formatter &f, double share) { return f.percentText(share < 1 ? std::min(share, 0.999) : 1.0); }

KpiText loading(const QString &label)
{
    KpiText text = labelled(label);
    text.tileState = QStringLiteral("loading");
    return text;
}

KpiText spend(const Formatter &f, const View &view, const Totals &totals, qint64 rejected,
              const std::optional<Totals> &before)
{
    KpiText text = labelled(tr("Spend, %1").arg(view.rangeText));
    if (view.loading)
        return loading(text.label);
    if (!totals.anyUse())
        return noData(text, tr("no calls in this range"));
    putMoney(text, f.moneyTile(totals.cost), totals, rejected);
    const double share = totals.pricedShare().value_or(1.0);
    if (totals.callsUnpriced > 0) {
        text.chipText = tr("%1 priced").arg(pricedText(f, share));
        text.chipMark = QStringLiteral("≥");
        text.chipTone = QStringLiteral("info");
    } else if (rejected > 0) {
        text.chipText = tr("%1 lines rejected").arg(f.count(rejected));
        text.chipMark = QStringLiteral("≥");
        text.chipTone = QStringLiteral("info");
    }
    const QString change = before && before->anyUse()
                               ? f.change(totals.cost.toDouble(), before->cost.toDouble(), Formatter::kLeastSpend)
                               : QString();
    if (!change.isEmpty()) {
        text.sub = change;
        text.note = tr("against the same time before");
    } else {
        text.sub = totals.calls > 0 ? tr("%1 calls").arg(f.count(totals.calls)) : tr("metered, no calls told");
    }
    return text;
}

KpiText burn(const Formatter &f, const View &view, const std::optional<BurnRate> &rate, const Totals &totals)
{
    KpiText text = labelled(tr("Burn rate"));
    text.unit = tr("/ h");
    if (rate) {
        text.value = f.moneyRate(rate->ewmaPerHour);
        markBound(text, rate->bound);
        text.sub = tr("%1 / h").arg(f.moneyRate(rate->meanLastHour));
        text.note = tr("mean of the last hour");
        return text;
    }
    if (view.loading || !totals.anyUse()) {
        text.unit.clear();
        return noData(text, tr("no calls in the last 2 h"));
    }
    text.label = tr("Mean rate");
    const std::int64_t minutes = std::max<std::int64_t>(1, view.window.span() / kMinute);
    UsdSum sixty;
    for (int i = 0; i < 60; ++i)
        sixty += totals.cost;
    putMoney(text, f.moneyRate(divide(sixty, minutes)), totals);
    text.sub = tr("over the range");
    text.note = tr("none for 2 h");
    return text;
}

KpiText runs(const Formatter &f, const RunStats &stats)
{
    KpiText text = labelled(tr("Runs"));
    text.value = f.count(stats.count);
    if (stats.open > 0)
        text.unit = tr("+ %1 open").arg(f.count(stats.open));
    if (stats.count == 0 && stats.open == 0)
        return noData(text, tr("none in this range"));
    QStringList parts;
    if (stats.success > 0)
        parts.append(tr("%1 passed").arg(f.count(stats.success)));
    if (stats.failure > 0)
        parts.append(tr("%1 failed").arg(f.count(stats.failure)));
    if (stats.capped > 0)
        parts.append(tr("%1 capped").arg(f.count(stats.capped)));
    if (parts.isEmpty())
        parts.append(tr("outcome unknown"));
    text.sub = parts.value(0);
    text.note = parts.value(1);
    return text;
}

KpiText costPerRun(const Formatter &f, const RunStats &stats)
{
    KpiText text = labelled(tr("Cost per run"));
    const auto cost = stats.costPerRun();
    if (!cost)
        return noData(text, tr("no run has ended"));
    putMoney(text, f.moneyFine(*cost), stats.totals);
    if (stats.cost.p50)
        text.sub = tr("P50 %1, n = %2").arg(f.moneyFine(*stats.cost.p50), f.count(stats.cost.n));
    return text;
}

KpiText percentiles(const Formatter &f, const RunStats &stats)
{
    KpiText text = labelled(tr("P95 / P99 per run"));
    const qint64 n = stats.cost.n;
    if (!stats.cost.p95)
        return noData(text, tr("n too small: %1 of %2 runs").arg(f.count(n), f.count(RunQuantiles::kMinP95)));
    putMoney(text, f.moneyFine(*stats.cost.p95), stats.totals);
    if (stats.cost.p99) {
        text.unit = tr("/ %1").arg(f.moneyFine(*stats.cost.p99));
        text.sub = tr("n = %1").arg(f.count(n));
    } else {
        text.sub = tr("n too small, %1 of %2").arg(f.count(n), f.count(RunQuantiles::kMinP99));
        text.note = tr("for P99");
    }
    return text;
}

KpiText costPerSuccess(const Formatter &f, const RunStats &stats)
{
    KpiText text = labelled(tr("Cost per success"));
    const auto cost = stats.costPerSuccess();
    if (!cost)
        return noData(text, stats.known() > 0 ? tr("no run has passed") : tr("no run has a known outcome"));
    putMoney(text, f.moneyFine(*cost), stats.totals);
    text.sub = tr("%1 passed").arg(f.count(stats.success));
    text.note = tr("of %1").arg(f.count(stats.count));
    if (stats.unknown > 0) {
        text.sub = tr("known for %1 of %2").arg(f.count(stats.known()), f.count(stats.count));
        text.note.clear();
        text.subTone = QStringLiteral("warn");
    }
    return text;
}

KpiText cache(const Formatter &f, const Totals &totals)
{
    KpiText text = labelled(tr("Cache hit rate"));
    const auto rate = totals.cacheHitRate();
    if (!rate)
        return noData(text, tr("no producer reports cache counts"));
    const Quantity q = f.percent(*rate);
    text.value = q.value;
    text.unit = q.unit;
    text.sub = tr("%1 of %2").arg(f.tokens(totals.token(TokenClass::CacheRead)), f.tokens(totals.cacheKnownIn));
    text.note = tr("input");
    return text;
}

KpiText passRate(const Formatter &f, const RunStats &stats)
{
    KpiText text = labelled(tr("Pass rate"));
    const auto rate = stats.passRate();
    if (!rate)
        return noData(text, tr("no outcome in this data"));
    const Quantity q = f.percent(*rate);
    text.value = q.value;
    text.unit = q.unit;
    const Interval interval = *stats.passInterval();
    text.sub = f.percentInterval(interval.low, interval.high);
    text.note = stats.unknown > 0 ? tr("%1 of %2 runs").arg(f.count(stats.known()), f.count(stats.count))
                                  : tr("%1 runs").arg(f.count(stats.known()));
    return text;
}

} // namespace flyball::kpi
