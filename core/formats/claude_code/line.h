// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "core/base/jsoncursor.h"

namespace flyball::claude {

enum class LineType : std::uint8_t { Other, User, Assistant };

/// What one line says, as far as spending is concerned.
struct Line {
    LineType type = LineType::Other;
    std::string_view timestamp, session, request, agentId, cwd, prompt, version;
    std::string_view messageId, model, stopReason, serviceTier, speed, geo, error;
    bool sidechain = false;
    bool apiError = false;
    bool hasMessage = false;
    bool hasUsage = false;
    bool stopNull = true;
    bool outOfRange = false;
    bool hasWriteKinds = false;
    std::int64_t input = 0, output = 0, cacheRead = 0, cacheWriteFlat = 0, write5m = 0, write1h = 0, thinking = 0,
                 searches = 0;
    std::int64_t reportedPico = -1;
};

/// Reads one line of a transcript; grammar only, no decision. Texts of a Line point into the line or
/// into the parser: they hold until the next parse().
class LineParser {
public:
    /// False when the line is not one JSON object.
    [[nodiscard]] bool parse(std::string_view input, Line &line);

private:
    /// Members that stand on every line of a session with the same values, as one text and what it says.
    struct Head {
        std::string text; ///< from the comma before the first of them on; they begin behind the line's first member
        std::string session, agentId, cwd;
        bool sidechain = false;
        bool hasSession = false, hasAgentId = false, hasCwd = false, hasSidechain = false;
    };
    bool takeHead(JsonCursor &json, Line &line) const;
    bool learnHead(JsonCursor &json, Line &line, std::string_view &key);
    void takeUsualCounts(JsonCursor &json, Line &line);
    bool parseMember(JsonCursor &json, Line &line, std::string_view key);
    bool parseMessage(JsonCursor &json, Line &line);
    bool parseUsage(JsonCursor &json, Line &line);
    bool parseUsageMember(JsonCursor &json, Line &line, std::string_view key);
    bool parseInner(JsonCursor &json, Line &line, std::string_view name, std::int64_t &value);
    bool parseWriteKinds(JsonCursor &json, Line &line);
    bool parseCount(JsonCursor &json, Line &line, std::int64_t &value);
    bool text(JsonCursor &json, std::string_view &out, std::size_t scratch);

    std::array<std::string, 14> m_scratch;
    Head m_head; ///< of the last line that had one
};

} // namespace flyball::claude
