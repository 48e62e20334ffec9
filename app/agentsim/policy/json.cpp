// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/agentsim/policy/json.h"

#include "core/base/jsoncursor.h"

#include <algorithm>
#include <cstdio>

namespace flyball::agentsim {

namespace {

constexpr int kDeepest = 64;

bool read(JsonCursor &cursor, Json &out, int depth);

bool readObject(JsonCursor &cursor, Json &out, int depth)
{
    out.kind = Json::Kind::Object;
    if (!cursor.beginObject())
        return false;
    std::string_view key;
    while (cursor.nextKey(key)) {
        std::string name;
        decodeJsonString(key, name);
        out.members.emplace_back(std::move(name), Json{});
        if (!read(cursor, out.members.back().second, depth + 1))
            return false;
    }
    return !cursor.failed();
}

bool readArray(JsonCursor &cursor, Json &out, int depth)
{
    out.kind = Json::Kind::Array;
    if (!cursor.beginArray())
        return false;
    while (cursor.nextElement()) {
        out.items.emplace_back();
        if (!read(cursor, out.items.back(), depth + 1))
            return false;
    }
    return !cursor.failed();
}

bool readWord(JsonCursor &cursor, Json &out, char first)
{
    std::string_view text;
    if (first == '"') {
        std::string scratch;
        out.kind = Json::Kind::Text;
        if (!cursor.readText(text, scratch))
            return false;
        out.text = text;
        return true;
    }
    if (first == 't' || first == 'f') {
        out.kind = Json::Kind::Bool;
        return cursor.readBool(out.flag);
    }
    if (first == 'n')
        return cursor.takeNull();
    out.kind = Json::Kind::Number;
    if (!cursor.readNumber(text))
        return false;
    out.text = text;
    return true;
}

bool read(JsonCursor &cursor, Json &out, int depth)
{
    if (depth > kDeepest)
        return false;
    const char first = cursor.peek();
    if (first == '{')
        return readObject(cursor, out, depth);
    return first == '[' ? readArray(cursor, out, depth) : readWord(cursor, out, first);
}

void mergePeriods(Json &target, const Json &patch)
{
    for (const Json &cap : patch.items) {
        const std::string window = cap.textOf("window");
        const auto same = std::find_if(target.items.begin(), target.items.end(),
                                       [&](const Json &one) { return one.textOf("window") == window; });
        if (same == target.items.end())
            target.items.push_back(cap);
        else
            *same = cap;
    }
}

} // namespace

Result<Json> Json::parse(std::string_view text)
{
    JsonCursor cursor(text);
    Json out;
    if (!read(cursor, out, 0) || !cursor.atEnd())
        return Error{ErrorCode::Malformed, "is not JSON"};
    return out;
}

const Json *Json::find(std::string_view name) const
{
    const Json *found = nullptr;
    for (const auto &[key, value] : members)
        if (key == name) // the last one holds, as in every common reader
            found = &value;
    return found != nullptr && found->kind != Kind::Null ? found : nullptr;
}

std::optional<std::int64_t> Json::whole() const
{
    std::int64_t value = 0;
    if (kind != Kind::Number || !parseInt64(text, value))
        return std::nullopt;
    return value;
}

std::optional<double> Json::real() const
{
    double value = 0;
    if (kind != Kind::Number || !parseDouble(text, value))
        return std::nullopt;
    return value;
}

std::optional<PicoUsd> Json::usd() const
{
    std::int64_t value = 0;
    if (kind != Kind::Number || !parsePicoUsd(text, value))
        return std::nullopt;
    return value;
}

std::string Json::textOf(std::string_view name) const
{
    const Json *member = find(name);
    return member != nullptr && member->is(Kind::Text) ? member->text : std::string();
}

std::string jsonText(std::string_view text)
{
    std::string clean;
    sanitiseUtf8(text, clean);
    std::string out = "\"";
    for (const char c : clean) {
        const auto code = static_cast<unsigned char>(c);
        if (c == '"' || c == '\\') {
            out += '\\';
            out += c;
        } else if (code < 0x20 || code == 0x7f) {
            char escape[8];
            std::snprintf(escape, sizeof escape, "\\u%04x", code);
            out += escape;
        } else {
            out += c;
        }
    }
    return out += '"';
}

void mergeInto(Json &target, const Json &patch)
{
    if (!patch.is(Json::Kind::Object)) {
        target = patch;
        return;
    }
    if (!target.is(Json::Kind::Object))
        target = Json{.kind = Json::Kind::Object};
    for (const auto &[name, value] : patch.members) {
        const auto old = std::find_if(target.members.begin(), target.members.end(),
                                      [&](const auto &member) { return member.first == name; });
        if (value.is(Json::Kind::Null)) {
            if (old != target.members.end())
                target.members.erase(old);
            continue;
        }
        Json &slot = old != target.members.end() ? old->second : target.members.emplace_back(name, Json{}).second;
        if (name == "periods" && slot.is(Json::Kind::Array) && value.is(Json::Kind::Array))
            mergePeriods(slot, value);
        else
            mergeInto(slot, value);
    }
}

} // namespace flyball::agentsim
