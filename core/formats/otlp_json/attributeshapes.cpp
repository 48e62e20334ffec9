// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/formats/otlp_json/attributeshapes.h"

#include <algorithm>
#include <cstring>

namespace flyball::otlp {

namespace {

bool isNumberChar(char c) { return (c >= '0' && c <= '9') || c == '-' || c == '+' || c == '.' || c == 'e' || c == 'E'; }

/// What may stand behind a value: the ends of {"key":..,"value":{"..Value":..}} and of the same with an array
/// of one string.
constexpr std::string_view kEnds[] = {"}}", "\"}}", "\"}]}}}"};

std::uint64_t wordAt(const char *at)
{
    std::uint64_t word = 0;
    std::memcpy(&word, at, 8);
    return word;
}

#if defined(__SSE2__)
bool sameBlock(const char *a, const char *b)
{
    const __m128i same = _mm_cmpeq_epi8(_mm_loadu_si128(reinterpret_cast<const __m128i *>(a)),
                                        _mm_loadu_si128(reinterpret_cast<const __m128i *>(b)));
    return _mm_movemask_epi8(same) == 0xFFFF;
}
constexpr std::size_t kBlock = 16;
#else
bool sameBlock(const char *a, const char *b) { return wordAt(a) == wordAt(b); }
constexpr std::size_t kBlock = 8;
#endif

/// Whether [at, end) begins with `text`. The texts are a few dozen bytes: shorter than a call of memcmp.
bool beginsWith(const char *at, const char *end, const std::string &text)
{
    const std::size_t size = text.size();
    if (static_cast<std::size_t>(end - at) < size)
        return false;
    const char *expected = text.data();
    if (size < kBlock)
        return std::memcmp(at, expected, size) == 0;
    // The second block first: `{"key":"gen_ai.` is how all of them begin.
    for (std::size_t i = kBlock; i + kBlock < size; i += kBlock)
        if (!sameBlock(at + i, expected + i))
            return false;
    return sameBlock(at, expected) && sameBlock(at + size - kBlock, expected + size - kBlock);
}

} // namespace

AttributeShapes::Tail AttributeShapes::tailOf(std::string_view text)
{
    static_assert(std::size(kEnds[std::size(kEnds) - 1]) <= sizeof(Tail::text));
    Tail tail;
    tail.size = static_cast<std::uint8_t>(text.size());
    std::memcpy(&tail.text, text.data(), text.size());
    std::memset(&tail.mask, 0xFF, text.size());
    return tail;
}

bool AttributeShapes::endsAs(const char *at, const char *end, const Tail &tail)
{
    if (end - at >= 8)
        return (wordAt(at) & tail.mask) == tail.text;
    return end - at >= tail.size && std::memcmp(at, &tail.text, tail.size) == 0;
}

void AttributeShapes::moveToFront(Shape &from, std::size_t follower)
{
    const auto first = from.followers.begin();
    std::rotate(first, first + static_cast<std::ptrdiff_t>(follower),
                first + static_cast<std::ptrdiff_t>(follower) + 1);
}

/// Behind the attribute at `at` if it is written as `shape`, else nullptr.
inline const char *AttributeShapes::takeAs(const Shape &shape, const char *at, const char *end,
                                           AttributeSet &into) const
{
    if (!beginsWith(at, end, shape.before))
        return nullptr;
    const char *first = at + shape.before.size();
    const char *close = first;
    if (shape.quoted) {
        close = findQuoteOrBackslash(first, end);
        // The escapes of a value that no rule uses need not be read, only passed over.
        while (!shape.name && end - close > 2 && *close == '\\')
            close = findQuoteOrBackslash(close + 2, end);
    } else {
        if (close < end && (*close == '-' || (*close >= '0' && *close <= '9')))
            while (close < end && isNumberChar(*close))
                ++close;
        if (close == first)
            return nullptr;
    }
    // `after` begins with a quote: a value that counts and has an escape in it goes the general way.
    if (!endsAs(close, end, shape.after))
        return nullptr;
    if (shape.name)
        into.put(*shape.name, {{first, static_cast<std::size_t>(close - first)}, shape.isNumber, false});
    return close + shape.after.size;
}

void AttributeShapes::take(JsonCursor &json, AttributeSet &into, Place &place)
{
    const std::string_view rest = json.rest();
    const char *const end = rest.data() + rest.size();
    const char *at = rest.data();
    bool first = json.justOpened();
    while (at < end && (first || *at == ',')) {
        Shape &from = m_shapes[place];
        const char *behind = nullptr;
        std::size_t follower = 0;
        for (; follower < kFollowers && from.followers[follower] != kStart && !behind; ++follower)
            behind = takeAs(m_shapes[from.followers[follower]], at + (first ? 0 : 1), end, into);
        if (!behind)
            break;
        place = from.followers[follower - 1];
        if (follower > 1)
            moveToFront(from, follower - 1);
        at = behind;
        first = false;
    }
    if (at != rest.data())
        json.skipTo(at);
}

void AttributeShapes::follow(Place from, Place to)
{
    auto &followers = m_shapes[from].followers;
    std::size_t at = 0;
    while (at + 1 < kFollowers && followers[at] != kStart && followers[at] != to)
        ++at;
    followers[at] = to; // the one that was not seen for longest makes room
    moveToFront(m_shapes[from], at);
}

void AttributeShapes::learn(std::string_view text, const Value &value, const AttrName *name, Place &place)
{
    const std::less<const char *> before;
    const char *first = value.text.data();
    if (value.isBool || value.text.empty() || before(first, text.data()) || !before(first, text.data() + text.size()))
        return;
    const auto begin = static_cast<std::size_t>(first - text.data());
    const std::string_view after = text.substr(begin + value.text.size());
    if (begin > kMaxText || std::find(std::begin(kEnds), std::end(kEnds), after) == std::end(kEnds))
        return;
    const auto [it, added] = m_known.try_emplace(std::string(text.substr(0, begin)), kStart);
    if (added && m_shapes.size() < kMaxShapes) {
        Shape shape;
        shape.before = it->first;
        shape.after = tailOf(after);
        shape.name = name;
        shape.quoted = after.front() == '"';
        shape.isNumber = value.isNumber;
        it->second = static_cast<Place>(m_shapes.size());
        m_shapes.push_back(std::move(shape));
    } else if (added) {
        m_known.erase(it);
        return;
    }
    follow(place, it->second);
    place = it->second;
}

} // namespace flyball::otlp
