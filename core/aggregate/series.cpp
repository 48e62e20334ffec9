// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/aggregate/series.h"

namespace flyball {

SeriesKey SeriesKey::of(const Call &call)
{
    return {.source = call.source,
            .workflow = call.names.workflow,
            .provider = call.provider,
            .model = call.model,
            .tier = call.names.tier,
            .agent = call.names.agent,
            .step = call.names.step,
            .segment = call.names.segment,
            .taskType = call.names.taskType,
            .promptVersion = call.names.promptVersion,
            .feature = call.names.feature,
            .policyRevision = call.names.policyRevision};
}

SeriesKey SeriesKey::of(const std::array<Symbol, kSize> &n)
{
    return {n[0], n[1], n[2], n[3], n[4], n[5], n[6], n[7], n[8], n[9], n[10], n[11]};
}

} // namespace flyball
