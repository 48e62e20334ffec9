// SPDX-License-Identifier: GPL-3.0-or-later
#include <map>
#include <nlohmann/json.hpp>

#include "core/formats/ccr/ccr.h"
#include "core/formats/recordreader.h"
#include "core/formats/usageshapes.h"

namespace flyball {

namespace {

constexpr std::uint64_t kCallSeed = 0xCC2;
constexpr std::size_t kMostOpen = 1000; ///< requests that have not ended
constexpr std::string_view kSession = "_session_";

/// What is known of a request that is not complete. All texts, as they stand there.
using Open = std::map<std::string, std::string>;

class CcrReader final : public RecordReader {
public:
    explicit CcrReader(ReaderContext context) : RecordReader(std::move(context), "ccr-log") {}

    std::string saveState() const override
    {
        return m_open.empty() ? std::string()
                              : nlohmann::json(m_open).dump(-1, ' ', true, nlohmann::json::error_handler_t::replace);
    }
    void restoreState(std::string_view text) override
    {
        m_open.clear();
        const nlohmann::json state = nlohmann::json::parse(text, nullptr, false);
        if (!state.is_object())
            return;
        for (const auto &[id, parts] : state.items())
            if (parts.is_object())
                for (const auto &[key, value] : parts.items())
                    if (value.is_string())
                        m_open[id][key] = value.get<std::string>();
    }

private:
    void readRecord(std::string_view line, std::int64_t at, FactBatch &out) override;
    static void note(const JsonFields &fields, Open &open);
    static void noteAnswer(const JsonFields &answer, Open &open);
    void complete(const JsonFields &fields, const std::string &key, const Open &open, std::int64_t at,
                  std::size_t length, FactBatch &out);

    std::map<std::string, Open> m_open;
};

std::string text(const Open &open, const char *key)
{
    const auto it = open.find(key);
    return it == open.end() ? std::string() : it->second;
}

void CcrReader::readRecord(std::string_view line, std::int64_t at, FactBatch &out)
{
    JsonFields fields;
    if (!fields.parse(line)) {
        reject(out, kindOfBadLine(line), at, line.size());
        return;
    }
    const std::string_view request = fields.id("reqId");
    if (request.empty()) {
        ++out.ignored;
        return;
    }
    std::string key(fields.id("pid"));
    key += '/';
    key += request;
    if (fields.text("msg") == "request completed") {
        const auto it = m_open.find(key);
        const Open open = it == m_open.end() ? Open() : it->second;
        m_open.erase(key);
        complete(fields, key, open, at, line.size(), out);
        return;
    }
    ++out.ignored;
    if (m_open.size() >= kMostOpen && !m_open.contains(key))
        m_open.erase(m_open.begin());
    note(fields, m_open[key]);
}

void CcrReader::note(const JsonFields &fields, Open &open)
{
    const std::string_view type = fields.text("type");
    const std::string_view message = fields.text("msg");
    if (message == "incoming request") {
        const JsonFields request = fields.object("req");
        open["begun"] = fields.digits("time");
        open["url"] = request.text("url");
    } else if (type == "request body") {
        const JsonFields body = fields.object("data");
        open["asked"] = body.text("model");
        open["stream"] = body.flag("stream").value_or(false) ? "1" : "";
        const JsonFields metadata = body.object("metadata");
        const std::string_view user = metadata.text("user_id");
        if (const std::size_t mark = user.rfind(kSession); mark != std::string_view::npos)
            open["session"] = user.substr(mark + kSession.size());
    } else if (message == "Original OpenAI response" || fields.text("tppe") == "Original Response") {
        noteAnswer(fields.object("response"), open);
    } else if (type == "send data" && text(open, "sent").empty()) {
        // The one event that names the message.
        const std::string_view data = fields.text("data");
        const std::size_t begin = data.find("data: {");
        JsonFields event;
        if (data.starts_with("event: message_start") && begin != std::string_view::npos
            && event.parse(data.substr(begin + 6, data.find('\n', begin) - begin - 6)))
            open["sent"] = event.object("message").text("id");
    }
}

/// A whole answer, or one piece of a stream; the counts stand in the last pieces.
void CcrReader::noteAnswer(const JsonFields &answer, Open &open)
{
    open["told"] = "1";
    for (const auto &[key, name] : {std::pair{"id", "response"}, {"model", "served"}})
        if (const std::string_view value = answer.text(key); !value.empty())
            open[name] = value;
    if (answer.has("usage"))
        open["usage"] = answer.raw("usage");
}

void CcrReader::complete(const JsonFields &fields, const std::string &key, const Open &open, std::int64_t at,
                         std::size_t length, FactBatch &out)
{
    std::int64_t status = 0;
    (void)parseInt64(fields.object("res").digits("statusCode"), status);
    const bool failed = status >= 400;
    const std::string url = text(open, "url").substr(0, text(open, "url").find('?'));
    const bool asks = url == "/v1/messages" || url == "/v1/chat/completions" || url == "/v1/responses";
    if (!asks || (!failed && text(open, "told").empty())) {
        ++out.ignored;
        return;
    }
    CallFact fact = factAt(at, fields.time("time"));
    fact.latencyNs = fields.milliseconds("responseTime");
    JsonFields usage;
    const std::string counts = text(open, "usage");
    if (usage.parse(counts) && !readOpenAiUsage(usage, fact)) {
        reject(out, "out_of_range", at, length);
        return;
    }
    if (fact.raw.total() == 0)
        fact.raw = {};
    if (failed) {
        fact.flags |= CallFailed;
        fact.errorType = name(std::to_string(status));
    }
    if (!text(open, "stream").empty())
        fact.flags |= CallStreamed;
    fact.modelRequested = name(text(open, "asked"));
    fact.modelServed = text(open, "served").empty() ? fact.modelRequested : name(text(open, "served"));
    fact.names.session = name(text(open, "session"));
    const std::string begun = text(open, "begun");
    fact.group = hashKey(key + '/' + (begun.empty() ? std::string(fields.digits("time")) : begun), kCallSeed);
    fact.sub = fact.group.lo | 1;
    const std::string sent = text(open, "sent");
    addOfGateway(fact, sent.empty() ? text(open, "response") : sent, out);
}

} // namespace

std::unique_ptr<LineReader> makeCcrReader(ReaderContext context)
{
    return std::make_unique<CcrReader>(std::move(context));
}

} // namespace flyball
