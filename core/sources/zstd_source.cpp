// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/sources/zstd_source.h"

#include <algorithm>
#include <array>
#include <new>
#include <utility>
#include <zstd.h>

namespace flyball {

namespace {

constexpr std::size_t kInputBytes = 256U << 10;
constexpr std::size_t kFirstText = 64U << 10;
constexpr std::size_t kMostHead = 18; ///< of a frame (RFC 8878)
constexpr std::string_view kMagic("\x28\xb5\x2f\xfd", 4);

} // namespace

struct ZstdDecoder {
    ZstdDecoder() : stream(ZSTD_createDCtx())
    {
        if (stream == nullptr) {
            throw std::bad_alloc(); // the only failure it has here
        }
    }
    ~ZstdDecoder() { ZSTD_freeDCtx(stream); }
    ZstdDecoder(const ZstdDecoder &) = delete;
    ZstdDecoder &operator=(const ZstdDecoder &) = delete;
    ZSTD_DCtx *stream; ///< its default window limit, 128 MiB, bounds the memory
};

ZstdSource::ZstdSource(ReadAt readAt) : m_readAt(std::move(readAt)) {}
ZstdSource::~ZstdSource() = default;

const PackedSource::Words &ZstdSource::words() const
{
    static constexpr Words kWords{"zstd_truncated", "zstd_corrupt", "zstd_trailing_garbage"};
    return kWords;
}

void ZstdSource::open(int fd)
{
    m_decoder = std::make_unique<ZstdDecoder>();
    if (!m_input) {
        m_input.reset(new char[kInputBytes]);
    }
    m_fd = fd;
    m_have = m_taken = 0;
    m_fileOffset = 0;
    m_insideFrame = m_anyFrame = m_more = false;
    m_state = State::Streaming;
}

std::int64_t ZstdSource::compressedOffset() const { return m_fileOffset - static_cast<std::int64_t>(m_have - m_taken); }

bool ZstdSource::refill()
{
    const ssize_t n = m_readAt(m_fd, m_input.get(), kInputBytes, m_fileOffset);
    m_taken = 0;
    m_have = n > 0 ? static_cast<std::size_t>(n) : 0;
    m_fileOffset += static_cast<std::int64_t>(m_have);
    if (n < 0) {
        m_state = State::Failed;
    }
    return n > 0;
}

ssize_t ZstdSource::read(char *to, std::size_t room)
{
    if (m_state == State::Corrupt || m_state == State::TrailingGarbage) {
        return 0;
    }
    m_state = State::Streaming;
    ZSTD_outBuffer out{to, room, 0};
    while (out.pos == 0) {
        if (m_taken == m_have && !m_more && !refill()) {
            if (m_state == State::Failed) {
                return -1;
            }
            m_state = m_anyFrame && !m_insideFrame ? State::Ended : State::Truncated;
            return 0;
        }
        ZSTD_inBuffer in{m_input.get(), m_have, m_taken};
        const bool betweenFrames = !m_insideFrame;
        const std::size_t hint = ZSTD_decompressStream(m_decoder->stream, &out, &in);
        m_taken = in.pos;
        if (ZSTD_isError(hint) != 0U) {
            m_state = betweenFrames && m_anyFrame ? State::TrailingGarbage : State::Corrupt;
            return static_cast<ssize_t>(out.pos);
        }
        m_insideFrame = hint != 0;
        m_anyFrame = m_anyFrame || hint == 0;
        m_more = hint != 0 && out.pos == out.size;
    }
    return static_cast<ssize_t>(out.pos);
}

ZstdMessage::ZstdMessage() = default;
ZstdMessage::~ZstdMessage() = default;

const char *ZstdMessage::inflate(std::string_view message, std::int64_t most, std::string_view &content)
{
    if (!m_decoder) {
        m_decoder = std::make_unique<ZstdDecoder>();
    }
    ZSTD_DCtx_reset(m_decoder->stream, ZSTD_reset_session_only);
    if (m_text.size() > kInputBytes * 16 || m_text.empty()) { // give the room of a large one back
        m_text = std::vector<char>(kFirstText);
    }
    const std::size_t limit = static_cast<std::size_t>(most) + 1;
    ZSTD_inBuffer in{message.data(), message.size(), 0};
    ZSTD_outBuffer out{m_text.data(), m_text.size(), 0};
    std::size_t hint = 1;
    while (in.pos < in.size || (hint != 0 && out.pos == out.size)) {
        if (out.pos == out.size) {
            if (out.size >= limit) {
                return "oversize";
            }
            m_text.resize(std::min(limit, m_text.size() * 2));
            out.dst = m_text.data();
            out.size = m_text.size();
        }
        const std::size_t before = in.pos + out.pos;
        hint = ZSTD_decompressStream(m_decoder->stream, &out, &in);
        if (ZSTD_isError(hint) != 0U || (hint != 0 && in.pos + out.pos == before && out.pos < out.size)) {
            return "zstd_corrupt";
        }
    }
    if (hint != 0) { // the message ends inside a frame
        return "zstd_corrupt";
    }
    if (out.pos > static_cast<std::size_t>(most)) {
        return "oversize";
    }
    content = {m_text.data(), out.pos};
    return nullptr;
}

bool startsLikeZstd(std::string_view head) { return head.substr(0, kMagic.size()) == kMagic; }

std::int64_t zstdTextLength(int fd)
{
    std::array<char, kMostHead> head{};
    const ssize_t n = readAtOnce(fd, head.data(), head.size(), 0);
    const unsigned long long length =
        n <= 0 ? ZSTD_CONTENTSIZE_UNKNOWN : ZSTD_getFrameContentSize(head.data(), static_cast<std::size_t>(n));
    const bool known = length != ZSTD_CONTENTSIZE_UNKNOWN && length != ZSTD_CONTENTSIZE_ERROR && length < 1ULL << 62;
    return known ? static_cast<std::int64_t>(length) : -1;
}

} // namespace flyball
