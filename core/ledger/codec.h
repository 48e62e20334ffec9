// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string_view>

#include "core/ledger/ledger.h"
#include "core/ledger/record.h"

namespace flyball {

/// What a row of `calls` holds in columns of its own, because queries filter, order or index on
/// it: the call's view where it is counted, else the fact's.
struct CallColumns {
    Key128 group;
    std::uint64_t sub = 0;
    Key128 run;
    TimeNs time = 0;
    PicoUsd cost = 0;
    Symbol workflow = 0, model = 0, provider = 0, agent = 0, step = 0, source = 0, tier = 0, segment = 0, session = 0;
    Symbol producer = 0;
    bool counted = true, failed = false;
    bool metered = false; ///< counted, but no call
    bool priced = false;  ///< not CostOrigin::Unpriced
    bool hasCost = false; ///< `cost` is known
};
[[nodiscard]] CallColumns columnsOf(const StoredCall &stored);

/// False for sums that no real rows add up to; two that are within can be added without overflow.
[[nodiscard]] bool isPlausible(const Totals &totals);

/// Turns facts into records and back. Not thread-safe; one per connection.
class Codec {
public:
    Codec(Names &names, Names &texts) : m_writer(names, texts), m_reader(names, texts) {}

    // Records are valid until the next encode.
    [[nodiscard]] std::string_view encode(const StoredCall &stored, const CallColumns &columns);
    [[nodiscard]] std::string_view encode(const SpanFact &span);
    [[nodiscard]] std::string_view encode(const SignalFact &signal);
    [[nodiscard]] std::string_view encode(const RunRow &row);
    [[nodiscard]] std::string_view encode(const Totals &totals);

    // The keys (columns) are filled in by the caller before; false = the record is damaged.
    [[nodiscard]] bool decode(std::string_view record, const CallColumns &columns, StoredCall &out);
    [[nodiscard]] bool decode(std::string_view record, SpanFact &out);
    [[nodiscard]] bool decode(std::string_view record, SignalFact &out);
    [[nodiscard]] bool decode(std::string_view record, RunRow &out);
    [[nodiscard]] bool decode(std::string_view record, Totals &out);

private:
    RecordWriter m_writer;
    RecordReader m_reader;
};

} // namespace flyball
