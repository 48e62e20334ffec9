// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <array>

#include "core/base/jsoncursor.h"
#include "core/formats/otlp_proto/schema.h"

namespace flyball {

namespace {

using namespace otlp;

constexpr std::array kSignals = {OtlpSignal::Traces, OtlpSignal::Logs, OtlpSignal::Metrics};
constexpr int kLeavesAsked = 64;

/// The fields of a message that may be cut short: what is cut is the last field. For looking only; nothing is
/// decoded here.
class Fields {
public:
    explicit Fields(std::string_view bytes) : m_rest(bytes) {}
    /// False at the end, or where the bytes are no message.
    bool next()
    {
        std::uint64_t key = 0;
        if (m_rest.empty() || !varint(key))
            return false;
        number = static_cast<std::uint32_t>(key >> 3);
        type = static_cast<std::uint32_t>(key & 7);
        content = {};
        std::uint64_t length = type == 1 ? 8 : 4;
        if (type == 0)
            return varint(length) || cutShort;
        if (number == 0 || key >> 32 != 0 || (type != 1 && type != 2 && type != 5))
            return broken();
        if (type == 2 && !varint(length))
            return false;
        cutShort = length > m_rest.size();
        content = m_rest.substr(0, length);
        m_rest.remove_prefix(content.size());
        return true;
    }
    [[nodiscard]] bool isBroken() const { return m_broken; }

    std::uint32_t number = 0;
    std::uint32_t type = 0;
    std::string_view content;
    bool cutShort = false;

private:
    bool broken()
    {
        m_broken = true;
        return false;
    }
    bool varint(std::uint64_t &value)
    {
        value = 0;
        for (int shift = 0; shift < 70; shift += 7) {
            if (m_rest.empty()) {
                cutShort = true;
                return false;
            }
            const auto byte = static_cast<unsigned char>(m_rest.front());
            m_rest.remove_prefix(1);
            value |= shift < 64 ? static_cast<std::uint64_t>(byte & 0x7FU) << shift : 0;
            if (byte < 0x80)
                return true;
        }
        return broken();
    }

    std::string_view m_rest;
    bool m_broken = false;
};

bool fits(const Field &field, const Fields &at)
{
    if (wireTypeOf(field.wire) != at.type)
        return false;
    const std::size_t length = at.content.size();
    if (at.cutShort)
        return true;
    if (field.wire == Wire::TraceId)
        return length == 16 || length == 0;
    if (field.wire == Wire::SpanId)
        return length == 8 || length == 0;
    return true;
}

bool isPlainText(std::string_view text)
{
    return std::none_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20; })
           && isValidUtf8(text);
}

bool mayBe(OtlpSignal signal, std::string_view leaf, bool plainTexts)
{
    Fields at(leaf);
    while (at.next())
        for (const Field &field : leafOf(signal).fields)
            if (field.number == at.number
                && (!fits(field, at) || (plainTexts && field.wire == Wire::Text && !isPlainText(at.content))))
                return false;
    return !at.isBroken();
}

struct Look {
    std::array<bool, kSignals.size()> may{true, true, true};
    int leaves = 0;
    bool plainTexts = false; ///< texts that are none speak against a signal
    bool broken = false;
    bool unknown = false; ///< outer fields that no version of the protocol has
    bool cutShort = false;
};

void lookAtScope(std::string_view scope, Look &look)
{
    Fields at(scope);
    while (look.leaves < kLeavesAsked && at.next()) {
        look.unknown = look.unknown || at.number > 3 || at.type != 2;
        if (at.number != kLeaves || at.type != 2)
            continue;
        ++look.leaves;
        for (std::size_t i = 0; i < kSignals.size(); ++i)
            look.may[i] = look.may[i] && mayBe(kSignals[i], at.content, look.plainTexts);
    }
    look.broken = look.broken || at.isBroken();
}

Look lookAt(std::string_view request, bool plainTexts = false)
{
    Look look;
    look.plainTexts = plainTexts;
    Fields resources(request);
    while (look.leaves < kLeavesAsked && resources.next()) {
        look.unknown = look.unknown || resources.number != kResources;
        if (resources.number != kResources)
            continue;
        look.broken = look.broken || resources.type != 2;
        Fields scopes(resources.content);
        while (look.leaves < kLeavesAsked && scopes.next()) {
            look.unknown = look.unknown || (scopes.number > 3 && scopes.number != kOldScopes) || scopes.type != 2;
            if (scopes.number == kScopes || scopes.number == kOldScopes) {
                look.broken = look.broken || scopes.type != 2;
                lookAtScope(scopes.content, look);
            }
        }
        look.broken = look.broken || scopes.isBroken();
        look.cutShort = look.cutShort || scopes.cutShort;
    }
    look.broken = look.broken || resources.isBroken();
    look.cutShort = look.cutShort || resources.cutShort;
    return look;
}

} // namespace

bool isEmptyOtlpRequest(std::string_view request)
{
    const Look look = lookAt(request);
    return look.leaves == 0 && !look.broken && !look.cutShort;
}

std::optional<OtlpSignal> otlpSignalOf(std::string_view request)
{
    const Look look = lookAt(request);
    if (look.leaves == 0)
        return std::nullopt;
    std::optional<OtlpSignal> found;
    int candidates = 0;
    for (std::size_t i = 0; i < kSignals.size(); ++i)
        if (look.may[i]) {
            ++candidates;
            found = kSignals[i];
        }
    if (candidates < 2)
        return found;
    // Few and short leaves can be read two ways field by field; then the whole has to be.
    std::string json;
    const Look strict = lookAt(request, true);
    candidates = 0;
    for (std::size_t i = 0; i < kSignals.size(); ++i)
        if (strict.may[i] && otlpToJson(request, kSignals[i], json) == nullptr) {
            ++candidates;
            found = kSignals[i];
        }
    return candidates == 1 ? found : std::nullopt;
}

bool looksLikeOtlpRequest(std::string_view head)
{
    if (head.empty() || head.front() != '\x0a')
        return false;
    const Look look = lookAt(head);
    return !look.broken && !look.unknown && (look.may[0] || look.may[1] || look.may[2]);
}

} // namespace flyball
