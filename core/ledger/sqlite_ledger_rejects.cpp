// SPDX-License-Identifier: GPL-3.0-or-later
#include <map>

#include "core/ledger/sqlite_ledger.h"

namespace flyball {

namespace {
constexpr std::size_t kPlacesKept = 100;
} // namespace

Result<> SqliteLedger::putRejects(const LedgerWrite &write)
{
    const TimeNs now = write.now == kNoTime ? wallClockNow() : write.now;
    const SourceCounts own{write.rejectSource, write.rejects, write.lines, write.ignored, write.duplicates};
    if (Result<> r = putCounts(own, now); !r)
        return r;
    for (const SourceCounts &other : write.otherSources)
        if (Result<> r = putCounts(other, now); !r)
            return r;
    return {};
}

Result<> SqliteLedger::putCounts(const SourceCounts &write, TimeNs now)
{
    std::map<Symbol, std::vector<const RejectFact *>> byReason;
    for (const RejectFact &reject : write.rejects)
        byReason[reject.reason].push_back(&reject);
    for (const auto &[reason, rejects] : byReason) {
        const std::string_view reasonText = m_symbols.text(reason);
        m_sql.countReject.bindText(1, write.source);
        m_sql.countReject.bindText(2, reasonText);
        m_sql.countReject.bind(3, static_cast<std::int64_t>(rejects.size()));
        m_sql.countReject.bind(4, now);
        if (Result<> r = m_sql.countReject.run("count a reject"); !r)
            return r;
        const std::size_t first = rejects.size() > kPlacesKept ? rejects.size() - kPlacesKept : 0;
        for (std::size_t i = first; i < rejects.size(); ++i) {
            Statement &s = m_sql.putReject;
            s.bindText(1, write.source);
            s.bindText(2, reasonText);
            s.bindText(3, m_symbols.text(rejects[i]->path));
            s.bind(4, rejects[i]->offset);
            s.bind(5, rejects[i]->length);
            s.bind(6, now);
            if (Result<> r = s.run("store the place of a reject"); !r)
                return r;
        }
        m_sql.trimRejects.bindText(1, write.source);
        m_sql.trimRejects.bindText(2, reasonText);
        m_sql.trimRejects.bind(3, static_cast<std::int64_t>(kPlacesKept) - 1);
        if (Result<> r = m_sql.trimRejects.run("trim the places of rejects"); !r)
            return r;
    }
    if (write.lines == 0 && write.ignored == 0 && write.duplicates == 0)
        return {};
    m_sql.addCounters.bindText(1, write.source);
    m_sql.addCounters.bind(2, write.lines);
    m_sql.addCounters.bind(3, write.ignored);
    m_sql.addCounters.bind(4, write.duplicates);
    return m_sql.addCounters.run("add to the counters");
}

Result<std::vector<RejectCount>> SqliteLedger::loadRejects()
{
    begin();
    // The row without a place carries what the kept places do not.
    static constexpr const char *kSql =
        "SELECT source, reason, '' AS path, 0 AS offset, 0 AS length,"
        "   count - coalesce((SELECT sum(p.count) FROM rejects p WHERE p.source = c.source AND p.reason = c.reason), 0)"
        "   AS n, last, 0 AS id FROM reject_counts c WHERE n > 0 "
        "UNION ALL SELECT source, reason, path, offset, length, count, last, id FROM rejects "
        "ORDER BY source, reason, id DESC";
    Statement s(m_db, kSql);
    std::vector<RejectCount> rejects;
    while (s.step()) {
        RejectCount &r = rejects.emplace_back();
        r.source = s.text(0);
        r.reason = s.text(1);
        r.path = s.text(2);
        r.offset = s.int64(3);
        r.length = s.int64(4);
        r.count = s.int64(5);
        r.last = s.int64(6);
    }
    if (Result<> r = s.finish("read rejects"); !r)
        return r.error();
    return rejects;
}

Result<std::vector<Ledger::SourceCounters>> SqliteLedger::loadCounters()
{
    begin();
    Statement s(m_db, "SELECT source, lines, ignored, duplicates FROM counters ORDER BY source");
    std::vector<SourceCounters> counters;
    while (s.step())
        counters.push_back({std::string(s.text(0)), s.int64(1), s.int64(2), s.int64(3)});
    if (Result<> r = s.finish("read counters"); !r)
        return r.error();
    return counters;
}

} // namespace flyball
