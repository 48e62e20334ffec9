// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/formats/codex/codex.h"
#include "core/formats/codex/state.h"
#include "core/formats/recordreader.h"

namespace flyball {

namespace {

using namespace codex;

class CodexReader final : public RecordReader {
public:
    explicit CodexReader(ReaderContext context)
        : RecordReader(std::move(context), "codex"),
          m_record(name(kRecord)),
          m_count(name(kCount)),
          m_error(name(kError)),
          m_replayed(name(kReplayed))
    {}

    std::string saveState() const override { return m.save(); }
    void restoreState(std::string_view text) override { m.restore(text); }

private:
    void readRecord(std::string_view line, std::int64_t at, FactBatch &out) override;
    void readEvent(const JsonFields &payload, std::int64_t at, std::size_t length, FactBatch &out);
    void readUsageRecord(const JsonFields &payload, std::int64_t at, std::size_t length, FactBatch &out);
    void readTokenCount(const JsonFields &payload, std::int64_t at, std::size_t length, FactBatch &out);
    void endTurn(const JsonFields &payload, std::int64_t at, FactBatch &out);
    void addError(const JsonFields &error, std::int64_t at, FactBatch &out);
    bool isReplay(const CallFact &fact, FactBatch &out);
    CallFact call(std::int64_t at, Symbol producer);

    Symbol m_record, m_count, m_error, m_replayed;
    State m;
    std::optional<TimeNs> m_time; ///< of the line being read
};

void CodexReader::readRecord(std::string_view line, std::int64_t at, FactBatch &out)
{
    JsonFields fields;
    if (!fields.parse(line)) {
        reject(out, kindOfBadLine(line), at, line.size());
        return;
    }
    m_time = fields.time("timestamp");
    if (m_time) {
        m.lastTime = *m_time;
        if (m.fileStart == kNoTime)
            m.fileStart = *m_time;
    } else if (m.lastTime != kNoTime) {
        m_time = m.lastTime;
    }
    const std::string_view type = fields.text("type");
    if (type == "token_usage_record") {
        readUsageRecord(fields.object("payload"), at, line.size(), out);
    } else if (type == "event_msg") {
        readEvent(fields.object("payload"), at, line.size(), out);
    } else {
        if (type == "session_meta") {
            m.readMeta(fields.object("payload"));
            // Telemetry names the thread, which for a subagent is not the session its calls are counted to.
            out.traits.push_back({name(m.thread), SessionHasTranscript});
        } else if (type == "turn_context") {
            m.readContext(fields.object("payload"), m_time);
        }
        ++out.ignored;
    }
}

void CodexReader::readEvent(const JsonFields &payload, std::int64_t at, std::size_t length, FactBatch &out)
{
    const std::string_view type = payload.text("type");
    if (type == "token_count") {
        readTokenCount(payload, at, length, out);
        return;
    }
    const std::size_t before = out.calls.size();
    if (type == "task_started" || type == "turn_started") {
        m.beginTurn(payload, m_time);
    } else if (type == "task_complete" || type == "turn_complete" || type == "turn_aborted") {
        endTurn(payload, at, out);
    } else if (type == "thread_settings_applied") {
        m.readSettings(payload.object("thread_settings"));
    } else if (type == "error") {
        addError(payload, at, out);
    }
    out.ignored += out.calls.size() == before ? 1 : 0;
}

CallFact CodexReader::call(std::int64_t at, Symbol producer)
{
    CallFact fact = factAt(at, m_time, m.fileStart == kNoTime ? 0 : m.fileStart);
    fact.producer = producer;
    fact.project = name(m.project);
    fact.prompt = name(m.rootTurn);
    fact.provider = name(m.provider.empty() ? std::string_view("openai") : m.provider);
    fact.modelRequested = fact.modelServed = name(m.model);
    fact.names.session = name(m.session);
    fact.names.agent = name(m.agent);
    fact.serviceTier = name(m.serviceTier);
    fact.flags |= (m.subagent ? CallSubagentFile : 0U);
    return fact;
}

void CodexReader::readUsageRecord(const JsonFields &payload, std::int64_t at, std::size_t length, FactBatch &out)
{
    CountReader count;
    const RawCounts usage = RawCounts::of(payload.object("usage"), count);
    if (count.outOfRange()) {
        reject(out, "out_of_range", at, length);
        return;
    }
    const std::string_view turn = payload.has("turn_id") ? payload.text("turn_id") : std::string_view(m.turn);
    m.recordsTurn = turn;
    CallFact fact = call(at, m_record);
    if (payload.has("root_turn_id"))
        fact.prompt = name(payload.text("root_turn_id"));
    const std::string_view response = payload.text("response_id");
    const std::string identity =
        response.empty() ? usage.text() + std::string(payload.raw("thread_token_usage")) : std::string(response);
    fact.group = turn.empty() ? hashKey(identity, kTurnSeed) : hashKey(turn, kTurnSeed);
    fact.sub = hash64(identity) | 1;
    setRequest(fact, response);
    if (count.any()) {
        fact.raw = usage.disjoint();
        fact.flags |= CallCacheKnown;
    }
    addOfTranscript(fact, out);
}

void CodexReader::readTokenCount(const JsonFields &payload, std::int64_t at, std::size_t length, FactBatch &out)
{
    const JsonFields info = payload.object("info");
    CountReader count;
    const bool hasTotal = info.has("total_token_usage");
    const bool hasLast = info.has("last_token_usage");
    const RawCounts total = RawCounts::of(info.object("total_token_usage"), count);
    RawCounts usage = RawCounts::of(info.object("last_token_usage"), count);
    if (count.outOfRange()) {
        reject(out, "out_of_range", at, length);
        return;
    }
    const bool again = hasTotal && m.hasTotal && total == m.total; // written anew for its rate limits
    if (!hasLast && hasTotal)
        usage = total.since(m.total);
    if (hasTotal) {
        m.total = total;
        m.hasTotal = true;
    }
    if (again || usage.isZero() || (!m.turn.empty() && m.turn == m.recordsTurn)) {
        ++out.ignored;
        return;
    }
    CallFact fact = call(at, m_count);
    std::string identity = usage.text() + (hasTotal ? total.text() : std::to_string(fact.time));
    if (m.turn.empty()) {
        identity += m.spawned ? m.thread : m.lineage;
        if (m.thread.empty())
            identity += path();
        fact.group = hashKey(identity, kCountSeed);
        fact.sub = 1;
    } else {
        fact.group = hashKey(m.turn, kTurnSeed);
        fact.sub = hash64(identity, kCountSeed) | 1;
    }
    fact.raw = usage.disjoint();
    fact.flags |= CallCacheKnown;
    if (m.spawned && m.turn.empty() && isReplay(fact, out)) {
        ++out.ignored;
        return;
    }
    addOfTranscript(fact, out);
}

/// Files of older versions without turn ids: a thread that was spawned begins with a copy of its parent's
/// events, all within one second. Only the second token_count can show it, so the first is taken back.
bool CodexReader::isReplay(const CallFact &fact, FactBatch &out)
{
    const std::int64_t second = bucketOf(fact.time, kSecond);
    if (m.replaySecond >= 0)
        return second == m.replaySecond;
    if (m.firstCount < 0) {
        m.firstCount = second;
        m.firstGroup = fact.group;
        return false;
    }
    if (second != m.firstCount || m.firstGroup.isNull()) {
        m.firstGroup = {};
        return false;
    }
    m.replaySecond = second;
    CallFact taken = fact;
    taken.group = m.firstGroup;
    taken.sub = 2;
    taken.producer = m_replayed;
    taken.raw = {};
    add(taken, out);
    return true;
}

void CodexReader::addError(const JsonFields &error, std::int64_t at, FactBatch &out)
{
    CallFact fact = call(at, m_error);
    fact.errorType = name(errorWord(error));
    fact.flags |= CallFailed;
    // One per turn: it may be told when it happens and again at the end of its turn.
    fact.group =
        m.turn.empty() ? hashKey(m.thread + '\x1f' + std::to_string(fact.time), kTurnSeed) : hashKey(m.turn, kTurnSeed);
    fact.sub = hash64(kError) | 1;
    addOfTranscript(fact, out);
}

void CodexReader::endTurn(const JsonFields &payload, std::int64_t at, FactBatch &out)
{
    m.beginTurn(payload, m_time);
    const JsonFields error = payload.object("error");
    if (!error.empty())
        addError(error, at, out);
    if (m.turn.empty() || !m_time)
        return;
    SpanFact span;
    span.trace = hashKey(m.turn, kTurnSeed);
    span.span = hash64(m.turn) | 1;
    span.end = *m_time;
    // Copied lines get a time of their own; when the turn ended stands in it as well, in seconds.
    if (const auto completed = payload.time("completed_at"); completed && *completed < span.end - 2 * kSecond)
        span.end = *completed;
    const std::int64_t duration = payload.milliseconds("duration_ms");
    span.start = duration >= 0 ? span.end - duration : (m.turnStart == kNoTime ? span.end : m.turnStart);
    span.name = name("turn");
    span.label = name(m.project);
    span.role = SpanRole::Workflow;
    span.failed = !error.empty();
    span.errorType = out.calls.empty() || error.empty() ? 0 : out.calls.back().errorType;
    span.names.session = name(m.session);
    span.names.agent = name(m.parentAgent);
    out.spans.push_back(span);
}

} // namespace

std::unique_ptr<LineReader> makeCodexReader(ReaderContext context)
{
    return std::make_unique<CodexReader>(std::move(context));
}

} // namespace flyball
