// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <tuple>

#include <sqlite3.h>

#include "core/ledger/sqlite_ledger.h"

namespace flyball {

namespace {

/// Pointers in the order of the table's key: pages are filled once each. Stable, so that the last
/// of several writes of one key wins.
template <typename T, typename Less>
std::vector<const T *> sorted(const std::vector<T> &rows, Less less)
{
    std::vector<const T *> order;
    order.reserve(rows.size());
    for (const T &row : rows)
        order.push_back(&row);
    std::stable_sort(order.begin(), order.end(), [&](const T *a, const T *b) { return less(*a, *b); });
    return order;
}

std::int64_t asSigned(std::uint64_t value) { return static_cast<std::int64_t>(value); }

} // namespace

Result<> SqliteLedger::transaction(const std::function<Result<>()> &work)
{
    if (!isWriter())
        return Error{ErrorCode::Locked, "this ledger is open for reading only: " + m_path};
    Result<> r = m_db.exec("BEGIN IMMEDIATE");
    if (r)
        r = work();
    for (const Result<> *status : {&m_names.status(), &m_texts.status(), &m_keys.status(), &m_runIds.status()}) {
        if (r)
            r = *status;
    }
    if (r)
        r = m_db.exec("COMMIT");
    if (r) {
        m_names.committed();
        m_texts.committed();
        m_keys.committed();
        return r;
    }
    // A full disk may have rolled back already.
    if (sqlite3_get_autocommit(m_db.handle()) == 0)
        (void)m_db.exec("ROLLBACK");
    m_names.rolledBack();
    m_texts.rolledBack();
    m_keys.rolledBack();
    m_runIds.forget();
    return r;
}

Result<> SqliteLedger::commit(const LedgerWrite &write)
{
    const Result<> r = transaction([&] { return writeRows(write); });
    if (r && m_keys.wantsMerge())
        (void)mergeKeys();
    return r;
}

/// Apart from the commit it follows: if it fails the keys stay where they are, and it is tried again.
Result<> SqliteLedger::mergeKeys()
{
    if (!m_keys.hasUnmerged())
        return {};
    Result<> r = transaction([&] { return m_keys.merge(); });
    if (r)
        m_keys.merged();
    return r;
}

Result<> SqliteLedger::writeRows(const LedgerWrite &write)
{
    Result<> r = putSeries(write.newSeries);
    if (r)
        r = putCalls(write.calls);
    if (r)
        r = putSpans(write.spans);
    if (r)
        r = putSignals(write.signals);
    if (r)
        r = putRuns(write.runs);
    if (r)
        r = addCells(Resolution::Minute, write.minuteDeltas);
    if (r)
        r = addCells(Resolution::Quarter, write.quarterDeltas);
    if (r)
        r = putTraitsAndFiles(write);
    if (r)
        r = putRejects(write);
    return r;
}

Result<> SqliteLedger::putCalls(const std::vector<StoredCall> &calls)
{
    for (const StoredCall &stored : calls) {
        if (Result<> r = putCall(stored); !r)
            return r;
    }
    return {};
}

Result<> SqliteLedger::putCall(const StoredCall &stored)
{
    const CallColumns c = columnsOf(stored);
    const std::string_view record = m_codec.encode(stored, c);
    const std::optional<std::int64_t> known = m_keys.find(c.group, c.sub);
    Statement &s = m_sql.putCall;
    s.bind(1, known ? *known : m_keys.add(c.group, c.sub));
    s.bindKey(2, c.group);
    s.bind(3, asSigned(c.sub));
    s.bind(4, c.metered ? 2 : c.counted ? 1 : 0);
    s.bind(5, c.time);
    c.counted &&c.run != Key128() ? s.bind(6, m_runIds.idOf(c.run)) : s.bindNull(6);
    int column = 7;
    for (const Symbol name : {c.workflow, c.model, c.provider, c.agent, c.step, c.source, c.tier, c.segment})
        s.bindSymbol(column++, m_names.idOf(name));
    s.bindSymbol(15, m_texts.idOf(c.session));
    s.bindSymbol(16, m_names.idOf(c.producer));
    s.bind(17, c.failed ? 1 : 0);
    s.bind(18, c.priced ? 1 : 0);
    c.hasCost ? s.bind(19, c.cost) : s.bindNull(19);
    s.bindBlob(20, record);
    return s.run("store a call");
}

Result<> SqliteLedger::putSpans(const std::vector<SpanFact> &spans)
{
    const auto order = sorted(spans, [](const SpanFact &a, const SpanFact &b) {
        return std::tie(a.trace, a.span) < std::tie(b.trace, b.span);
    });
    for (const SpanFact *span : order) {
        m_keys.noteGroup(span->trace);
        Statement &s = m_sql.putSpan;
        s.bindKey(1, span->trace);
        s.bind(2, asSigned(span->span));
        s.bind(3, std::max(span->start, span->end));
        s.bindBlob(4, m_codec.encode(*span));
        if (Result<> r = s.run("store a span"); !r)
            return r;
    }
    return {};
}

Result<> SqliteLedger::putSignals(const std::vector<SignalFact> &signals)
{
    for (const SignalFact &signal : signals) {
        m_keys.noteGroup(signal.group);
        Statement &s = m_sql.putSignal;
        s.bindKey(1, signal.group);
        s.bind(2, asSigned(signal.span));
        s.bind(3, asSigned(signal.id));
        s.bind(4, signal.time);
        s.bindBlob(5, m_codec.encode(signal));
        if (Result<> r = s.run("store a quality signal"); !r)
            return r;
    }
    return {};
}

Result<> SqliteLedger::putRuns(const std::vector<RunRow> &runs)
{
    const auto order = sorted(runs, [](const RunRow &a, const RunRow &b) { return a.info.run < b.info.run; });
    for (const RunRow *row : order) {
        if (!isPlausible(row->totals))
            return Error{ErrorCode::OutOfRange, "the sums of a run are too large to be stored"};
        Statement &s = m_sql.putRun;
        s.bind(1, m_runIds.idOf(row->info.run));
        s.bindSymbol(2, m_names.idOf(row->source));
        s.bindBlob(3, m_codec.encode(*row));
        if (Result<> r = s.run("store a run"); !r)
            return r;
    }
    return {};
}

Result<> SqliteLedger::putSeries(const std::vector<std::pair<SeriesId, SeriesKey>> &series)
{
    for (const auto &[id, key] : series) {
        Statement &s = m_sql.putSeries;
        s.bind(1, id);
        int column = 2;
        for (const Symbol name : key.names())
            s.bindSymbol(column++, m_names.idOf(name));
        if (Result<> r = s.run("store a series"); !r)
            return r;
    }
    return {};
}

Result<> SqliteLedger::addCells(Resolution resolution, const std::vector<Cell> &cells)
{
    const bool minute = resolution == Resolution::Minute;
    Statement &add = minute ? m_sql.addMinute : m_sql.addQuarter;
    Statement &drop = minute ? m_sql.dropMinute : m_sql.dropQuarter;
    const auto order = sorted(cells, [](const Cell &a, const Cell &b) {
        return std::tie(a.bucket, a.series) < std::tie(b.bucket, b.series);
    });
    for (const Cell *cell : order) {
        if (cell->totals.isZero())
            continue;
        if (!isPlausible(cell->totals))
            return Error{ErrorCode::OutOfRange, "a roll-up is too large to be stored"};
        m_sawZeroTotals = false;
        add.bind(1, cell->bucket);
        add.bind(2, cell->series);
        add.bindBlob(3, m_codec.encode(cell->totals));
        if (Result<> r = add.run("add to a roll-up"); !r)
            return r;
        if (!m_sawZeroTotals)
            continue;
        // What a rebuild from the rows would not produce must not stay either.
        drop.bind(1, cell->bucket);
        drop.bind(2, cell->series);
        if (Result<> r = drop.run("clear a roll-up"); !r)
            return r;
    }
    return {};
}

Result<> SqliteLedger::putTraitsAndFiles(const LedgerWrite &write)
{
    for (const TraitFact &trait : write.traits) {
        m_sql.orTrait.bindText(1, m_symbols.text(trait.subject));
        m_sql.orTrait.bindText(2, m_symbols.text(trait.source));
        m_sql.orTrait.bind(3, trait.flags);
        if (Result<> r = m_sql.orTrait.run("store a trait"); !r)
            return r;
    }
    for (const StoredFile &file : write.files) {
        m_sql.putFile.bindText(1, file.source);
        m_sql.putFile.bindText(2, file.fileKey);
        m_sql.putFile.bindBlob(3, file.state);
        if (Result<> r = m_sql.putFile.run("store a read position"); !r)
            return r;
    }
    return {};
}

} // namespace flyball
