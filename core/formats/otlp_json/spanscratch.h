// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/jsoncursor.h"
#include "core/base/key128.h"
#include "core/base/time.h"
#include "core/formats/otlp_json/attributes.h"

namespace flyball::otlp {

/// Texts that had to be decoded; they live until reset(), and their memory is kept for the next span.
class TextPool {
public:
    void reset() { m_used = 0; }
    [[nodiscard]] std::string &next()
    {
        if (m_used == m_texts.size())
            m_texts.emplace_back();
        return m_texts[m_used++];
    }

private:
    std::deque<std::string> m_texts;
    std::size_t m_used = 0;
};

/// One attribute value: text for strings, the digits for numbers, the first element for arrays.
struct Value {
    std::string_view text;
    bool isNumber = false;
    bool isBool = false;
};

/// The attributes of one span or event that any rule uses, by meaning.
class AttributeSet {
public:
    void reset() { ++m_generation; }
    void put(const AttrName &name, const Value &value)
    {
        Slot &slot = m_slots[static_cast<std::size_t>(name.attr)];
        if (slot.generation == m_generation && slot.rank < name.rank)
            return;
        slot = {value, m_generation, name.rank};
    }
    [[nodiscard]] bool has(Attr attr) const { return slotOf(attr).generation == m_generation; }
    [[nodiscard]] std::string_view text(Attr attr) const
    {
        return has(attr) ? slotOf(attr).value.text : std::string_view();
    }
    [[nodiscard]] std::uint8_t rank(Attr attr) const { return slotOf(attr).rank; }

private:
    struct Slot {
        Value value;
        std::uint64_t generation = 0;
        std::uint8_t rank = 0;
    };
    [[nodiscard]] const Slot &slotOf(Attr attr) const { return m_slots[static_cast<std::size_t>(attr)]; }
    std::array<Slot, kAttrs> m_slots{};
    std::uint64_t m_generation = 1;
};

/// An evaluation found on a span: a gen_ai.evaluation.result event or OpenInference attributes.
struct Evaluation {
    std::string_view name, label;
    double score = 0;
    TimeNs time = 0;
    int index = -1; ///< OpenInference: evaluations.<index>
    bool hasScore = false;
    bool wholeRun = false;
};

/// Everything one span line says that is of use, before it becomes a fact.
struct SpanScratch {
    Key128 trace;
    std::uint64_t span = 0;
    std::uint64_t parent = 0;
    TimeNs start = 0;
    TimeNs end = 0;
    std::string_view name;
    int kind = 0;
    int status = 0;
    bool badTrace = false;
    bool badSpan = false;
    bool badParent = false;
    bool badTime = false;
    AttributeSet attributes;
    AttributeSet event;
    std::vector<Evaluation> evaluations;
    std::string_view exceptionType;
    TextPool texts;

    [[nodiscard]] bool badId() const { return badTrace || badSpan || badParent; }
    void reset();
};

class AttributeShapes;

/// Reads an attribute list ([{key, value}, ...] or null) into `into`; evaluations of OpenInference
/// go to `evaluations`. False on a grammar error.
[[nodiscard]] bool readAttributes(JsonCursor &json, AttributeSet &into, std::vector<Evaluation> *evaluations,
                                  TextPool &texts, AttributeShapes &shapes);
[[nodiscard]] bool readValue(JsonCursor &json, Value &value, TextPool &texts);
/// Ids are hex of any case, or base64 from a protobuf-JSON printer that does not follow the spec.
[[nodiscard]] bool readTraceId(std::string_view text, Key128 &id);
[[nodiscard]] bool readSpanId(std::string_view text, std::uint64_t &id);
/// Nanoseconds as a decimal string or number.
[[nodiscard]] bool readTime(JsonCursor &json, TimeNs &time);

} // namespace flyball::otlp
