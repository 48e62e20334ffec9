// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/push/targets/memory.h"

#include "core/base/wholefile.h"
#include "core/keys/secretfile.h"

namespace flyball {

namespace {

constexpr std::string_view kOutcomes[] = {"applied", "approximated", "unsupported"};

void setOptional(JsonValue &json, const char *name, const std::optional<JsonValue> &value)
{
    if (value)
        json.set(name, *value);
}

std::optional<JsonValue> optionalAt(const JsonValue &json, const char *name)
{
    const JsonValue *value = json.find(name);
    return value ? std::optional<JsonValue>(*value) : std::nullopt;
}

std::string textAt(const JsonValue &json, const char *name)
{
    const JsonValue *value = json.find(name);
    return value && value->string() ? *value->string() : std::string();
}

std::int64_t numberAt(const JsonValue &json, const char *name, std::int64_t otherwise = 0)
{
    const JsonValue *value = json.find(name);
    return value && value->number() ? value->number()->toInt64().value_or(otherwise) : otherwise;
}

bool flagAt(const JsonValue &json, const char *name)
{
    const JsonValue *value = json.find(name);
    return value && value->boolean() && *value->boolean();
}

JsonValue toJson(const TargetMemory &memory)
{
    JsonValue json{JsonValue::Object()};
    json.set("revision", memory.revision);
    json.set("state", std::string(targetStateName(memory.state)));
    json.set("detail", memory.detail);
    json.set("pushed_at_ns", memory.pushedAt);
    json.set("checked_at_ns", memory.checkedAt);
    json.set("checks", std::int64_t{memory.checks});
    json.set("in_force", memory.inForce);
    json.set("probed", memory.probed);
    json.set("stuck", memory.stuck);
    json.set("written", memory.written);
    json.set("held", memory.held);
    JsonValue::Array fields;
    for (const ManagedField &field : memory.fields) {
        JsonValue one{JsonValue::Object()};
        one.set("field", field.wanted.field);
        setOptional(one, "value", field.wanted.value);
        one.set("member", field.wanted.member);
        setOptional(one, "before", field.before);
        fields.push_back(std::move(one));
    }
    json.set("fields", std::move(fields));
    JsonValue::Array knobs;
    for (const KnobReceipt &knob : memory.knobs) {
        JsonValue one{JsonValue::Object()};
        one.set("path", knob.path);
        one.set("result", std::string(kOutcomes[static_cast<std::size_t>(knob.outcome)]));
        one.set("how", knob.how);
        knobs.push_back(std::move(one));
    }
    json.set("knobs", std::move(knobs));
    return json;
}

std::optional<TargetMemory> memoryOf(const JsonValue &json)
{
    const std::optional<TargetState> state = targetStateOf(textAt(json, "state"));
    const JsonValue *fields = json.find("fields");
    const JsonValue *knobs = json.find("knobs");
    if (!state || !fields || !fields->array() || !knobs || !knobs->array())
        return std::nullopt;
    TargetMemory memory;
    memory.revision = numberAt(json, "revision");
    memory.state = *state;
    memory.detail = textAt(json, "detail");
    memory.pushedAt = numberAt(json, "pushed_at_ns", kNoTime);
    memory.checkedAt = numberAt(json, "checked_at_ns", kNoTime);
    memory.checks = static_cast<int>(numberAt(json, "checks"));
    memory.inForce = flagAt(json, "in_force");
    memory.probed = flagAt(json, "probed");
    memory.stuck = flagAt(json, "stuck");
    memory.written = flagAt(json, "written");
    memory.held = flagAt(json, "held");
    for (const JsonValue &field : *fields->array())
        memory.fields.push_back({{textAt(field, "field"), optionalAt(field, "value"), flagAt(field, "member"), {}},
                                 optionalAt(field, "before")});
    for (const JsonValue &knob : *knobs->array()) {
        KnobReceipt one{textAt(knob, "path"), KnobReceipt::Outcome::Unsupported, textAt(knob, "how")};
        for (std::size_t i = 0; i < std::size(kOutcomes); ++i)
            if (kOutcomes[i] == textAt(knob, "result"))
                one.outcome = static_cast<KnobReceipt::Outcome>(i);
        memory.knobs.push_back(std::move(one));
    }
    return memory;
}

} // namespace

Result<TargetMemories> TargetMemories::load(const std::string &folder)
{
    TargetMemories out;
    out.m_path = folder + "/targets-state.json";
    const Result<std::string> text = readSecretFile(out.m_path);
    if (!text && text.error().code == ErrorCode::NotFound)
        return out;
    if (!text)
        return text.error();
    const Result<JsonValue> json = JsonValue::parse(*text);
    if (!json || !json->object())
        return Error{ErrorCode::Malformed, out.m_path + " is damaged; move it away to begin anew"};
    for (const auto &[id, value] : *json->object()) {
        std::optional<TargetMemory> memory = memoryOf(value);
        if (!memory)
            return Error{ErrorCode::Malformed, out.m_path + " is damaged at " + inQuotes(id)};
        out.m_memories[id] = std::move(*memory);
    }
    return out;
}

TargetMemory TargetMemories::of(const std::string &id) const
{
    const auto found = m_memories.find(id);
    return found == m_memories.end() ? TargetMemory() : found->second;
}

Result<> TargetMemories::keep(const std::string &id, const TargetMemory &memory)
{
    m_memories[id] = memory;
    JsonValue json{JsonValue::Object()};
    for (const auto &[name, value] : m_memories)
        json.set(name, toJson(value));
    return writeFileAtomically(m_path, json.pretty());
}

} // namespace flyball
