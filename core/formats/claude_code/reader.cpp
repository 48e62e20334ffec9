// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <fstream>
#include <nlohmann/json.hpp>

#include "core/base/jsoncursor.h"
#include "core/formats/claude_code/claudecode.h"
#include "core/formats/lines.h"

namespace flyball {

namespace {

constexpr std::int64_t kMaxTokens = std::int64_t{1} << 53;
constexpr std::size_t kMaxSidecar = 64 * 1024;
/// Blocks of one message stand close together; how many calls back a line may still join.
constexpr std::size_t kJoinWindow = 16;

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

class ClaudeReader final : public LineReader {
public:
    explicit ClaudeReader(ReaderContext context) : m_context(std::move(context))
    {
        SymbolCache &symbols = *m_context.symbols;
        m_format = symbols.intern("claude-code");
        m_provider = symbols.intern("anthropic");
        m_path = symbols.intern(m_context.path);
        m_main = symbols.intern("main");
        m_subagent = m_context.path.find("/subagents/") != std::string::npos;
        if (m_subagent)
            readSidecar();
    }

    void read(std::string_view lines, std::int64_t offset, FactBatch &out) override
    {
        const std::size_t firstCall = out.calls.size();
        forEachLine(lines, offset, [&](std::string_view line, std::int64_t at) { readLine(line, at, firstCall, out); });
        out.bytes += static_cast<std::int64_t>(lines.size());
    }

    std::string saveState() const override
    {
        const SymbolTable &table = m_context.symbols->table();
        const nlohmann::json state = {{"start", m_fileStart},
                                      {"last", m_lastTime},
                                      {"user", m_userTime},
                                      {"prompt", table.text(m_prompt)},
                                      {"project", table.text(m_project)}};
        return state.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
    }

    void restoreState(std::string_view text) override
    {
        const nlohmann::json state = nlohmann::json::parse(text, nullptr, false);
        if (!state.is_object())
            return;
        const auto number = [&](const char *key) {
            const auto it = state.find(key);
            return it != state.end() && it->is_number_integer() ? it->get<std::int64_t>() : kNoTime;
        };
        const auto name = [&](const char *key) {
            const auto it = state.find(key);
            return it != state.end() && it->is_string() ? m_context.symbols->intern(it->get_ref<const std::string &>())
                                                        : Symbol{0};
        };
        m_fileStart = number("start");
        m_lastTime = number("last");
        m_userTime = number("user");
        m_prompt = name("prompt");
        m_project = name("project");
    }

private:
    void readSidecar();
    void readLine(std::string_view text, std::int64_t at, std::size_t firstCall, FactBatch &out);
    bool parseLine(std::string_view text, Line &line);
    bool parseMessage(JsonCursor &json, Line &line);
    bool parseUsage(JsonCursor &json, Line &line);
    bool parseWriteKinds(JsonCursor &json, Line &line);
    bool parseCount(JsonCursor &json, Line &line, std::int64_t &value);
    bool text(JsonCursor &json, std::string_view &out, std::size_t scratch);
    void addCall(const Line &line, std::string_view text, std::int64_t at, TimeNs time, bool timeAssumed,
                 std::size_t firstCall, FactBatch &out);
    void reject(FactBatch &out, std::string_view reason, std::int64_t at, std::size_t length)
    {
        out.rejects.push_back({m_context.symbols->intern(reason), m_path, at, static_cast<std::int64_t>(length)});
    }

    ReaderContext m_context;
    Symbol m_format = 0, m_provider = 0, m_path = 0, m_main = 0;
    Symbol m_agentType = 0, m_description = 0;
    Symbol m_prompt = 0, m_project = 0;
    TimeNs m_fileStart = kNoTime, m_lastTime = kNoTime, m_userTime = kNoTime;
    bool m_subagent = false;
    std::array<std::string, 18> m_scratch;
};

/// agent-<id>.meta.json beside a subagent's transcript names its type and its task.
void ClaudeReader::readSidecar()
{
    std::string path = m_context.path;
    const std::size_t dot = path.rfind(".jsonl");
    if (dot == std::string::npos)
        return;
    path.replace(dot, std::string::npos, ".meta.json");
    std::ifstream file(path, std::ios::binary);
    if (!file)
        return;
    std::string content(kMaxSidecar, '\0');
    file.read(content.data(), static_cast<std::streamsize>(content.size()));
    content.resize(static_cast<std::size_t>(file.gcount()));
    JsonCursor json(content);
    std::string_view key;
    if (!json.beginObject())
        return;
    while (json.nextKey(key)) {
        std::string_view value;
        std::string scratch;
        if (json.peek() == '"' && (key == "agentType" || key == "description")) {
            if (!json.readText(value, scratch))
                return;
            (key == "agentType" ? m_agentType : m_description) = m_context.symbols->intern(value);
        } else {
            json.skipValue();
        }
    }
}

/// A repeated key replaces what stood there before, as in every reader (design rule 3a.14).
void forgetUsage(Line &line)
{
    line.input = line.output = line.cacheRead = line.cacheWriteFlat = 0;
    line.write5m = line.write1h = line.thinking = line.searches = 0;
    line.serviceTier = line.speed = line.geo = {};
    line.hasUsage = line.hasWriteKinds = false;
}

/// A text field that may be null or of another type; both read as empty.
bool ClaudeReader::text(JsonCursor &json, std::string_view &out, std::size_t scratch)
{
    if (json.peek() != '"') {
        out = {};
        return json.skipValue();
    }
    return json.readText(out, m_scratch[scratch]);
}

bool ClaudeReader::parseCount(JsonCursor &json, Line &line, std::int64_t &value)
{
    value = 0;
    if (json.takeNull())
        return true;
    std::string_view digits;
    if (!json.readNumber(digits))
        return false;
    std::int64_t number = 0;
    if (!parseInt64(digits, number) || number < 0 || number > kMaxTokens) {
        line.outOfRange = true;
        return true;
    }
    value = number;
    return true;
}

bool ClaudeReader::parseWriteKinds(JsonCursor &json, Line &line)
{
    line.write5m = line.write1h = 0;
    line.hasWriteKinds = false;
    if (json.peek() != '{')
        return json.skipValue();
    std::string_view key;
    if (!json.beginObject())
        return false;
    line.hasWriteKinds = true;
    while (json.nextKey(key)) {
        const bool known = key == "ephemeral_5m_input_tokens" || key == "ephemeral_1h_input_tokens";
        if (!(known ? parseCount(json, line, key == "ephemeral_5m_input_tokens" ? line.write5m : line.write1h)
                    : json.skipValue()))
            return false;
    }
    return !json.failed();
}

bool ClaudeReader::parseUsage(JsonCursor &json, Line &line)
{
    forgetUsage(line);
    if (json.peek() != '{')
        return json.skipValue();
    std::string_view key;
    if (!json.beginObject())
        return false;
    line.hasUsage = true;
    while (json.nextKey(key)) {
        bool ok = true;
        if (key == "input_tokens") {
            ok = parseCount(json, line, line.input);
        } else if (key == "output_tokens") {
            ok = parseCount(json, line, line.output);
        } else if (key == "cache_read_input_tokens") {
            ok = parseCount(json, line, line.cacheRead);
        } else if (key == "cache_creation_input_tokens") {
            ok = parseCount(json, line, line.cacheWriteFlat);
        } else if (key == "cache_creation") {
            ok = parseWriteKinds(json, line);
        } else if (key == "service_tier") {
            ok = text(json, line.serviceTier, 0);
        } else if (key == "speed") {
            ok = text(json, line.speed, 1);
        } else if (key == "inference_geo") {
            ok = text(json, line.geo, 2);
        } else if ((key == "server_tool_use" || key == "output_tokens_details") && json.peek() == '{') {
            const bool tools = key == "server_tool_use";
            ok = json.beginObject();
            std::string_view inner;
            while (ok && json.nextKey(inner)) {
                const bool known = inner == (tools ? "web_search_requests" : "thinking_tokens");
                ok = known ? parseCount(json, line, tools ? line.searches : line.thinking) : json.skipValue();
            }
            ok = ok && !json.failed();
        } else {
            ok = json.skipValue();
        }
        if (!ok)
            return false;
    }
    return !json.failed();
}

bool ClaudeReader::parseMessage(JsonCursor &json, Line &line)
{
    forgetUsage(line);
    line.messageId = line.model = line.stopReason = {};
    line.stopNull = true;
    line.hasMessage = false;
    if (json.peek() != '{')
        return json.skipValue();
    std::string_view key;
    if (!json.beginObject())
        return false;
    line.hasMessage = true;
    while (json.nextKey(key)) {
        bool ok = true;
        if (key == "id") {
            ok = text(json, line.messageId, 3);
        } else if (key == "model") {
            ok = text(json, line.model, 4);
        } else if (key == "stop_reason") {
            line.stopNull = json.peek() != '"';
            ok = text(json, line.stopReason, 5);
        } else if (key == "usage") {
            ok = parseUsage(json, line);
        } else {
            ok = json.skipValue();
        }
        if (!ok)
            return false;
    }
    return !json.failed();
}

bool ClaudeReader::parseLine(std::string_view input, Line &line)
{
    JsonCursor json(input);
    std::string_view key;
    if (!json.beginObject())
        return false;
    while (json.nextKey(key)) {
        bool ok = true;
        std::string_view value;
        if (key == "type") {
            ok = text(json, value, 6);
            line.type = value == "assistant" ? LineType::Assistant : value == "user" ? LineType::User : LineType::Other;
        } else if (key == "message") {
            ok = parseMessage(json, line);
        } else if (key == "timestamp") {
            ok = text(json, line.timestamp, 7);
        } else if (key == "sessionId") {
            ok = text(json, line.session, 8);
        } else if (key == "requestId") {
            ok = text(json, line.request, 9);
        } else if (key == "promptId") {
            ok = text(json, line.prompt, 10);
        } else if (key == "agentId") {
            ok = text(json, line.agentId, 11);
        } else if (key == "cwd") {
            ok = text(json, line.cwd, 12);
        } else if (key == "error") {
            ok = text(json, line.error, 13);
        } else if (key == "isSidechain" || key == "isApiErrorMessage") {
            const bool isTrue = json.peek() == 't';
            (key == "isSidechain" ? line.sidechain : line.apiError) = isTrue;
            ok = json.skipValue();
        } else if (key == "costUSD" && json.peek() != 'n' && json.peek() != '"') {
            ok = json.readNumber(value) && (parsePicoUsd(value, line.reportedPico) || true);
        } else {
            ok = json.skipValue();
        }
        if (!ok)
            return false;
    }
    return json.atEnd();
}

void ClaudeReader::readLine(std::string_view input, std::int64_t at, std::size_t firstCall, FactBatch &out)
{
    ++out.lines;
    Line line;
    if (!parseLine(input, line)) {
        reject(out, kindOfBadLine(input), at, input.size());
        return;
    }
    SymbolCache &symbols = *m_context.symbols;
    const auto parsed = line.timestamp.empty() ? std::nullopt : parseRfc3339(line.timestamp);
    TimeNs time = parsed.value_or(m_lastTime != kNoTime ? m_lastTime : m_context.arrival);
    if (parsed) {
        m_lastTime = *parsed;
        if (m_fileStart == kNoTime)
            m_fileStart = *parsed;
    }
    if (m_project == 0 && !line.cwd.empty())
        m_project = symbols.intern(line.cwd);
    if (line.type == LineType::User) {
        if (!line.prompt.empty())
            m_prompt = symbols.intern(line.prompt);
        if (parsed)
            m_userTime = *parsed;
    }
    if (line.type != LineType::Assistant || !line.hasMessage) {
        ++out.ignored;
        return;
    }
    if (line.outOfRange) {
        reject(out, "out_of_range", at, input.size());
        return;
    }
    const bool synthetic = line.model == "<synthetic>";
    // Claude Code also writes "<synthetic>" for its own remarks; only error ones were a request.
    if ((synthetic && !line.apiError) || (line.model.empty() && !line.hasUsage && !line.apiError)) {
        ++out.ignored;
        return;
    }
    addCall(line, input, at, time, !parsed, firstCall, out);
}

void ClaudeReader::addCall(const Line &line, std::string_view input, std::int64_t at, TimeNs time, bool timeAssumed,
                           std::size_t firstCall, FactBatch &out)
{
    SymbolCache &symbols = *m_context.symbols;
    const bool synthetic = line.model == "<synthetic>";
    CallFact fact;
    // Without a message id two lines are never taken for one call, unless they are the same bytes.
    fact.group = line.messageId.empty() ? hashKey(input, 0xC1A0DE02) : hashKey(line.messageId, 0xC1A0DE01);
    const bool joins = line.sidechain || line.request.empty();
    fact.sub = joins ? 0 : (hash64(line.request) | 1);
    fact.request = line.request.empty() ? 0 : symbols.internUnique(line.request);
    fact.time = time;
    if (m_userTime != kNoTime && time >= m_userTime)
        fact.latencyNs = time - m_userTime;
    fact.reportedPico = line.reportedPico;
    fact.origin = {m_fileStart == kNoTime ? 0 : m_fileStart, at, m_path};
    fact.ownerStart = fact.origin.fileStart;
    fact.ownerPath = m_path;
    fact.format = m_format;
    fact.source = m_context.source;
    fact.prompt = m_prompt;
    fact.project = m_project;
    fact.provider = m_provider;
    if (!synthetic)
        fact.modelRequested = fact.modelServed = symbols.intern(line.model);
    fact.serviceTier = symbols.intern(line.serviceTier);
    fact.geo = symbols.intern(line.geo);
    fact.finishReason = symbols.intern(line.stopReason);
    fact.names.session = symbols.intern(line.session);
    fact.names.agent = m_subagent ? (m_agentType != 0 ? m_agentType : symbols.intern(line.agentId)) : m_main;
    fact.names.taskType = m_description;
    if (line.apiError) {
        fact.flags |= CallFailed;
        fact.errorType = symbols.intern(line.error.empty() ? "api_error" : line.error);
    }
    fact.flags |= (synthetic ? CallNoModel : 0U) | (line.sidechain ? CallSidechain : 0U)
                  | (line.stopNull ? CallStopMissing : 0U) | (m_subagent ? CallSubagentFile : 0U)
                  | (line.speed == "fast" ? CallFast : 0U) | (line.serviceTier == "batch" ? CallBatch : 0U)
                  | (timeAssumed ? CallTimeAssumed : 0U);
    if (line.hasUsage && !synthetic) {
        Usage &usage = fact.raw;
        usage.quality = UsageQuality::Exact;
        usage[TokenClass::InFresh] = line.input;
        usage[TokenClass::CacheRead] = line.cacheRead;
        usage[TokenClass::CacheWrite5m] = line.hasWriteKinds ? line.write5m : line.cacheWriteFlat;
        usage[TokenClass::CacheWrite1h] = line.write1h;
        usage[TokenClass::OutReasoning] = std::min(line.thinking, line.output);
        usage[TokenClass::OutText] = line.output - usage[TokenClass::OutReasoning];
        usage.webSearches = line.searches;
        fact.flags |= CallCacheKnown;
    }
    if (!m_subagent && !line.sidechain && !line.stopNull && !synthetic && fact.names.session != 0
        && (out.traits.empty() || out.traits.back().subject != fact.names.session))
        out.traits.push_back({fact.names.session, SessionHasStopReasons});
    out.newest = std::max(out.newest, time);
    for (std::size_t i = out.calls.size(); i > firstCall && out.calls.size() - i < kJoinWindow; --i) {
        CallFact &earlier = out.calls[i - 1];
        if (earlier.group == fact.group && earlier.sub == fact.sub) {
            mergeSighting(earlier, fact, symbols.table());
            return;
        }
    }
    out.calls.push_back(fact);
}

} // namespace

std::unique_ptr<LineReader> makeClaudeReader(ReaderContext context)
{
    return std::make_unique<ClaudeReader>(std::move(context));
}

} // namespace flyball
