// SPDX-License-Identifier: GPL-3.0-or-later
// Internal to core/policy: what the checks of one effective policy share.
#pragma once

#include "core/policy/check/check.h"
#include "core/policy/effective.h"
#include "core/policy/words.h"

namespace flyball {

struct ScopeCheck {
    const PolicyDocument &document;
    const CheckContext &context;
    std::string workflow; ///< empty for the defaults
    std::string name;     ///< for messages: "defaults", "workflow 'a'", ...
    EffectivePolicy effective;
    PolicyLayer top;                                ///< the last layer that takes part
    const PolicyObservation *observation = nullptr; ///< of the workflow, without overrides
    Findings &findings;

    /// Adds a finding at the document path of a value, or of the later one of two.
    void add(Severity severity, const char *code, const std::string &path, const std::string &message,
             const std::string &otherPath = "");
    /// Whether the last layer set this value; else a scope below has been asked about it.
    [[nodiscard]] bool setHere(const std::string &path) const;
    void tier(const std::optional<std::string> &id, const std::string &path);
};

[[nodiscard]] std::string documentPath(const PolicyDocument &document, const std::string &workflow,
                                       const EffectivePolicy &effective, const std::string &path);

inline constexpr std::string_view kWindowTwice = "window_twice";

void checkBudget(ScopeCheck &scope);
void checkWindows(const std::vector<PeriodCap> &periods,
                  const std::function<void(const char *, const PeriodCap &, const std::string &)> &add);
void checkRouting(ScopeCheck &scope);
void checkTechniques(ScopeCheck &scope);

} // namespace flyball
