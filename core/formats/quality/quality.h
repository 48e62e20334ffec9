// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/formats/format.h"

namespace flyball {

/// Quality signals from outside the traces: human samples, feedback, validation results, errors found downstream.
/// CSV with a header (RFC 4180) or one JSON object per line, with the same names; the table is in the README.
/// Every signal goes to the address of what it names (core/domain/signaladdress.h) and waits there.
[[nodiscard]] Format qualityFormat();

[[nodiscard]] std::unique_ptr<LineReader> makeQualityReader(ReaderContext context);

} // namespace flyball
