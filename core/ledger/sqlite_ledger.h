// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/ledger/call_keys.h"
#include "core/ledger/codec.h"
#include "core/ledger/database.h"
#include "core/ledger/ledger.h"
#include "core/ledger/ledger_file.h"
#include "core/ledger/names.h"
#include "core/ledger/run_ids.h"

namespace flyball {

/// Columns in the order that SqliteLedger::readStored() expects.
inline constexpr const char *kSelectCalls =
    "SELECT grp, sub, counted, time, run, workflow, model, provider, agent, step, source, tier, segment, session,"
    " producer, failed, priced, cost, data FROM calls";

/// The statements of the write path and of lookups by key, prepared on first use.
struct LedgerStatements {
    explicit LedgerStatements(Database &db);
    Statement putCall, putSpan, putSignal, putRun, putSeries, addMinute, addQuarter, dropMinute, dropQuarter;
    Statement orTrait, putFile, countReject, putReject, trimRejects, addCounters, putMeta, getMeta;
    Statement hasSpan, hasSignal, callOfRow, spansOfTrace, signalsOfGroup;
};

/// Ledger on one SQLite connection.
class SqliteLedger final : public Ledger {
public:
    [[nodiscard]] static Result<std::unique_ptr<SqliteLedger>> open(const std::string &path, Mode mode,
                                                                    SymbolTable &symbols);
    /// Without a lock it is a reader.
    SqliteLedger(std::string path, SymbolTable &symbols, std::shared_ptr<FileLock> lock);
    ~SqliteLedger() override;

    [[nodiscard]] const OpenReport &openReport() const override { return m_report; }
    Result<> commit(const LedgerWrite &write) override;
    [[nodiscard]] Result<StoredGroup> loadGroup(const Key128 &group) override;
    [[nodiscard]] bool hasGroup(const Key128 &group) override;
    [[nodiscard]] Result<std::vector<Key128>> groupsOfProducer(Symbol producer) override;
    [[nodiscard]] Result<std::vector<Key128>> groupsOfSession(Symbol session) override;
    [[nodiscard]] Result<std::vector<Key128>> groupsSharedWith(const std::string &source) override;
    [[nodiscard]] Result<std::vector<StoredFile>> loadFiles(const std::string &source) override;
    [[nodiscard]] Result<std::vector<TraitFact>> loadTraits() override;
    [[nodiscard]] Result<std::vector<std::pair<SeriesId, SeriesKey>>> loadSeries() override;
    [[nodiscard]] Result<> loadCells(Resolution resolution, std::int64_t firstBucket, std::int64_t lastBucket,
                                     const std::function<void(const Cell &)> &sink) override;
    [[nodiscard]] Result<> loadRuns(const std::function<void(const RunRow &)> &sink) override;
    [[nodiscard]] Result<> loadSignals(const Key128 &group, std::vector<SignalFact> &out) override;
    [[nodiscard]] Result<> readSignals(const std::function<void(const SignalFact &)> &sink) override;
    [[nodiscard]] Result<std::vector<RejectCount>> loadRejects() override;
    [[nodiscard]] Result<std::vector<SourceCounters>> loadCounters() override;
    [[nodiscard]] Result<> readCalls(const CallFilter &filter, CallOrder order, std::int64_t limit,
                                     const std::function<bool(const Call &)> &sink) override;
    [[nodiscard]] Result<> readRecords(TimeNs since, TimeNs until, bool counted,
                                       const std::function<bool(const StoredCall &)> &sink) override;
    [[nodiscard]] Result<StoredGroup> readTrace(const Key128 &run) override;
    Result<> setMeta(const std::string &key, const std::string &value) override;
    [[nodiscard]] std::string meta(const std::string &key) override;
    Result<std::int64_t> retain(TimeNs before) override;
    Result<> forgetSource(const std::string &source, bool rowsToo) override;
    Result<> rebuildRollups() override;
    [[nodiscard]] Result<> verify() override;
    void setReadDeadline(TimeNs limit) override;
    [[nodiscard]] std::int64_t sizeBytes() const override;
    void checkpoint() override;

private:
    using StoredSink = std::function<bool(const StoredCall &)>;

    // sqlite_ledger_open.cpp
    [[nodiscard]] static Result<std::unique_ptr<SqliteLedger>> start(std::unique_ptr<SqliteLedger> ledger,
                                                                     const std::string &movedAside);
    [[nodiscard]] Result<> openWriter();
    [[nodiscard]] Result<> openReader();
    [[nodiscard]] Result<> createFresh();
    [[nodiscard]] Result<> checkVersion(bool mayMigrate);
    [[nodiscard]] Result<> configure(bool writer);
    [[nodiscard]] Result<> prepareNames();
    [[nodiscard]] bool isWriter() const { return m_lock != nullptr; }
    void begin() { m_db.beginOperation(); }
    [[nodiscard]] Error damagedRow(std::string_view what);

    // sqlite_ledger_write.cpp
    [[nodiscard]] Result<> transaction(const std::function<Result<>()> &work);
    [[nodiscard]] Result<> writeRows(const LedgerWrite &write);
    [[nodiscard]] Result<> putCalls(const std::vector<StoredCall> &calls);
    [[nodiscard]] Result<> putCall(const StoredCall &stored);
    [[nodiscard]] Result<> putSpans(const std::vector<SpanFact> &spans);
    [[nodiscard]] Result<> putSignals(const std::vector<SignalFact> &signals);
    [[nodiscard]] Result<> putRuns(const std::vector<RunRow> &runs);
    [[nodiscard]] Result<> putSeries(const std::vector<std::pair<SeriesId, SeriesKey>> &series);
    [[nodiscard]] Result<> addCells(Resolution resolution, const std::vector<Cell> &cells);
    [[nodiscard]] Result<> putTraitsAndFiles(const LedgerWrite &write);
    [[nodiscard]] Result<> putRejects(const LedgerWrite &write);
    Result<> putCounts(const SourceCounts &counts, TimeNs now);
    void installFunctions();
    [[nodiscard]] Result<> mergeKeys();

    // sqlite_ledger_read.cpp, sqlite_ledger_query.cpp
    [[nodiscard]] bool readStored(const Statement &row, StoredCall &out);
    [[nodiscard]] Result<> eachStored(Statement &statement, const StoredSink &sink);
    [[nodiscard]] Result<> appendSpans(const Key128 &trace, std::vector<SpanFact> &out);
    [[nodiscard]] Result<std::vector<Key128>> distinctGroups(const char *sql, std::int64_t id);
    /// False when a name of the filter is not stored at all: nothing can match.
    [[nodiscard]] bool composeQuery(const CallFilter &filter, std::string &where, std::vector<std::int64_t> &bindings);

    // sqlite_ledger_maintain.cpp, sqlite_ledger_rebuild.cpp
    [[nodiscard]] Result<> dropCalls(Statement &deletion, std::int64_t &count);
    [[nodiscard]] Result<> forgetRows(std::int64_t sourceId);
    [[nodiscard]] Result<> forgetSignals(Symbol source);
    [[nodiscard]] Result<> subtractFromRuns(std::int64_t sourceId);
    [[nodiscard]] Result<> rebuildCells(Resolution resolution);
    [[nodiscard]] Result<> rebuildRuns();
    [[nodiscard]] TimeNs retainedBefore();

    std::string m_path;
    SymbolTable &m_symbols;
    std::shared_ptr<FileLock> m_lock;
    Database m_db;
    Names m_names;
    Names m_texts;
    Codec m_codec;
    LedgerStatements m_sql;
    CallKeys m_keys;
    RunIds m_runIds;
    OpenReport m_report;
    TimeNs m_readDeadline = 0;
    bool m_opened = false;
    bool m_sawZeroTotals = false;
};

} // namespace flyball
