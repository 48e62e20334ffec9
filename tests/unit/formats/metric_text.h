// SPDX-License-Identifier: GPL-3.0-or-later
// Exports of OTLP metrics as text.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "tests/unit/formats/format_world.h"

namespace flyball::test {

using Attributes = std::vector<std::pair<std::string, std::string>>;

struct MetricPoint {
    Attributes labels;
    std::string value;  ///< as written
    std::int64_t time;  ///< seconds after kOtlpEpoch
    std::int64_t start; ///< same; kNoStart: left out
};
inline constexpr std::int64_t kNoStart = INT64_MIN;

struct Metric {
    std::string name = "gen_ai.client.token.usage";
    std::string temporality = "2";
    std::vector<MetricPoint> points;
    std::string form = "sum"; ///< or "histogram", "exponentialHistogram", "gauge"
    std::string valueKey;     ///< empty: "asDouble", of histograms "sum"
    std::string extra;        ///< members of the sum, "," first; empty: monotonic
    std::string pointExtra;   ///< members of each point, "," first
};

[[nodiscard]] std::string attributesText(const Attributes &attributes);
[[nodiscard]] std::string metricText(const Metric &metric);
/// One line.
[[nodiscard]] std::string metricsExport(const std::vector<Metric> &metrics,
                                        const Attributes &resource = {{"service.name", "shop"}});
inline Attributes tokensOfModel(const std::string &type, const std::string &model = "gpt-4o")
{
    return {{"gen_ai.provider.name", "openai"}, {"gen_ai.response.model", model}, {"gen_ai.token.type", type}};
}

} // namespace flyball::test
