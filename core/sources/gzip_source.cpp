// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/sources/gzip_source.h"

#include <algorithm>
#include <cerrno>
#include <limits>
#include <new>
#include <utility>
#include <zlib.h>

namespace flyball {

namespace {
constexpr std::size_t kInputBytes = 256U << 10;
constexpr int kGzipOnly = 15 + 16;
} // namespace

struct GzipSource::Inflater {
    Inflater()
    {
        if (inflateInit2(&z, kGzipOnly) != Z_OK) {
            throw std::bad_alloc(); // the only failure a matching zlib has here
        }
    }
    ~Inflater() { inflateEnd(&z); }
    Inflater(const Inflater &) = delete;
    Inflater &operator=(const Inflater &) = delete;
    z_stream z{};
};

GzipSource::GzipSource(ReadAt readAt) : m_readAt(std::move(readAt)) {}
GzipSource::~GzipSource() = default;

const PackedSource::Words &GzipSource::words() const
{
    static constexpr Words kWords{"gzip_truncated", "gzip_corrupt", "gzip_trailing_garbage"};
    return kWords;
}

void GzipSource::open(int fd)
{
    m_inflater = std::make_unique<Inflater>();
    if (!m_input) {
        m_input.reset(new unsigned char[kInputBytes]);
    }
    m_fd = fd;
    m_fileOffset = 0;
    m_betweenMembers = true;
    m_anyMember = false;
    m_state = State::Streaming;
}

std::int64_t GzipSource::compressedOffset() const
{
    return m_inflater ? m_fileOffset - static_cast<std::int64_t>(m_inflater->z.avail_in) : 0;
}

bool GzipSource::refill()
{
    const ssize_t n = m_readAt(m_fd, reinterpret_cast<char *>(m_input.get()), kInputBytes, m_fileOffset);
    if (n < 0) {
        m_state = State::Failed;
        return false;
    }
    m_inflater->z.next_in = m_input.get();
    m_inflater->z.avail_in = static_cast<uInt>(n);
    m_fileOffset += n;
    return n > 0;
}

/// Stands at a member's first byte, or says in m_state why there is none.
bool GzipSource::nextMember()
{
    z_stream &z = m_inflater->z;
    while (true) {
        if (z.avail_in == 0 && !refill()) {
            if (m_state != State::Failed) {
                m_state = m_anyMember ? State::Ended : State::Truncated;
            }
            return false;
        }
        if (m_anyMember && *z.next_in == 0) {
            ++z.next_in;
            --z.avail_in;
            continue;
        }
        if (m_anyMember && *z.next_in != 0x1f) {
            m_state = State::TrailingGarbage;
            return false;
        }
        if (m_anyMember) {
            inflateReset(&z);
        }
        m_betweenMembers = false;
        return true;
    }
}

ssize_t GzipSource::read(char *to, std::size_t room)
{
    if (m_state == State::Corrupt || m_state == State::TrailingGarbage) {
        return 0;
    }
    m_state = State::Streaming;
    z_stream &z = m_inflater->z;
    const uInt asked = static_cast<uInt>(std::min<std::size_t>(room, std::numeric_limits<uInt>::max()));
    z.next_out = reinterpret_cast<Bytef *>(to);
    z.avail_out = asked;
    while (z.avail_out == asked) {
        if (m_betweenMembers && !nextMember()) {
            return m_state == State::Failed ? -1 : 0;
        }
        if (z.avail_in == 0 && !refill()) {
            if (m_state == State::Failed) {
                return -1;
            }
            m_state = State::Truncated;
            return 0;
        }
        const int result = inflate(&z, Z_NO_FLUSH);
        if (result == Z_STREAM_END) {
            m_betweenMembers = true;
            m_anyMember = true;
        } else if (result != Z_OK && result != Z_BUF_ERROR) {
            m_state = m_anyMember && z.total_out == 0 ? State::TrailingGarbage : State::Corrupt;
            break;
        }
    }
    return static_cast<ssize_t>(asked - z.avail_out);
}

} // namespace flyball
