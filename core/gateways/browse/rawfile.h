// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/gateways/browse/rawpage.h"

namespace flyball {

inline constexpr std::size_t kMostRawRecords = 500;
inline constexpr std::int64_t kMostRawTail = std::int64_t{16} << 20U;  ///< of a file of lines
inline constexpr std::int64_t kMostRawWhole = std::int64_t{64} << 20U; ///< of one that can only be read from its start

/// The last records of the newest file of a source of files, and what its reader says of each. Of a record its fields
/// are shown, never its text (fieldsOf).
[[nodiscard]] Result<RawPage> browseFiles(const SourceConfig &config);

} // namespace flyball
