// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/policy/check/finding.h"
#include "core/policy/document/document.h"
#include "core/policy/json/value.h"

#include <optional>
#include <string>
#include <string_view>

namespace flyball {

/// What reading a document gave. `findings` holds everything that is wrong with it at once; there is a
/// document only when none of them is an error.
struct PolicyReading {
    std::optional<PolicyDocument> document;
    Findings findings;
};

/// Reads policy.schema.json version 1 and reports every departure from it, none of its meaning: see
/// checkPolicy(). Limits of the text are those of JsonValue::parse. Never throws.
[[nodiscard]] PolicyReading readPolicy(std::string_view json);
[[nodiscard]] PolicyReading readPolicyJson(const JsonValue &json);
/// A policy body alone, as it travels to agents; paths in findings begin at `path`.
[[nodiscard]] std::optional<PolicyBody> readBody(const JsonValue &json, const std::string &path, Findings &findings);

/// The document with fields in the order of the schema and numbers in their shortest spelling.
[[nodiscard]] JsonValue toJson(const PolicyDocument &document);
[[nodiscard]] JsonValue toJson(const PolicyBody &body);
[[nodiscard]] JsonValue toJson(const Workflow &workflow);
[[nodiscard]] JsonValue toJson(const Rule &rule);
[[nodiscard]] JsonValue toJson(const Match &match);
[[nodiscard]] JsonValue toJson(const PeriodCap &cap);
/// Canonical text: toJson().pretty(). Reading and writing it again gives the same bytes.
[[nodiscard]] std::string policyText(const PolicyDocument &document);
/// For exports to a file a person keeps: the file's own bytes as long as they say the same as the
/// document, else the canonical text.
[[nodiscard]] std::string policyTextLike(std::string_view file, const PolicyDocument &document);

} // namespace flyball
