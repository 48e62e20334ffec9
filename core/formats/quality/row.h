// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/symbols.h"
#include "core/domain/facts.h"
#include "core/formats/jsonfields.h"

namespace flyball::quality {

/// What a row may say, by the names of the README.
enum class Column : std::uint8_t {
    Run,
    Trace,
    Session,
    Prompt,
    Request,
    Call,
    Name,
    Label,
    Score,
    Threshold,
    Time,
    Comment,
    Count,
};
inline constexpr std::size_t kColumns = static_cast<std::size_t>(Column::Count);

/// Any case; "request_id" and the like as well. Nothing for other names: their columns are passed over.
[[nodiscard]] std::optional<Column> columnOf(std::string_view name);

/// One row, decoded; an absent field is empty.
struct Row {
    std::array<std::string, kColumns> fields;
    [[nodiscard]] const std::string &operator[](Column c) const { return fields[static_cast<std::size_t>(c)]; }
    [[nodiscard]] std::string &operator[](Column c) { return fields[static_cast<std::size_t>(c)]; }
};
[[nodiscard]] Row rowOf(const JsonFields &fields);

/// Whether columns like these are a signal file: a name, something it says, and something it is about.
[[nodiscard]] bool isSignalRow(const std::array<bool, kColumns> &present);

[[nodiscard]] std::string_view trimmed(std::string_view text);

/// What a row says, at the address of the narrowest thing it names. Empty, or why it cannot be used.
[[nodiscard]] std::string_view signalOf(const Row &row, SymbolCache &symbols, TimeNs arrival, SignalFact &signal);

} // namespace flyball::quality
