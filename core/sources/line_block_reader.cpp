// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/sources/line_block_reader.h"

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace flyball {

LineBlockReader::LineBlockReader(std::int64_t blockBytes, std::int64_t maxLineBytes)
    : m_block(static_cast<std::size_t>(std::min(blockBytes, maxLineBytes + 1))),
      m_limit(static_cast<std::size_t>(maxLineBytes + 1))
{}

void LineBlockReader::start(std::int64_t offset, const MarkerWindow &before)
{
    m_used = m_emitted = m_searched = 0;
    m_base = m_begin = m_end = offset;
    m_skipping = false;
    m_atStart = offset == 0;
    m_error = 0;
    m_reason = "oversize"; // the only one there is
    m_window = before;
}

BlockReader::Step LineBlockReader::next(ByteSource &source)
{
    dropEmitted();
    while (true) {
        if (m_searched < m_used) {
            const char *from = m_buffer.get() + m_searched;
            const void *last = ::memrchr(from, '\n', m_used - m_searched);
            if (last != nullptr) {
                emit(static_cast<std::size_t>(static_cast<const char *>(last) - m_buffer.get()) + 1);
                return Step::Block;
            }
            m_searched = m_used;
        }
        if (!makeRoom()) { // a full buffer without '\n': the line is longer than allowed
            m_begin = m_base;
            m_skipping = true;
            m_window.append({m_buffer.get(), m_used});
            m_base += static_cast<std::int64_t>(m_used);
            m_used = m_searched = 0;
        }
        const ssize_t n = source.read(m_buffer.get() + m_used, m_capacity - m_used);
        if (n <= 0) {
            m_error = n < 0 ? errno : 0;
            return n < 0 ? Step::Error : Step::End;
        }
        if (m_skipping) {
            if (passOver(static_cast<std::size_t>(n))) {
                return Step::Refused;
            }
            continue;
        }
        m_used += static_cast<std::size_t>(n);
        dropLeadingNuls();
    }
}

void LineBlockReader::dropEmitted()
{
    if (m_emitted == 0) {
        return;
    }
    const std::size_t rest = m_used - m_emitted;
    m_base += static_cast<std::int64_t>(m_emitted);
    if (m_capacity > m_block && rest < m_block) { // give the room of a long line back
        std::unique_ptr<char[]> smaller(new char[m_block]);
        std::memcpy(smaller.get(), m_buffer.get() + m_emitted, rest);
        m_buffer = std::move(smaller);
        m_capacity = m_block;
    } else {
        std::memmove(m_buffer.get(), m_buffer.get() + m_emitted, rest);
    }
    m_used = rest;
    m_searched = rest; // emit() took everything up to the last '\n'
    m_emitted = 0;
}

bool LineBlockReader::makeRoom()
{
    if (m_used < m_capacity) {
        return true;
    }
    if (m_capacity >= m_limit) {
        return false;
    }
    const std::size_t capacity = m_capacity == 0 ? m_block : std::min(m_capacity * 2, m_limit);
    std::unique_ptr<char[]> bigger(new char[capacity]); // not value-initialised: it is read into at once
    if (m_used != 0) {
        std::memcpy(bigger.get(), m_buffer.get(), m_used);
    }
    m_buffer = std::move(bigger);
    m_capacity = capacity;
    return true;
}

bool LineBlockReader::passOver(std::size_t filled)
{
    const void *newline = std::memchr(m_buffer.get(), '\n', filled);
    const std::size_t passed =
        newline == nullptr ? filled : static_cast<std::size_t>(static_cast<const char *>(newline) - m_buffer.get()) + 1;
    m_window.append({m_buffer.get(), passed});
    m_base += static_cast<std::int64_t>(passed);
    m_used = filled - passed;
    m_searched = 0;
    if (newline == nullptr) {
        return false;
    }
    std::memmove(m_buffer.get(), m_buffer.get() + passed, m_used);
    m_skipping = false;
    m_end = m_base;
    return true;
}

void LineBlockReader::dropLeadingNuls()
{
    if (!m_atStart) {
        return;
    }
    const char *first = m_buffer.get();
    const char *text = std::find_if(first, first + m_used, [](char c) { return c != '\0'; });
    const std::size_t nuls = static_cast<std::size_t>(text - first);
    m_atStart = nuls == m_used;
    if (nuls != 0) {
        m_window.append({first, nuls});
        m_base += static_cast<std::int64_t>(nuls);
        m_used -= nuls;
        std::memmove(m_buffer.get(), m_buffer.get() + nuls, m_used);
    }
}

void LineBlockReader::emit(std::size_t bytes)
{
    m_emitted = bytes;
    m_begin = m_base;
    m_end = m_base + static_cast<std::int64_t>(bytes);
    m_window.append({m_buffer.get(), bytes});
}

} // namespace flyball
