// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>
#include <QVariantList>
#include <optional>
#include <vector>

#include "core/aggregate/views/runfilter.h"
#include "core/models/config/configstore.h"
#include "core/models/text/formatter.h"

namespace flyball::runfilter {

/// How a condition is written by the operator.
struct Word {
    enum class Kind { Choice, Text, Number, None };
    RunCondition::Test test = RunCondition::Test::Outcome;
    QString key, label;
    Kind kind = Kind::None;
    QString unit, first; ///< first: the value a new condition begins with
};
[[nodiscard]] const std::vector<Word> &words();
[[nodiscard]] const Word *wordOf(const QString &key);
/// What a state is called: {key, text}.
[[nodiscard]] QVariantList outcomes();

/// Nothing when the test is not known or the value does not fit it.
[[nodiscard]] std::optional<RunCondition> conditionOf(const SavedCondition &saved);
/// All of them, or nothing when one does not fit.
[[nodiscard]] std::optional<std::vector<RunCondition>> conditionsOf(const std::vector<SavedCondition> &saved);
/// "cost over $0.50", "retries, at least 2".
[[nodiscard]] QString text(const SavedCondition &saved, const Formatter &format);
[[nodiscard]] QString text(const std::vector<SavedCondition> &saved, const Formatter &format);
/// Filters that are always there; their names are not the operator's.
[[nodiscard]] std::vector<SavedFilter> builtIn();

} // namespace flyball::runfilter
