// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/sources/packed_tail.h"

#include "core/sources/file_form.h"

#include <algorithm>
#include <cerrno>
#include <sys/stat.h>

namespace flyball {

namespace {
constexpr std::int64_t kScratchBytes = 64LL << 10;
}

PackedTail::PackedTail(const TailOptions &options)
    : m_gzip(options.readAt),
      m_zstd(options.readAt),
      m_lines(options.blockBytes, options.maxLineBytes),
      m_records(options.blockBytes, options.maxLineBytes)
{}

void PackedTail::begin(const TrackedFile &file)
{
    m_source = file.kind == TrackedFile::Kind::Zstd ? static_cast<PackedSource *>(&m_zstd) : &m_gzip;
    const bool records = innerFormOf(*m_source, file.fd.get()) == FileForm::Records;
    m_blocks = records ? static_cast<BlockReader *>(&m_records) : &m_lines;
    m_window.clear();
    m_id = file.id;
    m_active = true;
    m_skipping = true;
    m_skipped = 0;
}

void PackedTail::forget(const FileId &id) { m_active = m_active && m_id != id; }

std::int64_t PackedTail::pendingBytes(const TrackedFile &file) const
{
    if (file.finished || file.gzipWaiting) {
        return 0;
    }
    return isActive(file.id) ? std::max<std::int64_t>(file.size - m_source->compressedOffset(), 0) : file.size;
}

int PackedTail::read(TrackedFile &file, TailOutput &out, std::int64_t quantum)
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
    if (isActive(file.id) && file.size < m_source->compressedOffset()) {
        ++out.counters.truncations;
        m_active = false;
        out.startAgain(file);
        return 0;
    }
    if (!isActive(file.id)) {
        begin(file);
    }
    m_source->setFd(file.fd.get());
    const std::int64_t stopAt = out.bytesRead + quantum;
    if (m_skipping) {
        const int error = skipConsumed(file, out, stopAt);
        if (error != 0 || m_skipping || !m_active) {
            return error;
        }
    }
    while (out.bytesRead < stopAt) {
        const BlockReader::Step step = m_blocks->next(*m_source);
        if (step == BlockReader::Step::Error) {
            m_active = false;
            return m_blocks->error();
        }
        if (step == BlockReader::Step::End) {
            atEnd(file, out);
            return 0;
        }
        out.take(file, *m_blocks, step == BlockReader::Step::Refused);
    }
    return 0;
}

int PackedTail::skipConsumed(TrackedFile &file, TailOutput &out, std::int64_t stopAt)
{
    if (!m_scratch) {
        m_scratch.reset(new char[kScratchBytes]);
    }
    while (m_skipped < file.offset && out.bytesRead < stopAt) {
        const std::int64_t room = std::min(kScratchBytes, file.offset - m_skipped);
        const ssize_t n = m_source->read(m_scratch.get(), static_cast<std::size_t>(room));
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
    const bool ended = m_skipped < file.offset && m_source->state() != PackedSource::State::Streaming;
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
    m_blocks->start(file.offset, m_window);
    return 0;
}

void PackedTail::atEnd(TrackedFile &file, TailOutput &out)
{
    const std::int64_t begin = m_blocks->restBegin();
    const std::int64_t rest = static_cast<std::int64_t>(m_blocks->rest().size());
    switch (m_source->state()) {
    case PackedSource::State::Truncated:
        file.pending = false;
        file.gzipWaiting = true;
        return;
    case PackedSource::State::Corrupt:
        out.reject(file, m_source->words().corrupt, begin, rest);
        break;
    case PackedSource::State::TrailingGarbage:
        out.reject(file, m_source->words().garbage, begin + rest, file.size - m_source->compressedOffset());
        [[fallthrough]];
    default:
        if (m_blocks->oversizeRest() > 0) {
            out.reject(file, "oversize", m_blocks->begin(), m_blocks->oversizeRest());
        } else if (rest > 0 && m_blocks->isRecords()) {
            out.reject(file, "record_truncated", begin, rest);
        } else if (rest > 0) {
            file.offset = begin + rest;
            file.marker = m_blocks->markerAfterRest();
            out.lines(file, m_blocks->rest(), true);
        }
    }
    finish(file, out);
}

void PackedTail::giveUp(TrackedFile &file, TailOutput &out)
{
    const bool known = isActive(file.id) && !m_skipping;
    const std::int64_t rest = known ? static_cast<std::int64_t>(m_blocks->rest().size()) + m_blocks->oversizeRest() : 0;
    const PackedSource &source = file.kind == TrackedFile::Kind::Zstd ? static_cast<PackedSource &>(m_zstd) : m_gzip;
    out.reject(file, source.words().truncated, file.offset, rest);
    finish(file, out);
}

void PackedTail::finish(TrackedFile &file, TailOutput &out)
{
    file.finished = true;
    file.gzipWaiting = file.pending = false;
    file.doneSize = file.size;
    ++out.counters.finished;
    m_active = false;
    out.positionOnly(file);
}

} // namespace flyball
