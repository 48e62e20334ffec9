// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <iterator>
#include <unordered_set>

#include "core/ledger/sqlite_ledger.h"

namespace flyball {

namespace {

bool namesFit(const CallFilter &filter, const Attribution &names)
{
    const auto fits = [](const std::optional<Symbol> &wanted, Symbol have) { return !wanted || *wanted == have; };
    return fits(filter.taskType, names.taskType) && fits(filter.promptVersion, names.promptVersion)
           && fits(filter.feature, names.feature) && fits(filter.policyRevision, names.policyRevision);
}

} // namespace

bool SqliteLedger::composeQuery(const CallFilter &filter, std::string &where, std::vector<std::int64_t> &bindings)
{
    const auto compare = [&](const char *column, const char *comparison, std::int64_t value) {
        bindings.push_back(value);
        where += std::string(" AND ") + column + comparison + "?" + std::to_string(bindings.size());
    };
    bool possible = true;
    const auto name = [&](const char *column, Names &names, std::optional<Symbol> wanted) {
        if (!wanted)
            return;
        const std::optional<std::int64_t> id = names.find(*wanted);
        if (!id)
            possible = false;
        else if (*id == 0)
            where += std::string(" AND ") + column + " IS NULL";
        else
            compare(column, " = ", *id);
    };
    where = filter.metered ? " WHERE counted >= 1" : " WHERE counted = 1"; // 2: a record of meters
    if (filter.run) {
        const std::optional<std::int64_t> run = m_runIds.find(*filter.run);
        if (!run)
            possible = false;
        else
            compare("run", " = ", *run);
    }
    if (filter.since != kNoTime)
        compare("time", " >= ", filter.since);
    if (filter.until != kNoTime)
        compare("time", " < ", filter.until);
    name("workflow", m_names, filter.workflow);
    name("model", m_names, filter.model);
    name("provider", m_names, filter.provider);
    name("agent", m_names, filter.agent);
    name("step", m_names, filter.step);
    name("source", m_names, filter.source);
    name("tier", m_names, filter.tier);
    name("segment", m_names, filter.segment);
    name("session", m_texts, filter.session);
    if (filter.failed)
        compare("failed", " = ", *filter.failed ? 1 : 0);
    if (filter.unpriced)
        compare("priced", " = ", *filter.unpriced ? 0 : 1);
    return possible;
}

Result<> SqliteLedger::readCalls(const CallFilter &filter, CallOrder order, std::int64_t limit,
                                 const std::function<bool(const Call &)> &sink)
{
    begin();
    std::string where;
    std::vector<std::int64_t> bindings;
    if (!composeQuery(filter, where, bindings))
        return {};
    std::string sql = kSelectCalls + where;
    // A run or session is few rows: sort them rather than walk all times (the plus hides the index).
    const bool few = filter.run.has_value() || (filter.session.has_value() && *filter.session != 0);
    const std::string time = few ? "+time" : "time";
    if (order == CallOrder::TimeAscending)
        sql += " ORDER BY " + time + ", id";
    else if (order == CallOrder::TimeDescending)
        sql += " ORDER BY " + time + " DESC, id DESC";
    else
        sql += " ORDER BY cost DESC, time DESC, id DESC";
    const bool byName =
        filter.taskType || filter.promptVersion || filter.feature || filter.policyRevision || filter.members;
    if (limit > 0 && !byName)
        sql += " LIMIT " + std::to_string(limit);
    Statement s(m_db, sql);
    for (std::size_t i = 0; i < bindings.size(); ++i)
        s.bind(static_cast<int>(i) + 1, bindings[i]);
    if (!byName)
        return eachStored(s, [&](const StoredCall &stored) { return sink(stored.call); });
    std::int64_t found = 0;
    return eachStored(s, [&](const StoredCall &stored) {
        if (!namesFit(filter, stored.call.names)
            || (filter.members && !filter.members->contains(callKey(stored.call.group, stored.call.sub))))
            return true;
        return sink(stored.call) && (limit <= 0 || ++found < limit);
    });
}

Result<> SqliteLedger::readRecords(TimeNs since, TimeNs until, bool counted,
                                   const std::function<bool(const StoredCall &)> &sink)
{
    begin();
    Statement s(m_db, std::string(kSelectCalls) + " WHERE time >= ?1 AND time < ?2 AND counted = ?3 ORDER BY time, id");
    s.bind(1, since);
    s.bind(2, until);
    s.bind(3, counted ? 1 : 0);
    return eachStored(s, [&](const StoredCall &stored) { return sink(stored); });
}

Result<StoredGroup> SqliteLedger::readTrace(const Key128 &run)
{
    begin();
    const ReadSnapshot snapshot(m_db, !isWriter());
    StoredGroup trace;
    Statement s(m_db, std::string(kSelectCalls) + " WHERE run = ?1 ORDER BY +time, id");
    s.bind(1, m_runIds.find(run).value_or(0));
    std::unordered_set<Key128> groups = {run};
    std::vector<Key128> order = {run};
    Result<> r = eachStored(s, [&](const StoredCall &stored) {
        trace.calls.push_back(stored);
        if (groups.insert(stored.fact.group).second)
            order.push_back(stored.fact.group);
        return true;
    });
    // Formats without spans judge single calls: their signals belong to the groups of the run.
    for (const Key128 &group : order) {
        if (r)
            r = appendSpans(group, trace.spans);
        if (r)
            r = loadSignals(group, trace.signals);
    }
    if (!r)
        return r.error();
    return trace;
}

Result<std::vector<Key128>> SqliteLedger::distinctGroups(const char *sql, std::int64_t id)
{
    std::vector<Key128> groups;
    std::unordered_set<Key128> seen;
    Statement s(m_db, sql);
    s.bind(1, id);
    while (s.step()) {
        const Key128 group = s.key(0);
        if (seen.insert(group).second)
            groups.push_back(group);
    }
    if (Result<> r = s.finish("read groups"); !r)
        return r.error();
    return groups;
}

Result<std::vector<Key128>> SqliteLedger::groupsOfProducer(Symbol producer)
{
    begin();
    const std::optional<std::int64_t> id = m_names.find(producer);
    if (!id || *id == 0)
        return std::vector<Key128>{};
    return distinctGroups("SELECT grp FROM calls WHERE producer = ?1", *id);
}

Result<std::vector<Key128>> SqliteLedger::groupsOfSession(Symbol session)
{
    begin();
    const std::optional<std::int64_t> id = m_texts.find(session);
    if (!id || *id == 0)
        return std::vector<Key128>{};
    return distinctGroups("SELECT grp FROM calls WHERE session = ?1", *id);
}

Result<std::vector<Key128>> SqliteLedger::groupsSharedWith(const std::string &source)
{
    begin();
    const std::optional<std::int64_t> id = m_names.find(m_symbols.intern(source));
    if (!id)
        return std::vector<Key128>{};
    // In memory: the groups of the others, then which of them this source knows as well.
    const auto others = distinctGroups("SELECT grp FROM calls WHERE source IS NOT nullif(?1, 0)", *id);
    const auto own = distinctGroups("SELECT grp FROM calls WHERE source IS nullif(?1, 0)", *id);
    if (!others || !own)
        return others ? own : others;
    const std::unordered_set<Key128> known(own.value().begin(), own.value().end());
    std::vector<Key128> shared;
    std::copy_if(others.value().begin(), others.value().end(), std::back_inserter(shared),
                 [&](const Key128 &group) { return known.contains(group); });
    return shared;
}

} // namespace flyball
