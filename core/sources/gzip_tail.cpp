// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/sources/gzip_tail.h"

#include <algorithm>
#include <cerrno>
#include <sys/stat.h>

namespace flyball {

namespace {
constexpr std::int64_t kScratchBytes = 64LL << 10;
}

GzipTail::GzipTail(const TailOptions &options)
    : m_source(options.readAt), m_lines(options.blockBytes, options.maxLineBytes)
{}

void GzipTail::forget(const FileId &id) { m_active = m_active && m_id != id; }

std::int64_t GzipTail::pendingBytes(const TrackedFile &file) const
{
    if (file.finished || file.gzipWaiting) {
        return 0;
    }
    return isActive(file.id) ? std::max<std::int64_t>(file.size - m_source.compressedOffset(), 0) : file.size;
}

int GzipTail::read(TrackedFile &file, TailOutput &out, std::int64_t quantum)
{
    struct stat status {};
    if (::fstat(file.fd.get(), &status) != 0) {
        return errno;
    }
    file.size = status.st_size;
    file.mtimeNs = mtimeNsOf(status);
    if (file.finished && file.size == file.doneSize) {
        file.pending = false;
        return 0;
    }
    file.finished = file.gzipWaiting = false;
    if (isActive(file.id) && file.size < m_source.compressedOffset()) {
        ++out.counters.truncations;
        m_active = false;
        out.startAgain(file);
        return 0;
    }
    if (!isActive(file.id)) {
        m_source.open(file.fd.get());
        m_window.clear();
        m_id = file.id;
        m_active = true;
        m_skipping = true;
        m_skipped = 0;
    }
    m_source.setFd(file.fd.get());
    const std::int64_t stopAt = out.bytesRead + quantum;
    if (m_skipping) {
        const int error = skipConsumed(file, out, stopAt);
        if (error != 0 || m_skipping || !m_active) {
            return error;
        }
    }
    while (out.bytesRead < stopAt) {
        switch (m_lines.next(m_source)) {
        case LineBlockReader::Step::Lines:
            file.offset = m_lines.end();
            file.marker = m_lines.marker();
            out.lines(file, m_lines.bytes());
            break;
        case LineBlockReader::Step::Oversize:
            out.reject(file, "oversize", m_lines.begin(), m_lines.end() - m_lines.begin());
            file.offset = m_lines.end();
            file.marker = m_lines.marker();
            out.positionOnly(file);
            break;
        case LineBlockReader::Step::Error:
            m_active = false;
            return m_lines.error();
        case LineBlockReader::Step::End:
            atEnd(file, out);
            return 0;
        }
    }
    return 0;
}

int GzipTail::skipConsumed(TrackedFile &file, TailOutput &out, std::int64_t stopAt)
{
    if (!m_scratch) {
        m_scratch.reset(new char[kScratchBytes]);
    }
    while (m_skipped < file.offset && out.bytesRead < stopAt) {
        const std::int64_t room = std::min(kScratchBytes, file.offset - m_skipped);
        const ssize_t n = m_source.read(m_scratch.get(), static_cast<std::size_t>(room));
        if (n < 0) {
            m_active = false;
            return errno;
        }
        if (n == 0) {
            break;
        }
        m_window.append({m_scratch.get(), static_cast<std::size_t>(n)});
        m_skipped += n;
        out.bytesRead += n; // costs as much as reading it
    }
    const bool ended = m_skipped < file.offset && m_source.state() != GzipSource::State::Streaming;
    if (m_skipped < file.offset && !ended) {
        return 0;
    }
    m_skipping = false;
    if (ended || m_window.marker() != file.marker) {
        out.counters.rewrites += file.borrowed ? 0 : 1;
        m_active = false;
        out.startAgain(file);
        return 0;
    }
    out.counters.repeats += file.borrowed ? 1 : 0;
    file.borrowed = false;
    m_lines.start(file.offset, m_window);
    return 0;
}

void GzipTail::atEnd(TrackedFile &file, TailOutput &out)
{
    const std::int64_t rest = static_cast<std::int64_t>(m_lines.rest().size());
    switch (m_source.state()) {
    case GzipSource::State::Truncated:
        file.pending = false;
        file.gzipWaiting = true;
        return;
    case GzipSource::State::Corrupt:
        out.reject(file, "gzip_corrupt", m_lines.restBegin(), rest);
        break;
    case GzipSource::State::TrailingGarbage:
        out.reject(file, "gzip_trailing_garbage", m_lines.restBegin() + rest, file.size - m_source.compressedOffset());
        [[fallthrough]];
    default:
        if (m_lines.oversizeRest() > 0) {
            out.reject(file, "oversize", m_lines.begin(), m_lines.oversizeRest());
        } else if (rest > 0) {
            file.offset = m_lines.restBegin() + rest;
            file.marker = m_lines.markerAfterRest();
            out.lines(file, m_lines.rest(), true);
        }
    }
    finish(file, out);
}

void GzipTail::giveUp(TrackedFile &file, TailOutput &out)
{
    const bool known = isActive(file.id) && !m_skipping;
    const std::int64_t rest = known ? static_cast<std::int64_t>(m_lines.rest().size()) + m_lines.oversizeRest() : 0;
    out.reject(file, "gzip_truncated", file.offset, rest);
    finish(file, out);
}

void GzipTail::finish(TrackedFile &file, TailOutput &out)
{
    file.finished = true;
    file.gzipWaiting = file.pending = false;
    file.doneSize = file.size;
    ++out.counters.finished;
    m_active = false;
    out.positionOnly(file);
}

} // namespace flyball
