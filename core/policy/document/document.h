// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/policy/document/body.h"

#include <utility>

namespace flyball {

/// What an override applies to: every named property must be the caller's; `tag` one of its tags.
struct Match {
    std::optional<std::string> agent;
    std::optional<std::string> userSegment;
    std::optional<std::string> step;
    std::optional<std::string> tag;
    friend bool operator==(const Match &, const Match &) = default;
};

struct Override {
    Match match;
    PolicyBody set;
    friend bool operator==(const Override &, const Override &) = default;
};

struct Workflow {
    std::optional<std::string> description;
    PolicyBody body;
    std::optional<std::vector<Override>> overrides; ///< applied in order
    friend bool operator==(const Workflow &, const Workflow &) = default;
};

struct Fleet {
    std::optional<std::vector<PeriodCap>> periods; ///< over all workflows together
    friend bool operator==(const Fleet &, const Fleet &) = default;
};

/// One revision of a policy (resources/policy/policy.schema.json), without loss. A plain value; it says
/// nothing about whether it makes sense: see check.h. Fields are named as in the schema.
struct PolicyDocument {
    std::string policyId;
    std::int64_t revision = 1;
    std::optional<std::int64_t> parentRevision;
    std::optional<std::string> createdAt; ///< RFC 3339
    std::optional<std::string> author;
    std::optional<std::string> comment;
    std::optional<std::int64_t> rollbackOf;
    std::optional<std::string> currency; ///< "USD"
    std::optional<std::string> timezone; ///< IANA name; UTC when absent
    std::vector<Tier> tiers;             ///< cheapest first
    std::optional<Fleet> fleet;
    PolicyBody defaults;
    std::vector<std::pair<std::string, Workflow>> workflows; ///< in document order, names unique

    [[nodiscard]] const Workflow *workflow(std::string_view name) const
    {
        for (const auto &[key, value] : workflows) {
            if (key == name)
                return &value;
        }
        return nullptr;
    }
    /// Index of a tier in cheapest-first order; nothing when no tier has the name.
    [[nodiscard]] std::optional<std::size_t> tierIndex(std::string_view id) const
    {
        for (std::size_t i = 0; i < tiers.size(); ++i) {
            if (tiers[i].id == id)
                return i;
        }
        return std::nullopt;
    }
    friend bool operator==(const PolicyDocument &, const PolicyDocument &) = default;
};

} // namespace flyball
