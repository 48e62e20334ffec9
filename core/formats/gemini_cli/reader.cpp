// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <nlohmann/json.hpp>

#include "core/formats/gemini_cli/document.h"
#include "core/formats/gemini_cli/geminicli.h"
#include "core/formats/recordreader.h"

namespace flyball {

namespace {

/// The folder a chat belongs to: tmp/<project>/chats/session-1.jsonl.
std::string_view projectOf(std::string_view path)
{
    const std::size_t chats = path.rfind("/chats/");
    return chats == std::string_view::npos ? std::string_view() : fileNameOf(path.substr(0, chats));
}

class GeminiReader final : public RecordReader {
public:
    explicit GeminiReader(ReaderContext context)
        : RecordReader(std::move(context), "gemini-cli"), m_provider(name("google")), m_project(projectOf(path()))
    {}

    std::string saveState() const override
    {
        const nlohmann::json state = {{"session", m_session}, {"project", m_project}, {"agent", m_agent},
                                      {"prompt", m_prompt},   {"start", m_fileStart}, {"document", m_document.save()}};
        return state.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
    }
    void restoreState(std::string_view text) override
    {
        JsonFields state;
        if (!state.parse(text))
            return;
        m_session = state.text("session");
        m_project = state.text("project");
        m_agent = state.text("agent");
        m_prompt = state.text("prompt");
        if (std::int64_t number = 0; parseInt64(state.digits("start"), number))
            m_fileStart = number;
        m_document.restore(state.text("document"));
    }

private:
    void readRecord(std::string_view line, std::int64_t at, FactBatch &out) override;
    void feedDocument(std::string_view line, std::int64_t at, FactBatch &out);
    void readHeader(const JsonFields &fields);
    void readMessages(std::string_view list, std::int64_t at, bool patch, FactBatch &out);
    void readMessage(const JsonFields &message, std::string_view line, std::int64_t at, bool patch, FactBatch &out);
    [[nodiscard]] static bool readTokens(const JsonFields &tokens, CallFact &fact);

    Symbol m_provider;
    std::string m_session, m_project, m_agent = "main", m_prompt;
    TimeNs m_fileStart = 0;
    gemini::Document m_document;
};

void GeminiReader::readRecord(std::string_view line, std::int64_t at, FactBatch &out)
{
    if (m_document.isOpen()) {
        feedDocument(line, at, out);
        return;
    }
    JsonFields fields;
    if (!fields.parse(line)) {
        if (line == "{" && m_session.empty())
            feedDocument(line, at, out);
        else
            reject(out, kindOfBadLine(line), at, line.size());
        return;
    }
    const std::size_t before = out.calls.size() + out.rejects.size();
    if (fields.has("sessionId"))
        readHeader(fields);
    if (fields.has("$set")) {
        const JsonFields patch = fields.object("$set");
        readMessages(patch.raw("messages"), at, true, out);
    } else if (fields.has("messages")) {
        readMessages(fields.raw("messages"), at, false, out);
    } else if (fields.has("type")) {
        readMessage(fields, line, at, false, out);
    }
    out.ignored += out.calls.size() + out.rejects.size() == before ? 1 : 0;
}

void GeminiReader::feedDocument(std::string_view line, std::int64_t at, FactBatch &out)
{
    const std::size_t before = out.calls.size() + out.rejects.size();
    const gemini::Document::Sink sink{[&](std::string_view object) {
                                          JsonFields fields;
                                          if (fields.parse(object))
                                              readHeader(fields);
                                      },
                                      [&](std::string_view object) {
                                          JsonFields fields;
                                          if (fields.parse(object))
                                              readMessage(fields, object, at, false, out);
                                          else
                                              reject(out, kindOfBadLine(object), at, object.size());
                                      }};
    m_document.feed(line, sink);
    out.ignored += out.calls.size() + out.rejects.size() == before ? 1 : 0;
}

/// A resumed chat has a second one further down; the file keeps the time of its first.
void GeminiReader::readHeader(const JsonFields &fields)
{
    m_session = fields.text("sessionId");
    if (const auto start = fields.time("startTime"); start && m_fileStart == 0)
        m_fileStart = *start;
    if (m_project.empty())
        m_project = fields.text("projectHash");
    if (fields.has("kind"))
        m_agent = fields.text("kind");
}

void GeminiReader::readMessages(std::string_view list, std::int64_t at, bool patch, FactBatch &out)
{
    (void)forEachElement(list, [&](std::string_view raw) {
        JsonFields message;
        if (message.parse(raw))
            readMessage(message, raw, at, patch, out);
    });
}

void GeminiReader::readMessage(const JsonFields &message, std::string_view line, std::int64_t at, bool patch,
                               FactBatch &out)
{
    const std::string_view type = message.text("type");
    if (type == "user" && !patch)
        m_prompt = message.text("id");
    const bool counts = message.has("tokens");
    // A patch repeats messages without their tokens: no sighting of a call.
    if (type != "gemini" || (!counts && (patch || !message.has("model"))))
        return;
    CallFact fact = factAt(at, message.time("timestamp"), m_fileStart);
    if (!readTokens(message.object("tokens"), fact)) {
        reject(out, "out_of_range", at, line.size());
        return;
    }
    const std::string_view id = message.text("id");
    fact.group = id.empty() ? keyOfPlace(at, line, 0x6E3141) : hashKey(id, 0x6E3142);
    fact.sub = 1;
    setRequest(fact, id);
    fact.provider = m_provider;
    fact.modelRequested = fact.modelServed = name(message.text("model"));
    fact.project = name(m_project);
    fact.prompt = name(m_prompt);
    fact.names.session = name(m_session);
    fact.names.agent = name(m_agent);
    addOfTranscript(fact, out);
}

bool GeminiReader::readTokens(const JsonFields &tokens, CallFact &fact)
{
    CountReader count;
    const std::int64_t input = count(tokens, "input");
    const std::int64_t output = count(tokens, "output");
    const std::int64_t cached = count(tokens, "cached");
    const std::int64_t thoughts = count(tokens, "thoughts");
    const std::int64_t tool = count(tokens, "tool");
    const std::int64_t total = count(tokens, "total");
    if (count.outOfRange())
        return false;
    if (!count.any())
        return true;
    // Input holds the cached part, unless the total says that it stands beside it.
    const bool beside = cached > input || (cached > 0 && total == input + output + cached + thoughts + tool);
    Usage &usage = fact.raw;
    usage.quality = UsageQuality::Exact;
    usage[TokenClass::InFresh] = (beside ? input : input - cached) + tool;
    usage[TokenClass::CacheRead] = cached;
    usage[TokenClass::OutText] = output;
    usage[TokenClass::OutReasoning] = thoughts;
    if (tokens.has("cached"))
        fact.flags |= CallCacheKnown;
    return true;
}

} // namespace

std::unique_ptr<LineReader> makeGeminiReader(ReaderContext context)
{
    return std::make_unique<GeminiReader>(std::move(context));
}

} // namespace flyball
