// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/models/overview/spendchart.h"

#include <QCoreApplication>
#include <algorithm>
#include <cmath>
#include <numeric>

namespace flyball {

namespace {

constexpr std::size_t kMaxBands = 7;

QString tr(const char *text) { return QCoreApplication::translate("SpendChart", text); }

struct Unit {
    TimeNs span;
    const char *title;
    const char *per;
};

/// Spend is shown as a rate whose unit fits the bins.
Unit unitFor(TimeNs bin)
{
    if (bin < kHour)
        return {kMinute, QT_TRANSLATE_NOOP("SpendChart", "per minute"), QT_TRANSLATE_NOOP("SpendChart", " / min")};
    if (bin < kDay)
        return {kHour, QT_TRANSLATE_NOOP("SpendChart", "per hour"), QT_TRANSLATE_NOOP("SpendChart", " / h")};
    return {kDay, QT_TRANSLATE_NOOP("SpendChart", "per day"), QT_TRANSLATE_NOOP("SpendChart", " / d")};
}

} // namespace

SpendChart::Amounts SpendChart::amounts(const View &view) const
{
    Amounts out;
    const std::size_t bins = view.folded.bins();
    const auto rowOf = [&](Symbol workflow) -> std::vector<double> & {
        auto &row = out[workflow];
        row.resize(bins);
        return row;
    };
    if (m_kind == Kind::Runs) {
        m_runs.forEach(view.snapshot->runs, view.window, [&](const RunRow &row) {
            if (!row.info.closed)
                return;
            const auto &edges = view.folded.edges;
            const auto bin = std::upper_bound(edges.begin(), edges.end(), row.info.end) - edges.begin() - 1;
            rowOf(row.info.workflow)[static_cast<std::size_t>(bin)] += 1;
        });
        return out;
    }
    const auto &series = view.series();
    for (const BinCell &cell : view.folded.cells) {
        if (cell.series >= series.size())
            continue;
        const double amount =
            m_kind == Kind::Spend ? cell.totals.cost.toDouble() : static_cast<double>(cell.totals.allTokens());
        rowOf(series[cell.series].workflow)[cell.bin] += amount;
    }
    return out;
}

void SpendChart::chooseMembers(const View &view, const Amounts &amounts, const std::set<Symbol> &hidden)
{
    if (m_revision != view.rangeRevision) {
        m_members.clear();
        m_revision = view.rangeRevision;
    }
    std::vector<std::pair<double, Symbol>> ranked;
    for (const auto &[workflow, row] : amounts)
        ranked.emplace_back(std::accumulate(row.begin(), row.end(), 0.0), workflow);
    std::sort(ranked.begin(), ranked.end(), [](const auto &a, const auto &b) {
        return a.first != b.first ? a.first > b.first : a.second < b.second;
    });
    const std::size_t limit = ranked.size() == kMaxBands + 1 ? kMaxBands + 1 : kMaxBands;
    for (const auto &[sum, workflow] : ranked)
        if (m_members.size() < limit && std::find(m_members.begin(), m_members.end(), workflow) == m_members.end())
            m_members.push_back(workflow);
    if (m_members.size() > limit) // the eighth was alone until a ninth came
        m_members.resize(limit);
    m_shown.clear();
    std::copy_if(m_members.begin(), m_members.end(), std::back_inserter(m_shown),
                 [&](Symbol s) { return !hidden.contains(s); });
}

void SpendChart::form(const View &view, Kind kind, const std::set<Symbol> &hidden)
{
    if (kind != m_kind)
        m_revision = -1;
    m_kind = kind;
    const Amounts sums = amounts(view);
    chooseMembers(view, sums, hidden);
    const auto bins = static_cast<qsizetype>(view.folded.bins());
    const Unit unit = unitFor(view.binWidth);
    m_perBin = kind == Kind::Runs ? 1 : static_cast<double>(view.binWidth) / static_cast<double>(unit.span);

    m_data = {};
    m_data.bins = static_cast<int>(bins);
    m_data.binMs = view.binWidth / 1'000'000;
    m_data.startMs = view.window.since / 1'000'000;
    m_data.unit = int(kind == Kind::Spend    ? ChartUnit::Usd
                      : kind == Kind::Tokens ? ChartUnit::Tokens
                                             : ChartUnit::Count);
    m_data.perText = kind == Kind::Runs ? QString() : tr(unit.per);
    m_data.marks = view.marks;
    double total = 0;
    StackBand other{tr("other"), ColourSlots::kOther, QVector<double>(bins)};
    m_hasOther = false;
    std::map<Symbol, StackBand> bands;
    for (const auto &[workflow, row] : sums) {
        if (hidden.contains(workflow))
            continue;
        const bool member = std::find(m_shown.begin(), m_shown.end(), workflow) != m_shown.end();
        m_hasOther |= !member;
        StackBand &band = member ? bands[workflow] : other;
        if (member)
            band = {view.name(workflow, NameKind::Workflow), m_services.colours.slotOf(view.rawName(workflow)),
                    QVector<double>(bins)};
        for (qsizetype i = 0; i < bins; ++i) {
            band.values[i] += row[static_cast<std::size_t>(i)] / m_perBin;
            total += row[static_cast<std::size_t>(i)];
        }
    }
    std::erase_if(m_shown, [&](Symbol s) { return !bands.contains(s); });
    for (const Symbol workflow : m_shown)
        m_data.bands.append(std::move(bands[workflow]));
    if (m_hasOther)
        m_data.bands.append(std::move(other));
    fillKnown(view);
    m_title = kind == Kind::Runs    ? tr("Runs ended by workflow")
              : kind == Kind::Spend ? tr("Spend %1 by workflow").arg(tr(unit.title))
                                    : tr("Tokens %1 by workflow").arg(tr(unit.title));
    describe(view, total);
}

void SpendChart::fillKnown(const View &view)
{
    // Before the first event nothing was being watched; after the newest one the sources may be silent
    // (idle is a real zero) or not readable (unknown).
    const Snapshot &s = *view.snapshot;
    const bool live = std::any_of(s.sources.begin(), s.sources.end(), [](const SourceHealth &h) {
        return h.state == SourceState::Live || h.state == SourceState::Idle || h.state == SourceState::CatchingUp;
    });
    const auto bins = static_cast<qsizetype>(view.folded.bins());
    QVector<bool> known(bins, true);
    bool gaps = false;
    for (qsizetype i = 0; i < bins; ++i) {
        const TimeNs from = view.folded.edges[static_cast<std::size_t>(i)];
        const TimeNs to = view.folded.edges[static_cast<std::size_t>(i + 1)];
        const bool before = s.firstEvent == kNoTime || to <= s.firstEvent;
        const bool after = !live && s.newestEvent != kNoTime && from > s.newestEvent;
        if (before || after || view.loading) {
            known[i] = false;
            gaps = true;
        }
    }
    if (gaps)
        m_data.known = known;
    if (bins == 0)
        return;
    const auto share = [&](TimeNs watched) {
        return std::clamp(static_cast<double>(watched) / static_cast<double>(view.binWidth), 0.0, 1.0);
    };
    const TimeNs last = view.folded.edges[static_cast<std::size_t>(bins - 1)];
    m_data.runningShare = share(std::min(view.now, view.folded.edges.back()) - last);
    m_data.runningBins = m_data.runningShare < 1 ? 1 : 0;
    const TimeNs first = view.folded.edges.front(), second = view.folded.edges[1];
    if (bins > 1)
        m_data.firstShare = share(second - std::clamp(s.firstEvent, first, second));
}

void SpendChart::describe(const View &view, double total)
{
    const Formatter &f = m_services.format;
    if (m_data.bands.isEmpty()) {
        m_data.summary = tr("%1, %2: no data.").arg(m_title, view.rangeText);
        return;
    }
    // The exact sum, when it is money and nothing is hidden; a rounded one otherwise.
    const QString amount = m_kind == Kind::Spend    ? f.spend(view.totals)
                           : m_kind == Kind::Tokens ? f.tokens(std::llround(total))
                                                    : f.count(std::llround(total));
    m_data.summary =
        tr("%1, %2: %3 in sum, most by %4.").arg(m_title, view.rangeText, amount, m_data.bands.constFirst().name);
}

std::optional<Symbol> SpendChart::bandWorkflow(int band) const
{
    if (band < 0 || static_cast<std::size_t>(band) >= m_shown.size())
        return std::nullopt;
    return m_shown[static_cast<std::size_t>(band)];
}

QStringList SpendChart::bandNames() const
{
    QStringList names;
    for (const StackBand &band : m_data.bands)
        names.append(band.name);
    return names;
}

QString SpendChart::valueText(double value) const
{
    const Formatter &f = m_services.format;
    if (m_kind == Kind::Spend)
        return u'$' + f.number(value, value >= 1 || value == 0 ? 2 : 4);
    return m_kind == Kind::Tokens ? f.tokens(std::llround(value)) : f.count(std::llround(value));
}

} // namespace flyball
