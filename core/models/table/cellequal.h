// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QVariant>

namespace flyball {

/// Whether two cells would look the same. QVariant compares chart values by address only.
[[nodiscard]] bool cellEqual(const QVariant &a, const QVariant &b);

} // namespace flyball
