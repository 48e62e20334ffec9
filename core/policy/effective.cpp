// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/policy/effective.h"

#include "core/policy/document/text.h"

#include <algorithm>
#include <functional>

namespace flyball {

namespace {

constexpr std::string_view kPeriods = "/budget/periods";

JsonValue *periodOf(JsonValue::Array &periods, const JsonValue &window)
{
    for (JsonValue &period : periods) {
        if (period.find("window") && *period.find("window") == window)
            return &period;
    }
    return nullptr;
}

/// Within one layer a window may stand twice; the later one wins, as it does between layers.
void mergePeriods(JsonValue::Array &into, const JsonValue::Array &from)
{
    for (const JsonValue &period : from) {
        if (JsonValue *old = periodOf(into, *period.find("window")))
            *old = period;
        else
            into.push_back(period);
    }
}

class Merger {
public:
    JsonValue root{JsonValue::Object()};
    std::vector<PolicyOrigin> origins;

    void apply(const JsonValue &layerBody, const PolicyLayer &layer) { merge(root, layerBody, "", layer); }

private:
    void merge(JsonValue &target, const JsonValue &patch, const std::string &path, const PolicyLayer &layer)
    {
        for (const auto &[name, value] : *patch.object()) {
            const std::string here = pointerAt(path, name);
            JsonValue *old = target.find(name);
            if (here == kPeriods) {
                if (!old)
                    target.set(name, JsonValue::Array());
                mergePeriods(*target.find(name)->array(), *value.array());
                for (const JsonValue &period : *value.array())
                    note(pointerAt(here, *period.find("window")->string()), layer);
            } else if (value.object()) {
                if (!old)
                    target.set(name, JsonValue::Object());
                merge(*target.find(name), value, here, layer);
            } else {
                target.set(name, value);
                note(here, layer);
            }
        }
    }
    void note(const std::string &path, const PolicyLayer &layer)
    {
        const auto it = std::find_if(origins.begin(), origins.end(), [&](const auto &o) { return o.path == path; });
        if (it == origins.end()) {
            origins.push_back({path, layer, {}});
        } else if (it->layer != layer) {
            it->hidden.push_back(it->layer);
            it->layer = layer;
        }
    }
};

EffectivePolicy merged(const PolicyDocument &document, std::string_view name,
                       const std::function<bool(std::size_t, const Override &)> &applies)
{
    Merger merger;
    merger.apply(toJson(document.defaults), {});
    if (const Workflow *workflow = name.empty() ? nullptr : document.workflow(name)) {
        merger.apply(toJson(workflow->body), {PolicyLayer::Kind::Workflow, 0});
        const std::size_t count = workflow->overrides ? workflow->overrides->size() : 0;
        for (std::size_t i = 0; i < count; ++i) {
            if (applies(i, (*workflow->overrides)[i]))
                merger.apply(toJson((*workflow->overrides)[i].set), {PolicyLayer::Kind::Override, i});
        }
    }
    EffectivePolicy effective;
    effective.origins = std::move(merger.origins);
    Findings none;
    // Merging bodies cannot leave the schema: objects gain members, values keep their type.
    effective.body = readBody(merger.root, "", none).value_or(PolicyBody{});
    return effective;
}

} // namespace

void mergePatch(JsonValue &target, const JsonValue &patch)
{
    if (!patch.object()) {
        target = patch;
        return;
    }
    if (!target.object())
        target = JsonValue::Object();
    for (const auto &[name, value] : *patch.object()) {
        if (value.isNull()) {
            target.remove(name);
            continue;
        }
        if (!target.find(name))
            target.set(name, JsonValue());
        mergePatch(*target.find(name), value);
    }
}

bool matches(const Match &match, const PolicyScope &scope)
{
    const auto same = [](const std::optional<std::string> &wanted, const std::string &is) {
        return !wanted || (!is.empty() && *wanted == is);
    };
    return same(match.agent, scope.agent) && same(match.userSegment, scope.userSegment) && same(match.step, scope.step)
           && (!match.tag || std::find(scope.tags.begin(), scope.tags.end(), *match.tag) != scope.tags.end());
}

EffectivePolicy effectivePolicy(const PolicyDocument &document, const PolicyScope &scope)
{
    return merged(document, scope.workflow,
                  [&](std::size_t, const Override &override) { return matches(override.match, scope); });
}

EffectivePolicy effectivePolicy(const PolicyDocument &document, std::string_view workflow,
                                const std::vector<std::size_t> &overrides)
{
    return merged(document, workflow, [&](std::size_t index, const Override &) {
        return std::find(overrides.begin(), overrides.end(), index) != overrides.end();
    });
}

const PolicyOrigin *EffectivePolicy::origin(std::string_view path) const
{
    const PolicyOrigin *best = nullptr;
    for (const PolicyOrigin &candidate : origins) {
        const std::string &at = candidate.path;
        const bool covers = path.substr(0, at.size()) == at && (path.size() == at.size() || path[at.size()] == '/');
        if (covers && (!best || best->path.size() < at.size()))
            best = &candidate;
    }
    return best;
}

std::string describeMatch(const Match &match)
{
    std::string out;
    const JsonValue json = toJson(match);
    for (const auto &[name, value] : *json.object())
        out += (out.empty() ? "" : ", ") + name + ' ' + *value.string();
    return out;
}

std::string describeLayer(const PolicyDocument &document, std::string_view workflow, const PolicyLayer &layer)
{
    if (layer.kind == PolicyLayer::Kind::Defaults)
        return "defaults";
    if (layer.kind == PolicyLayer::Kind::Workflow)
        return "workflow " + inQuotes(workflow);
    std::string out = "override " + std::to_string(layer.index + 1) + " of " + inQuotes(workflow);
    const Workflow *found = document.workflow(workflow);
    if (found && found->overrides && layer.index < found->overrides->size())
        out += " (" + describeMatch((*found->overrides)[layer.index].match) + ')';
    return out;
}

} // namespace flyball
