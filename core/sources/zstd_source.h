// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/sources/byte_source.h"

#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

namespace flyball {

struct ZstdDecoder;

/// A zstd file, all its frames.
class ZstdSource final : public PackedSource {
public:
    explicit ZstdSource(ReadAt readAt = readAtOnce);
    ~ZstdSource() override;
    void open(int fd) override;
    ssize_t read(char *to, std::size_t room) override;
    [[nodiscard]] std::int64_t compressedOffset() const override;
    [[nodiscard]] const Words &words() const override;

private:
    [[nodiscard]] bool refill();

    ReadAt m_readAt;
    std::unique_ptr<ZstdDecoder> m_decoder;
    std::unique_ptr<char[]> m_input;
    std::size_t m_have = 0;
    std::size_t m_taken = 0;
    std::int64_t m_fileOffset = 0;
    bool m_insideFrame = false;
    bool m_anyFrame = false;
    bool m_more = false; ///< the decoder holds output that did not fit
};

/// Inflates one zstd message that stands in memory.
class ZstdMessage {
public:
    ZstdMessage();
    ~ZstdMessage();
    ZstdMessage(const ZstdMessage &) = delete;
    ZstdMessage &operator=(const ZstdMessage &) = delete;

    /// nullptr and the text in `content`, valid until the next call; else why not: zstd_corrupt, or oversize for
    /// more than `most` bytes of text.
    [[nodiscard]] const char *inflate(std::string_view message, std::int64_t most, std::string_view &content);

private:
    std::unique_ptr<ZstdDecoder> m_decoder;
    std::vector<char> m_text;
};

[[nodiscard]] bool startsLikeZstd(std::string_view head);
/// Length of the text as the head of a file's first frame states it; -1 when it does not.
[[nodiscard]] std::int64_t zstdTextLength(int fd);

} // namespace flyball
