// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/formats/codex/state.h"

#include <nlohmann/json.hpp>
#include <utility>

namespace flyball::codex {

void State::readMeta(const JsonFields &payload)
{
    const std::string id(payload.text("id"));
    if (!thread.empty()) { // a copy of the parent's, in a forked file
        if (!id.empty())
            lineage = id;
        return;
    }
    thread = id;
    session = payload.has("session_id") ? std::string(payload.text("session_id")) : id;
    lineage = payload.has("forked_from_id") ? std::string(payload.text("forked_from_id")) : id;
    provider = payload.text("model_provider");
    if (project.empty())
        project = payload.text("cwd");
    readSource(payload);
}

/// The source that the thread of a person has, from what every thread of its session names as its originator.
std::string_view agentOf(std::string_view originator)
{
    constexpr std::string_view kOwn = "codex_";
    const std::string_view word = originator.starts_with(kOwn) ? originator.substr(kOwn.size()) : originator;
    return word == "cli_rs" ? std::string_view("cli") : word;
}

/// "exec", "cli" ... or {"subagent": "review" | {"thread_spawn": {...}} | {"other": "name"}}.
void State::readSource(const JsonFields &payload)
{
    agent = payload.text("source");
    const JsonFields source = payload.object("source");
    if (source.empty())
        return;
    subagent = true;
    const JsonFields kind = source.object("subagent");
    const JsonFields spawn = kind.object("thread_spawn");
    spawned = !spawn.empty();
    std::int64_t depth = 1;
    if (!spawned || !parseInt64(spawn.digits("depth"), depth) || depth == 1)
        parentAgent = agentOf(payload.text("originator"));
    for (const std::string_view word :
         {spawn.text("agent_role"), payload.text("agent_role"), source.text("subagent"), kind.text("other")})
        if (agent.empty())
            agent = word;
    if (agent.empty())
        agent = "subagent";
}

void State::readContext(const JsonFields &payload, std::optional<TimeNs> time)
{
    readSettings(payload);
    if (project.empty())
        project = payload.text("cwd");
    beginTurn(payload, time);
}

/// What holds from here on; a field that is not written stays as it was, null takes a service tier back.
void State::readSettings(const JsonFields &settings)
{
    if (settings.has("model"))
        model = settings.text("model");
    if (!settings.raw("service_tier").empty()) // what Codex calls fast is the provider's priority tier
        serviceTier = settings.text("service_tier") == "fast" ? "priority" : settings.text("service_tier");
}

void State::beginTurn(const JsonFields &payload, std::optional<TimeNs> time)
{
    const std::string_view id = payload.text("turn_id");
    if (id.empty() || id == turn)
        return;
    turn = id;
    rootTurn = payload.has("root_turn_id") ? payload.text("root_turn_id") : id;
    turnStart = time.value_or(kNoTime);
}

std::string errorWord(const JsonFields &error)
{
    JsonCursor json(error.raw("codex_error_info")); // "kind" or {"kind": {details}}
    std::string_view key;
    if (json.peek() == '{' && json.beginObject() && json.nextKey(key))
        return std::string(key);
    const std::string_view word = error.text("codex_error_info");
    return std::string(word.empty() ? std::string_view("error") : word);
}

std::string State::save() const
{
    const nlohmann::json state = {{"start", fileStart},
                                  {"last", lastTime},
                                  {"turnStart", turnStart},
                                  {"thread", thread},
                                  {"lineage", lineage},
                                  {"project", project},
                                  {"provider", provider},
                                  {"agent", agent},
                                  {"parentAgent", parentAgent},
                                  {"serviceTier", serviceTier},
                                  {"model", model},
                                  {"turn", turn},
                                  {"rootTurn", rootTurn},
                                  {"recordsTurn", recordsTurn},
                                  {"total", total.n},
                                  {"firstCount", firstCount},
                                  {"replaySecond", replaySecond},
                                  {"firstGroup", toHex(firstGroup)},
                                  {"hasTotal", hasTotal},
                                  {"subagent", subagent},
                                  {"spawned", spawned},
                                  {"session", session}};
    return state.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

void State::restore(std::string_view text)
{
    JsonFields state;
    if (!state.parse(text))
        return;
    for (const auto &[key, value] : {std::pair{"start", &fileStart},
                                     {"last", &lastTime},
                                     {"turnStart", &turnStart},
                                     {"firstCount", &firstCount},
                                     {"replaySecond", &replaySecond}})
        if (std::int64_t number = 0; parseInt64(state.digits(key), number))
            *value = number;
    for (const auto &[key, value] : {std::pair{"thread", &thread},
                                     {"session", &session},
                                     {"lineage", &lineage},
                                     {"project", &project},
                                     {"provider", &provider},
                                     {"agent", &agent},
                                     {"parentAgent", &parentAgent},
                                     {"serviceTier", &serviceTier},
                                     {"model", &model},
                                     {"turn", &turn},
                                     {"rootTurn", &rootTurn},
                                     {"recordsTurn", &recordsTurn}})
        *value = state.text(key);
    std::size_t i = 0;
    (void)forEachElement(state.raw("total"), [&](std::string_view raw) {
        if (std::int64_t number = 0; i < total.n.size() && parseInt64(raw, number) && number >= 0)
            total.n[i] = number;
        ++i;
    });
    firstGroup = key128FromHex(state.text("firstGroup")).value_or(Key128{});
    hasTotal = state.flag("hasTotal").value_or(false);
    subagent = state.flag("subagent").value_or(false);
    spawned = state.flag("spawned").value_or(false);
}

} // namespace flyball::codex
