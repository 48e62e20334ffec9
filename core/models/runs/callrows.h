// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/models/chartdata.h"
#include "core/models/session/services.h"
#include "core/models/session/view.h"

namespace flyball {

/// What one call shows as, wherever calls are listed.
struct CallTexts {
    QString cost, costMark, costTone, status, statusTone, model, step, agent, provider, workflow;
    QVariant costPlain; ///< exact USD as text; invalid when the cost is not known
};
[[nodiscard]] CallTexts callTexts(const Call &call, const SymbolTable &symbols, const Formatter &format);
[[nodiscard]] QString symbolText(const SymbolTable &symbols, Symbol symbol, NameKind kind);
/// Bar of the five classes people tell apart; `maximum` is the widest call of the list.
[[nodiscard]] TokenData tokenData(const Usage &usage, double maximum);

} // namespace flyball
