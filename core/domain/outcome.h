// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/domain/call.h"

namespace flyball {

/// What counts as success for one workflow, as the operator chose it. A label decides when there are words for it,
/// else the score, else what the signal itself says.
struct SuccessRule {
    std::string workflow;
    std::string signal;                  ///< name of the signal
    std::vector<std::string> passLabels; ///< any case; empty = pass and fail as the signal says
    std::optional<double> threshold;     ///< a score at or above passes; nothing = scores decide nothing

    friend bool operator==(const SuccessRule &, const SuccessRule &) = default;
};

/// "pass", "true", "ok" ... and their opposites, in any case; None for every other word.
[[nodiscard]] Verdict verdictOf(std::string_view label);
/// What a signal of the rule's name says under it.
[[nodiscard]] Verdict verdictBy(const SuccessRule &rule, const SignalFact &signal, const SymbolTable &symbols);
/// Signals of one run. Without a rule the usual names of "the task succeeded" decide, in order of preference;
/// one that fails outweighs any number of the same name that pass.
[[nodiscard]] Judgement judge(std::span<const SignalFact> signals, const SuccessRule *rule, const SymbolTable &symbols);
/// The one place that decides how a run went (rule 3a.11): what the agent stated, else the signals, else its end.
void decideOutcome(RunInfo &run, const Judgement &imported);

} // namespace flyball
