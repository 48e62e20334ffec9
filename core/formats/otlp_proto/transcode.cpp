// SPDX-License-Identifier: GPL-3.0-or-later
#include <array>
#include <cstring>
#include <deque>
#include <vector>

#include <protozero/pbf_reader.hpp>

#include "core/formats/otlp_proto/jsontext.h"
#include "core/formats/otlp_proto/schema.h"

namespace flyball {

namespace {

using namespace otlp;
using protozero::pbf_reader;

constexpr int kMaxDepth = 100; ///< as every protobuf library has it

/// Fields at one time, of the messages around them as well: a field takes two bytes there and many times that here.
constexpr std::size_t kMostElements = 1'000'000;

struct TooMany {};
struct WrongType {};
struct TooDeep {};

std::string_view viewOf(protozero::data_view data) { return {data.data(), data.size()}; }

class Transcoder {
public:
    explicit Transcoder(std::string &out) : m_out(out) {}

    /// Throws what protozero throws, WrongType, TooDeep and TooMany.
    void message(const Message &message, std::string_view bytes, int depth)
    {
        if (depth > kMaxDepth)
            throw TooDeep{};
        const std::size_t mark = m_elements.size();
        std::array<std::uint32_t, kMaxFields> counts{};
        collect(message, bytes, counts);
        m_out += '{';
        bool first = true;
        for (std::size_t f = 0; f < message.fields.size(); ++f) {
            if (counts[f] == 0)
                continue;
            const Field &field = message.fields[f];
            if (field.name.empty()) {
                checkUnnamed(field, f, mark, depth);
                continue;
            }
            if (!first)
                m_out += ',';
            first = false;
            m_out += '"';
            m_out += field.name;
            m_out += "\":";
            if (field.repeated)
                list(field, f, mark, depth);
            else
                value(field, single(field, f, mark, counts[f]), depth);
        }
        m_out += '}';
        m_elements.resize(mark);
    }

private:
    /// A field as it stands in the bytes: numbers in `bits`, everything else in `bytes`.
    struct Element {
        std::size_t field = 0;
        std::string_view bytes;
        std::uint64_t bits = 0;
    };

    void collect(const Message &message, std::string_view bytes, std::array<std::uint32_t, kMaxFields> &counts)
    {
        const std::size_t mark = m_elements.size();
        pbf_reader reader(bytes.data(), bytes.size());
        while (reader.next()) {
            std::size_t f = 0;
            while (f < message.fields.size() && message.fields[f].number != reader.tag())
                ++f;
            if (f == message.fields.size()) {
                reader.skip();
                continue;
            }
            if (message.oneof && m_elements.size() > mark) {
                counts[m_elements.back().field] = 0;
                // Of one member written twice, the messages are joined; of two members the last one counts.
                if (m_elements.back().field != f)
                    m_elements.resize(mark);
                else
                    counts[f] = static_cast<std::uint32_t>(m_elements.size() - mark);
            }
            if (m_elements.size() >= kMostElements)
                throw TooMany{};
            m_elements.push_back(element(message.fields[f], f, reader));
            ++counts[f];
        }
    }

    static Element element(const Field &field, std::size_t f, pbf_reader &reader)
    {
        const auto type = static_cast<std::uint32_t>(reader.wire_type());
        const bool list = field.wire == Wire::Fixed64List || field.wire == Wire::DoubleList;
        if (type != wireTypeOf(field.wire) && !(list && type == 1))
            throw WrongType{};
        switch (type) {
        case 0:
            return {f, {}, reader.get_uint64()};
        case 1:
            return {f, {}, reader.get_fixed64()};
        case 2:
            return {f, viewOf(reader.get_view()), 0};
        default:
            return {f, {}, reader.get_fixed32()};
        }
    }

    /// Of a field written several times the last one counts; messages are joined, as protobuf has it.
    Element single(const Field &field, std::size_t f, std::size_t mark, std::uint32_t count)
    {
        Element last;
        std::string *joined = nullptr;
        for (std::size_t i = mark; i < m_elements.size(); ++i) {
            if (m_elements[i].field != f)
                continue;
            last = m_elements[i];
            if (field.wire != Wire::Message || count == 1)
                continue;
            if (!joined)
                joined = &m_joined.emplace_back();
            joined->append(last.bytes);
        }
        if (joined)
            last.bytes = *joined;
        return last;
    }

    void list(const Field &field, std::size_t f, std::size_t mark, int depth)
    {
        m_out += '[';
        const char *comma = "";
        for (std::size_t i = mark, end = m_elements.size(); i < end; ++i) {
            if (m_elements[i].field != f)
                continue;
            const Element element = m_elements[i]; // the vector grows below
            const bool packed = field.wire == Wire::Fixed64List || field.wire == Wire::DoubleList;
            if (packed) {
                numbers(field, element, comma);
                continue;
            }
            m_out += comma;
            value(field, element, depth);
            comma = ",";
        }
        m_out += ']';
    }

    void numbers(const Field &field, const Element &element, const char *&comma)
    {
        const auto number = [&](std::uint64_t bits) {
            m_out += comma;
            comma = ",";
            field.wire == Wire::DoubleList ? appendDouble(doubleOf(bits), m_out) : appendQuoted(bits, m_out);
        };
        if (element.bytes.data() == nullptr) {
            number(element.bits);
            return;
        }
        if (element.bytes.size() % 8 != 0)
            throw WrongType{};
        for (std::size_t at = 0; at < element.bytes.size(); at += 8) {
            std::uint64_t bits = 0;
            for (std::size_t i = 8; i > 0; --i)
                bits = bits << 8 | static_cast<unsigned char>(element.bytes[at + i - 1]);
            number(bits);
        }
    }

    /// What is left out is checked all the same, where it has fields of its own.
    void checkUnnamed(const Field &field, std::size_t f, std::size_t mark, int depth)
    {
        if (field.wire != Wire::Message)
            return;
        const std::size_t length = m_out.size();
        for (std::size_t i = mark, end = m_elements.size(); i < end; ++i)
            if (m_elements[i].field == f)
                message(*field.message, std::string_view(m_elements[i].bytes), depth + 1);
        m_out.resize(length);
    }

    static double doubleOf(std::uint64_t bits)
    {
        double value = 0;
        static_assert(sizeof value == sizeof bits);
        std::memcpy(&value, &bits, sizeof value);
        return value;
    }

    void value(const Field &field, const Element &element, int depth)
    {
        switch (field.wire) {
        case Wire::Text:
            return appendText(element.bytes, m_out);
        case Wire::Bytes:
            return appendBase64(element.bytes, m_out);
        case Wire::TraceId:
            return appendId(element.bytes, 16, m_out);
        case Wire::SpanId:
            return appendId(element.bytes, 8, m_out);
        case Wire::Bool:
            m_out += element.bits != 0 ? "true" : "false";
            return;
        case Wire::Int64:
        case Wire::SFixed64:
            return appendQuoted(static_cast<std::int64_t>(element.bits), m_out);
        case Wire::Number:
            return appendNumber(static_cast<std::int32_t>(element.bits), m_out);
        case Wire::Sint32:
            return appendNumber(protozero::decode_zigzag32(static_cast<std::uint32_t>(element.bits)), m_out);
        case Wire::Fixed32:
            return appendNumber(static_cast<std::uint32_t>(element.bits), m_out);
        case Wire::Fixed64:
            return appendQuoted(element.bits, m_out);
        case Wire::Double:
            return appendDouble(doubleOf(element.bits), m_out);
        case Wire::Message:
            return message(*field.message, element.bytes, depth + 1);
        case Wire::Fixed64List:
        case Wire::DoubleList:
            break; // only as lists
        }
    }

    std::string &m_out;
    std::vector<Element> m_elements;  ///< of the messages being read, innermost last
    std::deque<std::string> m_joined; ///< their places do not move
};

} // namespace

const char *otlpToJson(std::string_view request, OtlpSignal signal, std::string &json)
{
    json.clear();
    try {
        Transcoder(json).message(requestOf(signal), request, 0);
        return nullptr;
    } catch (const protozero::end_of_buffer_exception &) {
        return "protobuf_truncated";
    } catch (const protozero::varint_too_long_exception &) {
        return "protobuf_varint";
    } catch (const protozero::exception &) { // an unknown wire type (groups as well), a bad tag or length
        return "protobuf_wire_type";
    } catch (const WrongType &) {
        return "protobuf_wire_type";
    } catch (const TooDeep &) {
        return "protobuf_too_deep";
    } catch (const TooMany &) {
        return "protobuf_too_many";
    }
}

} // namespace flyball
