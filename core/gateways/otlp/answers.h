// SPDX-License-Identifier: GPL-3.0-or-later
// What the OTLP receiver answers, in the encoding of the request (opentelemetry-proto, docs/specification.md).
#pragma once

#include "core/formats/otlp_proto/otlpproto.h"
#include "core/net/httpmessage.h"

#include <cstdint>
#include <string>

namespace flyball::otlp {

enum class Encoding : std::uint8_t { Json, Protobuf };

/// 200: an Export*ServiceResponse. `rejected` spans, log records or data points were not taken, `why` says which; with
/// 0 of them the response is empty.
[[nodiscard]] HttpResponse accepted(Encoding encoding, OtlpSignal signal, std::int64_t rejected,
                                    const std::string &why);
/// Any other status: a google.rpc.Status. 503 says when to come again, 401 how to log in, 405 what is allowed.
[[nodiscard]] HttpResponse refused(Encoding encoding, int status, const std::string &message);

} // namespace flyball::otlp
