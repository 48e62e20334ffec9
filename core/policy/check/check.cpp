// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/policy/check/check.h"

#include "core/base/time.h"
#include "core/base/zone.h"
#include "core/policy/check/scope_check.h"
#include "core/policy/document/text.h"

#include <algorithm>
#include <set>

namespace flyball {

namespace {

void addTo(Findings &findings, Severity severity, const char *code, std::string path, std::string message)
{
    findings.push_back({std::move(path), code, severity, CheckLayer::Meaning, std::move(message)});
}

void checkHead(const PolicyDocument &document, Findings &findings)
{
    if (document.parentRevision && *document.parentRevision >= document.revision)
        addTo(findings, Severity::Error, "revision_order", "/parent_revision",
              "revision " + std::to_string(document.revision) + " cannot follow revision "
                  + std::to_string(*document.parentRevision));
    if (document.rollbackOf && *document.rollbackOf >= document.revision)
        addTo(findings, Severity::Error, "revision_order", "/rollback_of", "only an older revision can be restored");
    if (document.createdAt && !parseRfc3339(*document.createdAt))
        addTo(findings, Severity::Error, "not_a_time", "/created_at", "is no RFC 3339 date and time");
    if (document.timezone && !Zone::named(*document.timezone))
        addTo(findings, Severity::Error, "unknown_zone", "/timezone",
              "there is no time zone " + inQuotes(*document.timezone) + ": budget windows cannot be told");
    if (toJson(document.defaults).object()->empty() && document.workflows.empty() && !document.fleet)
        addTo(findings, Severity::Error, "empty_policy", "/defaults", "the policy says nothing at all");
    if (document.fleet && document.fleet->periods) {
        const auto &periods = *document.fleet->periods;
        checkWindows(periods, [&](const char *code, const PeriodCap &cap, const std::string &message) {
            addTo(findings, Severity::Error, code,
                  pointerAt("/fleet/periods", static_cast<std::size_t>(&cap - periods.data())), message);
        });
    }
}

void checkTiers(const PolicyDocument &document, const CheckContext &context, Findings &findings)
{
    for (std::size_t i = 0; i < document.tiers.size(); ++i) {
        const Tier &tier = document.tiers[i];
        const std::string path = pointerAt("/tiers", i);
        if (tier.id.empty())
            addTo(findings, Severity::Error, "no_name", path + "/id", "a tier needs a name");
        if (*document.tierIndex(tier.id) != i)
            addTo(findings, Severity::Error, "tier_id_twice", path + "/id", "two tiers are named " + inQuotes(tier.id));
        for (std::size_t j = 0; j < tier.models.size(); ++j) {
            const std::string &model = tier.models[j];
            const std::string at = pointerAt(path + "/models", j);
            const std::size_t slash = model.find('/');
            if (slash == 0 || slash == std::string::npos || slash + 1 == model.size())
                addTo(findings, Severity::Warning, "model_without_provider", at,
                      inQuotes(model) + " is not of the form provider/model");
            else if (context.modelPriced && !context.modelPriced(model))
                addTo(findings, Severity::Warning, "model_unpriced", at,
                      "no price list knows " + inQuotes(model) + ": its calls cannot be held to a USD cap exactly");
        }
    }
}

/// Merging keeps the last of two equal windows, so this has to be asked of each layer as it stands.
void checkTwice(const PolicyBody &body, const std::string &path, Findings &findings)
{
    if (!body.budget || !body.budget->periods)
        return;
    const auto &periods = *body.budget->periods;
    checkWindows(periods, [&](const char *code, const PeriodCap &cap, const std::string &message) {
        if (code == kWindowTwice)
            addTo(findings, Severity::Error, code,
                  pointerAt(path + "/budget/periods", static_cast<std::size_t>(&cap - periods.data())), message);
    });
}

bool canMeet(const Match &a, const Match &b)
{
    const auto agree = [](const auto &x, const auto &y) { return !x || !y || *x == *y; };
    return agree(a.agent, b.agent) && agree(a.userSegment, b.userSegment) && agree(a.step, b.step);
}

/// Overrides that can meet are checked together up to this many, so that thousands stay affordable.
constexpr std::size_t kMaxStack = 16;

class Checker {
public:
    Checker(const PolicyDocument &document, const CheckContext &context, Findings &findings)
        : m_document(document), m_context(context), m_findings(findings)
    {}
    void scope(const std::string &workflow, const std::vector<std::size_t> &overrides)
    {
        PolicyLayer layer;
        if (!workflow.empty() && m_document.workflow(workflow))
            layer.kind = PolicyLayer::Kind::Workflow;
        if (!overrides.empty())
            layer = {PolicyLayer::Kind::Override, overrides.back()};
        ScopeCheck check{m_document,
                         m_context,
                         workflow,
                         describeLayer(m_document, workflow, layer),
                         effectivePolicy(m_document, workflow, overrides),
                         layer,
                         nullptr,
                         m_findings};
        for (const PolicyObservation &seen : m_context.observations) {
            if (seen.workflow == workflow && overrides.empty() && !workflow.empty())
                check.observation = &seen;
        }
        checkBudget(check);
        checkRouting(check);
        checkTechniques(check);
    }
    void workflow(const std::string &name, const Workflow &workflow)
    {
        scope(name, {});
        const auto &overrides = workflow.overrides.value_or(std::vector<Override>{});
        for (std::size_t i = 0; i < overrides.size(); ++i) {
            scope(name, {i});
            std::vector<std::size_t> stack;
            for (std::size_t j = 0; j < i && stack.size() < kMaxStack; ++j) {
                if (canMeet(overrides[j].match, overrides[i].match))
                    stack.push_back(j);
            }
            stack.push_back(i);
            if (stack.size() > 1)
                scope(name, stack);
        }
    }

private:
    const PolicyDocument &m_document;
    const CheckContext &m_context;
    Findings &m_findings;
};

} // namespace

Findings checkPolicy(const PolicyDocument &document, const CheckContext &context)
{
    Findings all;
    checkHead(document, all);
    checkTiers(document, context, all);
    checkTwice(document.defaults, "/defaults", all);
    for (const auto &[name, workflow] : document.workflows) {
        const std::string path = pointerAt("/workflows", name);
        if (name.empty())
            addTo(all, Severity::Error, "no_name", path, "a workflow needs a name");
        checkTwice(workflow.body, path, all);
        for (std::size_t i = 0; workflow.overrides && i < workflow.overrides->size(); ++i)
            checkTwice((*workflow.overrides)[i].set, pointerAt(path + "/overrides", i) + "/set", all);
    }
    Checker checker(document, context, all);
    checker.scope("", {});
    for (const auto &[name, workflow] : document.workflows)
        checker.workflow(name, workflow);
    for (const PolicyObservation &seen : context.observations) {
        if (!document.workflow(seen.workflow))
            checker.scope(seen.workflow, {});
    }
    // Layers repeat what lies below them: the first scope that showed a place speaks for it.
    Findings findings;
    std::set<std::pair<std::string, std::string>> seen;
    for (Finding &finding : all) {
        if (seen.emplace(finding.path, finding.code).second)
            findings.push_back(std::move(finding));
    }
    return findings;
}

} // namespace flyball
