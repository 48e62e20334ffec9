// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/jsoncursor.h"
#include "core/engine/collator.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size);

namespace flyball::fuzz {

/// Ends the process in a way a fuzzer notices.
inline void require(bool holds, const char *what)
{
    if (holds)
        return;
    std::fprintf(stderr, "violated: %s\n", what);
    std::abort();
}

/// The counts of one batch, for comparing two ways to read the same bytes.
struct Counts {
    std::int64_t lines = 0, ignored = 0, bytes = 0;
    std::size_t rejects = 0, spans = 0, signals = 0;
    std::int64_t calls = 0, tokens = 0;
    friend bool operator==(const Counts &, const Counts &) = default;
};

inline void checkText(const SymbolTable &symbols, Symbol symbol)
{
    require(isValidUtf8(symbols.text(symbol)), "a kept name is valid UTF-8");
}

/// Reads `text` as one file, whole or line by line, and resolves what it says; checks what must hold
/// for any input whatever.
inline Counts readAll(std::string_view kind, std::string_view text, bool byLine,
                      const std::shared_ptr<const PriceCatalog> &prices)
{
    SymbolTable symbols;
    SymbolCache cache(symbols);
    CallPricer pricer(prices, symbols);
    Collator collator(symbols, pricer);
    ReaderContext context;
    context.symbols = &cache;
    context.source = symbols.intern("fuzz");
    context.path = "fuzz.jsonl";
    context.arrival = 1'800'000'000 * kSecond;
    const auto reader = formatOfKind(kind)->makeReader(context);
    Counts counts;
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t newline = byLine ? text.find('\n', at) : std::string_view::npos;
        const std::size_t end = newline == std::string_view::npos ? text.size() : newline + 1;
        // A copy without a byte behind it: reading too far is seen by a sanitiser.
        const std::vector<char> exact(text.begin() + static_cast<std::ptrdiff_t>(at),
                                      text.begin() + static_cast<std::ptrdiff_t>(end));
        FactBatch batch;
        reader->read({exact.data(), exact.size()}, static_cast<std::int64_t>(at), batch);
        for (const RejectFact &reject : batch.rejects)
            require(reject.offset >= static_cast<std::int64_t>(at) && reject.offset <= static_cast<std::int64_t>(end)
                        && reject.length >= 0 && symbols.text(reject.reason).size() < 40,
                    "a reject names a place inside its input and never quotes it");
        counts.rejects += batch.rejects.size();
        counts.spans += batch.spans.size();
        counts.signals += batch.signals.size();
        collator.add(batch);
        at = end;
    }
    counts.lines = collator.coverage().lines;
    counts.ignored = collator.coverage().ignored;
    counts.bytes = collator.coverage().bytes;
    require(counts.bytes == static_cast<std::int64_t>(text.size()), "every byte is accounted for");
    collator.resolveAll(
        [&](const Call &call) {
            ++counts.calls;
            for (const std::int64_t n : call.usage.tokens) {
                require(n >= 0 && n <= std::int64_t{1} << 53, "token counts lie in 0 ... 2^53");
                counts.tokens += n / 1024;
            }
            require(call.cost >= 0 && call.latencyNs >= -1, "no negative money, no negative latency");
            for (const Symbol s : {call.model, call.provider, call.errorType, call.names.workflow, call.names.agent,
                                   call.names.step, call.names.taskType, call.names.session, call.finishReason})
                checkText(symbols, s);
        },
        [&](const RunInfo &run) { checkText(symbols, run.workflow); });
    (void)reader->saveState();
    return counts;
}

/// The built-in price book, read once.
inline const std::shared_ptr<const PriceCatalog> &prices()
{
    static const auto catalog = [] {
        auto built = PriceCatalog::builtIn();
        require(built.ok(), "the built-in book reads");
        return std::make_shared<const PriceCatalog>(*built);
    }();
    return catalog;
}

} // namespace flyball::fuzz
