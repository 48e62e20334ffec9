// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QTemporaryDir>
#include <memory>
#include <string>

#include "core/engine/pipeline.h"
#include "core/engine/ruletrial.h"
#include "tests/unit/formats/format_world.h"

namespace flyball::test {

/// What goes wrong with a ledger, at will, and what was asked of it.
struct LedgerFaults {
    bool diskFull = false;   ///< nothing can be written
    bool unreadable = false; ///< no call or group can be looked up
    std::int64_t rowsRead = 0;

    [[nodiscard]] Result<> written() const
    {
        return diskFull ? Result<>(Error{ErrorCode::DiskFull, "no space left on the device"}) : Result<>();
    }
    [[nodiscard]] Result<> read() const
    {
        return unreadable ? Result<>(Error{ErrorCode::Unreadable, "the ledger cannot be read"}) : Result<>();
    }
};

/// A ledger with faults; everything else goes through.
class FullDiskLedger final : public Ledger {
public:
    FullDiskLedger(std::unique_ptr<Ledger> inner, LedgerFaults &faults) : m_inner(std::move(inner)), m_faults(faults) {}
    const OpenReport &openReport() const override { return m_inner->openReport(); }
    Result<> commit(const LedgerWrite &write) override;
    Result<StoredGroup> loadGroup(const Key128 &group) override
    {
        const Result<> may = m_faults.read();
        return may ? m_inner->loadGroup(group) : Result<StoredGroup>(may.error());
    }
    bool hasGroup(const Key128 &group) override { return m_inner->hasGroup(group); }
    Result<std::vector<Key128>> groupsOfProducer(Symbol s) override
    {
        const Result<> may = m_faults.read();
        return may ? m_inner->groupsOfProducer(s) : Result<std::vector<Key128>>(may.error());
    }
    Result<std::vector<Key128>> groupsOfSession(Symbol s) override
    {
        const Result<> may = m_faults.read();
        return may ? m_inner->groupsOfSession(s) : Result<std::vector<Key128>>(may.error());
    }
    Result<std::vector<Key128>> groupsSharedWith(const std::string &s) override { return m_inner->groupsSharedWith(s); }
    Result<std::vector<StoredFile>> loadFiles(const std::string &s) override { return m_inner->loadFiles(s); }
    Result<std::vector<TraitFact>> loadTraits() override { return m_inner->loadTraits(); }
    Result<std::vector<std::pair<SeriesId, SeriesKey>>> loadSeries() override { return m_inner->loadSeries(); }
    Result<> loadCells(Resolution r, std::int64_t a, std::int64_t b,
                       const std::function<void(const Cell &)> &f) override
    {
        return m_inner->loadCells(r, a, b, f);
    }
    Result<> loadRuns(const std::function<void(const RunRow &)> &f) override { return m_inner->loadRuns(f); }
    Result<> loadSignals(const Key128 &g, std::vector<SignalFact> &out) override
    {
        return m_inner->loadSignals(g, out);
    }
    Result<> readSignals(const std::function<void(const SignalFact &)> &f) override { return m_inner->readSignals(f); }
    Result<std::vector<RejectCount>> loadRejects() override { return m_inner->loadRejects(); }
    Result<std::vector<SourceCounters>> loadCounters() override { return m_inner->loadCounters(); }
    Result<> readCalls(const CallFilter &filter, CallOrder order, std::int64_t limit,
                       const std::function<bool(const Call &)> &sink) override;
    Result<> readRecords(TimeNs since, TimeNs until, bool counted,
                         const std::function<bool(const StoredCall &)> &sink) override
    {
        return m_inner->readRecords(since, until, counted, sink);
    }
    Result<StoredGroup> readTrace(const Key128 &run) override { return m_inner->readTrace(run); }
    Result<> setMeta(const std::string &k, const std::string &v) override
    {
        const Result<> may = m_faults.written();
        return may ? m_inner->setMeta(k, v) : may;
    }
    std::string meta(const std::string &key) override { return m_inner->meta(key); }
    Result<std::int64_t> retain(TimeNs before) override { return m_inner->retain(before); }
    Result<> forgetSource(const std::string &s, bool rows) override { return m_inner->forgetSource(s, rows); }
    Result<> rebuildRollups() override { return m_inner->rebuildRollups(); }
    Result<> verify() override { return m_inner->verify(); }
    void setReadDeadline(TimeNs limit) override { m_inner->setReadDeadline(limit); }
    std::int64_t sizeBytes() const override { return m_inner->sizeBytes(); }
    void checkpoint() override { m_inner->checkpoint(); }

private:
    std::unique_ptr<Ledger> m_inner;
    LedgerFaults &m_faults;
};

/// A pipeline over a temporary ledger and temporary files. restart() is a new process, as far as
/// memory goes: another symbol table, another pipeline, the same files.
class PipelineBench : public LedgerFaults {
public:
    PipelineBench();

    [[nodiscard]] std::string path(const std::string &name) const;
    void write(const std::string &name, const std::string &text) const;
    void append(const std::string &name, const std::string &text) const;

    void open();
    void close();
    void restart();
    void addSource(const std::string &id, const std::string &name, const std::string &kind = {});
    /// Reads everything there is and commits. Stops after a failed commit.
    void drain();
    [[nodiscard]] Pipeline &pipeline() { return *m_pipeline; }
    [[nodiscard]] SymbolTable &symbols() { return *m_symbols; }
    [[nodiscard]] std::string text(Symbol symbol) const { return std::string(m_symbols->text(symbol)); }
    [[nodiscard]] std::vector<Call> calls(); ///< and what meters told
    /// Sums of what is stored: rows, both roll-ups, runs; and of the snapshot; and how many runs the snapshot, a
    /// report and the window count. Empty when all are equal.
    [[nodiscard]] std::string disagreement();
    /// workflow=calls:nanoUSD for every workflow, from the quarters of a snapshot.
    [[nodiscard]] std::string byWorkflow();
    /// What a fresh, single read of these files gives: the totals every detour must end at.
    [[nodiscard]] std::string fresh(const std::vector<std::pair<std::string, std::string>> &kindsAndNames) const;
    /// The calls of the pipeline in the words of fresh().
    [[nodiscard]] std::string stored();

    std::shared_ptr<const PriceCatalog> catalog = builtInPrices();
    AttributionRules attribution; ///< of the next open()
    std::vector<SuccessRule> success;
    std::vector<SourceConfig> sources;
    OpenRemote openRemote;

private:
    QTemporaryDir m_dir;
    std::unique_ptr<SymbolTable> m_symbols;
    std::unique_ptr<Pipeline> m_pipeline;
};

/// A rework that nobody stops.
inline constexpr auto kGoOn = [](std::int64_t, std::int64_t) { return true; };

/// The trace id that spanText() gives this number.
[[nodiscard]] std::string traceId(unsigned trace);

#define AGREE(bench) QCOMPARE(QByteArray::fromStdString((bench).disagreement()), QByteArray())

/// Equality of totals in words, for messages.
[[nodiscard]] std::string describe(const Totals &totals);
[[nodiscard]] Totals sumOf(const CellStore &store);

} // namespace flyball::test
