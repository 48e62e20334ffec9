// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/models/policy/editscope.h"

#include <algorithm>

#include "core/policy/document/text.h"

namespace flyball {

namespace {

constexpr std::string_view kPeriods = "periods";

JsonValue *child(JsonValue &at, const std::string &step)
{
    JsonValue::Array *list = at.array();
    if (!list)
        return at.find(step);
    for (JsonValue &entry : *list) {
        const JsonValue *window = entry.find("window");
        if (window && window->string() && *window->string() == step)
            return &entry;
    }
    const auto index = QString::fromStdString(step).toULongLong();
    return !step.empty() && step[0] >= '0' && step[0] <= '9' && index < list->size() ? &(*list)[index] : nullptr;
}

JsonValue *makeChild(JsonValue &at, const std::string &step)
{
    if (JsonValue::Array *list = at.array()) {
        JsonValue entry{JsonValue::Object()};
        entry.set("window", step);
        list->push_back(std::move(entry));
        return &list->back();
    }
    at.set(step, step == kPeriods ? JsonValue(JsonValue::Array()) : JsonValue(JsonValue::Object()));
    return at.find(step);
}

bool hollow(const JsonValue &value)
{
    if (const auto *list = value.array())
        return list->empty();
    const auto *members = value.object();
    return members && (members->empty() || (members->size() == 1 && members->front().first == "window"));
}

/// Removes a value and every part above it, below the first `keep` steps, that holds nothing any more.
void prune(JsonValue &at, const std::vector<std::string> &steps, std::size_t i, std::size_t keep)
{
    JsonValue *next = child(at, steps[i]);
    if (!next)
        return;
    const bool last = i + 1 == steps.size();
    if (!last)
        prune(*next, steps, i + 1, keep);
    if (i < keep || (!last && !hollow(*next)))
        return;
    if (JsonValue::Array *list = at.array())
        list->erase(list->begin() + (next - list->data()));
    else
        at.remove(steps[i]);
}

std::vector<std::string> placeOf(const EditScope &scope, const std::string &pointer, std::size_t &keep)
{
    const bool absolute = pointer.rfind("//", 0) == 0;
    std::vector<std::string> steps = absolute ? std::vector<std::string>() : pointerSteps(scope.bodyPointer());
    keep = steps.size();
    for (std::string &step : pointerSteps(absolute ? pointer.substr(1) : pointer))
        steps.push_back(std::move(step));
    return steps;
}

} // namespace

QString EditScope::key() const
{
    const QString name = QString::fromStdString(workflow);
    if (override)
        return QStringLiteral("o:%1:%2").arg(*override).arg(name);
    return workflow.empty() ? QString() : QStringLiteral("w:") + name;
}

EditScope EditScope::fromKey(const QString &key)
{
    if (key.startsWith(u"w:"))
        return {key.mid(2).toStdString(), std::nullopt};
    const qsizetype colon = key.indexOf(u':', 2);
    if (!key.startsWith(u"o:") || colon < 0)
        return {};
    return {key.mid(colon + 1).toStdString(), static_cast<std::size_t>(key.mid(2, colon - 2).toULongLong())};
}

std::string EditScope::bodyPointer() const
{
    if (workflow.empty())
        return "/defaults";
    const std::string at = pointerAt("/workflows", workflow);
    return override ? pointerAt(at + "/overrides", *override) + "/set" : at;
}

bool EditScope::isLayer(const PolicyLayer &layer) const
{
    using Kind = PolicyLayer::Kind;
    if (override)
        return layer.kind == Kind::Override && layer.index == *override;
    return layer.kind == (workflow.empty() ? Kind::Defaults : Kind::Workflow);
}

EditScope presentScope(const PolicyDocument &document, EditScope scope)
{
    const Workflow *workflow = document.workflow(scope.workflow);
    if (scope.override && (!workflow || !workflow->overrides || *scope.override >= workflow->overrides->size()))
        scope.override.reset();
    return scope;
}

EffectivePolicy effectiveOf(const PolicyDocument &document, const EditScope &scope)
{
    const EditScope here = presentScope(document, scope);
    return effectivePolicy(document, here.workflow,
                           here.override ? std::vector<std::size_t>{*here.override} : std::vector<std::size_t>{});
}

EditScope counterpart(const PolicyDocument &from, const EditScope &scope, const PolicyDocument &to)
{
    EditScope out{scope.workflow, std::nullopt};
    const Workflow *mine = from.workflow(scope.workflow), *theirs = to.workflow(scope.workflow);
    if (!scope.override || !mine || !mine->overrides || *scope.override >= mine->overrides->size() || !theirs
        || !theirs->overrides)
        return out;
    const Match &match = (*mine->overrides)[*scope.override].match;
    for (std::size_t i = 0; i < theirs->overrides->size(); ++i)
        if ((*theirs->overrides)[i].match == match)
            out.override = i;
    return out;
}

std::optional<JsonValue> knobValue(const JsonValue &body, const std::string &pointer)
{
    JsonValue copy = body;
    JsonValue *at = &copy;
    for (const std::string &step : pointerSteps(pointer.rfind("//", 0) == 0 ? pointer.substr(1) : pointer)) {
        at = child(*at, step);
        if (!at)
            return std::nullopt;
    }
    return *at;
}

void setKnob(JsonValue &document, const EditScope &scope, const std::string &pointer,
             const std::optional<JsonValue> &value)
{
    std::size_t keep = 0;
    const std::vector<std::string> steps = placeOf(scope, pointer, keep);
    if (!value)
        return prune(document, steps, 0, keep);
    JsonValue *at = &document;
    for (std::size_t i = 0; i + 1 < steps.size(); ++i) {
        JsonValue *next = child(*at, steps[i]);
        at = next ? next : makeChild(*at, steps[i]);
    }
    at->set(steps.back(), *value);
}

std::string findingPointer(const JsonValue &document, const EditScope &scope, const std::string &pointer)
{
    std::size_t keep = 0;
    JsonValue copy = document;
    JsonValue *at = &copy;
    std::string out;
    for (const std::string &step : placeOf(scope, pointer, keep)) {
        JsonValue *next = at ? child(*at, step) : nullptr;
        out = next && at->array() ? pointerAt(out, static_cast<std::size_t>(next - at->array()->data()))
                                  : pointerAt(out, step);
        at = next;
    }
    return out;
}

} // namespace flyball
