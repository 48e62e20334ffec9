// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/engine/pipeline.h"

#include <algorithm>

#include "core/base/jsoncursor.h"

namespace flyball {

namespace {

constexpr std::int64_t kMinutesKept = 26 * 60;          ///< of minute cells in memory, before the newest event
constexpr TimeNs kFutureAllowed = kHour;                ///< clocks that run ahead must not move the minute window
constexpr const char *kMetaQuality = "quality_signals"; ///< "1" once there are imported ones

} // namespace

Pipeline::Pipeline(const EngineOptions &options, SymbolTable &symbols, std::unique_ptr<Ledger> ledger,
                   std::shared_ptr<const PriceCatalog> catalog)
    : m_symbols(symbols),
      m_ledger(std::move(ledger)),
      m_catalog(std::move(catalog)),
      m_pricer(std::make_unique<CallPricer>(m_catalog, symbols)),
      m_runs(symbols),
      m_collator(symbols, *m_pricer, *m_ledger, m_runs),
      m_fromEnd(options.fromEnd),
      m_openRemote(options.openRemote),
      m_path(options.ledgerPath),
      m_attribution(options.attribution),
      m_success(options.success)
{
    m_collator.setAttribution(m_attribution);
    m_collator.setSuccessRules(m_success);
    m_collator.setRequestScan([this](const auto &sink) { return scanRequests(sink); });
}

Result<> Pipeline::load(const std::function<void()> &loaded)
{
    m_ledger->setReadDeadline(0);
    if (const Result<> started = m_collator.start(); !started)
        return started;
    m_seriesShared.reset(); // of a snapshot that was taken before
    readHorizon();
    TimeNs first = kNoTime;
    TimeNs newest = kNoTime;
    CallFilter all;
    all.metered = true;
    for (const bool ascending : {true, false}) {
        const Result<> read = m_ledger->readCalls(all, ascending ? CallOrder::TimeAscending : CallOrder::TimeDescending,
                                                  1, [&](const Call &call) {
                                                      (ascending ? first : newest) = call.time;
                                                      return false;
                                                  });
        if (!read)
            return read;
    }
    m_collator.setSpan(first, newest);
    trimMinutes();
    std::vector<Cell> cells;
    const auto collect = [&](const Cell &cell) { cells.push_back(cell); };
    if (newest != kNoTime) {
        if (const Result<> read = m_ledger->loadCells(Resolution::Minute, m_minutes.firstKept(), INT64_MAX, collect);
            !read)
            return read;
        m_minutes.apply(std::move(cells));
        cells.clear();
    }
    if (const Result<> read = m_ledger->loadCells(Resolution::Quarter, INT64_MIN, INT64_MAX, collect); !read)
        return read;
    Totals totals;
    for (const Cell &cell : cells)
        totals += cell.totals;
    m_collator.setTotals(totals);
    m_quarters.apply(std::move(cells));
    m_quartersComplete = true;
    loaded();
    const Result<> runs = m_ledger->loadRuns([&](const RunRow &row) { m_runs.load(row); });
    loaded();
    m_hasQuality = !m_ledger->meta(kMetaQuality).empty();
    return runs && m_hasQuality ? m_collator.loadQuality() : runs;
}

/// Before the first imported signal is, so that no start overlooks one.
Result<> Pipeline::storeHasQuality()
{
    if (m_hasQuality || m_collator.quality().empty())
        return {};
    const Result<> stored = m_ledger->setMeta(kMetaQuality, "1");
    m_hasQuality = stored.ok();
    return stored;
}

/// Over a connection and names of its own: the ids of all requests are not to stay in memory.
Result<> Pipeline::scanRequests(const std::function<void(std::uint64_t, const Key128 &)> &sink)
{
    SymbolTable symbols;
    auto reader = Ledger::open(m_path, Ledger::Mode::ReadOnly, symbols);
    if (!reader)
        return reader.error();
    (*reader)->setReadDeadline(0);
    return (*reader)->readCalls({}, CallOrder::TimeAscending, 0, [&](const Call &call) {
        if (call.request != 0)
            sink(hash64(symbols.text(call.request)), call.run);
        return true;
    });
}

void Pipeline::readHorizon()
{
    const std::string text = m_ledger->meta(kMetaRetainedBefore);
    std::int64_t value = 0;
    m_horizon = !text.empty() && parseInt64(text, value) ? value : kNoTime;
}

void Pipeline::trimMinutes()
{
    TimeNs newest = m_collator.newestEvent();
    if (newest == kNoTime)
        return;
    newest = std::min(newest, wallClockNow() + kFutureAllowed);
    m_minutes.keepFrom(bucketOf(bucketOf(newest, kMinute) - kMinutesKept, 60) * 60);
}

Result<> Pipeline::retain(int days)
{
    if (days <= 0)
        return {};
    // What was read but not stored lives in the working set alone.
    if (!commit())
        return unsaved();
    m_collator.forgetWorkingSet();
    const auto removed = m_ledger->retain(wallClockNow() - days * kDay);
    if (!removed)
        return removed.error();
    readHorizon();
    return {};
}

std::shared_ptr<const Snapshot> Pipeline::snapshot()
{
    auto snapshot = std::make_shared<Snapshot>();
    const TimeNs now = wallClockNow();
    snapshot->sequence = ++m_sequence;
    snapshot->takenAt = now;
    snapshot->firstEvent = m_collator.firstEvent();
    snapshot->newestEvent = m_collator.newestEvent();
    snapshot->symbols = &m_symbols;
    if (!m_seriesShared)
        m_seriesShared = std::make_shared<const std::vector<SeriesKey>>(m_collator.series());
    snapshot->series = m_seriesShared;
    snapshot->minutes = m_minutes.store();
    snapshot->minutesFrom = m_minutes.firstKept() == INT64_MIN ? kNoTime : m_minutes.firstKept() * kMinute;
    snapshot->quarters = m_quarters.store();
    snapshot->quartersComplete = m_quartersComplete;
    snapshot->runs = m_runs.store(now);
    snapshot->totals = m_collator.totals();
    snapshot->runCount = m_runs.count();
    snapshot->callsAdded = m_collator.callsAdded();
    snapshot->callsUpdated = m_collator.callsUpdated();
    snapshot->settled = !m_moreToRead && !hasPending();
    for (const auto &feed : m_feeds) {
        snapshot->settled = snapshot->settled && (feed->paused() || (feed->polled() && feed->bytesPending() == 0));
        snapshot->sources.push_back(feed->health(now));
        SourceHealth &health = snapshot->sources.back();
        const auto quality = m_collator.quality().counts().find(feed->symbol());
        if (quality != m_collator.quality().counts().end())
            health.quality = quality->second;
        snapshot->ignored += health.ignored;
        snapshot->duplicates += health.duplicates;
        snapshot->rejected += health.rejected;
    }
    snapshot->import = m_import;
    snapshot->rework = m_rework;
    const Ledger::OpenReport &report = m_ledger->openReport();
    snapshot->ledger = {report.readOnly,       diskFull(),
                        report.movedAside,     m_stall.message.empty() ? m_error : m_stall.message,
                        m_ledger->sizeBytes(), m_path};
    snapshot->prices = {m_catalog->version(), m_catalog->date(), static_cast<std::int64_t>(m_catalog->modelCount()),
                        static_cast<std::int64_t>(m_catalog->overrides().size()), m_generation};
    return snapshot;
}

} // namespace flyball
