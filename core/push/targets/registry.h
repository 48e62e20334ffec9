// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/push/targets/config.h"
#include "core/push/targets/target.h"

#include <memory>
#include <span>

namespace flyball {

struct TargetKind {
    const char *name;
    const char *about; ///< one line for a list
    Result<std::unique_ptr<PolicyTarget>> (*make)(const TargetConfig &config);
};

/// Every kind of target; a new one is its folder and one line here.
[[nodiscard]] std::span<const TargetKind> targetKinds();
/// InvalidArgument: no such kind, or options it cannot use; secrets are looked up now.
[[nodiscard]] Result<std::unique_ptr<PolicyTarget>> makeTarget(const TargetConfig &config);

} // namespace flyball
