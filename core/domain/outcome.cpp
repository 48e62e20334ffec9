// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/domain/outcome.h"

#include <algorithm>
#include <iterator>
#include <string_view>

namespace flyball {

namespace {

constexpr char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }

bool sameWord(std::string_view a, std::string_view b)
{
    return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](char x, char y) { return lower(x) == lower(y); });
}

/// Names that mean the run as a whole succeeded, in order of preference.
constexpr std::string_view kPreferred[] = {"task_success", "success", "task_completion", "goal_completion", "passed"};

} // namespace

Verdict verdictOf(std::string_view label)
{
    static constexpr std::string_view pass[] = {"pass", "passed", "true", "success", "correct", "yes", "ok"};
    static constexpr std::string_view fail[] = {"fail", "failed", "false", "failure", "incorrect", "no", "error"};
    const auto isIn = [label](const auto &words) {
        return std::any_of(std::begin(words), std::end(words), [&](auto word) { return sameWord(word, label); });
    };
    return isIn(pass) ? Verdict::Pass : isIn(fail) ? Verdict::Fail : Verdict::None;
}

Verdict verdictBy(const SuccessRule &rule, const SignalFact &signal, const SymbolTable &symbols)
{
    const std::string_view label = symbols.text(signal.label);
    if (!rule.passLabels.empty() && !label.empty())
        return std::any_of(rule.passLabels.begin(), rule.passLabels.end(),
                           [&](const std::string &word) { return sameWord(word, label); })
                   ? Verdict::Pass
                   : Verdict::Fail;
    if (rule.threshold && signal.hasScore)
        return signal.score >= *rule.threshold ? Verdict::Pass : Verdict::Fail;
    return signal.verdict;
}

Judgement judge(std::span<const SignalFact> signals, const SuccessRule *rule, const SymbolTable &symbols)
{
    Judgement all;
    for (const SignalFact &signal : signals) {
        const std::string_view name = symbols.text(signal.name);
        Judgement one;
        if (rule) {
            if (name == rule->signal)
                one = {verdictBy(*rule, signal, symbols), 0};
        } else if (const auto *at = std::find(std::begin(kPreferred), std::end(kPreferred), name);
                   at != std::end(kPreferred)) {
            one = {signal.verdict, static_cast<std::uint8_t>(at - std::begin(kPreferred))};
        }
        all.merge(one);
    }
    return all;
}

void decideOutcome(RunInfo &run, const Judgement &imported)
{
    Judgement said = run.judged;
    said.merge(imported);
    if (run.stated != Outcome::Unknown) {
        run.outcome = run.stated;
        run.origin = OutcomeOrigin::Stated;
    } else if (said.verdict != Verdict::None) {
        run.outcome = said.verdict == Verdict::Pass ? Outcome::Success : Outcome::Failure;
        run.origin = OutcomeOrigin::Signal;
    } else {
        run.outcome = run.status;
        run.origin = run.status == Outcome::Unknown ? OutcomeOrigin::None : OutcomeOrigin::Status;
    }
}

} // namespace flyball
