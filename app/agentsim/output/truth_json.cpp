// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/agentsim/output/span_json.h"
#include "app/agentsim/output/truth.h"

#include <cerrno>
#include <cstdio>
#include <cstring>

namespace flyball::agentsim {

namespace {

void member(std::string &out, std::string_view key, std::int64_t value)
{
    out += '"';
    out += key;
    out += "\":";
    appendInt(out, value);
    out += ',';
}

/// Pico-USD as a decimal string: a JSON number would lose digits in readers that use double.
void cost(std::string &out, const UsdSum &sum)
{
    std::string pico = std::to_string(sum.picoRemainder());
    if (sum.usd() != 0)
        pico = std::to_string(sum.usd()) + std::string(12 - pico.size(), '0') + pico;
    out += "\"cost_pusd\":\"" + pico + "\",\"cost_nusd\":";
    appendInt(out, sum.nanoUsd());
}

void sums(std::string &out, const CallSums &s)
{
    constexpr std::array<std::string_view, kTokenClasses> names{
        "in_fresh", "cache_read", "cache_write_5m", "cache_write_1h", "cache_write_untyped",
        "in_audio", "out_text",   "out_reasoning",  "out_audio"};
    out += '{';
    member(out, "calls", s.calls);
    member(out, "errors", s.errors);
    out += "\"tokens\":{";
    for (std::size_t i = 0; i < kTokenClasses; ++i)
        member(out, names[i], s.tokens[i]);
    out.back() = '}';
    out += ',';
    member(out, "calls_unpriced", s.callsUnpriced);
    member(out, "tokens_unpriced", s.tokensUnpriced);
    cost(out, s.cost);
    out += '}';
}

template <typename Map>
void sumsBy(std::string &out, std::string_view name, const Map &unsorted)
{
    const std::map<std::string_view, CallSums> sorted(unsorted.begin(), unsorted.end());
    out += "\n\"" + std::string(name) + "\":{";
    for (const auto &[key, value] : sorted) {
        out += "\n  \"" + std::string(key) + "\":";
        sums(out, value);
        out += ',';
    }
    if (out.back() == ',')
        out.pop_back();
    out += "},";
}

void loopJson(std::string &out, const LoopFact &l)
{
    out += R"(
  {"workflow":")"
           + l.workflow + R"(","run":")" + l.run + R"(","trace":")" + l.trace + R"(","tool":")" + l.tool
           + R"(","begin":")" + formatRfc3339(l.begin) + R"(","end":")" + formatRfc3339(l.end) + R"(",)";
    member(out, "repeats", l.repeats);
    out += std::string("\"capped\":") + (l.capped ? "true" : "false") + "},";
}

} // namespace

const std::array<std::string_view, Truth::kDimensions> Truth::kDimensionNames{
    "by_workflow", "by_model", "by_provider", "by_tier", "by_task", "by_step", "by_agent", "by_segment"};

void Truth::appendRuns(std::string &out) const
{
    out += "\n\"runs\":{";
    for (const auto &[workflow, r] : m_runs) {
        out += "\n  \"" + std::string(workflow) + "\":{";
        for (std::size_t i = 0; i < kOutcomeCount; ++i)
            member(out, outcomeName(static_cast<Outcome>(i)), r.outcomes[i]);
        out += "\"task_success\":{";
        member(out, "pass", r.pass);
        member(out, "fail", r.fail);
        member(out, "score_milli", r.scoreMilli);
        out.back() = '}';
        out += "},";
    }
    if (out.back() == ',')
        out.pop_back();
    out += "},";
}

void Truth::appendPolicy(std::string &out) const
{
    const auto counts = [&out](std::string_view name, const std::map<std::string_view, std::int64_t> &map) {
        out += ",\"" + std::string(name) + "\":{";
        for (const auto &[key, value] : map)
            member(out, key, value);
        if (out.back() == ',')
            out.pop_back();
        out += '}';
    };
    out += "\n\"policy\":[";
    for (const auto &[key, r] : m_revisions) {
        out += "\n  {\"workflow\":\"" + std::string(key.first) + "\",";
        member(out, "revision", key.second);
        member(out, "calls", r.calls);
        cost(out, r.cost);
        counts("tiers", r.tiers);
        counts("models", r.models);
        out += ',';
        member(out, "runs", r.runs);
        member(out, "capped", r.capped);
        out += "\"run_cost\":{";
        cost(out, r.runCost);
        out += "},\"dearest_run\":{";
        cost(out, r.dearestRun);
        out += "}},";
    }
    if (out.back() == ',')
        out.pop_back();
    out += ']';
    counts("not_started", m_notStarted);
    out += ',';
}

std::string Truth::toJson(std::string_view head) const
{
    std::string out = "{\"schema\":\"agentsim.truth/1\",";
    out += head;
    out += "\n\"totals\":";
    sums(out, m_total);
    out += ',';
    member(out, "retries", m_retries);
    for (std::size_t i = 0; i < kDimensions; ++i)
        sumsBy(out, kDimensionNames[i], m_by[i]);
    sumsBy(out, "unattributable", m_unattributable);
    appendRuns(out);
    if (!m_revisions.empty() || !m_notStarted.empty())
        appendPolicy(out);
    out += "\n\"loops\":[";
    for (const LoopFact &loop : m_loops)
        loopJson(out, loop);
    if (out.back() == ',')
        out.pop_back();
    out += "],\n\"by_workflow_minute\":[";
    for (const auto &[key, value] : m_minutes) {
        const std::string minute = formatRfc3339(key.first * kMinute).substr(0, 16) + "Z";
        out += "\n  {\"minute\":\"" + minute + "\",\"workflow\":\"" + std::string(key.second) + "\",";
        member(out, "calls", value.calls);
        cost(out, value.cost);
        out += "},";
    }
    if (out.back() == ',')
        out.pop_back();
    out += "]}\n";
    return out;
}

Result<> Truth::save(const std::string &path, std::string_view json)
{
    std::FILE *file = std::fopen(path.c_str(), "wbe");
    const bool written = file != nullptr && std::fwrite(json.data(), 1, json.size(), file) == json.size();
    const bool closed = file != nullptr && std::fclose(file) == 0;
    if (written && closed)
        return {};
    return Error{ErrorCode::Unreadable, "cannot write " + path + ": " + std::strerror(errno)};
}

} // namespace flyball::agentsim
