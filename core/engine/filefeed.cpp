// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/engine/filefeed.h"

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

FileFeed::FileFeed(SourceConfig config, SymbolTable &symbols)
    : SourceFeed(std::move(config), symbols),
      m_folder(isFolder(m_config.target)),
      m_format(m_config.kind.empty() ? nullptr : formatOfKind(m_config.kind)),
      m_tail(rootsOf(m_config.target, m_format), tailOptions())
{}

std::string FileFeed::keyOf(const FileId &id) { return std::to_string(id.device) + ":" + std::to_string(id.inode); }

void FileFeed::restore(const std::vector<StoredFile> &files)
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

const Format *FileFeed::formatFor(const Chunk &chunk) const
{
    if (m_format && !m_folder)
        return m_format;
    const Format *sniffed = sniffFormat(chunk.bytes.substr(0, 256 * 1024), chunk.record);
    return m_format && sniffed != m_format ? nullptr : sniffed;
}

void FileFeed::takeChunk(const Chunk &chunk, FactBatch &batch)
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

PollResult FileFeed::poll(std::int64_t budgetBytes, FactBatch &batch, std::vector<StoredFile> &positions)
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
TimeNs FileFeed::pollPeriod() const
{
    const TimeNs period = m_tail.suggestedTimeoutMs() * kMillisecond;
    if (period < kQuietPeriod)
        return period;
    const TailHealth health = m_tail.health();
    if (!health.inotify || health.inotifyLimited)
        return period;
    return std::max(period, static_cast<TimeNs>(m_last.filesTracked + health.foldersTracked) * kLookPeriod);
}

bool FileFeed::due(TimeNs monotonicNow) const
{
    if (!m_polled || m_last.more || monotonicNow >= m_nextPoll)
        return true;
    pollfd notices{notifyFd(), POLLIN, 0};
    return notices.fd >= 0 && ::poll(&notices, 1, 0) > 0;
}

int FileFeed::timeoutMs(TimeNs monotonicNow) const
{
    // Still due after the round means that reading has to wait for something else.
    if (m_last.more || !m_polled || monotonicNow >= m_nextPoll)
        return m_tail.suggestedTimeoutMs();
    return static_cast<int>((m_nextPoll - monotonicNow + kMillisecond - 1) / kMillisecond);
}

void FileFeed::skipToEnd(std::vector<StoredFile> &positions)
{
    FactBatch ignored;
    while (poll(256LL << 20, ignored, positions).more)
        ignored = FactBatch{};
}

void FileFeed::setPaused(bool paused)
{
    m_nextPoll = 0; // what came meanwhile is wanted now
    SourceFeed::setPaused(paused);
}

/// Asking walks over every file, a snapshot comes twelve times a second: only a poll can change the answer.
void FileFeed::noteTail(SourceHealth &health)
{
    if (!m_tailChanged)
        return;
    m_tailChanged = false;
    const TailHealth tail = m_tail.health();
    health.error.clear();
    if (!tail.folders.empty())
        health.error = tail.folders.front().path + ": " + tail.folders.front().reason;
    else if (!tail.files.empty())
        health.error = tail.files.front().path + ": " + tail.files.front().reason;
}

SourceState FileFeed::look(SourceHealth &health, TimeNs now)
{
    health.bytesPending = m_last.bytesPending;
    health.files = static_cast<std::int64_t>(m_last.filesTracked);
    health.filesUnreadable = static_cast<std::int64_t>(m_last.filesUnreadable);
    noteTail(health);
    if (!m_polled)
        return SourceState::Unknown;
    if (!health.error.empty() && m_last.filesTracked == m_last.filesUnreadable)
        return SourceState::Failing;
    return m_last.bytesPending > kCatchUpBytes ? SourceState::CatchingUp : liveOrIdle(now);
}

} // namespace flyball
