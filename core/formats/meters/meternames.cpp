// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/formats/meters/meanings.h"

namespace flyball {

namespace {

constexpr std::size_t kLongest = 256;

// In the order in which they are asked.
constexpr std::string_view kWorkflow[] = {
    "workflow",
    "workflow_name",
    "flyball_workflow",
    "gen_ai_workflow_name",
    "metadata_workflow",
    "metadata_workflow_name",
    "requester_metadata_workflow",
    "tag_workflow",
    "api_key_alias",
    "virtual_key_name",
    "team_alias",
    "team_name",
};
constexpr std::string_view kModel[] = {"model", "gen_ai_response_model", "gen_ai_request_model", "ai_model",
                                       "litellm_model_name"};
constexpr std::string_view kRequested[] = {"gen_ai_request_model"};
constexpr std::string_view kProvider[] = {"provider", "gen_ai_provider_name", "gen_ai_system", "ai_provider",
                                          "api_provider"};
constexpr std::string_view kAgent[] = {"agent", "agent_name", "flyball_agent", "gen_ai_agent_name", "metadata_agent"};
constexpr std::string_view kSegment[] = {"segment", "flyball_segment", "metadata_segment", "customer_name"};
constexpr std::string_view kTaskType[] = {"task_type", "flyball_task_type", "metadata_task_type"};
constexpr std::string_view kFeature[] = {"feature", "flyball_feature", "metadata_feature"};
/// LiteLLM turns the tag "workflow_x" into the label tag_workflow_x="true".
constexpr std::string_view kWorkflowTag = "tag_workflow_";

/// A label without a value is as none; Python writes None for what it has not.
bool isKnown(std::string_view value) { return !value.empty() && value != "None"; }

std::string_view labelOf(std::span<const MeterLabel> labels, std::string_view name)
{
    for (const MeterLabel &label : labels)
        if (label.name == name)
            return isKnown(label.value) ? label.value.substr(0, kLongest) : std::string_view();
    return {};
}

template <typename Names>
std::string_view firstOf(std::span<const MeterLabel> labels, const Names &names)
{
    for (const auto &name : names)
        if (const std::string_view value = labelOf(labels, name); !value.empty())
            return value;
    return {};
}

std::string_view taggedWorkflow(std::span<const MeterLabel> labels)
{
    for (const MeterLabel &label : labels)
        if (label.value == "true" && label.name.size() > kWorkflowTag.size() && label.name.starts_with(kWorkflowTag))
            return label.name.substr(kWorkflowTag.size(), kLongest);
    return {};
}

std::string_view usualWorkflow(std::span<const MeterLabel> labels)
{
    for (const std::string_view name : kWorkflow) {
        const std::string_view value = labelOf(labels, name);
        if (name == "tag_workflow" && (value.empty() || value == "true" || value == "false")) {
            if (const std::string_view tagged = taggedWorkflow(labels); !tagged.empty())
                return tagged;
            continue;
        }
        if (!value.empty())
            return value;
    }
    return {};
}

/// Envoy AI Gateway says so where it could not tell.
std::string_view orNone(std::string_view value) { return value == "unknown" ? std::string_view() : value; }

} // namespace

MeterNames namesOf(Meter meter, std::span<const MeterLabel> labels, std::span<const std::string> workflowLabels)
{
    MeterNames names;
    names.workflow = workflowLabels.empty() ? usualWorkflow(labels) : firstOf(labels, workflowLabels);
    names.model = orNone(firstOf(labels, kModel));
    if (names.model.empty())
        names.model = orNone(firstOf(labels, kRequested));
    names.requested = orNone(firstOf(labels, kRequested));
    names.provider = orNone(firstOf(labels, kProvider));
    // Claude Code sends to Anthropic unless it says where else.
    if (meter == Meter::ClaudeCode && names.provider.empty()) {
        const std::string_view platform = labelOf(labels, "anthropic_provider");
        names.provider = platform.empty() || platform == "firstParty" ? std::string_view("anthropic") : platform;
    }
    names.agent = firstOf(labels, kAgent);
    names.segment = firstOf(labels, kSegment);
    names.taskType = firstOf(labels, kTaskType);
    names.feature = firstOf(labels, kFeature);
    return names;
}

} // namespace flyball
