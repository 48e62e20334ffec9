// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/gateways/browse/rawpage.h"
#include "core/gateways/promql/promsource.h"

namespace flyball {

/// RemoteKind::browse of a server: the newest sample of each series with a meaning, then the names of all others that
/// it had samples of in the last hour.
[[nodiscard]] Result<RawPage> browsePromql(const HttpConnection &connection, const std::string &base,
                                           const PromqlOptions &options);

} // namespace flyball
