// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/sources/record_block_reader.h"

#include "core/sources/file_form.h"

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace flyball {

namespace {
constexpr auto kHead = static_cast<std::size_t>(kRecordHead);
}

RecordBlockReader::RecordBlockReader(std::int64_t blockBytes, std::int64_t maxRecordBytes)
    : m_block(static_cast<std::size_t>(std::max<std::int64_t>(blockBytes, kRecordHead))), m_most(maxRecordBytes)
{}

void RecordBlockReader::start(std::int64_t offset, const MarkerWindow &before)
{
    m_at = m_used = 0;
    m_base = m_begin = m_end = offset;
    m_error = 0;
    m_content = {};
    m_window = before;
}

BlockReader::Step RecordBlockReader::next(ByteSource &source)
{
    m_content = {};
    while (true) {
        if (!fill(source, kHead)) {
            return m_error != 0 ? Step::Error : Step::End;
        }
        const std::int64_t length = recordLength(m_buffer.get() + m_at);
        if (length > m_most) {
            return refuseAll(source);
        }
        if (length != 0) {
            if (!fill(source, kHead + static_cast<std::size_t>(length))) {
                return m_error != 0 ? Step::Error : Step::End;
            }
            return take(static_cast<std::size_t>(length));
        }
        pass(kHead);
    }
}

BlockReader::Step RecordBlockReader::take(std::size_t length)
{
    const std::string_view record(m_buffer.get() + m_at + kHead, length);
    m_begin = m_base;
    const char *refused = nullptr;
    if (startsLikeZstd(record)) {
        refused = m_inflater.inflate(record, m_most, m_content);
    } else {
        m_content = record;
    }
    pass(kHead + length); // the bytes stay where they are until the next fill()
    m_end = m_base;
    if (refused == nullptr) {
        return Step::Block;
    }
    m_content = {};
    m_reason = refused;
    return Step::Refused;
}

/// At least `bytes` from m_at on. False when the source has no more, m_error set when it failed.
bool RecordBlockReader::fill(ByteSource &source, std::size_t bytes)
{
    m_error = 0;
    while (m_used - m_at < bytes) {
        makeRoom(bytes);
        const ssize_t n = source.read(m_buffer.get() + m_used, m_capacity - m_used);
        if (n <= 0) {
            m_error = n < 0 ? errno : 0;
            return false;
        }
        m_used += static_cast<std::size_t>(n);
    }
    return true;
}

void RecordBlockReader::makeRoom(std::size_t bytes)
{
    const std::size_t rest = m_used - m_at;
    // No larger than what has come asks for: a length is only a claim until its bytes are there.
    const std::size_t wanted = std::max(m_block, std::min(bytes, rest * 2));
    if (wanted > m_capacity || (m_capacity > m_block && wanted == m_block)) {
        std::unique_ptr<char[]> other(new char[wanted]);
        if (rest != 0) {
            std::memcpy(other.get(), m_buffer.get() + m_at, rest);
        }
        m_buffer = std::move(other);
        m_capacity = wanted;
    } else if (m_at != 0) {
        std::memmove(m_buffer.get(), m_buffer.get() + m_at, rest);
    } else {
        return;
    }
    m_at = 0;
    m_used = rest;
}

void RecordBlockReader::pass(std::size_t bytes)
{
    m_window.append({m_buffer.get() + m_at, bytes});
    m_at += bytes;
    m_base += static_cast<std::int64_t>(bytes);
}

BlockReader::Step RecordBlockReader::refuseAll(ByteSource &source)
{
    m_begin = m_base;
    do {
        pass(m_used - m_at);
    } while (fill(source, 1));
    m_end = m_base;
    m_reason = "record_length";
    return m_error != 0 ? Step::Error : Step::Refused;
}

} // namespace flyball
