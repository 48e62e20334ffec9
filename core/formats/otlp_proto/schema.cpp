// SPDX-License-Identifier: GPL-3.0-or-later
// The messages of opentelemetry-proto as data. A field without a name is of no use to any reader: its type is checked,
// because types are what tells the three requests apart, and it is left out.
#include "core/formats/otlp_proto/schema.h"

namespace flyball::otlp {

namespace {

extern const Message kAny;

constexpr bool kMany = true;
constexpr const Message *kNone = nullptr;

constexpr Field kKeyValueFields[] = {
    {1, Wire::Text, "key"},
    {2, Wire::Message, "value", &kAny},
};
constexpr Message kKeyValue{kKeyValueFields};

constexpr Field kArrayFields[] = {{1, Wire::Message, "values", &kAny, kMany}};
constexpr Message kArray{kArrayFields};
constexpr Field kKvListFields[] = {{1, Wire::Message, "values", &kKeyValue, kMany}};
constexpr Message kKvList{kKvListFields};

constexpr Field kAnyFields[] = {
    {1, Wire::Text, "stringValue"},
    {2, Wire::Bool, "boolValue"},
    {3, Wire::Int64, "intValue"},
    {4, Wire::Double, "doubleValue"},
    {5, Wire::Message, "arrayValue", &kArray},
    {6, Wire::Message, "kvlistValue", &kKvList},
    {7, Wire::Bytes, "bytesValue"},
};
const Message kAny{kAnyFields, true};

constexpr Field kScopeFields[] = {
    {1, Wire::Text, "name"},
    {2, Wire::Text, "version"},
    {3, Wire::Message, "attributes", &kKeyValue, kMany},
    {4, Wire::Number, {}},
};
constexpr Message kScope{kScopeFields};

constexpr Field kResourceFields[] = {
    {1, Wire::Message, "attributes", &kKeyValue, kMany},
    {2, Wire::Number, {}},
};
constexpr Message kResource{kResourceFields};

constexpr Field kEventFields[] = {
    {1, Wire::Fixed64, "timeUnixNano"},
    {2, Wire::Text, "name"},
    {3, Wire::Message, "attributes", &kKeyValue, kMany},
    {4, Wire::Number, {}},
};
constexpr Message kEvent{kEventFields};

constexpr Field kStatusFields[] = {
    {2, Wire::Text, "message"},
    {3, Wire::Number, "code"},
};
constexpr Message kStatus{kStatusFields};

constexpr Field kSpanFields[] = {
    {1, Wire::TraceId, "traceId"},
    {2, Wire::SpanId, "spanId"},
    {4, Wire::SpanId, "parentSpanId"},
    {5, Wire::Text, "name"},
    {6, Wire::Number, "kind"},
    {7, Wire::Fixed64, "startTimeUnixNano"},
    {8, Wire::Fixed64, "endTimeUnixNano"},
    {9, Wire::Message, "attributes", &kKeyValue, kMany},
    {11, Wire::Message, "events", &kEvent, kMany},
    {15, Wire::Message, "status", &kStatus},
    {3, Wire::Text, {}},
    {10, Wire::Number, {}},
    {12, Wire::Number, {}},
    {13, Wire::Bytes, {}, kNone, kMany}, // links
    {14, Wire::Number, {}},
    {16, Wire::Fixed32, {}},
};
constexpr Message kSpan{kSpanFields};

constexpr Field kLogFields[] = {
    {1, Wire::Fixed64, "timeUnixNano"},
    {11, Wire::Fixed64, "observedTimeUnixNano"},
    {3, Wire::Text, {}},
    {5, Wire::Message, "body", &kAny},
    {6, Wire::Message, "attributes", &kKeyValue, kMany},
    {9, Wire::TraceId, "traceId"},
    {10, Wire::SpanId, "spanId"},
    {12, Wire::Text, "eventName"},
    {2, Wire::Number, {}},
    {7, Wire::Number, {}},
    {8, Wire::Fixed32, {}},
};
constexpr Message kLog{kLogFields};

constexpr Field kNumberFields[] = {
    {7, Wire::Message, "attributes", &kKeyValue, kMany},
    {2, Wire::Fixed64, "startTimeUnixNano"},
    {3, Wire::Fixed64, "timeUnixNano"},
    {4, Wire::Double, "asDouble"},
    {6, Wire::SFixed64, "asInt"},
    {5, Wire::Bytes, {}, kNone, kMany}, // exemplars, here and below
    {8, Wire::Number, "flags"},
};
constexpr Message kNumber{kNumberFields};

constexpr Field kHistogramPointFields[] = {
    {9, Wire::Message, "attributes", &kKeyValue, kMany},
    {2, Wire::Fixed64, "startTimeUnixNano"},
    {3, Wire::Fixed64, "timeUnixNano"},
    {4, Wire::Fixed64, "count"},
    {5, Wire::Double, "sum"},
    {6, Wire::Fixed64List, "bucketCounts", kNone, kMany},
    {7, Wire::DoubleList, "explicitBounds", kNone, kMany},
    {8, Wire::Bytes, {}, kNone, kMany},
    {10, Wire::Number, "flags"},
    {11, Wire::Double, "min"},
    {12, Wire::Double, "max"},
};
constexpr Message kHistogramPoint{kHistogramPointFields};

constexpr Field kExponentialPointFields[] = {
    {1, Wire::Message, "attributes", &kKeyValue, kMany},
    {2, Wire::Fixed64, "startTimeUnixNano"},
    {3, Wire::Fixed64, "timeUnixNano"},
    {4, Wire::Fixed64, "count"},
    {5, Wire::Double, "sum"},
    {6, Wire::Sint32, "scale"},
    {7, Wire::Fixed64, "zeroCount"},
    {8, Wire::Bytes, {}}, // buckets
    {9, Wire::Bytes, {}},
    {10, Wire::Number, "flags"},
    {11, Wire::Bytes, {}, kNone, kMany},
    {12, Wire::Double, "min"},
    {13, Wire::Double, "max"},
    {14, Wire::Double, {}},
};
constexpr Message kExponentialPoint{kExponentialPointFields};

constexpr Field kSummaryPointFields[] = {
    {7, Wire::Message, "attributes", &kKeyValue, kMany},
    {2, Wire::Fixed64, "startTimeUnixNano"},
    {3, Wire::Fixed64, "timeUnixNano"},
    {4, Wire::Fixed64, "count"},
    {5, Wire::Double, "sum"},
    {6, Wire::Bytes, {}, kNone, kMany}, // quantiles
    {8, Wire::Number, "flags"},
};
constexpr Message kSummaryPoint{kSummaryPointFields};

constexpr Field kGaugeFields[] = {{1, Wire::Message, "dataPoints", &kNumber, kMany}};
constexpr Message kGauge{kGaugeFields};
constexpr Field kSumFields[] = {
    {1, Wire::Message, "dataPoints", &kNumber, kMany},
    {2, Wire::Number, "aggregationTemporality"},
    {3, Wire::Bool, "isMonotonic"},
};
constexpr Message kSum{kSumFields};
constexpr Field kHistogramFields[] = {
    {1, Wire::Message, "dataPoints", &kHistogramPoint, kMany},
    {2, Wire::Number, "aggregationTemporality"},
};
constexpr Message kHistogram{kHistogramFields};
constexpr Field kExponentialFields[] = {
    {1, Wire::Message, "dataPoints", &kExponentialPoint, kMany},
    {2, Wire::Number, "aggregationTemporality"},
};
constexpr Message kExponential{kExponentialFields};
constexpr Field kSummaryFields[] = {{1, Wire::Message, "dataPoints", &kSummaryPoint, kMany}};
constexpr Message kSummary{kSummaryFields};

constexpr Field kMetricFields[] = {
    {1, Wire::Text, "name"},
    {2, Wire::Text, {}},
    {3, Wire::Text, "unit"},
    {5, Wire::Message, "gauge", &kGauge},
    {7, Wire::Message, "sum", &kSum},
    {9, Wire::Message, "histogram", &kHistogram},
    {10, Wire::Message, "exponentialHistogram", &kExponential},
    {11, Wire::Message, "summary", &kSummary},
    {12, Wire::Message, {}, &kKeyValue, kMany},
};
constexpr Message kMetric{kMetricFields};

/// The three outer levels of a signal.
template <const Message &Leaf, const char *Leaves, const char *Scopes, const char *Resources>
struct Request {
    static constexpr Field kScopedFields[] = {
        {1, Wire::Message, "scope", &kScope},
        {kLeaves, Wire::Message, Leaves, &Leaf, kMany},
        {3, Wire::Text, {}},
    };
    static constexpr Message kScoped{kScopedFields};
    static constexpr Field kPerResourceFields[] = {
        {1, Wire::Message, "resource", &kResource},
        {kScopes, Wire::Message, Scopes, &kScoped, kMany},
        {3, Wire::Text, {}},
        {kOldScopes, Wire::Message, "instrumentationLibrarySpans", &kScoped, kMany},
    };
    static constexpr Message kPerResource{kPerResourceFields};
    static constexpr Field kFields[] = {{kResources, Wire::Message, Resources, &kPerResource, kMany}};
    static constexpr Message kMessage{kFields};
};

constexpr char kSpans[] = "spans";
constexpr char kScopeSpans[] = "scopeSpans";
constexpr char kResourceSpans[] = "resourceSpans";
constexpr char kLogRecords[] = "logRecords";
constexpr char kScopeLogs[] = "scopeLogs";
constexpr char kResourceLogs[] = "resourceLogs";
constexpr char kMetrics[] = "metrics";
constexpr char kScopeMetrics[] = "scopeMetrics";
constexpr char kResourceMetrics[] = "resourceMetrics";

} // namespace

const Message &requestOf(OtlpSignal signal)
{
    switch (signal) {
    case OtlpSignal::Traces:
        return Request<kSpan, kSpans, kScopeSpans, kResourceSpans>::kMessage;
    case OtlpSignal::Logs:
        return Request<kLog, kLogRecords, kScopeLogs, kResourceLogs>::kMessage;
    case OtlpSignal::Metrics:
        break;
    }
    return Request<kMetric, kMetrics, kScopeMetrics, kResourceMetrics>::kMessage;
}

const Message &leafOf(OtlpSignal signal)
{
    switch (signal) {
    case OtlpSignal::Traces:
        return kSpan;
    case OtlpSignal::Logs:
        return kLog;
    case OtlpSignal::Metrics:
        break;
    }
    return kMetric;
}

std::uint32_t wireTypeOf(Wire wire)
{
    switch (wire) {
    case Wire::Bool:
    case Wire::Int64:
    case Wire::Number:
    case Wire::Sint32:
        return 0;
    case Wire::Fixed64:
    case Wire::SFixed64:
    case Wire::Double:
        return 1;
    case Wire::Fixed32:
        return 5;
    default:
        return 2;
    }
}

} // namespace flyball::otlp
