// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/policy/document/reader.h"

#include <algorithm>
#include <cmath>

namespace flyball {

namespace {

/// A value for a message: short, one line.
std::string shown(const JsonValue &value)
{
    if (const auto *text = value.string())
        return inQuotes(*text);
    if (value.object())
        return "an object";
    if (value.array())
        return "a list";
    return value.compact();
}

bool isPolicyId(const std::string &text)
{
    const auto letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); };
    return !text.empty() && text.size() <= 64 && letter(text[0])
           && std::all_of(text.begin(), text.end(), [&](char c) { return letter(c) || c == '_' || c == '-'; });
}

} // namespace

void SchemaReader::add(const std::string &path, const char *code, std::string message, CheckLayer layer)
{
    m_findings.push_back({path, code, Severity::Error, layer, std::move(message)});
}

const JsonValue *SchemaReader::take(const char *key)
{
    m_taken.emplace_back(key);
    return m_object.find(key);
}

const JsonValue::Array *SchemaReader::takeArray(const char *key)
{
    const JsonValue *value = take(key);
    if (value && !value->array())
        add(pointerAt(m_path, key), "wrong_type", "must be a list, not " + shown(*value));
    return value ? value->array() : nullptr;
}

bool SchemaReader::require(const char *key)
{
    const bool there = take(key) != nullptr;
    if (!there)
        add(m_path, "missing", "needs the field " + inQuotes(key));
    return there;
}

bool SchemaReader::isObject(const JsonValue &value, const std::string &path)
{
    if (!value.object())
        add(path, "wrong_type", "must be an object, not " + shown(value));
    return value.object() != nullptr;
}

void SchemaReader::finish()
{
    for (const auto &[name, value] : *m_object.object()) {
        if (std::find(m_taken.begin(), m_taken.end(), name) == m_taken.end())
            add(pointerAt(m_path, name), "unknown_field", "the policy has no field " + inQuotes(name) + " here");
    }
}

void SchemaReader::atLeastOneMember()
{
    if (m_object.object()->empty())
        add(m_path, "empty", "must name at least one field");
}

void SchemaReader::checkSize(const char *key, std::size_t size, std::size_t least)
{
    if (size < least)
        add(pointerAt(m_path, key), "empty", "must hold at least " + std::to_string(least) + " entry");
}

void SchemaReader::constant(const char *key, const JsonNumber &value)
{
    if (require(key) && *take(key) != JsonValue(value))
        add(pointerAt(m_path, key), "wrong_value", "must be " + value.text() + ", not " + shown(*take(key)));
}

void SchemaReader::policyId(const char *key, std::string &out)
{
    const std::size_t before = m_findings.size();
    requiredText(key, out);
    if (m_findings.size() == before && !isPolicyId(out))
        add(pointerAt(m_path, key), "wrong_value",
            "must be 1 to 64 small letters, digits, '_' or '-', not " + inQuotes(out));
}

void SchemaReader::currency(const char *key, std::optional<std::string> &out)
{
    const JsonValue *value = take(key);
    if (value && *value != JsonValue("USD"))
        add(pointerAt(m_path, key), "wrong_value", "must be 'USD', not " + shown(*value));
    else if (value)
        out = "USD";
}

void SchemaReader::flag(const char *key, std::optional<bool> &out)
{
    if (const JsonValue *value = take(key)) {
        if (value->boolean())
            out = *value->boolean();
        else
            add(pointerAt(m_path, key), "wrong_type", "must be true or false, not " + shown(*value));
    }
}

std::optional<std::int64_t> SchemaReader::whole(const JsonValue &value, const std::string &path,
                                                std::optional<std::int64_t> least)
{
    const JsonNumber *number = value.number();
    const std::string bound = least ? " of at least " + std::to_string(*least) : "";
    if (!number || !number->isIntegral()) {
        add(path, "wrong_type", "must be a whole number" + bound + ", not " + shown(value));
        return std::nullopt;
    }
    const auto fitting = number->toInt64();
    if (least && (fitting ? *fitting < *least : number->isNegative())) {
        add(path, "too_small", "must be a whole number" + bound + ", not " + shown(value));
        return std::nullopt;
    }
    if (!fitting)
        add(path, "out_of_range", "is larger than any count can be: " + shown(value), CheckLayer::Meaning);
    return fitting;
}

void SchemaReader::integer(const char *key, std::optional<std::int64_t> &out, std::optional<std::int64_t> least)
{
    if (const JsonValue *value = take(key))
        out = whole(*value, pointerAt(m_path, key), least);
}

void SchemaReader::requiredInteger(const char *key, std::int64_t &out, std::int64_t least)
{
    std::optional<std::int64_t> value;
    if (require(key))
        integer(key, value, least);
    out = value.value_or(out);
}

void SchemaReader::usd(const char *key, std::optional<UsdSum> &out, bool aboveZero)
{
    const JsonValue *value = take(key);
    if (!value)
        return;
    const std::string path = pointerAt(m_path, key);
    const std::string wanted = std::string("must be an amount in USD ") + (aboveZero ? "above 0" : "of at least 0");
    const JsonNumber *number = value->number();
    const double near = number ? number->toDouble() : 0;
    if (!number) {
        add(path, "wrong_type", wanted + ", not " + shown(*value));
    } else if (near < 0 || (aboveZero && near <= 0)) {
        add(path, "too_small", wanted + ", not " + shown(*value));
    } else {
        out = number->toUsd();
        if (!out)
            add(path, "out_of_range", "must have at most twelve decimals and be below 1e18 USD, not " + shown(*value),
                CheckLayer::Meaning);
    }
}

void SchemaReader::probability(const char *key, std::optional<double> &out)
{
    const JsonValue *value = take(key);
    if (!value)
        return;
    const double near = value->number() ? value->number()->toDouble() : -1;
    if (near >= 0 && near <= 1)
        out = near;
    else
        add(pointerAt(m_path, key), value->number() ? "out_of_bounds" : "wrong_type",
            "must be a number from 0 to 1, not " + shown(*value));
}

void SchemaReader::positive(const char *key, std::optional<double> &out)
{
    const JsonValue *value = take(key);
    if (!value)
        return;
    const double near = value->number() ? value->number()->toDouble() : 0;
    if (near > 0 && std::isfinite(near))
        out = near;
    else
        add(pointerAt(m_path, key), value->number() ? "too_small" : "wrong_type",
            "must be a number above 0, not " + shown(*value));
}

void SchemaReader::text(const char *key, std::optional<std::string> &out)
{
    if (const JsonValue *value = take(key)) {
        if (value->string())
            out = *value->string();
        else
            add(pointerAt(m_path, key), "wrong_type", "must be a text, not " + shown(*value));
    }
}

void SchemaReader::requiredText(const char *key, std::string &out)
{
    std::optional<std::string> value;
    if (require(key))
        text(key, value);
    out = std::move(value).value_or(std::string());
}

void SchemaReader::texts(const char *key, std::optional<std::vector<std::string>> &out, std::size_t least)
{
    const JsonValue::Array *items = takeArray(key);
    if (!items)
        return;
    checkSize(key, items->size(), least);
    out.emplace();
    for (std::size_t i = 0; i < items->size(); ++i) {
        const JsonValue &item = (*items)[i];
        if (item.string())
            out->push_back(*item.string());
        else
            add(pointerAt(pointerAt(m_path, key), i), "wrong_type", "must be a text, not " + shown(item));
    }
}

void SchemaReader::requiredTexts(const char *key, std::vector<std::string> &out, std::size_t least)
{
    std::optional<std::vector<std::string>> items;
    if (require(key))
        texts(key, items, least);
    out = std::move(items).value_or(std::vector<std::string>());
}

void SchemaReader::counts(const char *key, std::optional<std::map<std::string, std::int64_t>> &out, std::int64_t least)
{
    const JsonValue *value = take(key);
    if (!value || !isObject(*value, pointerAt(m_path, key)))
        return;
    out.emplace();
    for (const auto &[name, member] : *value->object()) {
        if (const auto count = whole(member, pointerAt(pointerAt(m_path, key), name), least))
            out->emplace(name, *count);
    }
}

std::optional<std::size_t> SchemaReader::chosen(const JsonValue &value, const std::string &path, EnumNames names)
{
    const std::string *text = value.string();
    const auto it = text ? std::find(names.begin(), names.end(), *text) : names.end();
    if (it != names.end())
        return static_cast<std::size_t>(it - names.begin());
    std::string list;
    for (const std::string_view name : names)
        list.append(list.empty() ? "" : ", ").append(name);
    add(path, "wrong_value", "must be one of " + list + ", not " + shown(value));
    return std::nullopt;
}

} // namespace flyball
