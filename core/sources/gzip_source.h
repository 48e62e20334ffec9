// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/sources/byte_source.h"

#include <cstdint>
#include <memory>

namespace flyball {

/// A gzip file, all its members.
class GzipSource final : public PackedSource {
public:
    explicit GzipSource(ReadAt readAt = readAtOnce);
    ~GzipSource() override;
    void open(int fd) override;
    ssize_t read(char *to, std::size_t room) override;
    [[nodiscard]] std::int64_t compressedOffset() const override;
    [[nodiscard]] const Words &words() const override;

private:
    struct Inflater;
    [[nodiscard]] bool refill();
    [[nodiscard]] bool nextMember();

    ReadAt m_readAt;
    std::unique_ptr<Inflater> m_inflater;
    std::unique_ptr<unsigned char[]> m_input;
    std::int64_t m_fileOffset = 0;
    bool m_betweenMembers = true;
    bool m_anyMember = false;
};

} // namespace flyball
