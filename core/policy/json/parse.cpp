// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/policy/json/value.h"

#include <nlohmann/json.hpp>
#include <optional>
#include <unordered_set>

namespace flyball {

namespace {

constexpr std::size_t kMaxBytes = std::size_t{4} << 20;
constexpr std::size_t kMaxDepth = 64;
constexpr std::size_t kMaxMembers = 10'000;

/// nlohmann checks grammar and UTF-8; the tree is ours because its numbers would be doubles.
class Builder : public nlohmann::json_sax<nlohmann::json> {
public:
    JsonValue root;
    std::string error;

    bool null() override { return add(JsonValue()); }
    bool boolean(bool value) override { return add(value); }
    bool number_integer(number_integer_t value) override { return add(JsonNumber::of(std::int64_t{value})); }
    bool number_unsigned(number_unsigned_t value) override { return literal(std::to_string(value)); }
    bool number_float(number_float_t, const string_t &text) override { return literal(text); }
    bool string(string_t &value) override { return add(std::move(value)); }
    bool binary(binary_t &) override { return fail("binary data"); }
    bool start_object(std::size_t) override { return open(JsonValue::Object()); }
    bool start_array(std::size_t) override { return open(JsonValue::Array()); }
    bool end_object() override { return close(); }
    bool end_array() override { return close(); }
    bool key(string_t &name) override
    {
        if (!m_open.back().names.insert(name).second)
            return fail("the name " + inQuotes(name) + " occurs twice in one object");
        if (m_open.back().names.size() > kMaxMembers)
            return fail("an object with more than 10,000 members");
        m_open.back().key = std::move(name);
        return true;
    }
    bool parse_error(std::size_t position, const std::string &, const nlohmann::detail::exception &) override
    {
        return fail("not JSON at byte " + std::to_string(position));
    }

private:
    struct Open {
        JsonValue value;
        std::string key;
        std::unordered_set<std::string> names;
    };

    bool fail(std::string why)
    {
        error = std::move(why);
        return false;
    }
    bool literal(const std::string &text)
    {
        const auto number = JsonNumber::parse(text);
        return number ? add(*number) : fail("a number that is out of range");
    }
    bool add(JsonValue value)
    {
        if (m_open.empty()) {
            root = std::move(value);
        } else if (auto *items = m_open.back().value.array()) {
            items->push_back(std::move(value));
        } else {
            m_open.back().value.object()->emplace_back(std::move(m_open.back().key), std::move(value));
        }
        return true;
    }
    bool open(JsonValue value)
    {
        if (m_open.size() >= kMaxDepth)
            return fail("more than 64 levels");
        m_open.push_back({std::move(value), {}, {}});
        return true;
    }
    bool close()
    {
        JsonValue done = std::move(m_open.back().value);
        m_open.pop_back();
        return add(std::move(done));
    }

    std::vector<Open> m_open;
};

} // namespace

Result<JsonValue> JsonValue::parse(std::string_view text)
{
    if (text.size() > kMaxBytes)
        return Error{ErrorCode::OutOfRange, "larger than 4 MiB"};
    Builder builder;
    if (!nlohmann::json::sax_parse(text.begin(), text.end(), &builder))
        return Error{ErrorCode::Malformed, builder.error.empty() ? "not JSON" : builder.error};
    return std::move(builder.root);
}

} // namespace flyball
