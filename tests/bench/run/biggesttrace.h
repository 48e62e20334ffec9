// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>

namespace flyball::test {

/// OTLP/JSON lines of two runs: one of `calls` calls by a main agent and `agents` below it, with tool calls, loops,
/// failures and a prompt cache, and one of nine calls to compare with. Their trace ids are 1 and 2.
[[nodiscard]] QByteArray biggestTrace(int calls, int agents, qint64 endNs);

} // namespace flyball::test
