// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <array>

#include "core/formats/jsonfields.h"
#include "core/formats/otlp_metrics/growth.h"
#include "core/formats/otlp_metrics/labels.h"
#include "core/formats/otlp_metrics/otlpmetrics.h"
#include "core/formats/otlp_metrics/pointfact.h"

namespace flyball {

namespace {

using namespace otlp;

constexpr std::uint64_t kStreamSeed = 0x071F0001;
constexpr std::uint64_t kGroupSeed = 0x071F0002;
constexpr std::uint64_t kFactSeed = 0x071F0003;
constexpr std::size_t kMostPoints = 100'000; ///< of one export: each is up to four facts

/// "dataPoints" of one with either spelling.
std::string_view rawOf(const JsonFields &fields, std::string_view key, std::string_view other)
{
    const std::string_view raw = fields.raw(key);
    return raw.empty() ? fields.raw(other) : raw;
}

std::int64_t numberOf(const JsonFields &fields, std::string_view key, std::string_view other)
{
    std::int64_t number = 0;
    const std::string_view digits = fields.digits(key);
    return parseInt64(digits.empty() ? fields.digits(other) : digits, number) ? number : 0;
}

/// NaN and infinities stand in quotes.
std::string_view valueText(const JsonFields &fields, std::string_view key, std::string_view other)
{
    const std::string_view name = fields.raw(key).empty() ? other : key;
    const std::string_view raw = fields.raw(name);
    return raw.starts_with('"') ? fields.text(name) : raw == "null" ? std::string_view() : raw;
}

enum class Temporality : std::uint8_t { Unknown, Delta, Cumulative };

Temporality temporalityOf(const JsonFields &data)
{
    std::string_view raw = rawOf(data, "aggregationTemporality", "aggregation_temporality");
    if (raw.size() > 1 && raw.front() == '"')
        raw = raw.substr(1, raw.size() - 2);
    if (raw == "1" || raw == "AGGREGATION_TEMPORALITY_DELTA")
        return Temporality::Delta;
    return raw == "2" || raw == "AGGREGATION_TEMPORALITY_CUMULATIVE" ? Temporality::Cumulative : Temporality::Unknown;
}

void append(std::string &text, std::string_view part) { (text += '\x1d') += part; }
void append(std::string &text, std::int64_t number) { append(text, std::to_string(number)); }

} // namespace

class OtlpMetricsReader::Impl {
public:
    explicit Impl(const ReaderContext &context)
        : m_symbols(*context.symbols),
          m_source(context.source),
          m_path(m_symbols.intern(context.path)),
          m_format(m_symbols.intern(kOtlpMetersKind))
    {}

    bool readResource(std::string_view object, std::int64_t offset, FactBatch &out)
    {
        JsonFields fields;
        if (!fields.parse(object))
            return false;
        m_offset = offset;
        setResource(fields.raw("resource"));
        bool whole = true;
        const std::string_view scopes = rawOf(fields, "scopeMetrics", "scope_metrics");
        const bool list = eachObject(scopes.empty() ? fields.raw("instrumentationLibraryMetrics") : scopes,
                                     [&](const JsonFields &scoped) { whole = readScope(scoped, out) && whole; });
        return whole && list;
    }
    void beginExport() { m_points = 0; }

private:
    /// Null and nothing are empty lists; elements that are no objects are stepped over.
    template <typename Fn>
    static bool eachObject(std::string_view list, Fn &&fn)
    {
        if (!list.starts_with('['))
            return true;
        bool whole = true;
        const bool ended = forEachElement(list, [&](std::string_view raw) {
            JsonFields fields;
            if (!raw.starts_with('{'))
                return;
            whole = fields.parse(raw) && whole;
            fn(fields);
        });
        return whole && ended;
    }

    void setResource(std::string_view text)
    {
        if (m_resourceText == text && m_producer != 0)
            return; // a process sends the same one again and again
        m_resourceText = text;
        JsonFields resource;
        (void)resource.parse(text);
        m_resource.read(resource.raw("attributes"));
        m_resourceKey.clear();
        m_resource.appendTo(m_resourceKey);
        m_producer = m_symbols.internChecked(producerOfResource(text));
    }

    bool readScope(const JsonFields &scoped, FactBatch &out)
    {
        m_scope = scoped.object("scope").text("name");
        bool whole = true;
        const bool list = eachObject(scoped.raw("metrics"),
                                     [&](const JsonFields &metric) { whole = readMetric(metric, out) && whole; });
        return whole && list;
    }

    bool readMetric(const JsonFields &metric, FactBatch &out)
    {
        m_metric = metric.text("name");
        m_meaning = meaningOf(m_metric);
        if (m_meaning && m_meaning->column == MeterColumn::None)
            m_meaning = nullptr;
        bool whole = true;
        const auto read = [&](std::string_view key, std::string_view other, bool histogram, bool spend) {
            const std::string_view raw = rawOf(metric, key, other);
            JsonFields data;
            if (raw.empty() || raw == "null")
                return;
            whole = data.parse(raw) && whole;
            // What goes up and down is no sum of what was spent.
            const bool counts = spend && m_meaning && (histogram || isMonotonic(data));
            whole = readPoints(data, histogram, counts, out) && whole;
        };
        read("sum", "sum", false, true);
        read("histogram", "histogram", true, true);
        read("exponentialHistogram", "exponential_histogram", true, true);
        read("gauge", "gauge", false, false);
        read("summary", "summary", false, false);
        return whole;
    }

    static bool isMonotonic(const JsonFields &sum)
    {
        return sum.flag("isMonotonic").value_or(sum.flag("is_monotonic").value_or(false));
    }

    bool readPoints(const JsonFields &data, bool histogram, bool counts, FactBatch &out)
    {
        const Temporality temporality = temporalityOf(data);
        return eachObject(rawOf(data, "dataPoints", "data_points"), [&](const JsonFields &point) {
            if (!counts) {
                ignore(out);
            } else if (++m_points <= kMostPoints) {
                readPoint(point, histogram, temporality, out);
            } else {
                reject(out, "too_many_points");
            }
        });
    }

    static void ignore(FactBatch &out)
    {
        ++out.ignored;
        ++out.metrics;
    }
    void reject(FactBatch &out, std::string_view reason)
    {
        out.rejects.push_back({m_symbols.intern(reason), m_path, m_offset, 0});
    }

    void readPoint(const JsonFields &point, bool histogram, Temporality temporality, FactBatch &out)
    {
        constexpr std::int64_t kNoRecordedValue = 1;
        std::string_view text = histogram ? valueText(point, "sum", "sum") : valueText(point, "asInt", "as_int");
        if (!histogram && text.empty())
            text = valueText(point, "asDouble", "as_double");
        if (text.empty() || (numberOf(point, "flags", "flags") & kNoRecordedValue) != 0)
            return ignore(out);
        m_labels.read(point.raw("attributes"));
        const MeterColumn column = m_meaning->column == MeterColumn::ByType
                                       ? columnOfType(m_labels.value(m_meaning->typeLabel))
                                       : m_meaning->column;
        if (column == MeterColumn::None) // a sum of others
            return ignore(out);
        if (column == MeterColumn::Unknown)
            return reject(out, "meter token type");
        std::int64_t value = 0;
        if (const BadValue bad = meterValue(text, column, value); bad != BadValue::None)
            return reject(out, std::string("meter value ") + textOf(bad));
        if (temporality == Temporality::Unknown)
            return reject(out, "meter temporality");
        const TimeNs time = numberOf(point, "timeUnixNano", "time_unix_nano");
        TimeNs start = numberOf(point, "startTimeUnixNano", "start_time_unix_nano");
        if (time <= 0 || time > kLatestTime)
            return reject(out, "bad_time");
        if (start < 0 || start > time)
            start = 0;
        CallFact fact = factOf(column, time, start, value);
        if (temporality == Temporality::Delta)
            addDelta(fact, out);
        else
            addCumulative(fact, out);
        tell(column, fact, out);
        out.newest = std::max(out.newest, time);
    }

    CallFact factOf(MeterColumn column, TimeNs time, TimeNs start, std::int64_t value)
    {
        m_stream = m_resourceKey;
        append(m_stream, m_scope);
        append(m_stream, m_metric);
        m_labels.appendTo(m_stream);
        m_labels.inherit(m_resource);
        const std::vector<MeterLabel> labels = m_labels.views();
        const MeterNames names = namesOf(m_meaning->meter, labels, {});
        CallFact fact;
        fact.time = time;
        fact.latencyNs = start;
        fact.parentSpan = hash64(m_stream, kStreamSeed);
        setValue(fact, value);
        setToldAt(fact, time);
        fact.raw.quality = UsageQuality::Exact;
        fact.attempt = packed({PointRole::Delta, column, m_meaning->meter, m_meaning->rank});
        fact.origin = {0, 0, m_path};
        fact.ownerPath = m_path;
        fact.format = m_format;
        fact.source = m_source;
        fact.producer = m_producer;
        fact.flags = CallMetered;
        fact.provider = m_symbols.internChecked(names.provider);
        fact.modelServed = m_symbols.internChecked(names.model);
        fact.modelRequested = names.requested.empty() ? fact.modelServed : m_symbols.internChecked(names.requested);
        fact.names.workflow = m_symbols.internChecked(names.workflow);
        fact.names.agent = m_symbols.internChecked(names.agent);
        fact.names.segment = m_symbols.internChecked(names.segment);
        fact.names.taskType = m_symbols.internChecked(names.taskType);
        fact.names.feature = m_symbols.internChecked(names.feature);
        const std::string_view session = m_labels.value("session_id");
        const std::string_view talk = m_labels.value("gen_ai_conversation_id");
        fact.names.session = m_symbols.internChecked(session.empty() ? talk : session);
        setGroupKey(names, session.empty() ? talk : session);
        return fact;
    }

    /// Streams that carry the same names, whatever they count.
    void setGroupKey(const MeterNames &names, std::string_view session)
    {
        m_group = m_resourceKey;
        append(m_group, static_cast<std::int64_t>(m_meaning->meter));
        for (const std::string_view name : {names.workflow, names.model, names.requested, names.provider, names.agent,
                                            names.segment, names.taskType, names.feature, session})
            append(m_group, name);
    }

    void add(CallFact fact, PointRole role, std::int64_t window, std::int64_t which, std::int64_t precedence,
             FactBatch &out)
    {
        PointKind kind = kindOf(fact);
        kind.role = role;
        fact.attempt = packed(kind);
        std::string text = m_group;
        // Windows and blocks of them are groups of their own.
        const bool within = role == PointRole::Value;
        append(text, role == PointRole::Delta ? "delta" : within ? "window" : "block");
        append(text, window);
        fact.group = hashKey(text, kGroupSeed);
        text.clear();
        append(text, static_cast<std::int64_t>(fact.parentSpan));
        append(text, startOf(fact));
        append(text, static_cast<std::int64_t>(role));
        append(text, which);
        if (startOf(fact) == 0 && within)
            append(text, fact.time); // without a start a value may come again
        fact.sub = hash64(text, kFactSeed) | 1;
        if (role == PointRole::Closing || role == PointRole::Baseline)
            fact.time = (window + 1) * kBlock - 1; // as long as its block may be asked
        fact.origin.offset = precedence;
        out.calls.push_back(fact);
    }

    void addDelta(const CallFact &fact, FactBatch &out)
    {
        add(fact, PointRole::Delta, bucketOf(fact.time, kDeltaWindow), fact.time, valueOf(fact), out);
    }

    void addCumulative(const CallFact &fact, FactBatch &out)
    {
        const bool told = startOf(fact) != 0;
        const std::int64_t own = windowOf(fact.time);
        const std::int64_t block = blockOf(fact.time);
        const std::int64_t value = valueOf(fact);
        add(fact, PointRole::Value, own, value, -fact.time, out);
        add(fact, PointRole::Opening, block, own, told ? -value : -fact.time, out);
        add(fact, PointRole::Closing, block, own, told ? value : fact.time, out);
        add(fact, PointRole::Baseline, block + 1, 0, told ? value : fact.time, out);
    }

    void tell(MeterColumn column, const CallFact &fact, FactBatch &out)
    {
        std::uint32_t flags = MetersSeen;
        flags |= m_meaning->apart ? AgentMeters : 0U;
        flags |= column == MeterColumn::Money && fact.modelServed == 0 && valueOf(fact) > 0 ? MoneyApart : 0U;
        if (m_told < out.traits.size() && out.traits[m_told].subject == m_producer
            && (out.traits[m_told].flags & flags) == flags)
            return;
        m_told = out.traits.size();
        out.traits.push_back({m_producer, flags});
    }

    SymbolCache &m_symbols;
    Symbol m_source = 0, m_path = 0, m_format = 0, m_producer = 0;
    std::string m_resourceText, m_resourceKey, m_scope, m_metric, m_stream, m_group;
    Labels m_resource, m_labels;
    const MeterMeaning *m_meaning = nullptr;
    std::int64_t m_offset = 0;
    std::size_t m_points = 0;
    std::size_t m_told = 0; ///< place of the last trait
};

OtlpMetricsReader::OtlpMetricsReader(const ReaderContext &context) : m_impl(std::make_unique<Impl>(context)) {}
OtlpMetricsReader::~OtlpMetricsReader() = default;

void OtlpMetricsReader::beginExport() { m_impl->beginExport(); }
bool OtlpMetricsReader::readResource(std::string_view object, std::int64_t offset, FactBatch &out)
{
    return m_impl->readResource(object, offset, out);
}

} // namespace flyball
