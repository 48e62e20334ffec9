// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace flyball {

enum class Severity : std::uint8_t { Error, Warning };

/// Which question a finding answers: is it JSON, does it have the shape of policy.schema.json, does it
/// make sense. The first two agree with any JSON Schema validator; the third is ours.
enum class CheckLayer : std::uint8_t { Syntax, Schema, Meaning };

/// One thing that is wrong or odd in a document.
struct Finding {
    std::string path; ///< JSON pointer (RFC 6901); "" is the document
    std::string code; ///< stable word for programs, "soft_not_below_hard"
    Severity severity = Severity::Error;
    CheckLayer layer = CheckLayer::Meaning;
    std::string message; ///< a plain sentence on one line, with the figures it is about
    friend bool operator==(const Finding &, const Finding &) = default;
};
using Findings = std::vector<Finding>;

[[nodiscard]] inline bool hasError(const Findings &findings)
{
    for (const Finding &finding : findings) {
        if (finding.severity == Severity::Error)
            return true;
    }
    return false;
}

} // namespace flyball
