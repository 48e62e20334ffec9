// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/push/targets/fields.h"

#include <algorithm>
#include <span>

namespace flyball {

namespace {

constexpr std::size_t kMostNamed = 3;
using Steps = std::span<const std::string>;

/// "[name=cheap]": the member of list elements and its value.
struct Pick {
    std::string name;
    std::string value;
};

std::optional<Pick> pickOf(const std::string &step)
{
    const std::size_t equals = step.find('=');
    if (step.size() < 4 || step.front() != '[' || step.back() != ']' || equals == std::string::npos)
        return std::nullopt;
    return Pick{step.substr(1, equals - 1), step.substr(equals + 1, step.size() - equals - 2)};
}

bool isPicked(const JsonValue &element, const Pick &pick)
{
    const JsonValue *name = element.find(pick.name);
    return name && name->string() && *name->string() == pick.value;
}

const JsonValue *stepInto(const JsonValue &value, const std::string &step)
{
    const std::optional<Pick> pick = pickOf(step);
    if (!pick)
        return value.at(pointerAt("", step));
    if (!value.array())
        return nullptr;
    const auto found = std::find_if(value.array()->begin(), value.array()->end(),
                                    [&](const JsonValue &element) { return isPicked(element, *pick); });
    return found == value.array()->end() ? nullptr : &*found;
}

Error wrongKind(const std::string &field)
{
    return {ErrorCode::Malformed, field + " is of another kind than expected"};
}

bool isBare(const JsonValue &value, const std::string &step)
{
    if (value.array())
        return value.array()->empty();
    const std::optional<Pick> pick = pickOf(step);
    return value.object() && value.object()->size() == (pick ? 1U : 0U);
}

Result<> change(JsonValue &value, Steps steps, const FieldEdit &edit);

Result<> changeMember(JsonValue &value, Steps steps, const FieldEdit &edit)
{
    const std::string &name = steps.front();
    if (!value.isNull() && !value.object())
        return wrongKind(edit.field);
    JsonValue *child = value.find(name);
    if (!child && !edit.value)
        return {};
    if (!child || (child->isNull() && steps.size() > 1)) {
        value.set(name, JsonValue());
        child = value.find(name);
    }
    if (Result<> r = change(*child, steps.subspan(1), edit); !r)
        return r;
    if (!edit.value && (steps.size() == 1 ? !edit.member || isBare(*child, "") : isBare(*child, "")))
        value.remove(name);
    return {};
}

Result<> changePicked(JsonValue &value, Steps steps, const Pick &pick, const FieldEdit &edit)
{
    if (value.isNull())
        value = JsonValue(JsonValue::Array());
    if (!value.array())
        return wrongKind(edit.field);
    JsonValue::Array &list = *value.array();
    auto found =
        std::find_if(list.begin(), list.end(), [&](const JsonValue &element) { return isPicked(element, pick); });
    if (found == list.end()) {
        if (!edit.value)
            return {};
        JsonValue made{JsonValue::Object()};
        made.set(pick.name, pick.value);
        found = list.insert(list.end(), std::move(made));
    }
    if (steps.size() == 1 && !edit.value) {
        list.erase(found);
        return {};
    }
    if (Result<> r = change(*found, steps.subspan(1), edit); !r)
        return r;
    if (!edit.value && isBare(*found, steps.front()))
        list.erase(found);
    return {};
}

Result<> changeList(JsonValue &value, const FieldEdit &edit)
{
    if (value.isNull())
        value = JsonValue(JsonValue::Array());
    if (!value.array())
        return wrongKind(edit.field);
    JsonValue::Array &list = *value.array();
    if (edit.without)
        list.erase(std::remove(list.begin(), list.end(), *edit.without), list.end());
    if (edit.value && std::find(list.begin(), list.end(), *edit.value) == list.end())
        list.push_back(*edit.value);
    return {};
}

Result<> change(JsonValue &value, Steps steps, const FieldEdit &edit)
{
    if (steps.empty()) {
        if (edit.member)
            return changeList(value, edit);
        if (edit.value)
            value = *edit.value;
        return {};
    }
    if (const std::optional<Pick> pick = pickOf(steps.front()))
        return changePicked(value, steps, *pick, edit);
    return changeMember(value, steps, edit);
}

std::string shown(const JsonValue *value)
{
    if (!value)
        return "absent";
    const std::string text = value->compact();
    return text.size() > 80 ? text.substr(0, 77) + "..." : text;
}

} // namespace

const JsonValue *fieldAt(const JsonValue &content, const std::string &field)
{
    const JsonValue *value = &content;
    for (const std::string &step : pointerSteps(field)) {
        value = stepInto(*value, step);
        if (!value)
            return nullptr;
    }
    return value;
}

bool holds(const JsonValue &content, const FieldEdit &edit)
{
    const JsonValue *now = fieldAt(content, edit.field);
    if (!edit.member) // null says the same as absent in every configuration we write
        return edit.value ? now && *now == *edit.value : !now || now->isNull();
    const auto has = [&](const JsonValue &wanted) {
        return now && now->array()
               && std::find(now->array()->begin(), now->array()->end(), wanted) != now->array()->end();
    };
    return (!edit.value || has(*edit.value)) && (!edit.without || !has(*edit.without));
}

Result<> makeEdit(JsonValue &content, const FieldEdit &edit)
{
    const std::vector<std::string> steps = pointerSteps(edit.field);
    return change(content, steps, edit);
}

Result<JsonValue> withEdits(const JsonValue &content, const std::vector<FieldEdit> &edits)
{
    JsonValue next = content;
    for (const FieldEdit &edit : edits)
        if (Result<> r = makeEdit(next, edit); !r)
            return r.error();
    return next;
}

std::string whatDiffers(const JsonValue &content, const std::vector<FieldEdit> &edits)
{
    std::string out;
    std::size_t count = 0;
    for (const FieldEdit &edit : edits) {
        if (holds(content, edit) || ++count > kMostNamed)
            continue;
        out += (out.empty() ? "" : "; ") + edit.field;
        if (edit.member)
            out += edit.value ? " lacks our entry" : " still has our entry";
        else
            out += " is " + shown(fieldAt(content, edit.field)) + ", not "
                   + (edit.value ? shown(&*edit.value) : std::string("absent"));
    }
    if (count > kMostNamed)
        out += "; and " + std::to_string(count - kMostNamed) + " more";
    return out;
}

} // namespace flyball
