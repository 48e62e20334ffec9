// SPDX-License-Identifier: GPL-3.0-or-later
// Sources that come, rest and go.
#include <algorithm>

#include "core/engine/filefeed.h"
#include "core/engine/pipeline.h"
#include "core/engine/remotefeed.h"

namespace flyball {

std::unique_ptr<SourceFeed> Pipeline::makeFeed(const SourceConfig &config)
{
    if (config.kind.empty() || formatOfKind(config.kind) != nullptr || !m_openRemote)
        return std::make_unique<FileFeed>(config, m_symbols);
    auto source = m_openRemote(config, m_symbols);
    return std::make_unique<RemoteFeed>(config, m_symbols, source ? std::move(*source) : nullptr,
                                        source ? std::string() : source.error().message);
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

} // namespace flyball
