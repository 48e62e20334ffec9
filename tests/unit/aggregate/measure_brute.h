// SPDX-License-Identifier: GPL-3.0-or-later
// The other way to the numbers of a workflow, which shares no arithmetic with core/aggregate/measures.
#pragma once

#include <algorithm>
#include <map>

#include "tests/unit/aggregate/measure_fleet.h"

namespace flyball::test::brute {

using Wide = __int128;
using Pico = Wide;

/// Money as a plain 128-bit number of pico-USD.
inline Pico picoOf(const Call &c)
{
    return c.costOrigin == CostOrigin::Computed || c.costOrigin == CostOrigin::Reported ? Pico{c.cost} : Pico{0};
}

inline bool isCall(const Call &c) { return c.responseCache == ResponseCache::None; }

inline Wide roundHalfEven(Wide top, Wide bottom)
{
    Wide down = top / bottom;
    if (down * bottom > top)
        --down;
    const Wide rest = top - down * bottom;
    if (rest * 2 == bottom)
        return down % 2 == 0 ? down : down + 1;
    return rest * 2 > bottom ? down + 1 : down;
}

/// Type-7 percentile of sorted numbers.
inline Wide percentile(std::vector<Wide> v, int percent)
{
    std::sort(v.begin(), v.end());
    const Wide h = static_cast<Wide>(v.size() - 1) * percent;
    const auto at = static_cast<std::size_t>(h / 100);
    const Wide next = at + 1 < v.size() ? v[at + 1] : v[at];
    return roundHalfEven(v[at] * (100 - h % 100) + next * (h % 100), 100);
}

inline std::string plain(Wide n) { return std::to_string(static_cast<long long>(n)); }
inline std::string usd(Pico n)
{
    return words(Amount::of(
        UsdSum::fromParts(static_cast<std::int64_t>(n / kPicoPerUsd), static_cast<std::int64_t>(n % kPicoPerUsd))));
}

/// All measures of a question, each from the calls themselves, slowly and in 128 bits. Keeps references.
class Brute {
public:
    Brute(const std::vector<Call> &calls, const std::vector<RunRow> &runs, const MeasureQuestion &question,
          const std::shared_ptr<const PriceCatalog> &prices, const SymbolTable &symbols);
    std::vector<std::string> lines();

private:
    struct Seen {
        const Call *call;
        Wide resent = 0;
        int position = 0;
        bool retry = false, inWindow = false, parts = false;
        Pico outputCost = 0, saved = 0;
    };
    struct Run {
        const RunRow *row;
        std::vector<Seen> own;
        Pico cost = 0;
        Wide in = 0, out = 0, calls = 0, missing = 0, errors = 0, withoutUsage = 0;
    };
    void look(const Call &c, const std::vector<const Call *> &before, Seen &s) const;
    void split(const Call &c, Seen &s) const;
    void makeRuns(const std::vector<RunRow> &runs, const std::vector<Call> &calls);
    void put(MeasureId id, const std::string &text) { m_lines[id] = std::string(measureInfo(id).key) + " " + text; }
    void unknown(MeasureId id, Unknown why) { put(id, "unknown: " + std::string(unknownText(why))); }
    void ratio(MeasureId id, Wide top, Wide bottom, Unknown why, bool money = false);
    void each(MeasureId id, Wide top, Wide count, Unknown why, bool money);
    void runLines();
    void percentiles(bool money, Unknown why);
    void cacheLines();
    void outputLines();
    void topLines(bool byStep);
    void retryLines();

    const MeasureQuestion &m_q;
    const std::shared_ptr<const PriceCatalog> &m_prices;
    const SymbolTable &m_symbols;
    std::vector<Call> m_kept;  ///< of the workflow, by time; what the rest points into
    std::vector<Seen> m_seen;  ///< of the scope, in the window, answers from cache too
    std::vector<Seen> m_calls; ///< of these, those that are calls
    std::vector<Run> m_runs;
    Pico m_cost = 0;
    bool m_priceless = false;
    std::map<MeasureId, std::string> m_lines;
};

} // namespace flyball::test::brute
