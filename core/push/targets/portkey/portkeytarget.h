// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/push/targets/config.h"
#include "core/push/targets/target.h"

#include <memory>

namespace flyball {

/// A config file for the open Portkey gateway (tried with 1.15.2 from npm): rules become a conditional strategy on
/// metadata the caller sends, tiers its targets by name, further models of a tier a fallback inside. Keys and hosts
/// a person put into the targets stay. Callers send the file's content as x-portkey-config, so it is only saved,
/// unless a probe through a gateway shows what it does.
/// Options: path, and for the probe: url, secret (Authorization: Bearer), probe (true; one small call a push).
[[nodiscard]] Result<std::unique_ptr<PolicyTarget>> makePortkeyTarget(const TargetConfig &config);

} // namespace flyball
