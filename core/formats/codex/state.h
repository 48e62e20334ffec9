// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <string>

#include "core/base/key128.h"
#include "core/formats/codex/usage.h"

namespace flyball::codex {

/// What a file has said so far. A usage line tells little: model, turn and session stand on earlier ones.
struct State {
    TimeNs fileStart = kNoTime, lastTime = kNoTime, turnStart = kNoTime;
    std::string thread;  ///< of the file
    std::string session; ///< of the thread a person began; its subagents have threads of their own
    std::string lineage; ///< the thread whose lines are copied here, else the file's own
    std::string project, provider, agent, parentAgent, model, serviceTier, turn, rootTurn;
    std::string recordsTurn;        ///< the last turn with a token_usage_record
    RawCounts total;                ///< of the token_count before
    std::int64_t firstCount = -1;   ///< second of a spawned file's first token_count
    std::int64_t replaySecond = -1; ///< second in which it repeated its parent's
    Key128 firstGroup;              ///< of that first token_count
    bool hasTotal = false;
    bool subagent = false;
    bool spawned = false; ///< by another thread, whose lines may be copied to the start

    void readMeta(const JsonFields &payload);
    void readSettings(const JsonFields &settings);
    void readContext(const JsonFields &payload, std::optional<TimeNs> time);
    void beginTurn(const JsonFields &payload, std::optional<TimeNs> time);

    [[nodiscard]] std::string save() const;
    void restore(std::string_view text);

private:
    void readSource(const JsonFields &payload);
};

/// The kind of an error event; "error" where it has none.
[[nodiscard]] std::string errorWord(const JsonFields &error);

} // namespace flyball::codex
