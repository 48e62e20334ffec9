// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/engine/pipeline.h"

#include <algorithm>
#include <chrono>
#include <thread>

#include "core/base/jsoncursor.h"
#include "core/engine/filefeed.h"
#include "core/engine/remotefeed.h"

namespace flyball {

namespace {

constexpr std::int64_t kMinutesKept = 26 * 60;          ///< of minute cells in memory, before the newest event
constexpr TimeNs kFutureAllowed = kHour;                ///< clocks that run ahead must not move the minute window
constexpr std::int64_t kImportShown = 8LL << 20;        ///< smaller backlogs are read before anyone could look
constexpr const char *kMetaQuality = "quality_signals"; ///< "1" once there are imported ones
constexpr std::int64_t kBulkCalls = 20'000;             ///< commit a large batch before it grows further

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

/// What retention has let go stays in the roll-ups; reading its lines again must not count it twice.
void Pipeline::dropRetained(FactBatch &batch) const
{
    if (m_horizon == kNoTime)
        return;
    const std::size_t before = batch.calls.size();
    std::erase_if(batch.calls, [&](const CallFact &fact) { return fact.time < m_horizon; });
    batch.ignored += static_cast<std::int64_t>(before - batch.calls.size());
}

void Pipeline::trimMinutes()
{
    TimeNs newest = m_collator.newestEvent();
    if (newest == kNoTime)
        return;
    newest = std::min(newest, wallClockNow() + kFutureAllowed);
    m_minutes.keepFrom(bucketOf(bucketOf(newest, kMinute) - kMinutesKept, 60) * 60);
}

std::unique_ptr<SourceFeed> Pipeline::makeFeed(const SourceConfig &config)
{
    if (config.kind.empty() || formatOfKind(config.kind) != nullptr || !m_openRemote)
        return std::make_unique<FileFeed>(config, m_symbols);
    auto source = m_openRemote(config, m_symbols);
    return std::make_unique<RemoteFeed>(config, m_symbols, source ? std::move(*source) : nullptr,
                                        source ? std::string() : source.error().message);
}

bool Pipeline::awaited() const
{
    return std::any_of(m_feeds.begin(), m_feeds.end(), [](const auto &feed) { return feed->awaited(); });
}

void Pipeline::addSource(const SourceConfig &config, const ReworkStep &step)
{
    auto feed = makeFeed(config);
    if (auto files = m_ledger->loadFiles(config.target))
        feed->restore(*files);
    if (auto rejects = m_ledger->loadRejects())
        for (const RejectCount &reject : *rejects)
            if (reject.source == config.target)
                feed->addReject(reject);
    if (auto counters = m_ledger->loadCounters())
        for (const Ledger::SourceCounters &c : *counters)
            if (c.source == config.target)
                feed->setCounters(c.lines, c.ignored, c.duplicates);
    if (m_fromEnd)
        feed->skipToEnd(m_positions);
    if (!readOnly())
        if (const Result<> set = setTold(config.target, config.options.contains("told"), step); !set)
            m_error = set.error().message;
    m_feeds.push_back(std::move(feed));
    m_moreToRead = true;
}

void Pipeline::removeSource(const std::string &id, bool rowsToo)
{
    if (!commit())
        return; // what waits for room on the disk belongs to this source, too: it stays until there is some
    const auto it = std::find_if(m_feeds.begin(), m_feeds.end(), [&](const auto &f) { return f->config().id == id; });
    if (it == m_feeds.end())
        return;
    const std::string target = (*it)->config().target;
    const std::vector<TraitFact> told = rowsToo ? m_collator.traitsOf((*it)->symbol()) : std::vector<TraitFact>();
    m_feeds.erase(it);
    std::vector<std::pair<Key128, std::int32_t>> judged;
    for (const Key128 &run : m_collator.quality().runs())
        judged.emplace_back(run, m_collator.quality().countOf(run));
    // Calls that another source reported as well stay, and must be decided again without this one.
    const auto shared =
        rowsToo ? m_ledger->groupsSharedWith(target) : Result<std::vector<Key128>>(std::vector<Key128>{});
    const Result<> forgotten = m_ledger->forgetSource(target, rowsToo);
    if (!forgotten) {
        m_error = forgotten.error().message;
        return;
    }
    if (const Result<> reloaded = reloadAll(); !reloaded)
        m_error = reloaded.error().message;
    if (const Result<> done = m_collator.forgotten(told); !done)
        m_error = done.error().message;
    if (rowsToo)
        m_collator.decideAgain(judged);
    if (shared)
        for (const Key128 &group : *shared)
            if (const Result<> touched = m_collator.touch(group); !touched)
                m_error = touched.error().message;
    m_pendingFacts = m_pendingFacts || m_collator.pending();
}

Result<> Pipeline::reloadAll()
{
    m_collator.forgetWorkingSet();
    m_minutes.clear();
    m_quarters.clear();
    m_runs.clear();
    return load([] {});
}

void Pipeline::setPaused(const std::string &id, bool paused)
{
    for (const auto &feed : m_feeds)
        if (feed->config().id == id)
            feed->setPaused(paused);
    m_moreToRead = true;
}

void Pipeline::cancelImport()
{
    for (const auto &feed : m_feeds)
        if (feed->bytesPending() > 0)
            feed->setPaused(true);
    m_import = {};
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

bool Pipeline::readSome(std::int64_t budgetBytes, bool onlyDue)
{
    if (m_unsaved || readOnly() || !mergeHeld())
        return false;
    m_moreToRead = false;
    for (const auto &feed : m_feeds) {
        if (feed->paused() || (onlyDue && !feed->due(monotonicNow())))
            continue;
        Read read;
        read.feed = feed.get();
        const PollResult result = feed->poll(budgetBytes, read.batch, m_positions);
        m_moreToRead = m_moreToRead || result.more;
        m_importDone += result.bytesRead;
        if (read.batch.lines > 0 || read.batch.size() > 0) {
            dropRetained(read.batch);
            for (TraitFact &trait : read.batch.traits)
                trait.source = feed->symbol();
            m_read.push_back(std::move(read));
            m_held = true;
            if (!mergeHeld()) {
                m_moreToRead = true;
                break;
            }
        }
    }
    m_pendingFacts = !m_positions.empty() || !m_read.empty() || m_collator.pending();
    updateImport();
    std::int64_t calls = 0;
    for (const Read &read : m_read)
        calls += static_cast<std::int64_t>(read.batch.calls.size());
    if (calls > kBulkCalls)
        commit();
    return m_moreToRead;
}

/// Merges the batch that was read last, the only one that can be waiting for that.
bool Pipeline::mergeHeld()
{
    if (!m_held)
        return true;
    Read &read = m_read.back();
    if (const Result<> added = m_collator.add(read.batch, read.added); !added) {
        m_stall = added.error();
        return false;
    }
    m_held = false;
    return true;
}

void Pipeline::updateImport()
{
    std::int64_t pending = 0;
    for (const auto &feed : m_feeds)
        if (!feed->paused())
            pending += feed->bytesPending();
    const TimeNs now = monotonicNow();
    if (!m_import.active) {
        if (pending <= kImportShown) {
            m_importDone = 0;
            return;
        }
        m_import.active = true;
        m_importStart = now;
        m_importDone = 0;
    }
    m_import.bytesDone = m_importDone;
    m_import.bytesTotal = m_importDone + pending;
    m_import.callsDone = m_collator.callsAdded();
    const double seconds = static_cast<double>(now - m_importStart) / 1e9;
    // A rate measured over less than half a second is a guess, and so would the estimate be.
    m_import.secondsLeft = seconds > 0.5 && m_importDone > 0
                               ? static_cast<double>(pending) * seconds / static_cast<double>(m_importDone)
                               : -1;
    if (pending == 0)
        m_import = {};
}

bool Pipeline::commit()
{
    const bool stored = commitNow();
    for (const auto &feed : m_feeds)
        if (feed->awaited())
            feed->settled(stored ? Result<>() : Result<>(m_stall));
    return stored;
}

bool Pipeline::commitNow()
{
    if (!m_unsaved) {
        if (!hasPending())
            return true;
        // A position stored without the rows read up to it would lose them: they wait together.
        if (!mergeHeld())
            return false;
        LedgerWrite write;
        m_collator.collect(write);
        write.files = std::move(m_positions);
        m_positions.clear();
        // What was refused makes a total a lower bound: it commits with the rows or not at all.
        for (const Read &read : m_read)
            write.otherSources.push_back(
                {read.feed->config().target, read.batch.rejects, read.batch.lines, read.batch.ignored, 0});
        if (!write.otherSources.empty())
            write.otherSources.front().duplicates = m_collator.takeDuplicates();
        m_unsaved = std::move(write);
        m_pendingFacts = false;
    }
    LedgerWrite &write = *m_unsaved;
    Result<> done = storeHasQuality();
    if (done)
        done = m_ledger->commit(write);
    if (!done) {
        m_stall = done.error();
        return false;
    }
    m_stall = {};
    applyCommitted(write);
    m_unsaved.reset();
    return true;
}

void Pipeline::applyCommitted(LedgerWrite &write)
{
    const TimeNs now = wallClockNow();
    for (std::size_t i = 0; i < m_read.size(); ++i) {
        const Read &read = m_read[i];
        read.feed->account(read.batch, i == 0 ? write.otherSources.front().duplicates : 0, now);
        const bool live = !m_import.active && read.batch.newest != kNoTime;
        if (live)
            read.feed->setLag(std::max<std::int64_t>(0, now - read.batch.newest));
    }
    m_read.clear();
    if (m_seriesShared && m_seriesShared->size() != m_collator.series().size())
        m_seriesShared.reset();
    trimMinutes();
    m_minutes.apply(std::move(write.minuteDeltas));
    m_quarters.apply(std::move(write.quarterDeltas));
    m_collator.committed();
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
