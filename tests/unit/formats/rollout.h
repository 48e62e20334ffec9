// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <algorithm>
#include <array>
#include <string>

#include "tests/unit/formats/format_world.h"

namespace flyball::test {

/// Lines of a Codex rollout of 2026-11-21, at 10:00 until at() says otherwise.
inline std::string line(const std::string &type, const std::string &payload, const std::string &time = "10:00")
{
    return R"({"timestamp":"2026-11-21T)" + time + R"(:00.000Z","type":")" + type + R"(","payload":{)" + payload
           + "}}\n";
}
inline std::string eventLine(const std::string &payload) { return line("event_msg", payload); }
inline std::string meta(const std::string &thread, const std::string &time = "10:00",
                        const std::string &more = R"("source":"exec")")
{
    return line("session_meta", R"("id":")" + thread + R"(","cwd":"/home/dev/shop","model_provider":"openai",)" + more,
                time);
}
inline std::string turn(const std::string &id, const std::string &model = "gpt-5-codex")
{
    return line("turn_context", R"("turn_id":")" + id + R"(","root_turn_id":")" + id + R"(","model":")" + model + "\"");
}
/// As versions before turn ids wrote it.
inline std::string oldTurn() { return line("turn_context", R"("cwd":"/home/dev/shop","model":"gpt-5-codex")"); }

/// input, cached, written, output, reasoning
using Counts = std::array<long long, 5>;
inline std::string text(const Counts &c)
{
    const bool none = c == Counts{};
    return R"({"input_tokens":)" + std::to_string(c[0]) + R"(,"cached_input_tokens":)" + std::to_string(c[1])
           + R"(,"cache_write_input_tokens":)" + std::to_string(c[2]) + R"(,"output_tokens":)" + std::to_string(c[3])
           + R"(,"reasoning_output_tokens":)" + std::to_string(c[4]) + R"(,"total_tokens":)"
           + std::to_string(none ? 258400 : c[0] + c[3]) + "}";
}
inline std::string record(const std::string &turnId, const std::string &response, const Counts &usage,
                          const std::string &root = {})
{
    return line("token_usage_record", R"("turn_id":")" + turnId + R"(","root_turn_id":")"
                                          + (root.empty() ? turnId : root) + R"(","response_id":")" + response
                                          + R"(","usage":)" + text(usage) + R"(,"thread_token_usage":)"
                                          + text({999, 9, 9, 99, 9}));
}
inline std::string count(const Counts &total, const Counts &last)
{
    return eventLine(R"("type":"token_count","info":{"total_token_usage":)" + text(total) + R"(,"last_token_usage":)"
                     + text(last) + R"(,"model_context_window":258400},"rate_limits":null)");
}
inline std::string count(const Counts &total) { return count(total, total); }
/// The same lines, written at another time.
inline std::string at(const std::string &time, std::string lines)
{
    for (std::size_t i = 0; (i = lines.find("T10:00:", i)) != std::string::npos; i += 7)
        lines.replace(i + 1, 5, time);
    return lines;
}

/// Where most rollouts of these tests are.
inline constexpr const char *kPath = "sessions/2026/11/21/rollout-a.jsonl";

/// "in/out " of each call that counts, by input.
inline std::string inputs(World &w)
{
    std::string text;
    std::vector<Call> calls = w.calls();
    std::sort(calls.begin(), calls.end(),
              [](const Call &a, const Call &b) { return a.usage.inTotal() < b.usage.inTotal(); });
    for (const Call &call : calls)
        text += std::to_string(call.usage.inTotal()) + "/" + std::to_string(call.usage.outTotal()) + " ";
    return text;
}

} // namespace flyball::test
