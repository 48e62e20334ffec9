// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>

#include "core/formats/bifrost/bifrost.h"
#include "core/formats/callnames.h"
#include "core/formats/litellm/litellm.h"
#include "core/formats/recordreader.h"
#include "core/formats/usageshapes.h"

namespace flyball {

namespace {

constexpr std::uint64_t kTraceSeed = 0xB1F2057;
constexpr std::uint64_t kCallSeed = 0xB1F2058;
constexpr std::int64_t kMostAttempts = 1000;

/// Members of an object under the names readOpenAiUsage() knows.
class Renamed {
public:
    explicit Renamed(const JsonFields &from) : m_from(from) {}
    void take(std::string_view name, std::string_view as) { put(as, m_from.raw(name)); }
    void put(std::string_view as, std::string_view raw)
    {
        if (raw.empty())
            return;
        m_text += m_text.size() > 1 ? ",\"" : "\"";
        m_text += as;
        m_text += "\":";
        m_text += raw;
    }
    [[nodiscard]] std::string done() const { return m_text + "}"; }

private:
    const JsonFields &m_from;
    std::string m_text = "{";
};

/// Of token_usage; older rows have the sums beside all else.
std::string usageText(const JsonFields &usage)
{
    const JsonFields in = usage.object("prompt_tokens_details");
    const JsonFields lifetimes = in.object("cached_write_token_details");
    Renamed writes(lifetimes);
    writes.take("cached_write_tokens_5m", "ephemeral_5m_input_tokens");
    writes.take("cached_write_tokens_1h", "ephemeral_1h_input_tokens");
    Renamed details(in);
    details.take(in.has("cached_tokens") ? "cached_tokens" : "cached_read_tokens", "cached_tokens");
    details.take("cached_write_tokens", "cache_creation_tokens");
    details.take("audio_tokens", "audio_tokens");
    if (!lifetimes.empty())
        details.put("cache_creation_token_details", writes.done());
    Renamed whole(usage);
    whole.take("prompt_tokens", "prompt_tokens");
    whole.take("completion_tokens", "completion_tokens");
    whole.take("completion_tokens_details", "completion_tokens_details");
    if (!in.empty())
        whole.put("prompt_tokens_details", details.done());
    return whole.done();
}

class BifrostReader final : public RecordReader {
public:
    explicit BifrostReader(ReaderContext context) : RecordReader(std::move(context), kBifrostKind) {}

private:
    void readRecord(std::string_view line, std::int64_t at, FactBatch &out) override;
    [[nodiscard]] static std::string_view readNumbers(const JsonFields &row, CallFact &fact);
    void readNames(const JsonFields &row, CallFact &fact);
    void readStatus(const JsonFields &row, CallFact &fact);
};

/// Why the row is refused, by name; empty: it is not.
std::string_view BifrostReader::readNumbers(const JsonFields &row, CallFact &fact)
{
    if (const std::string_view cost = row.raw("cost"); !cost.empty() && cost != "null" && cost != "\"\"") {
        std::int64_t pico = 0;
        if (!parsePicoUsd(row.digits("cost"), pico))
            return "bad_money";
        if (pico < 0)
            return "refund";
        fact.reportedPico = pico;
    }
    const JsonFields told = row.object("token_usage");
    JsonFields usage;
    const std::string text = told.empty() ? std::string() : usageText(told);
    if (!told.empty() && !usage.parse(text))
        return "out_of_range";
    if (!readOpenAiUsage(told.empty() ? row : usage, fact))
        return "out_of_range";
    // One that failed is logged with zeros: nothing is known of what it used.
    if (fact.raw.total() == 0)
        fact.raw = {};
    return {};
}

void BifrostReader::readStatus(const JsonFields &row, CallFact &fact)
{
    if (const JsonFields cache = row.object("cache_debug"); cache.flag("cache_hit").value_or(false)) {
        fact.responseCache = cache.text("hit_type") == "semantic" ? ResponseCache::Semantic : ResponseCache::Exact;
        return;
    }
    if (row.flag("stream").value_or(false))
        fact.flags |= CallStreamed;
    fact.finishReason = name(row.text("stop_reason"));
    if (row.text("status") != "error")
        return;
    fact.flags |= CallFailed;
    const JsonFields details = row.has("error_details") ? row.object("error_details") : row.object("error");
    const JsonFields error = details.object("error");
    std::string_view word = error.id("type");
    for (const auto &[place, key] :
         {std::pair{&error, "code"}, {&details, "type"}, {&details, "status_code"}, {&details, "code"}})
        if (word.empty())
            word = place->id(key);
    fact.errorType = name(word.empty() ? std::string_view("error") : word);
}

void BifrostReader::readNames(const JsonFields &row, CallFact &fact)
{
    fact.provider = name(row.text("provider"));
    fact.modelServed = name(row.text("model"));
    fact.modelRequested = row.has("alias") ? name(row.text("alias")) : fact.modelServed;
    // What callers send in x-bf-dim-* fields.
    takeCallNames(row.object("metadata"), fact.names, [this](std::string_view word) { return name(word); });
    for (const std::string_view key : {"virtual_key_name", "virtual_key_id"})
        if (fact.names.workflow == 0)
            fact.names.workflow = name(row.id(key));
}

void BifrostReader::readRecord(std::string_view line, std::int64_t at, FactBatch &out)
{
    JsonFields row;
    if (!row.parse(line)) {
        reject(out, kindOfBadLine(line), at, line.size());
        return;
    }
    const std::string_view id = row.id("id");
    if (id.empty()) {
        reject(out, "no_id", at, line.size());
        return;
    }
    const auto start = row.time("timestamp");
    const std::int64_t latency = row.milliseconds("latency");
    CallFact fact = factAt(at, start && latency > 0 ? std::optional(*start + latency) : start);
    fact.latencyNs = latency;
    if (const std::string_view fault = readNumbers(row, fact); !fault.empty()) {
        reject(out, fault, at, line.size());
        return;
    }
    readStatus(row, fact);
    readNames(row, fact);
    std::int64_t attempt = 0;
    if (parseInt64(row.digits("fallback_index"), attempt))
        fact.attempt = static_cast<std::uint16_t>(std::clamp<std::int64_t>(attempt, 0, kMostAttempts));
    const std::string_view parent = row.id("parent_request_id");
    fact.group = hashKey(parent.empty() ? id : parent, kTraceSeed);
    fact.sub = hashKey(id, kCallSeed).lo | 1;
    // Its ids are its own: no caller knows them.
    addOfGateway(fact, {}, out);
}

} // namespace

const Format &bifrostFormat()
{
    static const Format format = [] {
        Format made;
        made.kind = kBifrostKind;
        made.label = "Bifrost logs";
        made.resolve = resolveLiteLlmTrace; // attempts of one request are one run, here as there
        return made;
    }();
    return format;
}

std::unique_ptr<LineReader> makeBifrostReader(ReaderContext context)
{
    return std::make_unique<BifrostReader>(std::move(context));
}

} // namespace flyball
