// SPDX-License-Identifier: GPL-3.0-or-later
// Internal to core/policy: every field of the document once, for whatever reads or writes it. `Io`
// offers the functions of SchemaReader; the bounds here are those of policy.schema.json.
#pragma once

#include "core/policy/document/document.h"
#include "core/policy/document/fields_budget.h"
#include "core/policy/document/fields_routing.h"
#include "core/policy/document/fields_techniques.h"
#include "core/policy/json/number.h"

namespace flyball {

template <typename Io, Is<PolicyBody> T>
void fields(Io &io, T &x)
{
    io.flag("enabled", x.enabled);
    io.part("prompt", x.prompt);
    io.part("budget", x.budget);
    io.part("routing", x.routing);
    io.part("prompt_cache", x.promptCache);
    io.part("semantic_cache", x.semanticCache);
    io.part("context", x.context);
    io.part("tools", x.tools);
    io.part("output", x.output);
    io.part("batch", x.batch);
    io.part("circuit_breaker", x.circuitBreaker);
    io.part("quality_guard", x.qualityGuard);
    io.part("economics", x.economics);
}

template <typename Io, Is<Match> T>
void fields(Io &io, T &x)
{
    io.atLeastOneMember();
    io.text("agent", x.agent);
    io.text("user_segment", x.userSegment);
    io.text("step", x.step);
    io.text("tag", x.tag);
}

template <typename Io, Is<Override> T>
void fields(Io &io, T &x)
{
    io.requiredPart("match", x.match);
    io.requiredPart("set", x.set);
}

template <typename Io, Is<Workflow> T>
void fields(Io &io, T &x)
{
    io.text("description", x.description);
    fields(io, x.body);
    io.parts("overrides", x.overrides);
}

template <typename Io, Is<Fleet> T>
void fields(Io &io, T &x)
{
    io.parts("periods", x.periods);
}

template <typename Io, Is<PolicyDocument> T>
void fields(Io &io, T &x)
{
    io.constant("schema_version", JsonNumber::of(std::int64_t{1}));
    io.policyId("policy_id", x.policyId);
    io.requiredInteger("revision", x.revision, 1);
    io.integer("parent_revision", x.parentRevision, 0);
    io.text("created_at", x.createdAt);
    io.text("author", x.author);
    io.text("comment", x.comment);
    io.integer("rollback_of", x.rollbackOf, 1);
    io.currency("currency", x.currency);
    io.text("timezone", x.timezone);
    io.requiredParts("tiers", x.tiers, 1);
    io.part("fleet", x.fleet);
    io.requiredPart("defaults", x.defaults);
    io.named("workflows", x.workflows);
}

} // namespace flyball
