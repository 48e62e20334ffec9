// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/aggregate/views/metersbeside.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

namespace flyball {

namespace {

constexpr std::int64_t kSlack = kBesideSlack / kMinute;
constexpr std::size_t kMostTellers = 16; ///< that are tried each by itself
constexpr double kMostApart = 0.05;      ///< of the same calls
constexpr double kFarApart = 0.25;
constexpr double kMostlyAgree = 0.8;

struct Span {
    std::int64_t first = INT64_MAX, last = INT64_MIN; ///< minutes, both inside
    void take(std::int64_t minute)
    {
        first = std::min(first, minute);
        last = std::max(last, minute);
    }
    [[nodiscard]] bool has(std::int64_t minute) const { return minute >= first && minute <= last; }
    [[nodiscard]] bool empty() const { return last < first; }
};

/// What one side told minute by minute, for questions about stretches.
class Line {
public:
    void add(std::int64_t minute, std::int64_t value) { m_values[minute] += value; }
    void close()
    {
        std::int64_t sum = 0;
        for (auto &[minute, value] : m_values)
            value = sum += value;
    }
    /// Of [from, until).
    [[nodiscard]] std::int64_t between(std::int64_t from, std::int64_t until) const
    {
        return until <= from ? 0 : before(until) - before(from);
    }
    [[nodiscard]] const std::map<std::int64_t, std::int64_t> &values() const { return m_values; }

private:
    [[nodiscard]] std::int64_t before(std::int64_t minute) const
    {
        const auto it = m_values.lower_bound(minute);
        return it == m_values.begin() ? 0 : std::prev(it)->second;
    }
    std::map<std::int64_t, std::int64_t> m_values; ///< once closed: the sum up to and with that minute
};

class Comparison {
public:
    Comparison(const std::vector<BesideCell> &cells, const std::vector<Symbol> &tellers)
        : m_cells(cells), m_tellers(tellers.begin(), tellers.end())
    {}
    MetersBeside run();

private:
    [[nodiscard]] bool takes(const BesideCell &cell) const
    {
        return cell.teller == 0 || m_tellers.empty() || m_tellers.contains(cell.teller);
    }
    void findSpan();
    void findNames();
    void sumUp();
    void findStretches();
    void judge();

    const std::vector<BesideCell> &m_cells;
    std::set<Symbol> m_tellers;
    Span m_span;
    std::set<Symbol> m_shared; ///< models
    std::set<std::pair<Symbol, Symbol>> m_sharedWorkflows;
    MetersBeside m_out;
};

void Comparison::findSpan()
{
    Span meters, calls;
    std::set<Symbol> seen;
    for (const BesideCell &cell : m_cells)
        if (takes(cell)) {
            (cell.teller == 0 ? meters : calls).take(cell.minute);
            if (cell.teller != 0)
                seen.insert(cell.teller);
        }
    m_out.tellers.assign(seen.begin(), seen.end());
    if (meters.empty() || calls.empty())
        return;
    m_span.first = std::max(meters.first, calls.first) - kSlack;
    m_span.last = std::min(meters.last, calls.last) + kSlack;
    if (m_span.empty())
        return;
    m_out.from = m_span.first * kMinute;
    m_out.until = (m_span.last + 1) * kMinute;
    m_out.width = m_out.until - m_out.from < 6 * kHour ? 15 * kMinute : kHour;
}

void Comparison::findNames()
{
    std::set<std::pair<Symbol, Symbol>> sides[2];
    for (const BesideCell &cell : m_cells)
        if (takes(cell) && m_span.has(cell.minute))
            sides[cell.teller == 0 ? 0 : 1].emplace(cell.model, cell.workflow);
    std::set<Symbol> models;
    for (const auto &[model, workflow] : sides[0])
        models.insert(model);
    for (const auto &[model, workflow] : sides[1]) {
        if (models.contains(model))
            m_shared.insert(model);
        if (workflow != 0 && sides[0].contains({model, workflow}))
            m_sharedWorkflows.emplace(model, workflow);
    }
}

void Comparison::sumUp()
{
    std::map<std::pair<Symbol, Symbol>, BesideRow> rows;
    for (const BesideCell &cell : m_cells) {
        if (!takes(cell))
            continue;
        const bool metered = cell.teller == 0;
        if (!m_span.has(cell.minute)) {
            (metered ? m_out.metersOutside : m_out.callsOutside) += cell.sum;
            continue;
        }
        const bool named = m_sharedWorkflows.contains({cell.model, cell.workflow});
        BesideRow &row = rows[{cell.model, named ? cell.workflow : 0}];
        row.model = cell.model;
        row.workflow = named ? cell.workflow : 0;
        row.both = m_shared.contains(cell.model);
        (metered ? row.meters : row.calls) += cell.sum;
        (metered ? m_out.metersAll : m_out.callsAll) += cell.sum;
        if (row.both)
            (metered ? m_out.meters : m_out.calls) += cell.sum;
    }
    for (auto &[key, row] : rows)
        m_out.rows.push_back(row);
    std::stable_sort(m_out.rows.begin(), m_out.rows.end(), [](const BesideRow &a, const BesideRow &b) {
        const UsdSum costA = a.meters.cost + a.calls.cost, costB = b.meters.cost + b.calls.cost;
        if (a.both != b.both)
            return a.both;
        return costA == costB ? a.meters.tokens() + a.calls.tokens() > b.meters.tokens() + b.calls.tokens()
                              : costA > costB;
    });
    m_out.byMoney = m_out.meters.tokens() == 0 && !m_out.meters.cost.isZero();
}

void Comparison::findStretches()
{
    Line meters, calls;
    for (const BesideCell &cell : m_cells)
        if (takes(cell) && m_span.has(cell.minute) && m_shared.contains(cell.model))
            (cell.teller == 0 ? meters : calls)
                .add(cell.minute, m_out.byMoney ? cell.sum.cost.nanoUsd() : cell.sum.tokens());
    std::set<std::int64_t> stretches;
    const std::int64_t width = m_out.width / kMinute;
    for (const Line *line : {&meters, &calls})
        for (const auto &[minute, value] : line->values())
            if (value != 0)
                stretches.insert(bucketOf(minute, width));
    meters.close();
    calls.close();
    for (const std::int64_t stretch : stretches) {
        const std::int64_t from = stretch * width, until = from + width;
        const std::int64_t metered = meters.between(from, until);
        const std::int64_t told = calls.between(from, until);
        const std::int64_t inner = calls.between(from + kSlack, until - kSlack);
        const std::int64_t outer = calls.between(from - kSlack, until + kSlack);
        const auto slack =
            static_cast<std::int64_t>(std::llround(kBesideTolerance * static_cast<double>(std::max(metered, told))));
        const bool agrees = metered >= inner - slack && metered <= outer + slack;
        if (agrees && metered == 0)
            continue; // calls at its edge, which were metered in the one beside it
        if (metered == 0)
            ++m_out.onlyCalls;
        else if (told == 0 && !agrees)
            ++m_out.onlyMeters;
        else
            ++m_out.both;
        m_out.agreeing += agrees ? 1 : 0;
    }
}

void Comparison::judge()
{
    const auto measure = [&](const BesideSum &sum) {
        return m_out.byMoney ? sum.cost.toDouble() : static_cast<double>(sum.tokens());
    };
    const double metered = measure(m_out.meters), told = measure(m_out.calls);
    if (m_shared.empty() || metered <= 0 || told <= 0)
        return;
    m_out.apart = (metered - told) / told;
    const double apart = std::fabs(m_out.apart);
    const auto all = static_cast<double>(m_out.stretches());
    const auto agreeing = static_cast<double>(m_out.agreeing);
    const auto both = static_cast<double>(m_out.both);
    // One stretch may agree by chance, unless it does to the token.
    const bool enough = m_out.agreeing >= 2 || (m_out.agreeing == 1 && apart == 0);
    if (enough && agreeing >= kMostlyAgree * all && apart <= kMostApart)
        m_out.verdict = BesideVerdict::Same;
    else if (all > 0 && (both < 0.25 * all || (agreeing < 0.25 * all && apart > kFarApart)))
        m_out.verdict = BesideVerdict::Different;
    else
        m_out.verdict = BesideVerdict::Unclear;
}

MetersBeside Comparison::run()
{
    findSpan();
    if (!m_span.empty())
        findNames();
    sumUp();
    if (!m_span.empty()) {
        findStretches();
        judge();
    } else if (!m_out.metersOutside.isZero() && !m_out.callsOutside.isZero()) {
        m_out.verdict = BesideVerdict::Different; // never at the same time
    }
    return std::move(m_out);
}

int rankOf(BesideVerdict verdict)
{
    switch (verdict) {
    case BesideVerdict::Same:
        return 3;
    case BesideVerdict::Unclear:
        return 2;
    case BesideVerdict::Different:
        return 1;
    case BesideVerdict::Nothing:
        break;
    }
    return 0;
}

bool fitsBetter(const MetersBeside &a, const MetersBeside &b)
{
    if (a.verdict != b.verdict)
        return rankOf(a.verdict) > rankOf(b.verdict);
    if (a.agreeing != b.agreeing)
        return a.agreeing > b.agreeing;
    return std::fabs(a.apart) < std::fabs(b.apart);
}

} // namespace

BesideSum &BesideSum::operator+=(const BesideSum &other)
{
    calls += other.calls;
    input += other.input;
    output += other.output;
    unpriced += other.unpriced;
    cost += other.cost;
    return *this;
}

MetersBeside putBeside(const std::vector<BesideCell> &cells, const std::vector<Symbol> &tellers)
{
    return Comparison(cells, tellers).run();
}

std::vector<Symbol> tellersOf(const std::vector<BesideCell> &cells)
{
    std::set<Symbol> seen;
    for (const BesideCell &cell : cells)
        if (cell.teller != 0)
            seen.insert(cell.teller);
    return {seen.begin(), seen.end()};
}

std::vector<MetersBeside> everyBeside(const std::vector<BesideCell> &cells)
{
    std::vector<MetersBeside> all{putBeside(cells)};
    const std::vector<Symbol> tellers = tellersOf(cells);
    if (tellers.size() < 2)
        return all;
    for (std::size_t i = 0; i < std::min(tellers.size(), kMostTellers); ++i)
        all.push_back(putBeside(cells, {tellers[i]}));
    std::stable_sort(all.begin(), all.end(), fitsBetter);
    return all;
}

} // namespace flyball
