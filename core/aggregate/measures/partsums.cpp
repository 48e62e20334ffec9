// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/aggregate/measures/partsums.h"

#include <algorithm>

namespace flyball {

namespace {

template <typename T>
void dearestFirst(std::vector<T> &rows)
{
    std::stable_sort(rows.begin(), rows.end(), [](const T &a, const T &b) {
        return a.totals.cost != b.totals.cost ? a.totals.cost > b.totals.cost
                                              : a.totals.allTokens() > b.totals.allTokens();
    });
}

} // namespace

void PartSums::add(const Call &call, bool inWindow)
{
    const Symbol value = call.names.*m_name;
    PartNumbers &part = m_parts[value];
    part.key = value;
    if (inWindow)
        part.totals.add(call);
    const auto ended = m_ended.find(call.run);
    if (ended == m_ended.end())
        return;
    part.runTotals.add(call);
    std::vector<Symbol> &values = m_ofRun[call.run];
    if (std::find(values.begin(), values.end(), value) != values.end())
        return;
    values.push_back(value);
    const Outcome outcome = ended->second->info.outcome;
    ++part.runs;
    part.known += outcome != Outcome::Unknown ? 1 : 0;
    part.success += outcome == Outcome::Success ? 1 : 0;
}

std::vector<PartNumbers> PartSums::finish() const
{
    std::vector<PartNumbers> rows;
    for (const auto &[value, part] : m_parts)
        rows.push_back(part);
    std::sort(rows.begin(), rows.end(), [](const auto &a, const auto &b) { return a.key < b.key; });
    dearestFirst(rows);
    return rows;
}

std::vector<AgentNumbers> AgentSums::finish() const
{
    std::vector<AgentNumbers> rows;
    for (const auto &[key, totals] : m_sums)
        rows.push_back({key.first, key.second, totals});
    dearestFirst(rows);
    return rows;
}

} // namespace flyball
