// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/formats/format.h"

namespace flyball {

/// claude-code-router's own log (ccr-*.log, version 2): lines of several kinds per request, told apart by reqId. One
/// call per request, told when it is complete, with what the provider answered before the router rewrote it. Requests
/// that it passes on unchanged are not told in it: who called tells those, and here they are none. A call that Claude
/// Code's transcript tells as well meets it by the id of the message the router sent.
[[nodiscard]] Format ccrFormat();

[[nodiscard]] std::unique_ptr<LineReader> makeCcrReader(ReaderContext context);

} // namespace flyball
