// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/ledger/record.h"

#include <algorithm>

namespace flyball {

KeyBytes keyBytes(const Key128 &key)
{
    KeyBytes bytes;
    for (unsigned i = 0; i < 8; ++i) {
        bytes[i] = static_cast<char>(key.hi >> (56U - 8U * i));
        bytes[8 + i] = static_cast<char>(key.lo >> (56U - 8U * i));
    }
    return bytes;
}

std::optional<Key128> keyFromBytes(std::string_view bytes)
{
    if (bytes.size() != 16)
        return std::nullopt;
    Key128 key;
    for (std::size_t i = 0; i < 8; ++i) {
        key.hi = (key.hi << 8U) | static_cast<unsigned char>(bytes[i]);
        key.lo = (key.lo << 8U) | static_cast<unsigned char>(bytes[8 + i]);
    }
    return key;
}

void RecordWriter::begin()
{
    m_bits.fill(0);
    m_field = 0;
    m_body.clear();
}

std::string_view RecordWriter::finish()
{
    std::size_t used = m_bits.size();
    while (used > 0 && m_bits[used - 1] == 0)
        --used;
    m_record.clear();
    m_record.push_back(static_cast<char>(kRecordVersion));
    m_record.push_back(static_cast<char>(used));
    m_record.append(reinterpret_cast<const char *>(m_bits.data()), used);
    m_record += m_body;
    return m_record;
}

void RecordWriter::putVarint(std::uint64_t value)
{
    while (value >= 0x80) {
        m_body.push_back(static_cast<char>(value | 0x80U));
        value >>= 7U;
    }
    m_body.push_back(static_cast<char>(value));
}

void RecordWriter::putSigned(std::int64_t value)
{
    putVarint((static_cast<std::uint64_t>(value) << 1U) ^ static_cast<std::uint64_t>(value >> 63));
}

void RecordWriter::putFixed64(std::uint64_t value)
{
    for (unsigned i = 0; i < 8; ++i)
        m_body.push_back(static_cast<char>(value >> (8U * i)));
}

void RecordWriter::putKey(const Key128 &key)
{
    const KeyBytes bytes = keyBytes(key);
    m_body.append(bytes.data(), bytes.size());
}

void RecordWriter::putUsd(const UsdSum &sum)
{
    putSigned(sum.usd());
    putSigned(sum.picoRemainder());
}

void RecordWriter::putText(std::string_view text)
{
    putVarint(text.size());
    m_body.append(text);
}

void RecordReader::begin(std::string_view record)
{
    m_field = 0;
    m_bits = {};
    m_at = {};
    m_ok = record.size() >= 2 && static_cast<std::uint8_t>(record[0]) == kRecordVersion;
    if (!m_ok)
        return;
    const auto used = static_cast<std::size_t>(static_cast<unsigned char>(record[1]));
    m_ok = record.size() >= 2 + used;
    if (!m_ok)
        return;
    m_bits = record.substr(2, used);
    m_at = record.substr(2 + used);
}

std::uint64_t RecordReader::getVarint()
{
    std::uint64_t value = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
        if (m_at.empty())
            break;
        const auto byte = static_cast<unsigned char>(m_at.front());
        m_at.remove_prefix(1);
        value |= static_cast<std::uint64_t>(byte & 0x7fU) << shift;
        if ((byte & 0x80U) == 0)
            return value;
    }
    m_ok = false;
    return 0;
}

std::int64_t RecordReader::getSigned()
{
    const std::uint64_t coded = getVarint();
    return static_cast<std::int64_t>((coded >> 1U) ^ (~(coded & 1U) + 1U));
}

std::uint64_t RecordReader::getFixed64()
{
    if (m_at.size() < 8) {
        m_ok = false;
        return 0;
    }
    std::uint64_t value = 0;
    for (unsigned i = 0; i < 8; ++i)
        value |= static_cast<std::uint64_t>(static_cast<unsigned char>(m_at[i])) << (8U * i);
    m_at.remove_prefix(8);
    return value;
}

Key128 RecordReader::getKey()
{
    const std::optional<Key128> key = keyFromBytes(m_at.substr(0, 16));
    m_ok = m_ok && key.has_value();
    m_at.remove_prefix(std::min<std::size_t>(16, m_at.size()));
    return key.value_or(Key128{});
}

UsdSum RecordReader::getUsd()
{
    const std::int64_t usd = getSigned();
    const std::int64_t pico = getSigned();
    m_ok = m_ok && pico >= 0 && pico < kPicoPerUsd;
    return m_ok ? UsdSum::fromParts(usd, pico) : UsdSum();
}

Symbol RecordReader::symbolIn(Names &names)
{
    const std::optional<Symbol> symbol = names.symbolOf(static_cast<std::int64_t>(getVarint()));
    m_ok = m_ok && symbol.has_value();
    return symbol.value_or(0);
}

Symbol RecordReader::inlineSymbol()
{
    const std::uint64_t size = getVarint();
    if (size > m_at.size()) {
        m_ok = false;
        return 0;
    }
    const Symbol symbol = m_names.table().intern(m_at.substr(0, size));
    m_at.remove_prefix(size);
    return symbol;
}

} // namespace flyball
