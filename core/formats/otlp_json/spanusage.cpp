// SPDX-License-Identifier: GPL-3.0-or-later
// Counts and costs of a span: the half of SpanFacts that deals with numbers.
#include <algorithm>

#include "core/formats/otlp_json/spanfacts.h"

namespace flyball::otlp {

namespace {

constexpr std::int64_t kMaxTokens = std::int64_t{1} << 53;

/// 1 = read, 0 = absent or not a number, -1 = out of range (the span is refused).
int readCount(const AttributeSet &attributes, Attr attr, std::int64_t &value)
{
    if (!attributes.has(attr))
        return 0;
    const std::string_view text = attributes.text(attr);
    if (text.empty())
        return 0;
    if (text.size() <= 15) { // digits alone, as nearly always: in range whatever they say
        std::int64_t digits = 0;
        const char *at = text.data();
        for (const char *end = at + text.size(); at < end && *at >= '0' && *at <= '9'; ++at)
            digits = digits * 10 + (*at - '0');
        if (at == text.data() + text.size()) {
            value = digits;
            return 1;
        }
    }
    std::int64_t number = 0;
    if (!parseInt64(text, number))
        return text.find_first_not_of("-0123456789.eE+") == std::string_view::npos ? -1 : 0;
    if (number < 0 || number > kMaxTokens)
        return -1;
    value = number;
    return 1;
}

/// Walks an object of numbers in JSON text: fn(key, value) for each.
template <typename Fn>
bool forEachNumber(std::string_view text, Fn &&fn)
{
    JsonCursor json(text);
    std::string_view key;
    if (!json.beginObject())
        return false;
    while (json.nextKey(key)) {
        const char c = json.peek();
        std::string_view digits;
        if (c == '-' || (c >= '0' && c <= '9')) {
            if (!json.readNumber(digits))
                return false;
            fn(key, digits);
        } else if (!json.skipValue()) {
            return false;
        }
    }
    return !json.failed();
}

/// The raw text of an object member by path, empty when there is none.
std::string_view member(std::string_view text, std::initializer_list<std::string_view> path)
{
    for (const std::string_view name : path) {
        JsonCursor json(text);
        std::string_view key;
        std::string_view found;
        if (json.peek() != '{' || !json.beginObject())
            return {};
        while (json.nextKey(key)) {
            std::string_view raw;
            if (!json.readRaw(raw))
                return {};
            if (key == name)
                found = raw;
        }
        if (found.empty())
            return {};
        text = found;
    }
    return text;
}

} // namespace

void SpanFacts::readVercelWrites(std::string_view metadata, Usage &usage)
{
    const std::string_view kinds = member(metadata, {"anthropic", "usage", "cache_creation"});
    if (kinds.empty())
        return;
    std::int64_t five = 0;
    std::int64_t hour = 0;
    const bool read = forEachNumber(kinds, [&](std::string_view key, std::string_view digits) {
        if (key == "ephemeral_5m_input_tokens")
            (void)parseInt64(digits, five);
        else if (key == "ephemeral_1h_input_tokens")
            (void)parseInt64(digits, hour);
    });
    // The split must account for exactly what was written, else the untyped count stands.
    if (read && five >= 0 && hour >= 0 && five + hour == usage[TokenClass::CacheWriteUntyped]) {
        usage[TokenClass::CacheWrite5m] = five;
        usage[TokenClass::CacheWrite1h] = hour;
        usage[TokenClass::CacheWriteUntyped] = 0;
    }
}

/// Langfuse's own counts: JSON text with input, output, total, input_cached_tokens ...
bool SpanFacts::readLangfuse(std::string_view details, CallFact &fact)
{
    std::int64_t input = 0, output = 0, total = -1, read = 0, write = 0, write5m = 0, write1h = 0, reasoning = 0;
    bool any = false;
    bool inRange = true;
    const bool parsed = forEachNumber(details, [&](std::string_view key, std::string_view digits) {
        std::int64_t value = 0;
        if (!parseInt64(digits, value) || value < 0 || value > kMaxTokens) {
            inRange = false;
            return;
        }
        any = true;
        if (key == "input")
            input = value;
        else if (key == "output")
            output = value;
        else if (key == "total")
            total = value;
        else if (key == "input_cached_tokens" || key == "cache_read_input_tokens" || key == "input_cache_read")
            read = value;
        else if (key == "input_cache_creation" || key == "cache_creation_input_tokens")
            write = value;
        else if (key == "input_cache_creation_5m")
            write5m = value;
        else if (key == "input_cache_creation_1h")
            write1h = value;
        else if (key == "output_reasoning_tokens" || key == "output_reasoning")
            reasoning = value;
    });
    if (!parsed || !any)
        return inRange;
    Usage &usage = fact.raw;
    usage = {};
    usage.quality = UsageQuality::Exact;
    const std::int64_t cached = read + write + write5m + write1h;
    // Its keys are disjoint by its own rule (total = sum of all); some writers still send the whole input.
    const bool inclusive = cached > 0 && input >= cached && total == input + output;
    usage[TokenClass::InFresh] = inclusive ? input - cached : input;
    usage[TokenClass::CacheRead] = read;
    usage[TokenClass::CacheWriteUntyped] = write;
    usage[TokenClass::CacheWrite5m] = write5m;
    usage[TokenClass::CacheWrite1h] = write1h;
    const bool inside = reasoning > 0 && output >= reasoning && (total < 0 || total == input + output || inclusive);
    usage[TokenClass::OutReasoning] = reasoning;
    usage[TokenClass::OutText] = inside ? output - reasoning : output;
    fact.convention = InputConvention::Disjoint;
    if (cached > 0)
        fact.flags |= CallCacheKnown;
    return inRange;
}

bool SpanFacts::readUsage(const SpanScratch &span, Operation operation, CallFact &fact)
{
    const AttributeSet &a = span.attributes;
    if (a.has(Attr::LangfuseUsage) && !a.text(Attr::LangfuseUsage).empty()) {
        if (!readLangfuse(a.text(Attr::LangfuseUsage), fact))
            return false;
        if (fact.raw.quality != UsageQuality::Missing)
            return true;
    }
    std::int64_t input = 0, output = 0, read = 0, write = 0, reasoning = 0, audioIn = 0, audioOut = 0;
    const int hasInput = readCount(a, Attr::Input, input);
    const int hasOutput = readCount(a, Attr::Output, output);
    const int hasRead = readCount(a, Attr::CacheRead, read);
    const int hasWrite = readCount(a, Attr::CacheWrite, write);
    const int hasReasoning = readCount(a, Attr::Reasoning, reasoning);
    const int hasAudioIn = readCount(a, Attr::AudioIn, audioIn);
    const int hasAudioOut = readCount(a, Attr::AudioOut, audioOut);
    if (hasInput < 0 || hasOutput < 0 || hasRead < 0 || hasWrite < 0 || hasReasoning < 0 || hasAudioIn < 0
        || hasAudioOut < 0)
        return false;
    std::int64_t limit = 0; // one that cannot be is none, and no reason to refuse the call
    if (readCount(a, Attr::OutputLimit, limit) > 0 && limit <= UINT32_MAX)
        fact.outputLimit = static_cast<std::uint32_t>(limit);
    if (hasRead > 0)
        fact.flags |= CallCacheKnown;
    if (hasInput == 0 && hasOutput == 0 && hasRead == 0 && hasWrite == 0)
        return true;
    Usage &usage = fact.raw;
    const bool half = operation == Operation::Call && (hasInput == 0 || hasOutput == 0);
    usage.quality = half ? UsageQuality::Partial : UsageQuality::Exact;
    usage[TokenClass::InFresh] = input;
    usage[TokenClass::CacheRead] = read;
    usage[TokenClass::CacheWriteUntyped] = write;
    usage[TokenClass::InAudio] = std::min(audioIn, input);
    usage[TokenClass::OutReasoning] = reasoning;
    usage[TokenClass::OutAudio] = std::min(audioOut, output);
    // More reasoning than output proves that this producer keeps it outside (Gemini's habit).
    const std::int64_t inside = usage[TokenClass::OutAudio] + (reasoning <= output ? reasoning : 0);
    usage[TokenClass::OutText] = std::max<std::int64_t>(0, output - inside);
    if (write > 0 && a.has(Attr::VercelMetadata))
        readVercelWrites(a.text(Attr::VercelMetadata), usage);
    return true;
}

void SpanFacts::readCost(const SpanScratch &span, CallFact &fact)
{
    const AttributeSet &a = span.attributes;
    std::int64_t pico = 0;
    if (a.has(Attr::ReportedCost) && parsePicoUsd(a.text(Attr::ReportedCost), pico) && pico >= 0) {
        fact.reportedPico = pico;
        return;
    }
    const std::string_view details = a.text(Attr::LangfuseCost);
    if (details.empty())
        return;
    std::int64_t total = -1;
    std::int64_t sum = 0;
    bool any = false;
    const bool read = forEachNumber(details, [&](std::string_view key, std::string_view digits) {
        std::int64_t value = 0;
        if (!parsePicoUsd(digits, value) || value < 0)
            return;
        any = true;
        if (key == "total")
            total = value;
        else
            sum += value;
    });
    if (read && any)
        fact.reportedPico = total >= 0 ? total : sum;
}

} // namespace flyball::otlp
