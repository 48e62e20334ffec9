// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <initializer_list>
#include <string_view>

#include "core/formats/format.h"
#include "core/formats/gateway/gateway.h"
#include "core/formats/jsonfields.h"
#include "core/formats/lines.h"
#include "core/formats/otlp_metrics/otlpmetrics.h"

namespace flyball {

/// What readers of one record per line have in common: they cut lines, count them, and fill in where a
/// fact was read.
class RecordReader : public LineReader {
public:
    void read(std::string_view lines, std::int64_t offset, FactBatch &out) final
    {
        forEachLine(lines, offset, [&](std::string_view line, std::int64_t at) {
            ++out.lines;
            readRecord(line, at, out);
        });
        out.bytes += static_cast<std::int64_t>(lines.size());
    }

protected:
    RecordReader(ReaderContext context, std::string_view kind)
        : m_context(std::move(context)), m_format(name(kind)), m_path(name(m_context.path))
    {}

    virtual void readRecord(std::string_view line, std::int64_t at, FactBatch &out) = 0;

    [[nodiscard]] Symbol name(std::string_view text) { return m_context.symbols->internChecked(text); }
    [[nodiscard]] const SymbolTable &table() const { return m_context.symbols->table(); }
    /// A sighting at this place; a time that is not known is the arrival, flagged.
    [[nodiscard]] CallFact factAt(std::int64_t at, std::optional<TimeNs> time, TimeNs fileStart = 0) const
    {
        CallFact fact;
        fact.time = time.value_or(m_context.arrival);
        fact.flags = time ? 0U : static_cast<std::uint32_t>(CallTimeAssumed);
        fact.origin = {fileStart, at, m_path};
        fact.ownerStart = fileStart;
        fact.ownerPath = m_path;
        fact.format = m_format;
        fact.source = m_context.source;
        return fact;
    }
    /// Records without an id of their own: the place is what tells two equal lines apart.
    [[nodiscard]] Key128 keyOfPlace(std::int64_t at, std::string_view line, std::uint64_t seed) const
    {
        std::string place(m_context.path);
        place += '\x1f';
        place += std::to_string(at);
        place += '\x1f';
        place += line;
        return hashKey(place, seed);
    }
    void setRequest(CallFact &fact, std::string_view id)
    {
        if (id.empty())
            return;
        fact.requestKey = hash64(id);
        if (m_context.keepRequests)
            fact.request = m_context.symbols->internUnique(id);
    }
    void add(const CallFact &fact, FactBatch &out) const
    {
        out.newest = std::max(out.newest, fact.time);
        out.calls.push_back(fact);
    }
    /// As add(); says once that this session's calls are told exactly by its transcript.
    void addOfTranscript(const CallFact &fact, FactBatch &out)
    {
        if (fact.names.session != 0 && fact.names.session != m_saidOf) {
            out.traits.push_back({fact.names.session, SessionHasTranscript});
            out.traits.push_back({name(otlp::agentSubject(table().text(m_format))), AgentTold});
        }
        m_saidOf = fact.names.session;
        add(fact, out);
    }
    /// As add(), for a row of a gateway. Its response id is kept whatever is wanted: it is what the caller's own
    /// record of the call is found by.
    void addOfGateway(CallFact fact, std::string_view response, FactBatch &out)
    {
        fact.flags |= CallGateway;
        if (!response.empty()) {
            fact.requestKey = hash64(response);
            fact.request = m_context.symbols->internUnique(response);
            if (out.traits.empty() || out.traits.back().flags != GatewaySeen)
                out.traits.push_back({name(gateway::kSubject), GatewaySeen});
        }
        add(fact, out);
    }
    void reject(FactBatch &out, std::string_view reason, std::int64_t at, std::size_t length)
    {
        out.rejects.push_back({name(reason), m_path, at, static_cast<std::int64_t>(length)});
    }
    [[nodiscard]] const std::string &path() const { return m_context.path; }

private:
    ReaderContext m_context;
    Symbol m_format = 0;
    Symbol m_path = 0;
    Symbol m_saidOf = 0;
};

/// Last part of a path.
[[nodiscard]] inline std::string_view fileNameOf(std::string_view path)
{
    const std::size_t slash = path.rfind('/');
    return slash == std::string_view::npos ? path : path.substr(slash + 1);
}

/// True for names with one of these endings, also rotated and compressed: x.jsonl, x.jsonl.1.gz.
[[nodiscard]] inline bool hasEnding(std::string_view fileName, std::initializer_list<std::string_view> words)
{
    for (const std::string_view word : words) {
        const std::size_t at = fileName.find(word);
        if (at != std::string_view::npos && (at + word.size() == fileName.size() || fileName[at + word.size()] == '.'))
            return true;
    }
    return false;
}

/// The endings of line files.
[[nodiscard]] inline bool hasLineEnding(std::string_view fileName)
{
    return hasEnding(fileName, {".jsonl", ".json", ".ndjson"});
}

} // namespace flyball
