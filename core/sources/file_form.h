// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/sources/byte_source.h"

#include <cstdint>
#include <string_view>

namespace flyball {

/// How a file holds what readers are given, told from its first bytes.
enum class FileForm : std::uint8_t {
    Plain,    ///< lines
    Gzip,     ///< lines or records, compressed as a whole
    Zstd,     ///< the same
    Database, ///< SQLite, of OpenCode
    Records,  ///< each behind its length in 4 bytes, most significant first: protobuf, or a zstd message
};

inline constexpr std::size_t kFormBytes = 16;

/// `head`: the first kFormBytes, fewer only if there are no more. Text is never taken for records: its first
/// bytes, read as a length, are beyond any record.
[[nodiscard]] FileForm formOfHead(std::string_view head);
/// Whether more bytes behind this head could make another form of it.
[[nodiscard]] bool headIsTooShort(std::string_view head);
[[nodiscard]] FileForm formOf(int fd);
/// Form of the content of a compressed file: Plain or Records. `source` stands at its start afterwards.
[[nodiscard]] FileForm innerFormOf(PackedSource &source, int fd);

/// Length in the first 4 bytes.
[[nodiscard]] std::int64_t recordLength(const char *frame);
inline constexpr std::int64_t kRecordHead = 4;

} // namespace flyball
