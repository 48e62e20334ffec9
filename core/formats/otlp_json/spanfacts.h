// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <string>
#include <string_view>

#include "core/formats/format.h"
#include "core/formats/otlp_json/spanscratch.h"

namespace flyball::otlp {

/// The instrumentation scope a span came from.
struct Scope {
    std::string name;
    std::string version;
};

/// Turns one span into facts. Stateless but for caches; one object per reader.
class SpanFacts {
public:
    explicit SpanFacts(const ReaderContext &context);
    void add(SpanScratch &span, const Scope &scope, std::int64_t offset, FactBatch &out);
    /// What a log event says of a call (gen_ai.client.inference.operation.details); false when it carries no counts,
    /// or when its producer says the same in better events.
    [[nodiscard]] bool addEvent(SpanScratch &event, const Scope &scope, std::int64_t offset, FactBatch &out);
    /// An evaluation outside a span's own events (a log record).
    void addEvaluation(const Key128 &trace, std::uint64_t span, const Evaluation &evaluation, FactBatch &out);
    void reject(FactBatch &out, std::string_view reason, std::int64_t offset, std::int64_t length);

private:
    [[nodiscard]] bool isCall(const SpanScratch &span, Operation &operation) const;
    void addCall(SpanScratch &span, const Scope &scope, Operation operation, std::int64_t offset, FactBatch &out);
    void addNode(SpanScratch &span, Operation operation, FactBatch &out);
    [[nodiscard]] bool readUsage(const SpanScratch &span, Operation operation, CallFact &fact);
    [[nodiscard]] bool readLangfuse(std::string_view details, CallFact &fact);
    void readVercelWrites(std::string_view metadata, Usage &usage);
    void readCost(const SpanScratch &span, CallFact &fact);
    void readNames(const SpanScratch &span, Attribution &names);
    /// What follows from who wrote a span.
    struct Producer {
        std::string name, version, provider;
        Symbol symbol = 0;
        const ProducerRule *rule = nullptr;
    };
    [[nodiscard]] const Producer &producerOf(const Scope &scope, std::string_view provider);
    void setProducer(const Scope &scope, std::string_view provider, CallFact &fact, FactBatch &out);
    [[nodiscard]] Symbol symbol(std::string_view text);

    SymbolCache &m_symbols;
    Symbol m_source = 0, m_path = 0, m_format = 0;
    TimeNs m_arrival = 0;
    bool m_keepRequests = true;
    std::array<Producer, 8> m_producers; ///< those of late
    std::size_t m_nextProducer = 0;
};

} // namespace flyball::otlp
