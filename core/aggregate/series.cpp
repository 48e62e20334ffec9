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
            .segment = call.names.segment};
}

} // namespace flyball
