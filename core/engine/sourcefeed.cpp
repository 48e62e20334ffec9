// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/engine/sourcefeed.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <poll.h>
#include <sys/stat.h>

#include "core/engine/scan.h"
#include "core/formats/wholeline.h"
#include "core/sources/list_files.h"

namespace flyball {

namespace {

constexpr TimeNs kMillisecond = 1'000'000;
constexpr TimeNs kQuietPeriod = 2 * kSecond; ///< between looks at a source that stands still
constexpr TimeNs kLookPeriod = 800'000;      ///< per file and folder; a look takes about 4 us
constexpr TimeNs kRateWindow = 5 * kSecond;
constexpr TimeNs kLiveFor = 60 * kSecond;
constexpr std::int64_t kCatchUpBytes = 1 << 20;

bool isFolder(const std::string &path)
{
    struct stat status {};
    return ::stat(path.c_str(), &status) == 0 && S_ISDIR(status.st_mode);
}

std::string toState(const FilePosition &p, const std::string &reader, const Format *format, bool refused)
{
    // 64-bit identities do not fit a JSON number of every reader, so they are texts.
    const nlohmann::json json = {{"device", std::to_string(p.id.device)},
                                 {"inode", std::to_string(p.id.inode)},
                                 {"path", p.path},
                                 {"offset", p.offset},
                                 {"marker", std::to_string(p.marker)},
                                 {"size", p.size},
                                 {"mtime", p.mtimeNs},
                                 {"finished", p.finished},
                                 {"reader", reader},
                                 {"format", format ? std::string(format->kind) : std::string()},
                                 {"refused", refused}};
    return json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

TailOptions tailOptions()
{
    TailOptions options;
    options.isWhole = isWholeObject;
    return options;
}

} // namespace

SourceFeed::SourceFeed(SourceConfig config, SymbolTable &symbols)
    : m_config(std::move(config)),
      m_symbols(symbols),
      m_cache(symbols),
      m_symbol(symbols.intern(m_config.target)),
      m_folder(isFolder(m_config.target)),
      m_format(m_config.kind.empty() ? nullptr : formatOfKind(m_config.kind)),
      m_tail(rootsOf(m_config.target, m_format), tailOptions())
{
    m_health.id = m_config.id;
    m_health.kind = m_config.kind;
    m_health.target = m_config.target;
    m_health.symbol = m_symbol;
    m_health.since = wallClockNow();
}

std::string SourceFeed::keyOf(const FileId &id) { return std::to_string(id.device) + ":" + std::to_string(id.inode); }

void SourceFeed::restore(const std::vector<StoredFile> &files)
{
    std::vector<FilePosition> positions;
    for (const StoredFile &file : files) {
        const nlohmann::json json = nlohmann::json::parse(file.state, nullptr, false);
        if (!json.is_object())
            continue;
        const auto text = [&](const char *key) {
            const auto it = json.find(key);
            return it != json.end() && it->is_string() ? it->get<std::string>() : std::string();
        };
        const auto number = [&](const char *key) {
            const auto it = json.find(key);
            return it != json.end() && it->is_number_integer() ? it->get<std::int64_t>() : 0;
        };
        FilePosition p;
        p.id.device = std::strtoull(text("device").c_str(), nullptr, 10);
        p.id.inode = std::strtoull(text("inode").c_str(), nullptr, 10);
        p.path = text("path");
        p.offset = number("offset");
        p.marker = std::strtoull(text("marker").c_str(), nullptr, 10);
        p.size = number("size");
        p.mtimeNs = number("mtime");
        p.finished = json.value("finished", false);
        File &known = m_files[p.id];
        known.restored = text("reader");
        known.format = formatOfKind(text("format"));
        known.refused = json.value("refused", false);
        setOffset(p.path, p.offset);
        positions.push_back(std::move(p));
    }
    m_tail.restore(std::move(positions));
}

const Format *SourceFeed::formatFor(const Chunk &chunk) const
{
    if (m_format && !m_folder)
        return m_format;
    const Format *sniffed = sniffFormat(chunk.bytes.substr(0, 256 * 1024), chunk.record);
    return m_format && sniffed != m_format ? nullptr : sniffed;
}

void SourceFeed::takeChunk(const Chunk &chunk, FactBatch &batch)
{
    m_touched[keyOf(chunk.id)] = chunk.after;
    setOffset(chunk.path, chunk.after.offset);
    File &file = m_files[chunk.id];
    if (chunk.fromStart || chunk.begin == 0) {
        file = File{};
    }
    if (chunk.bytes.empty())
        return;
    if (!file.format && !file.refused) {
        file.format = formatFor(chunk);
        file.refused = file.format == nullptr;
    }
    if (file.refused)
        return;
    if (!file.reader) {
        ReaderContext context;
        context.symbols = &m_cache;
        context.source = m_symbol;
        context.path = chunk.path;
        context.arrival = wallClockNow();
        file.reader = file.format->makeReader(context);
        if (!file.restored.empty())
            file.reader->restoreState(file.restored);
        file.restored.clear();
    }
    file.reader->read(chunk.bytes, chunk.begin, batch);
}

PollResult SourceFeed::poll(std::int64_t budgetBytes, FactBatch &batch, std::vector<StoredFile> &positions)
{
    m_touched.clear();
    m_last = m_tail.poll(
        budgetBytes, [&](const Chunk &chunk) { takeChunk(chunk, batch); },
        [&](const Reject &reject) {
            batch.rejects.push_back(
                {m_cache.intern(reject.reason), m_cache.intern(reject.path), reject.offset, reject.length});
        });
    m_polled = true;
    m_tailChanged = true;
    m_nextPoll = monotonicNow() + pollPeriod();
    for (const auto &[key, position] : m_touched) {
        const File &file = m_files[position.id];
        const std::string reader = file.reader ? file.reader->saveState() : file.restored;
        positions.push_back({m_config.target, key, toState(position, reader, file.format, file.refused)});
    }
    // A rotated or finished file needs no reader any more; a new chunk of it would make one again.
    return m_last;
}

/// Every look costs a stat() per file. Where the kernel tells of changes it is but a safety net, so large
/// trees are looked at less often: at most about half a per cent of a core, whatever their size.
TimeNs SourceFeed::pollPeriod() const
{
    const TimeNs period = m_tail.suggestedTimeoutMs() * kMillisecond;
    if (period < kQuietPeriod)
        return period;
    const TailHealth health = m_tail.health();
    if (!health.inotify || health.inotifyLimited)
        return period;
    return std::max(period, static_cast<TimeNs>(m_last.filesTracked + health.foldersTracked) * kLookPeriod);
}

bool SourceFeed::due(TimeNs monotonicNow) const
{
    if (!m_polled || m_last.more || monotonicNow >= m_nextPoll)
        return true;
    pollfd notices{notifyFd(), POLLIN, 0};
    return notices.fd >= 0 && ::poll(&notices, 1, 0) > 0;
}

int SourceFeed::timeoutMs(TimeNs monotonicNow) const
{
    // Still due after the round means that reading has to wait for something else.
    if (m_last.more || !m_polled || monotonicNow >= m_nextPoll)
        return m_tail.suggestedTimeoutMs();
    return static_cast<int>((m_nextPoll - monotonicNow + kMillisecond - 1) / kMillisecond);
}

void SourceFeed::skipToEnd(std::vector<StoredFile> &positions)
{
    FactBatch ignored;
    while (poll(256LL << 20, ignored, positions).more)
        ignored = FactBatch{};
}

void SourceFeed::accountRejects(const std::vector<RejectFact> &rejects)
{
    for (const RejectFact &reject : rejects) {
        ++m_health.rejected;
        const std::string reason(m_symbols.text(reject.reason));
        auto it = std::find_if(m_health.rejects.begin(), m_health.rejects.end(),
                               [&](const RejectReason &r) { return r.reason == reason; });
        if (it == m_health.rejects.end())
            it = m_health.rejects.insert(m_health.rejects.end(), RejectReason{reason, 0, {}, 0, 0});
        ++it->count;
        it->lastPath = m_symbols.text(reject.path);
        it->lastOffset = reject.offset;
        it->lastLength = reject.length;
    }
}

void SourceFeed::addReject(const RejectCount &reject)
{
    m_health.rejected += reject.count;
    auto it = std::find_if(m_health.rejects.begin(), m_health.rejects.end(),
                           [&](const RejectReason &r) { return r.reason == reject.reason; });
    if (it == m_health.rejects.end())
        it = m_health.rejects.insert(m_health.rejects.end(), RejectReason{reject.reason, 0, {}, 0, 0});
    it->count += reject.count;
    it->lastPath = reject.path;
    it->lastOffset = reject.offset;
    it->lastLength = reject.length;
}

void SourceFeed::account(const FactBatch &batch, std::int64_t duplicates, TimeNs now)
{
    m_health.lines += batch.lines;
    m_health.ignored += batch.ignored;
    m_health.metrics += batch.metrics;
    m_health.duplicates += duplicates;
    m_health.newestEvent = std::max(m_health.newestEvent, batch.newest);
    accountRejects(batch.rejects);
    if (batch.lines > 0) {
        m_recent.emplace_back(now, batch.lines);
        m_lastData = now;
    }
}

void SourceFeed::setCounters(std::int64_t lines, std::int64_t ignored, std::int64_t duplicates)
{
    m_health.lines = lines;
    m_health.ignored = ignored;
    m_health.duplicates = duplicates;
}

void SourceFeed::setPaused(bool paused)
{
    m_config.paused = paused;
    m_nextPoll = 0; // what came meanwhile is wanted now
    setState(paused ? SourceState::Paused : SourceState::Unknown, wallClockNow());
}

void SourceFeed::setState(SourceState state, TimeNs now)
{
    if (m_health.state == state)
        return;
    m_health.state = state;
    m_health.since = now;
}

/// Asking walks over every file, a snapshot comes twelve times a second: only a poll can change the answer.
void SourceFeed::noteTail()
{
    if (!m_tailChanged)
        return;
    m_tailChanged = false;
    const TailHealth tail = m_tail.health();
    m_health.error.clear();
    if (!tail.folders.empty())
        m_health.error = tail.folders.front().path + ": " + tail.folders.front().reason;
    else if (!tail.files.empty())
        m_health.error = tail.files.front().path + ": " + tail.files.front().reason;
}

void SourceFeed::setOffset(const std::string &path, std::int64_t offset)
{
    std::int64_t &known = m_offsets[path];
    m_bytesTaken += offset - known;
    known = offset;
}

SourceHealth SourceFeed::health(TimeNs now)
{
    while (!m_recent.empty() && m_recent.front().first < now - kRateWindow)
        m_recent.pop_front();
    std::int64_t lines = 0;
    for (const auto &[when, count] : m_recent)
        lines += count;
    m_health.linesPerSecond = static_cast<double>(lines) / (static_cast<double>(kRateWindow) / 1e9);
    m_health.bytesPending = m_last.bytesPending;
    m_health.files = static_cast<std::int64_t>(m_last.filesTracked);
    m_health.filesUnreadable = static_cast<std::int64_t>(m_last.filesUnreadable);
    m_health.bytesRead = m_bytesTaken;
    noteTail();
    if (m_config.paused)
        setState(SourceState::Paused, now);
    else if (!m_polled)
        setState(SourceState::Unknown, now);
    else if (!m_health.error.empty() && m_last.filesTracked == m_last.filesUnreadable)
        setState(SourceState::Failing, now);
    else if (m_last.bytesPending > kCatchUpBytes)
        setState(SourceState::CatchingUp, now);
    else
        setState(m_lastData > 0 && now - m_lastData < kLiveFor ? SourceState::Live : SourceState::Idle, now);
    return m_health;
}

} // namespace flyball
