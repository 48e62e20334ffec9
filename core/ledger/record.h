// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <bit>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>

#include "core/base/key128.h"
#include "core/base/money.h"
#include "core/ledger/names.h"

namespace flyball {

using KeyBytes = std::array<char, 16>;
[[nodiscard]] KeyBytes keyBytes(const Key128 &key); ///< most significant byte first, as in hex
[[nodiscard]] std::optional<Key128> keyFromBytes(std::string_view bytes);

/// A compact record: version, a bit per field that differs from what the reader would expect
/// anyway, then those fields as varints. A field added at the end of a list is absent from older
/// records and reads as expected: only a change of meaning needs a new version.
inline constexpr std::uint8_t kRecordVersion = 1;
inline constexpr std::size_t kMaxFields = 192;

class RecordWriter {
public:
    RecordWriter(Names &names, Names &texts) : m_names(names), m_texts(texts) {}
    void begin();
    /// Valid until the next begin().
    [[nodiscard]] std::string_view finish();

    template <typename T>
    void field(const T &value, const T &expected)
    {
        if (mark(value != expected))
            put(value);
    }
    void name(Symbol value, Symbol expected)
    {
        if (mark(value != expected))
            putVarint(static_cast<std::uint64_t>(m_names.idOf(value)));
    }
    void text(Symbol value, Symbol expected)
    {
        if (mark(value != expected))
            putVarint(static_cast<std::uint64_t>(m_texts.idOf(value)));
    }
    void inlineText(Symbol value, Symbol expected)
    {
        if (mark(value != expected))
            putText(m_names.table().text(value));
    }

private:
    [[nodiscard]] bool mark(bool present)
    {
        if (present)
            m_bits[m_field >> 3U] = static_cast<std::uint8_t>(m_bits[m_field >> 3U] | (1U << (m_field & 7U)));
        ++m_field;
        return present;
    }
    template <typename T>
    void put(const T &value)
    {
        if constexpr (std::is_same_v<T, double>)
            putFixed64(std::bit_cast<std::uint64_t>(value));
        else if constexpr (std::is_same_v<T, Key128>)
            putKey(value);
        else if constexpr (std::is_same_v<T, UsdSum>)
            putUsd(value);
        else if constexpr (std::is_enum_v<T>)
            putVarint(static_cast<std::uint64_t>(value));
        else if constexpr (std::is_signed_v<T>)
            putSigned(value);
        else
            putVarint(value);
    }
    void putVarint(std::uint64_t value);
    void putSigned(std::int64_t value);
    void putFixed64(std::uint64_t value);
    void putKey(const Key128 &key);
    void putUsd(const UsdSum &sum);
    void putText(std::string_view text);

    Names &m_names;
    Names &m_texts;
    std::array<std::uint8_t, kMaxFields / 8> m_bits{};
    std::size_t m_field = 0;
    std::string m_body;
    std::string m_record;
};

class RecordReader {
public:
    RecordReader(Names &names, Names &texts) : m_names(names), m_texts(texts) {}
    void begin(std::string_view record);
    /// False when the record is cut, too new or holds values outside their range.
    [[nodiscard]] bool finish() const { return m_ok && m_at.empty(); }

    template <typename T>
    void field(T &value, const T &expected)
    {
        value = present() ? get<T>() : expected;
    }
    void name(Symbol &value, Symbol expected) { value = present() ? symbolIn(m_names) : expected; }
    void text(Symbol &value, Symbol expected) { value = present() ? symbolIn(m_texts) : expected; }
    void inlineText(Symbol &value, Symbol expected) { value = present() ? inlineSymbol() : expected; }
    /// 0 for the empty text, as CallFact::requestKey has it.
    [[nodiscard]] std::uint64_t hashOf(Symbol text) const { return text == 0 ? 0 : hash64(m_names.table().text(text)); }

private:
    [[nodiscard]] bool present()
    {
        const std::size_t i = m_field++;
        return (i >> 3U) < m_bits.size() && ((static_cast<std::uint64_t>(m_bits[i >> 3U]) >> (i & 7U)) & 1U) != 0;
    }
    template <typename T>
    T get()
    {
        if constexpr (std::is_same_v<T, double>)
            return std::bit_cast<double>(getFixed64());
        else if constexpr (std::is_same_v<T, Key128>)
            return getKey();
        else if constexpr (std::is_same_v<T, UsdSum>)
            return getUsd();
        else if constexpr (std::is_same_v<T, bool>)
            return getVarint() != 0;
        else if constexpr (std::is_enum_v<T>)
            return static_cast<T>(narrow<std::underlying_type_t<T>>(getVarint()));
        else if constexpr (std::is_signed_v<T>)
            return narrowSigned<T>(getSigned());
        else
            return narrow<T>(getVarint());
    }
    template <typename T>
    T narrow(std::uint64_t value)
    {
        m_ok = m_ok && static_cast<T>(value) == value;
        return static_cast<T>(value);
    }
    template <typename T>
    T narrowSigned(std::int64_t value)
    {
        m_ok = m_ok && static_cast<T>(value) == value;
        return static_cast<T>(value);
    }
    [[nodiscard]] std::uint64_t getVarint();
    [[nodiscard]] std::int64_t getSigned();
    [[nodiscard]] std::uint64_t getFixed64();
    [[nodiscard]] Key128 getKey();
    [[nodiscard]] UsdSum getUsd();
    [[nodiscard]] Symbol symbolIn(Names &names);
    [[nodiscard]] Symbol inlineSymbol();

    Names &m_names;
    Names &m_texts;
    std::string_view m_bits;
    std::string_view m_at;
    std::size_t m_field = 0;
    bool m_ok = true;
};

} // namespace flyball
