// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"
#include "core/base/time.h"
#include "core/policy/effective.h"

#include <string>
#include <string_view>
#include <vector>

namespace flyball {

inline constexpr std::string_view kPolicyFormat = "flyball-policy/1";

/// What an agent is given (reliability.md 3): the effective policy of its scope, whole.
struct PolicyPayload {
    std::string source; ///< id of the app that holds the policy; revisions grow per source
    std::int64_t revision = 0;
    TimeNs issuedAt = 0;
    PolicyScope scope;
    std::vector<std::string> require; ///< JSON pointers into `policy` that must be supported
    std::optional<std::int64_t> rollbackOf;
    JsonValue rates{JsonValue::Object()}; ///< "provider/model" -> list prices; the caller's shape
    std::vector<Tier> tiers;
    std::string timezone = "UTC";
    PolicyBody policy;
    friend bool operator==(const PolicyPayload &, const PolicyPayload &) = default;
};

[[nodiscard]] std::string payloadText(const PolicyPayload &payload);
/// Malformed when it is not such a payload, InvalidArgument when the policy in it departs from the schema
/// (the message begins with the JSON pointer). Members we do not know are listed in `unknown`.
[[nodiscard]] Result<PolicyPayload> readPayload(std::string_view text, std::vector<std::string> *unknown = nullptr);

/// {"payload":"...","sig":"..."}: HMAC-SHA-256 over the bytes of the payload, so that nobody has to agree
/// on a canonical form. The same bytes serve as a file.
[[nodiscard]] std::string sealEnvelope(std::string_view payload, std::string_view key);
/// The payload of an envelope signed with `key`. Malformed when it is no envelope, Corrupt when the
/// signature is not that of the payload. An empty key opens nothing.
[[nodiscard]] Result<std::string> openEnvelope(std::string_view envelope, std::string_view key);

} // namespace flyball
