// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/ledger/sqlite_ledger.h"

namespace flyball {

bool SqliteLedger::readStored(const Statement &row, StoredCall &out)
{
    CallColumns c;
    c.group = row.key(0);
    c.sub = static_cast<std::uint64_t>(row.int64(1));
    c.counted = row.int64(2) != 0;
    c.time = row.int64(3);
    const std::optional<Key128> run = row.isNull(4) ? c.group : m_runIds.runOf(row.int64(4));
    c.run = run.value_or(Key128{});
    int column = 5;
    bool ok = run.has_value();
    const auto name = [&](Symbol &symbol, Names &names) {
        const std::optional<Symbol> found = names.symbolOf(row.int64(column++));
        ok = ok && found.has_value();
        symbol = found.value_or(0);
    };
    for (Symbol *symbol : {&c.workflow, &c.model, &c.provider, &c.agent, &c.step, &c.source, &c.tier, &c.segment})
        name(*symbol, m_names);
    name(c.session, m_texts);
    name(c.producer, m_names);
    c.failed = row.int64(15) != 0;
    c.priced = row.int64(16) != 0;
    c.hasCost = !row.isNull(17);
    c.cost = row.int64(17);
    return m_codec.decode(row.blob(18), c, out) && ok;
}

Result<> SqliteLedger::eachStored(Statement &statement, const StoredSink &sink)
{
    StoredCall stored;
    while (statement.step()) {
        if (!readStored(statement, stored)) {
            statement.reset();
            return damagedRow("call");
        }
        if (!sink(stored)) {
            statement.reset();
            return {};
        }
    }
    return statement.finish("read calls");
}

Result<> SqliteLedger::appendSpans(const Key128 &trace, std::vector<SpanFact> &out)
{
    const StatementUse s(m_sql.spansOfTrace);
    s->bindKey(1, trace);
    while (s->step()) {
        SpanFact &span = out.emplace_back();
        span.trace = trace;
        span.span = static_cast<std::uint64_t>(s->int64(0));
        if (!m_codec.decode(s->blob(1), span))
            return damagedRow("span");
    }
    return s->finish("read spans");
}

Result<> SqliteLedger::loadSignals(const Key128 &group, std::vector<SignalFact> &out)
{
    begin();
    const StatementUse s(m_sql.signalsOfGroup);
    s->bindKey(1, group);
    while (s->step()) {
        SignalFact &signal = out.emplace_back();
        signal.group = group;
        signal.span = static_cast<std::uint64_t>(s->int64(0));
        signal.id = static_cast<std::uint64_t>(s->int64(1));
        if (!m_codec.decode(s->blob(2), signal))
            return damagedRow("quality signal");
    }
    return s->finish("read quality signals");
}

Result<> SqliteLedger::readSignals(const std::function<void(const SignalFact &)> &sink)
{
    begin();
    Statement s(m_db, "SELECT grp, span, id, data FROM signals");
    while (s.step()) {
        SignalFact signal;
        signal.group = s.key(0);
        signal.span = static_cast<std::uint64_t>(s.int64(1));
        signal.id = static_cast<std::uint64_t>(s.int64(2));
        if (!m_codec.decode(s.blob(3), signal))
            return damagedRow("quality signal");
        sink(signal);
    }
    return s.finish("read quality signals");
}

Result<StoredGroup> SqliteLedger::loadGroup(const Key128 &group)
{
    begin();
    StoredGroup stored;
    if (m_keys.isNewGroup(group))
        return stored;
    const ReadSnapshot snapshot(m_db, !isWriter());
    Result<> r;
    for (const std::int64_t row : m_keys.candidates(group)) {
        const StatementUse s(m_sql.callOfRow);
        s->bind(1, row);
        s->bindKey(2, group);
        if (r)
            r = eachStored(m_sql.callOfRow, [&](const StoredCall &call) {
                stored.calls.push_back(call);
                return true;
            });
    }
    if (r)
        r = m_keys.status();
    if (r)
        r = appendSpans(group, stored.spans);
    if (r)
        r = loadSignals(group, stored.signals);
    if (!r)
        return r.error();
    return stored;
}

bool SqliteLedger::hasGroup(const Key128 &group)
{
    begin();
    if (m_keys.isNewGroup(group))
        return false;
    if (m_keys.mayContain(group))
        return true;
    for (Statement *statement : {&m_sql.hasSpan, &m_sql.hasSignal}) {
        const StatementUse s(*statement);
        s->bindKey(1, group);
        // On an error the answer is "perhaps": loadGroup() then names it.
        if (s->step() || s->failed())
            return true;
    }
    return false;
}

Result<std::vector<StoredFile>> SqliteLedger::loadFiles(const std::string &source)
{
    begin();
    Statement s(m_db, "SELECT source, key, state FROM files WHERE ?1 = '' OR source = ?1 ORDER BY source, key");
    s.bindText(1, source);
    std::vector<StoredFile> files;
    while (s.step())
        files.push_back({std::string(s.text(0)), std::string(s.text(1)), std::string(s.blob(2))});
    if (Result<> r = s.finish("read positions"); !r)
        return r.error();
    return files;
}

Result<std::vector<TraitFact>> SqliteLedger::loadTraits()
{
    begin();
    Statement s(m_db, "SELECT subject, source, flags FROM traits");
    std::vector<TraitFact> traits;
    while (s.step())
        traits.push_back(
            {m_symbols.intern(s.text(0)), static_cast<std::uint32_t>(s.int64(2)), m_symbols.intern(s.text(1))});
    if (Result<> r = s.finish("read traits"); !r)
        return r.error();
    return traits;
}

Result<std::vector<std::pair<SeriesId, SeriesKey>>> SqliteLedger::loadSeries()
{
    begin();
    Statement s(m_db, "SELECT id, source, workflow, provider, model, tier, agent, step, segment, task_type,"
                      " prompt_version, feature, policy_revision FROM series ORDER BY id");
    std::vector<std::pair<SeriesId, SeriesKey>> series;
    while (s.step()) {
        std::array<Symbol, SeriesKey::kSize> names{};
        int column = 1;
        for (Symbol &symbol : names) {
            const std::optional<Symbol> name = m_names.symbolOf(s.int64(column++));
            if (!name)
                return damagedRow("series");
            symbol = *name;
        }
        series.emplace_back(static_cast<SeriesId>(s.int64(0)), SeriesKey::of(names));
    }
    if (Result<> r = s.finish("read series"); !r)
        return r.error();
    return series;
}

Result<> SqliteLedger::loadCells(Resolution resolution, std::int64_t firstBucket, std::int64_t lastBucket,
                                 const std::function<void(const Cell &)> &sink)
{
    begin();
    const std::string table = resolution == Resolution::Minute ? "roll_minute" : "roll_quarter";
    Statement s(m_db, "SELECT bucket, series, totals FROM " + table
                          + " WHERE bucket BETWEEN ?1 AND ?2"
                            " ORDER BY bucket, series");
    s.bind(1, firstBucket);
    s.bind(2, lastBucket);
    Cell cell;
    while (s.step()) {
        cell.bucket = s.int64(0);
        cell.series = static_cast<SeriesId>(s.int64(1));
        if (!m_codec.decode(s.blob(2), cell.totals))
            return damagedRow("roll-up");
        sink(cell);
    }
    return s.finish("read roll-ups");
}

Result<> SqliteLedger::loadRuns(const std::function<void(const RunRow &)> &sink)
{
    begin();
    Statement s(m_db, "SELECT run, data FROM runs WHERE data IS NOT NULL");
    RunRow row;
    while (s.step()) {
        row.info.run = s.key(0);
        if (!m_codec.decode(s.blob(1), row))
            return damagedRow("run");
        sink(row);
    }
    return s.finish("read runs");
}

} // namespace flyball
