// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>
#include <QVariant>
#include <optional>
#include <vector>

#include "core/models/session/view.h"
#include "core/models/text/formatter.h"

namespace flyball::explore {

/// A dimension as the operator chooses it.
struct DimensionWord {
    Dimension dimension;
    QString key;
    QString text;
};

[[nodiscard]] std::vector<DimensionWord> dimensionWords();
[[nodiscard]] std::optional<Dimension> dimensionOf(const QString &key);
/// "workflow", as it stands inside a sentence.
[[nodiscard]] QString wordOf(const QString &key);
[[nodiscard]] NameKind nameKindOf(Dimension dimension);
/// Only the calls of this one.
void narrow(CallFilter &filter, Dimension dimension, Symbol symbol);
void narrow(ViewFilter &filter, Dimension dimension, Symbol symbol);

/// One value of a table as text, exact value and order.
struct Measured {
    QString text;
    QVariant plain;
    double order = 0;
    bool known = false;
};
/// `measure` is a key of ExploreModel::measures(); nothing of no calls.
[[nodiscard]] Measured measured(const Totals &totals, const QString &measure, const Formatter &f);

/// "+$1.20", "−$0.31", "$0.00".
[[nodiscard]] QString signedMoney(const UsdSum &sum, const Formatter &f);

} // namespace flyball::explore
