// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/sources/block_reader.h"
#include "core/sources/source_types.h"

#include <cstddef>
#include <memory>
#include <string_view>

namespace flyball {

/// Cuts a stream into blocks of whole lines, in one reused buffer that grows only for a line longer
/// than a block, up to maxLine + 1 bytes. Longer lines are passed over without being kept (`oversize`). NULs at the
/// very start of the stream (hole of a copytruncate) are dropped. Not thread safe.
class LineBlockReader final : public BlockReader {
public:
    LineBlockReader(std::int64_t blockBytes, std::int64_t maxLineBytes);

    void start(std::int64_t offset, const MarkerWindow &before) override;
    [[nodiscard]] Step next(ByteSource &source) override;

    [[nodiscard]] std::string_view bytes() const override { return {m_buffer.get(), m_emitted}; }
    [[nodiscard]] std::string_view rest() const override { return {m_buffer.get(), m_used}; }
    [[nodiscard]] std::int64_t restBegin() const override { return m_base; }
    [[nodiscard]] std::int64_t oversizeRest() const override { return m_skipping ? m_base - m_begin : 0; }
    [[nodiscard]] bool isRecords() const override { return false; }

private:
    void dropEmitted();
    bool makeRoom();
    [[nodiscard]] bool passOver(std::size_t filled);
    void dropLeadingNuls();
    void emit(std::size_t bytes);

    const std::size_t m_block;
    const std::size_t m_limit; ///< longest line and its '\n'
    std::unique_ptr<char[]> m_buffer;
    std::size_t m_capacity = 0;
    std::size_t m_used = 0;
    std::size_t m_emitted = 0;
    std::size_t m_searched = 0; ///< first bytes known to hold no '\n'
    std::int64_t m_base = 0;    ///< stream offset of the buffer's first byte
    bool m_skipping = false;
    bool m_atStart = true;
};

} // namespace flyball
