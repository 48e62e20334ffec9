// SPDX-License-Identifier: GPL-3.0-or-later
// The members that every line of a session repeats. A guess may cost time; it never changes what is read.
#include "core/formats/claude_code/line.h"

namespace flyball::claude {

/// Takes the members of m_head if they stand here byte by byte.
bool LineParser::takeHead(JsonCursor &json, Line &line) const
{
    const std::string_view rest = json.rest();
    const std::size_t size = m_head.text.size();
    // The comma behind them: their last value might go on here.
    if (size == 0 || rest.size() <= size || rest[size] != ',' || !json.consume(m_head.text))
        return false;
    if (m_head.hasSidechain)
        line.sidechain = m_head.sidechain;
    if (m_head.hasSession)
        line.session = m_head.session;
    if (m_head.hasAgentId)
        line.agentId = m_head.agentId;
    if (m_head.hasCwd)
        line.cwd = m_head.cwd;
    return true;
}

/// Reads the members that belong to a head and remembers them; the result is that of the nextKey() behind them.
bool LineParser::learnHead(JsonCursor &json, Line &line, std::string_view &key)
{
    constexpr std::size_t kMaxText = 2048;
    const char *first = json.position();
    const char *last = first;
    Head head;
    bool more = false;
    while ((more = json.nextKey(key))) {
        const bool sidechain = key == "isSidechain";
        const bool session = key == "sessionId";
        const bool agentId = key == "agentId";
        const bool cwd = key == "cwd";
        if (!sidechain && !session && !agentId && !cwd && key != "userType" && key != "version" && key != "gitBranch"
            && key != "slug" && key != "entrypoint")
            break;
        if (!parseMember(json, line, key))
            return false;
        head.hasSidechain = head.hasSidechain || sidechain;
        head.hasSession = head.hasSession || session;
        head.hasAgentId = head.hasAgentId || agentId;
        head.hasCwd = head.hasCwd || cwd;
        last = json.position();
    }
    if (last == first || static_cast<std::size_t>(last - first) > kMaxText)
        return more;
    head.text.assign(first, last);
    head.sidechain = line.sidechain;
    head.session = line.session;
    head.agentId = line.agentId;
    head.cwd = line.cwd;
    m_head = std::move(head);
    return more;
}

} // namespace flyball::claude
