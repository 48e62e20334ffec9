// SPDX-License-Identifier: GPL-3.0-or-later
// Internal to core/policy: the counterpart of SchemaReader.
#pragma once

#include "core/policy/document/fields.h"
#include "core/policy/json/value.h"

namespace flyball {

class SchemaWriter {
public:
    JsonValue object{JsonValue::Object()};

    template <typename T>
    [[nodiscard]] static JsonValue write(const T &value)
    {
        SchemaWriter writer;
        fields(writer, value);
        return std::move(writer.object);
    }

    void atLeastOneMember() const {}
    void constant(const char *key, const JsonNumber &value) { put(key, value); }
    void policyId(const char *key, const std::string &value) { put(key, value); }
    void currency(const char *key, const std::optional<std::string> &value) { putIf(key, value); }
    void flag(const char *key, const std::optional<bool> &value) { putIf(key, value); }
    void integer(const char *key, const std::optional<std::int64_t> &value, std::optional<std::int64_t>)
    {
        putIf(key, value);
    }
    void requiredInteger(const char *key, std::int64_t value, std::int64_t) { put(key, value); }
    void usd(const char *key, const std::optional<UsdSum> &value, bool) { putNumber(key, value); }
    void probability(const char *key, const std::optional<double> &value) { putNumber(key, value); }
    void positive(const char *key, const std::optional<double> &value) { putNumber(key, value); }
    void text(const char *key, const std::optional<std::string> &value) { putIf(key, value); }
    void requiredText(const char *key, const std::string &value) { put(key, value); }
    void texts(const char *key, const std::optional<std::vector<std::string>> &values, std::size_t)
    {
        if (values)
            requiredTexts(key, *values, 0);
    }
    void requiredTexts(const char *key, const std::vector<std::string> &values, std::size_t)
    {
        put(key, JsonValue::Array(values.begin(), values.end()));
    }
    void counts(const char *key, const std::optional<std::map<std::string, std::int64_t>> &values, std::int64_t)
    {
        if (!values)
            return;
        JsonValue out{JsonValue::Object()};
        for (const auto &[name, value] : *values)
            out.set(name, value);
        put(key, std::move(out));
    }
    template <typename E>
    void choice(const char *key, const std::optional<E> &value)
    {
        if (value)
            requiredChoice(key, *value);
    }
    template <typename E>
    void requiredChoice(const char *key, E value)
    {
        put(key, std::string(nameOf(value)));
    }
    template <typename E>
    void choices(const char *key, const std::optional<std::vector<E>> &values)
    {
        if (!values)
            return;
        JsonValue::Array out;
        for (const E value : *values)
            out.emplace_back(std::string(nameOf(value)));
        put(key, std::move(out));
    }
    template <typename T>
    void part(const char *key, const std::optional<T> &value)
    {
        if (value)
            requiredPart(key, *value);
    }
    template <typename T>
    void requiredPart(const char *key, const T &value)
    {
        put(key, write(value));
    }
    template <typename T>
    void parts(const char *key, const std::optional<std::vector<T>> &values)
    {
        if (values)
            requiredParts(key, *values, 0);
    }
    template <typename T>
    void requiredParts(const char *key, const std::vector<T> &values, std::size_t)
    {
        JsonValue::Array out;
        for (const T &value : values)
            out.push_back(write(value));
        put(key, std::move(out));
    }
    template <typename T>
    void named(const char *key, const std::vector<std::pair<std::string, T>> &values)
    {
        JsonValue::Object out;
        for (const auto &[name, value] : values)
            out.emplace_back(name, write(value));
        put(key, std::move(out));
    }

private:
    void put(const char *key, JsonValue value) { object.object()->emplace_back(key, std::move(value)); }
    template <typename T>
    void putIf(const char *key, const std::optional<T> &value)
    {
        if (value)
            put(key, JsonValue(*value));
    }
    template <typename T>
    void putNumber(const char *key, const std::optional<T> &value)
    {
        if (value)
            put(key, JsonNumber::of(*value));
    }
};

} // namespace flyball
