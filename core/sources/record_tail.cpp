// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/sources/record_tail.h"

#include "core/sources/file_form.h"

#include <array>
#include <cerrno>
#include <sys/stat.h>

namespace flyball {

RecordTail::RecordTail(const TailOptions &options)
    : m_readAt(options.readAt), m_most(options.maxLineBytes), m_records(options.blockBytes, options.maxLineBytes)
{}

/// False when the next record is known to be still on its way: it need not be read again to see that.
bool RecordTail::isComplete(const TrackedFile &file) const
{
    std::array<char, kRecordHead> head{};
    if (m_readAt(file.fd.get(), head.data(), head.size(), file.offset) != kRecordHead) {
        return true; // reading says what is the matter
    }
    const std::int64_t length = recordLength(head.data());
    return length > m_most || file.offset + kRecordHead + length <= file.size;
}

int RecordTail::read(TrackedFile &file, TailOutput &out, std::int64_t quantum)
{
    struct stat status {};
    if (::fstat(file.fd.get(), &status) != 0) {
        return errno;
    }
    file.size = status.st_size;
    file.mtimeNs = mtimeNsOf(status);
    if (file.size < file.offset) {
        ++out.counters.truncations;
        out.startAgain(file);
        return 0;
    }
    MarkerWindow before;
    if (const int error = windowBefore(m_readAt, file.fd.get(), file.offset, before); error != 0) {
        return error;
    }
    if (before.marker() != file.marker) {
        ++out.counters.rewrites;
        out.startAgain(file);
        return 0;
    }
    if (!isComplete(file)) {
        file.pending = false;
        return 0;
    }
    PlainSource source(m_readAt, file.fd.get(), file.offset, file.size);
    m_records.start(file.offset, before);
    const std::int64_t stopAt = out.bytesRead + quantum;
    while (out.bytesRead < stopAt) {
        const BlockReader::Step step = m_records.next(source);
        if (step == BlockReader::Step::Error) {
            return m_records.error();
        }
        if (step == BlockReader::Step::End) {
            file.pending = false;
            return 0;
        }
        out.take(file, m_records, step == BlockReader::Step::Refused);
    }
    return 0;
}

int RecordTail::giveUp(TrackedFile &file, TailOutput &out)
{
    MarkerWindow before;
    if (const int error = windowBefore(m_readAt, file.fd.get(), file.size, before); error != 0) {
        return error;
    }
    out.reject(file, "record_truncated", file.offset, file.size - file.offset);
    file.offset = file.scanned = file.size;
    file.marker = before.marker();
    file.finished = true;
    out.positionOnly(file);
    return 0;
}

} // namespace flyball
