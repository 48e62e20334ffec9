// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/push/targets/target.h"

namespace flyball {

/// Collects what a target does with each value of a policy, so that none is passed over in silence.
class KnobBook {
public:
    explicit KnobBook(const TargetPolicy &policy) : m_policy(policy) {}
    void applied(const std::string &path, const std::string &how);
    void approximated(const std::string &path, const std::string &how);
    void unsupported(const std::string &path, const std::string &why);
    /// The receipts in the order of the policy. Each value that has none, nor a part with one, is Unsupported
    /// with `otherwise`; /economics counts nowhere as a knob: it only feeds reports.
    [[nodiscard]] std::vector<KnobReceipt> finish(const std::string &otherwise) const;

private:
    const TargetPolicy &m_policy;
    std::vector<KnobReceipt> m_receipts;
};

/// The first model of a tier, "provider/model"; empty when there is no such tier.
[[nodiscard]] std::string firstModel(const TargetPolicy &policy, const std::string &tier);
[[nodiscard]] const Tier *tierOf(const TargetPolicy &policy, const std::string &tier);
/// "openai/gpt-4o" -> {"openai", "gpt-4o"}; a name without a slash has no provider.
struct ModelName {
    std::string provider;
    std::string model;
};
[[nodiscard]] ModelName splitModel(const std::string &name);
/// Whether the policy is switched off for this scope; a target then gives back what it found.
[[nodiscard]] bool switchedOff(const TargetPolicy &policy);
/// The plan of a policy that is switched off: nothing set.
[[nodiscard]] TargetPlan planOff(const TargetPolicy &policy);

} // namespace flyball
