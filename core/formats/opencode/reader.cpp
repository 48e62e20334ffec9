// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>

#include "core/formats/opencode/opencode.h"
#include "core/formats/recordreader.h"

namespace flyball {

namespace {

constexpr std::uint64_t kMessageSeed = 0x09E2C0DE;
constexpr std::size_t kMaxDocument = 1 << 20;
constexpr int kMaxTries = 1000; ///< to read a document that may have ended: each goes over all of it

class OpenCodeReader final : public RecordReader {
public:
    explicit OpenCodeReader(ReaderContext context) : RecordReader(std::move(context), "opencode") {}

    /// The lines of a document that is still being read.
    std::string saveState() const override { return m_document; }
    void restoreState(std::string_view text) override
    {
        forget();
        m_document = text.substr(0, kMaxDocument);
    }

private:
    void readRecord(std::string_view line, std::int64_t at, FactBatch &out) override;
    [[nodiscard]] bool tryParse(const std::string &document, JsonFields &fields);
    void forget();
    void readMessage(const JsonFields &message, std::int64_t at, std::size_t length, FactBatch &out);
    [[nodiscard]] static bool readTokens(const JsonFields &tokens, CallFact &fact);

    std::string m_document;
    bool m_told = false; ///< the document has become a call
    int m_tries = 0;     ///< for this document
};

bool OpenCodeReader::tryParse(const std::string &document, JsonFields &fields)
{
    ++m_tries;
    return fields.parse(document);
}

void OpenCodeReader::forget()
{
    m_document.clear();
    m_told = false;
    m_tries = 0;
}

void OpenCodeReader::readRecord(std::string_view line, std::int64_t at, FactBatch &out)
{
    JsonFields fields;
    if (m_document.empty() && fields.parse(line)) {
        readMessage(fields, at, line.size(), out);
        return;
    }
    if ((m_document.empty() && line != "{") || m_document.size() + line.size() > kMaxDocument) {
        reject(out, m_document.empty() ? kindOfBadLine(line) : "oversize", at, line.size());
        forget();
        return;
    }
    m_document += line;
    if (m_tries >= kMaxTries) {
        reject(out, "endless_document", at, m_document.size());
        forget();
        return;
    }
    if (line == "}" && tryParse(m_document, fields)) {
        out.ignored += m_told ? 0 : 1;
        forget();
        return;
    }
    // Its last line has no line end and may never be handed over: it is not waited for. Before it, every member but
    // the last ends in a comma.
    if (m_told || line.ends_with(',') || line.ends_with('{') || line.ends_with('['))
        return;
    const std::string closed = m_document + "}"; // the fields point into it
    if (!tryParse(closed, fields))
        return;
    const std::size_t before = out.calls.size();
    const std::int64_t ignored = out.ignored;
    readMessage(fields, at, m_document.size(), out);
    m_told = out.calls.size() != before;
    out.ignored = ignored;
}

/// OpenCode writes a message when it begins and again when it is complete: before, it says nothing of its cost.
void OpenCodeReader::readMessage(const JsonFields &message, std::int64_t at, std::size_t length, FactBatch &out)
{
    const JsonFields time = message.object("time");
    const JsonFields error = message.object("error");
    const auto created = time.time("created");
    const auto completed = time.time("completed");
    const std::string_view id = message.text("id");
    const bool over = completed || !error.empty();
    if (message.text("role") != "assistant" || id.empty() || !over || !message.has("modelID")
        || !message.has("tokens")) {
        ++out.ignored;
        return;
    }
    CallFact fact = factAt(at, completed ? completed : created);
    if (!readTokens(message.object("tokens"), fact)) {
        reject(out, "out_of_range", at, length);
        return;
    }
    if (fact.raw.total() == 0 && !error.empty())
        fact.raw = {}; // it failed before anything was counted
    fact.group = hashKey(id, kMessageSeed);
    fact.sub = 1;
    setRequest(fact, id);
    fact.provider = name(message.text("providerID"));
    fact.modelRequested = fact.modelServed = name(message.text("modelID"));
    fact.prompt = name(message.text("parentID"));
    fact.project = name(message.object("path").text("cwd"));
    fact.names.session = name(message.text("sessionID"));
    fact.names.agent = name(message.has("agent") ? message.text("agent") : message.text("mode"));
    fact.finishReason = name(message.text("finish"));
    if (message.has("parentSessionID"))
        fact.flags |= CallSubagentFile;
    if (created && completed)
        fact.latencyNs = std::max<TimeNs>(0, *completed - *created);
    if (!error.empty()) {
        fact.flags |= CallFailed;
        fact.errorType = name(error.has("name") ? error.text("name") : "error");
    }
    // 0 stands for a model whose price OpenCode does not know, and for a subscription.
    if (std::int64_t pico = 0; parsePicoUsd(message.digits("cost"), pico) && pico > 0)
        fact.reportedPico = pico;
    add(fact, out);
}

/// Input and output stand beside cache and reasoning, unless the total says otherwise.
bool OpenCodeReader::readTokens(const JsonFields &tokens, CallFact &fact)
{
    CountReader count;
    const JsonFields cache = tokens.object("cache");
    const std::int64_t input = count(tokens, "input");
    const std::int64_t output = count(tokens, "output");
    const std::int64_t reasoning = count(tokens, "reasoning");
    const std::int64_t read = count(cache, "read");
    const std::int64_t write = count(cache, "write");
    const std::int64_t total = count(tokens, "total");
    if (count.outOfRange())
        return false;
    if (!count.any())
        return true;
    const std::int64_t outside = input + output + read + write;
    const bool within = total > 0 && reasoning > 0 && reasoning <= output && total == outside;
    const std::int64_t more = within || total == 0 ? 0 : std::max<std::int64_t>(0, total - outside - reasoning);
    Usage &usage = fact.raw;
    usage.quality = UsageQuality::Exact;
    usage[TokenClass::InFresh] = input;
    usage[TokenClass::CacheRead] = read;
    usage[TokenClass::CacheWriteUntyped] = write;
    usage[TokenClass::OutReasoning] = reasoning;
    usage[TokenClass::OutText] = (within ? output - reasoning : output) + more;
    if (!cache.empty())
        fact.flags |= CallCacheKnown;
    return true;
}

} // namespace

std::unique_ptr<LineReader> makeOpenCodeReader(ReaderContext context)
{
    return std::make_unique<OpenCodeReader>(std::move(context));
}

} // namespace flyball
