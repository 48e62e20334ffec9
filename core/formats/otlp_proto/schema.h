// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "core/formats/otlp_proto/otlpproto.h"

namespace flyball::otlp {

/// How a field is written, and what it becomes in the JSON form.
enum class Wire : std::uint8_t {
    Text,
    Bytes,
    TraceId,
    SpanId,
    Bool,
    Int64,  ///< varint
    Number, ///< varint of at most 32 bits, enums as well
    Sint32, ///< zigzag varint
    Fixed32,
    Fixed64,
    SFixed64,
    Double,
    Message,
    Fixed64List, ///< packed or one by one
    DoubleList,
};

struct Message;

struct Field {
    std::uint32_t number = 0;
    Wire wire = Wire::Text;
    std::string_view name; ///< in JSON; empty: checked and left out
    const Message *message = nullptr;
    bool repeated = false;
};

inline constexpr std::size_t kMaxFields = 16; ///< of one message

struct Message {
    template <std::size_t N>
    constexpr Message(const Field (&all)[N], bool one = false) : fields(all), oneof(one)
    {
        static_assert(N <= kMaxFields);
    }
    std::span<const Field> fields; ///< in the order in which the JSON form has them
    bool oneof = false;            ///< of several values, the last one written counts
};

/// The request of a signal. Field numbers: opentelemetry-proto 1.x.
[[nodiscard]] const Message &requestOf(OtlpSignal signal);
/// Span, LogRecord or Metric.
[[nodiscard]] const Message &leafOf(OtlpSignal signal);

inline constexpr std::uint32_t kResources = 1;    ///< in a request
inline constexpr std::uint32_t kScopes = 2;       ///< in a resource
inline constexpr std::uint32_t kOldScopes = 1000; ///< instrumentation libraries, until 2022
inline constexpr std::uint32_t kLeaves = 2;       ///< in a scope

/// Wire type of the protobuf encoding.
[[nodiscard]] std::uint32_t wireTypeOf(Wire wire);

} // namespace flyball::otlp
