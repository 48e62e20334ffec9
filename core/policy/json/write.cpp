// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/policy/json/value.h"

#include <algorithm>
#include <cstdio>

namespace flyball {

namespace {

void appendString(std::string &out, std::string_view text)
{
    out += '"';
    for (const char c : text) {
        switch (c) {
        case '"':
            out += "\\\"";
            break;
        case '\\':
            out += "\\\\";
            break;
        case '\n':
            out += "\\n";
            break;
        case '\r':
            out += "\\r";
            break;
        case '\t':
            out += "\\t";
            break;
        default:
            if (static_cast<unsigned char>(c) < 0x20) {
                char buffer[8];
                std::snprintf(buffer, sizeof buffer, "\\u%04x", static_cast<unsigned>(c));
                out += buffer;
            } else {
                out += c;
            }
        }
    }
    out += '"';
}

bool appendScalar(std::string &out, const JsonValue &value)
{
    if (const std::string *text = value.string())
        appendString(out, *text);
    else if (const JsonNumber *number = value.number())
        out += number->text();
    else if (const bool *flag = value.boolean())
        out += *flag ? "true" : "false";
    else if (value.isNull())
        out += "null";
    else
        return false;
    return true;
}

/// `gap` stands after ':' and ','.
void appendLine(std::string &out, const JsonValue &value, bool sorted, std::string_view gap)
{
    if (appendScalar(out, value))
        return;
    bool first = true;
    const auto separate = [&] {
        if (!first)
            out.append(",").append(gap);
        first = false;
    };
    if (const auto *items = value.array()) {
        out += '[';
        for (const JsonValue &item : *items) {
            separate();
            appendLine(out, item, sorted, gap);
        }
        out += ']';
        return;
    }
    std::vector<const JsonValue::Member *> members;
    for (const auto &member : *value.object())
        members.push_back(&member);
    if (sorted)
        std::sort(members.begin(), members.end(), [](const auto *a, const auto *b) { return a->first < b->first; });
    out += '{';
    for (const auto *member : members) {
        separate();
        appendString(out, member->first);
        out.append(":").append(gap);
        appendLine(out, member->second, sorted, gap);
    }
    out += '}';
}

void appendPretty(std::string &out, const JsonValue &value, std::size_t indent, std::size_t column)
{
    constexpr std::size_t kWidth = 100;
    std::string line;
    appendLine(line, value, false, " ");
    const bool scalar = !value.array() && !value.object();
    if (scalar || line.size() == 2 || (indent > 0 && column + line.size() < kWidth)) {
        out += line;
        return;
    }
    const std::string margin(indent + 2, ' ');
    const char *separator = "\n";
    const auto next = [&] {
        out.append(separator).append(margin);
        separator = ",\n";
    };
    out += value.array() ? '[' : '{';
    if (const auto *items = value.array()) {
        for (const JsonValue &item : *items) {
            next();
            appendPretty(out, item, indent + 2, indent + 2);
        }
    } else {
        for (const auto &[name, member] : *value.object()) {
            next();
            appendString(out, name);
            out += ": ";
            appendPretty(out, member, indent + 2, indent + 6 + name.size());
        }
    }
    out.append("\n").append(indent, ' ') += value.array() ? ']' : '}';
}

} // namespace

std::string JsonValue::compact(bool sorted) const
{
    std::string out;
    appendLine(out, *this, sorted, "");
    return out;
}

std::string JsonValue::pretty() const
{
    std::string out;
    appendPretty(out, *this, 0, 0);
    return out + '\n';
}

} // namespace flyball
