// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/push/targets/config.h"
#include "core/push/targets/target.h"

#include <memory>

namespace flyball {

/// An AIGatewayRoute for Envoy AI Gateway as a YAML file for review; applying it is for a person with kubectl, so its
/// state never passes saved. One rule per tier: callers ask for the tier's id as the model, its models are backends
/// in order of priority. The file is ours alone.
/// Options: path, gateway (name of the Gateway), backends {"openai": "name of its AIServiceBackend"}, namespace
/// (default "default"), route (default "flyball").
[[nodiscard]] Result<std::unique_ptr<PolicyTarget>> makeEnvoyTarget(const TargetConfig &config);

} // namespace flyball
