// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/sources/block_reader.h"
#include "core/sources/source_types.h"
#include "core/sources/zstd_source.h"

#include <cstddef>
#include <memory>
#include <string_view>

namespace flyball {

/// Cuts a stream of records, each behind its length in 4 bytes, into one block per record: its content, inflated
/// where it is a zstd message. Empty records are passed over. A length beyond any record means that the writer
/// or the file lost its place, and nothing in the bytes tells where the next record begins: everything that is
/// there is refused as `record_length`. What is appended later is read from there on: a writer that died in the
/// middle of a record begins anew behind it. A record that does not inflate is refused (`zstd_corrupt`,
/// `oversize`) and the next one read.
class RecordBlockReader final : public BlockReader {
public:
    RecordBlockReader(std::int64_t blockBytes, std::int64_t maxRecordBytes);

    void start(std::int64_t offset, const MarkerWindow &before) override;
    [[nodiscard]] Step next(ByteSource &source) override;

    [[nodiscard]] std::string_view bytes() const override { return m_content; }
    [[nodiscard]] std::string_view rest() const override { return {m_buffer.get() + m_at, m_used - m_at}; }
    [[nodiscard]] std::int64_t restBegin() const override { return m_base; }
    [[nodiscard]] std::int64_t oversizeRest() const override { return 0; }
    [[nodiscard]] bool isRecords() const override { return true; }

private:
    [[nodiscard]] bool fill(ByteSource &source, std::size_t bytes);
    void makeRoom(std::size_t bytes);
    void pass(std::size_t bytes);
    [[nodiscard]] Step refuseAll(ByteSource &source);
    [[nodiscard]] Step take(std::size_t length);

    const std::size_t m_block;
    const std::int64_t m_most;
    std::unique_ptr<char[]> m_buffer;
    std::size_t m_capacity = 0;
    std::size_t m_at = 0; ///< first byte not passed on
    std::size_t m_used = 0;
    std::int64_t m_base = 0; ///< stream offset of m_at
    std::string_view m_content;
    ZstdMessage m_inflater;
};

} // namespace flyball
