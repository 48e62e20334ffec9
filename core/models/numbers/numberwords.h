// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>
#include <QVariant>

#include "core/aggregate/measures/measure.h"
#include "core/models/text/formatter.h"

namespace flyball::numberWords {

[[nodiscard]] QString name(const MeasureInfo &info);
[[nodiscard]] QString formula(const MeasureInfo &info);
[[nodiscard]] QString group(MeasureGroup group);
[[nodiscard]] QString unit(MeasureUnit unit);
[[nodiscard]] QString reason(Unknown why);

/// "$1.12", "−$0.0034", "805 k", "12,304".
[[nodiscard]] QString amount(const Amount &amount, const Formatter &f);
/// Every digit: "$0.000123456", "98,120".
[[nodiscard]] QString exact(const Amount &amount, const Formatter &f);
/// The value as shown, without its mark; the reason where it is not known.
[[nodiscard]] QString value(const Measure &measure, const Formatter &f);
/// The value as exports carry it: a decimal of USD, a whole number, a share; nothing where it is not known.
[[nodiscard]] QVariant plain(const Measure &measure);
[[nodiscard]] QVariant plain(const Amount &amount);
/// "94.8–95.6 %", "$1.02–$1.31"; empty without one.
[[nodiscard]] QString interval(const Measure &measure, const Formatter &f);
/// "12,304 / 98,120"; empty for sums and percentiles.
[[nodiscard]] QString fraction(const Measure &measure, const Formatter &f);
/// Formula, then what it is here: the fraction in words, or why there is none.
[[nodiscard]] QString tip(const Measure &measure, const Formatter &f);

} // namespace flyball::numberWords
