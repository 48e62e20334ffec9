// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/policy/check/scope_check.h"

namespace flyball {

namespace {

const std::optional<std::vector<PeriodCap>> kNoPeriods;

const std::optional<std::vector<PeriodCap>> &periodsOf(const PolicyBody &body)
{
    return body.budget ? body.budget->periods : kNoPeriods;
}

/// An origin names a window; the document has an index there, of the last one, which is the one in force.
std::string withIndex(const PolicyBody &body, const std::string &path)
{
    constexpr std::string_view kPrefix = "/budget/periods/";
    if (path.compare(0, kPrefix.size(), kPrefix) != 0 || !periodsOf(body))
        return path;
    const auto &periods = *periodsOf(body);
    for (std::size_t i = periods.size(); i-- > 0;) {
        if (nameOf(periods[i].window) == path.substr(kPrefix.size()))
            return pointerAt("/budget/periods", i);
    }
    return path;
}

int rank(const PolicyLayer &layer)
{
    return layer.kind == PolicyLayer::Kind::Override ? 2 + static_cast<int>(layer.index) : static_cast<int>(layer.kind);
}

} // namespace

std::string documentPath(const PolicyDocument &document, const std::string &workflow, const EffectivePolicy &effective,
                         const std::string &path)
{
    const PolicyOrigin *origin = effective.origin(path);
    const Workflow *found = workflow.empty() ? nullptr : document.workflow(workflow);
    const std::string base = found ? pointerAt("/workflows", workflow) : "/defaults";
    if (!origin)
        return base + path;
    switch (origin->layer.kind) {
    case PolicyLayer::Kind::Workflow:
        return base + withIndex(found->body, path);
    case PolicyLayer::Kind::Override:
        return pointerAt(base + "/overrides", origin->layer.index) + "/set"
               + withIndex((*found->overrides)[origin->layer.index].set, path);
    case PolicyLayer::Kind::Defaults:
        break;
    }
    return "/defaults" + withIndex(document.defaults, path);
}

bool ScopeCheck::setHere(const std::string &path) const
{
    const PolicyOrigin *origin = effective.origin(path);
    return origin && origin->layer == top;
}

void ScopeCheck::add(Severity severity, const char *code, const std::string &path, const std::string &message,
                     const std::string &otherPath)
{
    const PolicyOrigin *first = effective.origin(path);
    const PolicyOrigin *second = otherPath.empty() ? nullptr : effective.origin(otherPath);
    const bool other = second && (!first || rank(second->layer) > rank(first->layer));
    findings.push_back({documentPath(document, workflow, effective, other ? otherPath : path), code, severity,
                        CheckLayer::Meaning, name + ": " + message});
}

} // namespace flyball
