// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/policy/json/value.h"

#include <algorithm>
#include <charconv>

namespace flyball {

const JsonValue *JsonValue::find(std::string_view name) const { return const_cast<JsonValue *>(this)->find(name); }

JsonValue *JsonValue::find(std::string_view name)
{
    if (Object *members = object()) {
        const auto it =
            std::find_if(members->begin(), members->end(), [&](const Member &m) { return m.first == name; });
        return it == members->end() ? nullptr : &it->second;
    }
    return nullptr;
}

void JsonValue::set(std::string_view name, JsonValue value)
{
    if (!object())
        m_data = Object();
    if (JsonValue *old = find(name))
        *old = std::move(value);
    else
        object()->emplace_back(std::string(name), std::move(value));
}

void JsonValue::remove(std::string_view name)
{
    if (Object *members = object())
        std::erase_if(*members, [&](const Member &m) { return m.first == name; });
}

const JsonValue *JsonValue::at(std::string_view pointer) const
{
    const JsonValue *here = this;
    for (const std::string &step : pointerSteps(pointer)) {
        if (const Array *items = here->array()) {
            std::size_t index = 0;
            const auto end = std::from_chars(step.data(), step.data() + step.size(), index);
            if (end.ec != std::errc() || end.ptr != step.data() + step.size() || index >= items->size())
                return nullptr;
            here = &(*items)[index];
        } else {
            here = here->find(step);
            if (!here)
                return nullptr;
        }
    }
    return here;
}

bool operator==(const JsonValue &a, const JsonValue &b)
{
    if (a.m_data.index() != b.m_data.index())
        return false;
    const auto *left = a.object();
    if (!left)
        return a.m_data == b.m_data;
    return left->size() == b.object()->size() && std::all_of(left->begin(), left->end(), [&](const auto &member) {
               const JsonValue *other = b.find(member.first);
               return other && *other == member.second;
           });
}

std::string pointerAt(const std::string &pointer, std::string_view name)
{
    std::string out = pointer + '/';
    for (const char c : name) {
        if (c == '~')
            out += "~0";
        else if (c == '/')
            out += "~1";
        else
            out += c;
    }
    return out;
}

std::string pointerAt(const std::string &pointer, std::size_t index) { return pointer + '/' + std::to_string(index); }

std::vector<std::string> pointerSteps(std::string_view pointer)
{
    std::vector<std::string> steps;
    for (std::size_t i = 0; i < pointer.size(); ++i) {
        if (pointer[i] == '/') {
            steps.emplace_back();
        } else if (!steps.empty()) {
            const bool escape = pointer[i] == '~' && i + 1 < pointer.size();
            steps.back() += !escape ? pointer[i] : pointer[i + 1] == '1' ? '/' : '~';
            i += escape ? 1U : 0U;
        }
    }
    return steps;
}

} // namespace flyball
