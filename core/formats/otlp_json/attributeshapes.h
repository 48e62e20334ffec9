// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/base/jsoncursor.h"
#include "core/formats/otlp_json/spanscratch.h"

namespace flyball::otlp {

/// Remembers how attributes were written and which one followed which. A producer writes the same keys in the
/// same order millions of times: the next attribute is then found by one comparison of its whole text up to
/// the value, instead of walking it. What is not as remembered is left to the general reader, so a guess can
/// cost time but never changes what is read. Bounded; one per reader.
class AttributeShapes {
public:
    /// Where in the list of attributes the reader is: what it read last.
    using Place = std::uint16_t;
    static constexpr Place kStart = 0;

    AttributeShapes() : m_shapes(1) {}

    /// Takes attributes as long as each is written like one that followed its forerunner before. The cursor stands
    /// behind the '[' of a list or behind an attribute, and afterwards behind the last one taken.
    void take(JsonCursor &json, AttributeSet &into, Place &place);
    /// Remembers an attribute the general reader has just read. `text` is all of it, `value` lies inside it and
    /// is all of it that may differ next time.
    void learn(std::string_view text, const Value &value, const AttrName *name, Place &place);

private:
    static constexpr std::size_t kMaxShapes = 1024;
    static constexpr std::size_t kMaxText = 256;
    static constexpr std::size_t kFollowers = 4;

    /// What stands behind a value, compared as one word.
    struct Tail {
        std::uint64_t text = 0, mask = 0;
        std::uint8_t size = 0;
    };
    struct Shape {
        std::string before; ///< the text in front of the value, its quote included
        Tail after;
        const AttrName *name = nullptr;
        bool quoted = false;
        bool isNumber = false;
        std::array<Place, kFollowers> followers{}; ///< latest first; kStart = free
    };
    [[nodiscard]] static Tail tailOf(std::string_view text);
    [[nodiscard]] static bool endsAs(const char *at, const char *end, const Tail &tail);
    [[nodiscard]] const char *takeAs(const Shape &shape, const char *at, const char *end, AttributeSet &into) const;
    static void moveToFront(Shape &from, std::size_t follower);
    void follow(Place from, Place to);

    std::vector<Shape> m_shapes;
    std::unordered_map<std::string, Place> m_known; ///< by `before`
};

} // namespace flyball::otlp
