// SPDX-License-Identifier: GPL-3.0-or-later
// What a server that speaks the HTTP API of Prometheus answers to a query, as values. Format: Prometheus
// docs/querying/api.md; VictoriaMetrics, Thanos and Mimir answer in the same form.
#pragma once

#include "core/base/time.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace flyball {

enum class PromType : std::uint8_t { None, Vector, Matrix, Scalar, String };

/// What an answer without data means for who asked.
enum class PromFault : std::uint8_t {
    None,
    TooMuch,  ///< too many samples, too long: a smaller window may do
    Denied,   ///< 401, 403, 407
    Later,    ///< 429, 5xx: the same again after a while
    Method,   ///< 405: not in this form
    Refused,  ///< the query itself
    NotThere, ///< 404
    Broken,   ///< not what such a server answers
};

struct PromPoint {
    TimeNs at = 0;           ///< whole milliseconds
    std::uint32_t begin = 0; ///< of its value in PromAnswer::text
    std::uint32_t size = 0;
};

struct PromSeries {
    std::vector<std::pair<std::string, std::string>> labels; ///< as told, with __name__
    std::size_t first = 0;                                   ///< of its samples
    std::size_t count = 0;

    [[nodiscard]] std::string_view label(std::string_view name) const
    {
        for (const auto &[key, value] : labels)
            if (key == name)
                return value;
        return {};
    }
};

struct PromAnswer {
    PromType type = PromType::None;
    std::vector<PromSeries> series; ///< of a scalar or a string: one without labels
    std::vector<PromPoint> samples;
    std::string text; ///< the values behind each other, as the server wrote them: "NaN", "+Inf" too
    std::vector<std::string> warnings;
    std::vector<std::string> infos;
    std::int64_t histograms = 0; ///< native ones, which are left out
    PromFault fault = PromFault::None;
    std::string error; ///< one line, when there is a fault
    std::string errorType;

    [[nodiscard]] std::string_view value(const PromPoint &sample) const
    {
        return std::string_view(text).substr(sample.begin, sample.size);
    }
};

/// Reads an answer of any status. Everything about it is bounded: 64 labels a series, 1 KiB a name, 4 KiB a value,
/// 128 bytes a number, 200,000 series, 100 warnings; what goes beyond makes the whole answer Broken. Never throws.
[[nodiscard]] PromAnswer readPromAnswer(int status, std::string_view contentType, std::string_view body);

/// Words of a server for people: one line of valid text, at most `most` bytes of it.
[[nodiscard]] std::string promLine(std::string_view text, std::size_t most = 300);

/// What `status` and the words of a refusal mean.
[[nodiscard]] PromFault promFault(int status, std::string_view errorType, std::string_view error);

} // namespace flyball
