// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <fcntl.h>
#include <nlohmann/json.hpp>
#include <unistd.h>

#include "core/base/jsoncursor.h"
#include "core/base/uniquefd.h"
#include "core/formats/claude_code/claudecode.h"
#include "core/formats/claude_code/line.h"
#include "core/formats/lines.h"
#include "core/formats/otlp_metrics/otlpmetrics.h"

namespace flyball {

namespace {

using namespace claude;

constexpr std::size_t kMaxSidecar = 64 * 1024;
/// Blocks of one message stand close together; how many calls back a line may still join.
constexpr std::size_t kJoinWindow = 16;

class ClaudeReader final : public LineReader {
public:
    explicit ClaudeReader(ReaderContext context) : m_context(std::move(context))
    {
        SymbolCache &symbols = *m_context.symbols;
        m_format = symbols.intern("claude-code");
        m_provider = symbols.intern("anthropic");
        m_path = symbols.intern(m_context.path);
        m_main = symbols.intern("main");
        m_agent = symbols.intern(otlp::agentSubject("claude-code"));
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
    struct Message {
        std::string id;
        Key128 group;
    };
    struct Request {
        std::string id;
        std::uint64_t key = 0;
        Symbol symbol = 0;
    };
    [[nodiscard]] const Key128 &groupOf(std::string_view messageId);
    [[nodiscard]] const Request &requestOf(std::string_view id);
    void tellSession(const CallFact &fact, bool stopped, FactBatch &out);
    void addCall(const Line &line, std::string_view text, std::int64_t at, TimeNs time, bool timeAssumed,
                 std::size_t firstCall, FactBatch &out);
    void reject(FactBatch &out, std::string_view reason, std::int64_t at, std::size_t length)
    {
        out.rejects.push_back({m_context.symbols->intern(reason), m_path, at, static_cast<std::int64_t>(length)});
    }

    ReaderContext m_context;
    Symbol m_format = 0, m_provider = 0, m_path = 0, m_main = 0;
    Symbol m_agent = 0; ///< Claude Code itself, as a subject of traits
    std::size_t m_told = 0;
    Symbol m_agentType = 0, m_description = 0;
    Symbol m_prompt = 0, m_project = 0;
    TimeNs m_fileStart = kNoTime, m_lastTime = kNoTime, m_userTime = kNoTime;
    bool m_subagent = false;
    LineParser m_parser;
    Message m_message; ///< of the last call: the blocks of a message come one after the other
    Request m_request;
};

/// agent-<id>.meta.json beside a subagent's transcript names its type and its task.
void ClaudeReader::readSidecar()
{
    std::string path = m_context.path;
    const std::size_t dot = path.rfind(".jsonl");
    if (dot == std::string::npos)
        return;
    path.replace(dot, std::string::npos, ".meta.json");
    const UniqueFd file(::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY));
    if (!file)
        return;
    std::string content;
    for (std::size_t used = 0; used == content.size() && used < kMaxSidecar;) {
        content.resize(std::min(kMaxSidecar, used + 4096));
        const ssize_t n = ::read(file.get(), content.data() + used, content.size() - used);
        used += n > 0 ? static_cast<std::size_t>(n) : 0;
        if (used < content.size()) {
            content.resize(used);
            break;
        }
    }
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

void ClaudeReader::readLine(std::string_view input, std::int64_t at, std::size_t firstCall, FactBatch &out)
{
    ++out.lines;
    Line line;
    if (!m_parser.parse(input, line)) {
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

const Key128 &ClaudeReader::groupOf(std::string_view messageId)
{
    if (m_message.id != messageId) {
        m_message.id = messageId;
        m_message.group = claudeGroupOf(messageId);
    }
    return m_message.group;
}

const ClaudeReader::Request &ClaudeReader::requestOf(std::string_view id)
{
    if (m_request.id != id) {
        SymbolCache &symbols = *m_context.symbols;
        m_request.id = id;
        m_request.key = hash64(id);
        // Where only sums are wanted, the text is there for the few that have to be put in order (resolve.cpp).
        m_request.symbol = m_context.keepRequests ? symbols.internUnique(id) : symbols.addApart(id);
    }
    return m_request;
}

/// What is known of a session from one of its calls, once for as long as nothing else is said.
void ClaudeReader::tellSession(const CallFact &fact, bool stopped, FactBatch &out)
{
    std::uint32_t flags = stopped ? std::uint32_t{SessionHasStopReasons} : 0U;
    if (fact.raw.quality != UsageQuality::Missing)
        flags |= CallsTold;
    std::vector<TraitFact> &traits = out.traits;
    const bool known = m_told < traits.size() && traits[m_told].subject == fact.names.session
                       && (traits[m_told].flags & flags) == flags;
    if (flags == 0 || fact.names.session == 0 || known)
        return;
    m_told = traits.size();
    traits.push_back({fact.names.session, flags});
    if ((flags & CallsTold) != 0)
        traits.push_back({m_agent, AgentTold});
}

void ClaudeReader::addCall(const Line &line, std::string_view input, std::int64_t at, TimeNs time, bool timeAssumed,
                           std::size_t firstCall, FactBatch &out)
{
    SymbolCache &symbols = *m_context.symbols;
    const bool synthetic = line.model == "<synthetic>";
    CallFact fact;
    // Without a message id two lines are never taken for one call, unless they are the same bytes.
    fact.group = line.messageId.empty() ? hashKey(input, 0xC1A0DE02) : groupOf(line.messageId);
    const bool joins = line.sidechain || line.request.empty();
    if (!line.request.empty()) {
        const Request &request = requestOf(line.request);
        fact.requestKey = request.key;
        fact.request = request.symbol;
    }
    fact.sub = joins ? 0 : (fact.requestKey | 1);
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
    tellSession(fact, !m_subagent && !line.sidechain && !line.stopNull && !synthetic, out);
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

Key128 claudeGroupOf(std::string_view messageId) { return hashKey(messageId, 0xC1A0DE01); }

std::unique_ptr<LineReader> makeClaudeReader(ReaderContext context)
{
    return std::make_unique<ClaudeReader>(std::move(context));
}

} // namespace flyball
