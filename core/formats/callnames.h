// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/domain/callfact.h"
#include "core/formats/jsonfields.h"

namespace flyball {

/// Names that callers send along with a request (metadata, headers of a gateway), each in its long and its short form.
/// What is said takes the place of what stood there. `name`: a text as a symbol.
template <typename Name>
void takeCallNames(const JsonFields &said, Attribution &names, Name &&name)
{
    const auto take = [&](Symbol &target, std::string_view long_, std::string_view short_) {
        const std::string_view word = said.has(long_) ? said.id(long_) : said.id(short_);
        if (!word.empty())
            target = name(word);
    };
    take(names.workflow, "flyball.workflow", "workflow");
    take(names.agent, "flyball.agent", "agent");
    take(names.step, "flyball.step", "step");
    take(names.taskType, "flyball.task_type", "task_type");
    take(names.segment, "flyball.segment", "segment");
    take(names.feature, "flyball.feature", "feature");
    take(names.tier, "flyball.tier", "tier");
    take(names.promptVersion, "flyball.prompt.version", "prompt_version");
    take(names.policyRevision, "flyball.policy.revision", "policy_revision");
    take(names.session, "session_id", "session");
}

} // namespace flyball
