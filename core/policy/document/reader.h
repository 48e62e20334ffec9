// SPDX-License-Identifier: GPL-3.0-or-later
// Internal to core/policy: reads one JSON object into a value and reports everything that is not as
// policy.schema.json says.
#pragma once

#include "core/policy/check/finding.h"
#include "core/policy/document/fields.h"
#include "core/policy/json/value.h"

namespace flyball {

class SchemaReader {
public:
    SchemaReader(const JsonValue &object, std::string path, Findings &findings)
        : m_object(object), m_path(std::move(path)), m_findings(findings)
    {}
    /// Reports the members no field asked for.
    void finish();

    void atLeastOneMember();
    void constant(const char *key, const JsonNumber &value);
    void policyId(const char *key, std::string &out);
    void currency(const char *key, std::optional<std::string> &out);
    void flag(const char *key, std::optional<bool> &out);
    void integer(const char *key, std::optional<std::int64_t> &out, std::optional<std::int64_t> least);
    void requiredInteger(const char *key, std::int64_t &out, std::int64_t least);
    void usd(const char *key, std::optional<UsdSum> &out, bool aboveZero);
    void probability(const char *key, std::optional<double> &out);
    void positive(const char *key, std::optional<double> &out);
    void text(const char *key, std::optional<std::string> &out);
    void requiredText(const char *key, std::string &out);
    void texts(const char *key, std::optional<std::vector<std::string>> &out, std::size_t least);
    void requiredTexts(const char *key, std::vector<std::string> &out, std::size_t least);
    void counts(const char *key, std::optional<std::map<std::string, std::int64_t>> &out, std::int64_t least);

    template <typename E>
    void choice(const char *key, std::optional<E> &out)
    {
        if (const JsonValue *value = take(key)) {
            if (const auto index = chosen(*value, pointerAt(m_path, key), namesOf(E{})))
                out = static_cast<E>(*index);
        }
    }
    template <typename E>
    void requiredChoice(const char *key, E &out)
    {
        std::optional<E> value;
        if (require(key))
            choice(key, value);
        out = value.value_or(out);
    }
    template <typename E>
    void choices(const char *key, std::optional<std::vector<E>> &out)
    {
        const JsonValue::Array *items = takeArray(key);
        if (!items)
            return;
        out.emplace();
        for (std::size_t i = 0; i < items->size(); ++i) {
            const std::string path = pointerAt(pointerAt(m_path, key), i);
            for (std::size_t j = 0; j < i; ++j) {
                if ((*items)[i] == (*items)[j]) {
                    add(path, "not_unique", "occurs twice in its list");
                    break;
                }
            }
            if (const auto index = chosen((*items)[i], path, namesOf(E{})))
                out->push_back(static_cast<E>(*index));
        }
    }
    template <typename T>
    void part(const char *key, std::optional<T> &out)
    {
        if (const JsonValue *value = take(key))
            read(*value, pointerAt(m_path, key), out.emplace());
    }
    template <typename T>
    void requiredPart(const char *key, T &out)
    {
        if (require(key))
            read(*take(key), pointerAt(m_path, key), out);
    }
    template <typename T>
    void parts(const char *key, std::optional<std::vector<T>> &out)
    {
        if (const JsonValue::Array *items = takeArray(key)) {
            out.emplace(items->size());
            for (std::size_t i = 0; i < items->size(); ++i)
                read((*items)[i], pointerAt(pointerAt(m_path, key), i), (*out)[i]);
        }
    }
    template <typename T>
    void requiredParts(const char *key, std::vector<T> &out, std::size_t least)
    {
        std::optional<std::vector<T>> items;
        if (require(key))
            parts(key, items);
        if (items)
            checkSize(key, items->size(), least);
        out = std::move(items).value_or(std::vector<T>());
    }
    template <typename T>
    void named(const char *key, std::vector<std::pair<std::string, T>> &out)
    {
        const JsonValue *value = require(key) ? take(key) : nullptr;
        if (!value || !isObject(*value, pointerAt(m_path, key)))
            return;
        for (const auto &[name, member] : *value->object())
            read(member, pointerAt(pointerAt(m_path, key), name), out.emplace_back(name, T{}).second);
    }
    template <typename T>
    void read(const JsonValue &value, const std::string &path, T &out)
    {
        if (!isObject(value, path))
            return;
        SchemaReader sub(value, path, m_findings);
        fields(sub, out);
        sub.finish();
    }

private:
    [[nodiscard]] const JsonValue *take(const char *key);
    [[nodiscard]] const JsonValue::Array *takeArray(const char *key);
    [[nodiscard]] bool require(const char *key);
    [[nodiscard]] bool isObject(const JsonValue &value, const std::string &path);
    [[nodiscard]] std::optional<std::size_t> chosen(const JsonValue &value, const std::string &path, EnumNames names);
    [[nodiscard]] std::optional<std::int64_t> whole(const JsonValue &value, const std::string &path,
                                                    std::optional<std::int64_t> least);
    void checkSize(const char *key, std::size_t size, std::size_t least);
    void add(const std::string &path, const char *code, std::string message, CheckLayer layer = CheckLayer::Schema);

    const JsonValue &m_object;
    std::string m_path;
    Findings &m_findings;
    std::vector<std::string_view> m_taken;
};

} // namespace flyball
