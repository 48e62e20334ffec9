// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/formats/otlp_json/spanscratch.h"

#include <charconv>
#include <cstring>

#include "core/formats/otlp_json/attributeshapes.h"
#include "core/formats/otlp_json/usualtext.h"

namespace flyball::otlp {

namespace {

constexpr int kMaxArrayDepth = 16;

int base64Value(char c)
{
    if (c >= 'A' && c <= 'Z')
        return c - 'A';
    if (c >= 'a' && c <= 'z')
        return c - 'a' + 26;
    if (c >= '0' && c <= '9')
        return c - '0' + 52;
    if (c == '+' || c == '-')
        return 62;
    if (c == '/' || c == '_')
        return 63;
    return -1;
}

/// Decodes exactly `bytes` bytes into big-endian words; false for anything else.
bool decodeBase64(std::string_view text, std::size_t bytes, std::uint64_t *words)
{
    while (!text.empty() && text.back() == '=')
        text.remove_suffix(1);
    if (text.size() != (bytes * 8 + 5) / 6)
        return false;
    std::uint32_t buffer = 0;
    int bits = 0;
    std::size_t out = 0;
    for (const char c : text) {
        const int v = base64Value(c);
        if (v < 0)
            return false;
        buffer = (buffer << 6) | static_cast<std::uint32_t>(v);
        bits += 6;
        if (bits >= 8 && out < bytes) {
            bits -= 8;
            words[out / 8] = (words[out / 8] << 8) | ((buffer >> bits) & 0xFF);
            ++out;
        }
    }
    return out == bytes;
}

std::string_view afterPrefix(std::string_view text, std::string_view prefix)
{
    return text.substr(0, prefix.size()) == prefix ? text.substr(prefix.size()) : std::string_view();
}

/// evaluations.<i>.evaluation.{name,score,label} and annotations.<i>.annotation.{...}; a leading
/// "trace." or "session." judges the run.
void takeEvaluation(std::string_view key, const Value &value, std::vector<Evaluation> &evaluations)
{
    bool wholeRun = false;
    for (const std::string_view scope : {std::string_view("trace."), std::string_view("session.")})
        if (const auto rest = afterPrefix(key, scope); !rest.empty()) {
            key = rest;
            wholeRun = true;
        }
    std::string_view rest = afterPrefix(key, "evaluations.");
    std::string_view word = ".evaluation.";
    int base = 0;
    if (rest.empty()) {
        rest = afterPrefix(key, "annotations.");
        word = ".annotation.";
        base = 100000;
    }
    int index = 0;
    const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), index);
    if (rest.empty() || error != std::errc() || index < 0 || index > 9999)
        return;
    const std::string_view field = afterPrefix(rest.substr(static_cast<std::size_t>(end - rest.data())), word);
    if (field.empty())
        return;
    index += base + (wholeRun ? 200000 : 0);
    Evaluation *found = nullptr;
    for (Evaluation &e : evaluations)
        if (e.index == index)
            found = &e;
    if (!found) {
        evaluations.emplace_back();
        found = &evaluations.back();
        found->index = index;
        found->wholeRun = wholeRun;
    }
    if (field == "name")
        found->name = value.text;
    else if (field == "label")
        found->label = value.text;
    else if (field == "score")
        found->hasScore = parseDouble(value.text, found->score);
}

bool mayBeEvaluation(std::string_view name)
{
    return name.size() > 20 && (name[0] == 'e' || name[0] == 'a' || name[0] == 't' || name[0] == 's')
           && name.find("ations.") != std::string_view::npos;
}

bool readNested(JsonCursor &json, Value &value, TextPool &texts, int depth);

bool readArrayValue(JsonCursor &json, Value &value, TextPool &texts, int depth)
{
    std::string_view key;
    if (json.peek() != '{')
        return json.skipValue();
    if (!json.beginObject())
        return false;
    while (json.nextKey(key)) {
        if (key != "values" || json.peek() != '[') {
            if (!json.skipValue())
                return false;
            continue;
        }
        bool first = true;
        if (!json.beginArray())
            return false;
        while (json.nextElement()) {
            if (!(first ? readNested(json, value, texts, depth + 1) : json.skipValue()))
                return false;
            first = false;
        }
        if (json.failed())
            return false;
    }
    return !json.failed();
}

/// `depth`: arrays inside arrays; what lies deeper than any producer goes is stepped over, because
/// the nesting of hostile text must not become the depth of our stack.
bool readNested(JsonCursor &json, Value &value, TextPool &texts, int depth)
{
    value = {};
    if (json.peek() != '{' || depth > kMaxArrayDepth)
        return json.skipValue();
    std::string_view key;
    if (!json.beginObject())
        return false;
    while (json.nextKey(key)) {
        bool ok = true;
        const char c = json.peek();
        if (key == "arrayValue" || key == "array_value") {
            ok = readArrayValue(json, value, texts, depth);
        } else if (c == '"') {
            bool escaped = false;
            ok = json.readString(value.text, escaped);
            if (ok && escaped) {
                std::string &decoded = texts.next();
                decodeJsonString(value.text, decoded);
                value.text = decoded;
            }
            value.isNumber = key == "intValue" || key == "int_value";
        } else if (c == '-' || (c >= '0' && c <= '9')) {
            ok = json.readNumber(value.text);
            value.isNumber = true;
        } else if (c == 't' || c == 'f') {
            value.isBool = true;
            ok = json.readRaw(value.text);
        } else {
            ok = json.skipValue();
        }
        if (!ok)
            return false;
    }
    return !json.failed();
}

} // namespace

void SpanScratch::reset()
{
    trace = {};
    span = parent = 0;
    start = end = 0;
    name = exceptionType = {};
    kind = status = 0;
    badTrace = badSpan = badParent = badTime = false;
    attributes.reset();
    evaluations.clear();
    texts.reset();
}

bool readValue(JsonCursor &json, Value &value, TextPool &texts) { return readNested(json, value, texts, 0); }

/// Steps over the value of an attribute that no rule uses; if it is one plain string or number, says where, so
/// that its shape can be remembered: such values are often most of a span.
static bool skipForeign(JsonCursor &json, Value &value)
{
    std::string_view raw;
    if (!json.readRaw(raw))
        return false;
    const std::size_t colon = raw.find(':');
    if (raw.front() != '{' || colon == std::string_view::npos)
        return true;
    JsonCursor inner(raw.substr(colon + 1));
    std::string_view text;
    bool escaped = false;
    if ((inner.peek() == '"' ? inner.readString(text, escaped) : inner.readNumber(text)) && inner.rest() == "}")
        value.text = text;
    return true;
}

/// One attribute in any form.
static bool readAttribute(JsonCursor &json, AttributeSet &into, std::vector<Evaluation> *evaluations, TextPool &texts,
                          AttributeShapes &shapes, AttributeShapes::Place &place)
{
    const char *first = json.position();
    std::string_view field;
    std::string_view name;
    Value value;
    const AttrName *known = nullptr;
    bool dynamic = false;
    int members = 0;
    if (!json.beginObject())
        return false;
    while (json.nextKey(field)) {
        bool ok = true;
        if (field == "key" && json.peek() == '"') {
            bool escaped = false;
            ok = json.readString(name, escaped);
            known = findAttribute(name);
            dynamic = !known && evaluations && mayBeEvaluation(name);
            members += members == 0 ? 1 : 10;
        } else if (field == "value") {
            ok = known || dynamic || name.empty() ? readValue(json, value, texts) : skipForeign(json, value);
            members += members == 1 ? 1 : 10;
        } else {
            ok = json.skipValue();
            members += 10;
        }
        if (!ok)
            return false;
    }
    if (json.failed())
        return false;
    if (known)
        into.put(*known, value);
    else if (dynamic)
        takeEvaluation(name, value, *evaluations);
    // A key and then a value, nothing twice: all that stands before the value decides what it means.
    if (members == 2 && !dynamic)
        shapes.learn({first, static_cast<std::size_t>(json.position() - first)}, value, known, place);
    return true;
}

bool readAttributes(JsonCursor &json, AttributeSet &into, std::vector<Evaluation> *evaluations, TextPool &texts,
                    AttributeShapes &shapes)
{
    if (json.peek() != '[')
        return json.skipValue();
    if (!json.beginArray())
        return false;
    AttributeShapes::Place place = AttributeShapes::kStart;
    while (shapes.take(json, into, place), json.nextElement()) {
        if (json.peek() != '{') {
            if (!json.skipValue())
                return false;
        } else if (!readAttribute(json, into, evaluations, texts, shapes, place)) {
            return false;
        }
    }
    return !json.failed();
}

bool readTraceId(std::string_view text, Key128 &id)
{
    if (const auto hex = key128FromHex(text)) {
        id = *hex;
        return !id.isNull();
    }
    std::uint64_t words[2] = {};
    if (!decodeBase64(text, 16, words))
        return false;
    id = {words[0], words[1]};
    return !id.isNull();
}

bool readSpanId(std::string_view text, std::uint64_t &id)
{
    if (const auto hex = key64FromHex(text)) {
        id = *hex;
        return id != 0;
    }
    std::uint64_t word = 0;
    if (!decodeBase64(text, 8, &word))
        return false;
    id = word;
    return id != 0;
}

bool readTime(JsonCursor &json, TimeNs &time)
{
    std::string_view digits;
    bool escaped = false;
    if (json.takeNull()) {
        time = 0;
        return true;
    }
    const char first = json.peek();
    if (first != '"' && first != '-' && (first < '0' || first > '9')) {
        time = -1; // of another type: this span is refused, the line's others are not
        return json.skipValue();
    }
    if (!(first == '"' ? json.readString(digits, escaped) : json.readNumber(digits)))
        return false;
    // A time that is not a whole number of nanoseconds up to the year 2200 is refused by the caller, not guessed.
    time = -1;
    if (digits.empty() || digits.size() > 19)
        return true;
    std::uint64_t value = 0; // nineteen digits always fit
    bool wrong = false;
    for (; digits.size() >= 8; digits.remove_prefix(8))
        value = value * 100'000'000 + eightDigits(digits.data(), wrong);
    for (const char c : digits) {
        wrong = wrong || c < '0' || c > '9';
        value = value * 10 + (static_cast<unsigned char>(c) & 0x0FU);
    }
    if (!wrong && value <= static_cast<std::uint64_t>(kLatestTime))
        time = static_cast<TimeNs>(value);
    return true;
}

} // namespace flyball::otlp
