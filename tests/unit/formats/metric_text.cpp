// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/unit/formats/metric_text.h"

namespace flyball::test {

namespace {

std::string nanos(std::int64_t seconds) { return std::to_string(kOtlpEpoch + seconds * kSecond); }

} // namespace

std::string attributesText(const Attributes &attributes)
{
    std::string text = "[";
    for (const auto &[key, value] : attributes)
        text +=
            (text.size() > 1 ? "," : "") + (R"({"key":")" + key) + R"(","value":{"stringValue":")" + value + R"("}})";
    return text + "]";
}

std::string metricText(const Metric &metric)
{
    const bool sum = metric.form == "sum" || metric.form == "gauge";
    const std::string key = !metric.valueKey.empty() ? metric.valueKey : sum ? "asDouble" : "sum";
    std::string points;
    for (const MetricPoint &point : metric.points) {
        points += (points.empty() ? "" : ",") + (R"({"attributes":)" + attributesText(point.labels));
        if (point.start != kNoStart)
            points += R"(,"startTimeUnixNano":")" + nanos(point.start) + '"';
        points +=
            R"(,"timeUnixNano":")" + nanos(point.time) + R"(",")" + key + "\":" + point.value + metric.pointExtra + "}";
    }
    return R"({"name":")" + metric.name + R"(",")" + metric.form + R"(":{"dataPoints":[)" + points
           + R"(],"aggregationTemporality":)" + metric.temporality
           + (metric.extra.empty() ? R"(,"isMonotonic":true)" : metric.extra) + "}}";
}

std::string metricsExport(const std::vector<Metric> &metrics, const Attributes &resource)
{
    std::string text;
    for (const Metric &metric : metrics)
        text += (text.empty() ? "" : ",") + metricText(metric);
    return R"({"resourceMetrics":[{"resource":{"attributes":)" + attributesText(resource)
           + R"(},"scopeMetrics":[{"scope":{"name":"meter"},"metrics":[)" + text + "]}]}]}\n";
}

} // namespace flyball::test
