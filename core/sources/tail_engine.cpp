// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/sources/tail_engine.h"

#include "core/sources/file_form.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <sys/stat.h>
#include <utility>

namespace flyball {

namespace {
constexpr TimeNs kActive = 10 * kSecond;
constexpr std::int64_t kQuantum = 4LL << 20; ///< one turn of a file
constexpr int kMaxBackoffSeconds = 60;
} // namespace

TailEngine::TailEngine(TailRoots roots, TailOptions options)
    : m_options(std::move(options)),
      m_folders(std::move(roots), m_options.useInotify, m_options.rescanEvery),
      m_plain(m_options),
      m_packed(m_options),
      m_records(m_options)
{}

PollResult TailEngine::poll(std::int64_t budgetBytes, const ChunkSink &sink, const RejectSink &rejects)
{
    m_now = m_options.clock();
    ++m_pollNumber;
    TailOutput out{sink, rejects, m_counters};
    const bool all = m_folders.sweep(
        m_now, [this](const std::string &path, std::uint64_t inode) { candidate(path, inode); },
        [this](const std::string &path) { touch(path); });
    if (m_pollNumber == 1) {
        adoptMoved();
    }
    lookAtFiles(all);
    lookAtDetached();
    readPending(budgetBytes, out);
    finishQuiet(out);
    m_lastPoll = m_now;
    if (out.bytesRead > 0) {
        m_lastActive = m_now;
    }
    return summary(out);
}

int TailEngine::openFile(TrackedFile &file)
{
    if (file.fd) {
        if (!file.detached) {
            m_open.splice(m_open.begin(), m_open, file.open);
        }
        return 0;
    }
    struct stat status {};
    int error = 0;
    UniqueFd fd = openRegular(file.path, status, error);
    if (!fd) {
        return error;
    }
    if (idOf(status) != file.id) {
        return ENOENT; // the name went to another file just now
    }
    while (m_open.size() >= std::max<std::size_t>(m_options.maxOpenFiles, 1)) {
        closeOldest();
    }
    file.fd = std::move(fd);
    m_open.push_front(&file);
    file.open = m_open.begin();
    return 0;
}

void TailEngine::closeOldest()
{
    m_open.back()->fd.reset();
    m_open.pop_back();
}

void TailEngine::readPending(std::int64_t budgetBytes, TailOutput &out)
{
    std::vector<TrackedFile *> files;
    for (const auto *group : {&m_detached, &m_order}) {
        std::copy_if(group->begin(), group->end(), std::back_inserter(files),
                     [this](const TrackedFile *file) { return readable(*file); });
    }
    std::stable_sort(files.begin(), files.end(), [](const TrackedFile *a, const TrackedFile *b) {
        return a->detached != b->detached ? a->detached : a->path < b->path;
    });
    // Begin behind the file served last, so that a small budget starves nobody.
    const auto next = std::find_if(files.begin(), files.end(),
                                   [this](const TrackedFile *f) { return !f->detached && f->path > m_lastServed; });
    std::rotate(std::find_if(files.begin(), files.end(), [](const TrackedFile *f) { return !f->detached; }), next,
                files.end());
    m_lastServed.clear();
    while (!files.empty() && out.bytesRead < budgetBytes) {
        for (TrackedFile *file : files) {
            if (out.bytesRead >= budgetBytes) {
                break;
            }
            readFile(*file, std::min(kQuantum, budgetBytes - out.bytesRead), out);
            m_lastServed = file->path;
        }
        std::erase_if(files, [this](const TrackedFile *file) { return !readable(*file); });
    }
    m_more = !files.empty();
}

bool TailEngine::readable(const TrackedFile &file) const { return file.pending && file.nextTry <= m_now; }

void TailEngine::readFile(TrackedFile &file, std::int64_t quantum, TailOutput &out)
{
    int error = openFile(file);
    if (error == ENOENT || error == ENOTDIR) {
        file.touched = true; // the next look says what became of it
        file.nextTry = m_now + 1;
        return;
    }
    if (error == 0 && file.kind == TrackedFile::Kind::Unknown && !detectKind(file)) {
        file.pending = false;
        return;
    }
    if (error == 0 && file.isPacked() && file.atStart && !file.compared) {
        borrowPosition(file);
    }
    if (error == 0) {
        error = readKind(file, quantum, out);
    }
    if (error != 0) {
        failed(file, error);
        return;
    }
    if (file.gzipWaiting && file.lastGrowth == kNoTime) {
        file.lastGrowth = m_now; // how long it has been cut short is not known: give it its minute
    }
    file.failures = 0;
    file.error.clear();
    file.nextTry = file.kind == TrackedFile::Kind::Database ? m_now + m_databases.rest() : kNoTime;
}

int TailEngine::readKind(TrackedFile &file, std::int64_t quantum, TailOutput &out)
{
    switch (file.kind) {
    case TrackedFile::Kind::Gzip:
    case TrackedFile::Kind::Zstd:
        return m_packed.read(file, out, quantum);
    case TrackedFile::Kind::Records:
        return m_records.read(file, out, quantum);
    case TrackedFile::Kind::Database:
        return m_databases.read(file, out, quantum);
    default:
        return m_plain.read(file, out, quantum);
    }
}

/// False while there are too few bytes to tell.
bool TailEngine::detectKind(TrackedFile &file) const
{
    std::array<char, kFormBytes> bytes{};
    const ssize_t n = readAtOnce(file.fd.get(), bytes.data(), bytes.size(), 0);
    if (n < 0) {
        return true; // reading meets the same error and reports it
    }
    const std::string_view head(bytes.data(), static_cast<std::size_t>(n));
    if (file.offset == 0 && headIsTooShort(head)) {
        return false;
    }
    switch (formOfHead(head)) {
    case FileForm::Gzip:
        file.kind = TrackedFile::Kind::Gzip;
        break;
    case FileForm::Zstd:
        file.kind = TrackedFile::Kind::Zstd;
        break;
    case FileForm::Records:
        file.kind = TrackedFile::Kind::Records;
        break;
    case FileForm::Database:
        file.kind = TrackedFile::Kind::Database;
        break;
    case FileForm::Plain:
        file.kind = TrackedFile::Kind::Plain;
    }
    return true;
}

void TailEngine::failed(TrackedFile &file, int error)
{
    file.error = errorWord(error);
    ++file.failures;
    const int seconds = file.failures > 6 ? kMaxBackoffSeconds : std::min(kMaxBackoffSeconds, 1 << (file.failures - 1));
    file.nextTry = m_now + seconds * kSecond;
    file.pending = true;
}

std::int64_t TailEngine::pendingBytes(const TrackedFile &file) const
{
    if (file.isPacked()) {
        return m_packed.pendingBytes(file);
    }
    if (file.kind == TrackedFile::Kind::Database) {
        return 0; // how much of it is new is known when it has been read
    }
    return file.pending ? std::max<std::int64_t>(file.size - std::max(file.offset, file.scanned), 0) : 0;
}

PollResult TailEngine::summary(const TailOutput &out) const
{
    PollResult result;
    result.bytesRead = out.bytesRead;
    result.filesTracked = m_files.size();
    result.filesRotated = m_detached.size();
    result.more = m_more;
    for (const auto *group : {&m_detached, &m_order}) {
        for (const TrackedFile *file : *group) {
            result.bytesPending += pendingBytes(*file);
            result.filesUnreadable += file->error.empty() ? 0U : 1U;
        }
    }
    return result;
}

int TailEngine::suggestedTimeoutMs() const
{
    if (m_more) {
        return 0;
    }
    return m_lastActive != kNoTime && m_lastPoll - m_lastActive < kActive ? 250 : 2000;
}

TailHealth TailEngine::health() const
{
    TailHealth health = m_counters;
    for (const auto *group : {&m_detached, &m_order}) {
        for (const TrackedFile *file : *group) {
            if (!file->error.empty()) {
                health.files.push_back({file->path, file->error, file->failures, file->nextTry});
            }
        }
    }
    for (const auto &[path, reason] : m_folders.problems()) {
        health.folders.push_back({path, reason, 0, 0});
    }
    health.foldersTracked = m_folders.size();
    health.filesOpen = m_open.size() + m_detached.size();
    health.inotify = m_folders.notifyFd() >= 0;
    health.inotifyLimited = m_folders.limited();
    return health;
}

} // namespace flyball
