// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/domain/totals.h"
#include "core/engine/collator.h"

namespace flyball::test {

/// A collation without files and threads: texts in, resolved and priced calls out.
class World {
public:
    World();

    /// Reads a text as one whole file of a format and merges it.
    FactBatch file(std::string_view kind, const std::string &path, std::string_view text);
    /// A reader that stays, for files that grow; `add` its batches.
    [[nodiscard]] std::unique_ptr<LineReader> reader(std::string_view kind, const std::string &path);
    void add(const FactBatch &batch) { collator.add(batch); }

    /// Counted calls by time, then by their description.
    [[nodiscard]] std::vector<Call> calls();
    /// The only call; fails the process when there are more or fewer.
    Call only();
    [[nodiscard]] std::map<Key128, RunInfo> runs();
    [[nodiscard]] Totals totals();
    [[nodiscard]] std::string text(Symbol symbol) const { return std::string(symbols.text(symbol)); }
    [[nodiscard]] std::int64_t rejected(const std::string &reason) const;
    /// Everything that is known of every counted call, by name: equal in two worlds with the same facts.
    [[nodiscard]] std::string describe();
    [[nodiscard]] std::string describe(const Call &call) const;

    SymbolTable symbols;
    SymbolCache cache{symbols};
    CallPricer pricer;
    Collator collator;
    TimeNs arrival = 1'800'000'000 * kSecond;
};

/// "in 1 read 2 5m 3 1h 4 untyped 5 audio 6 | out 7 reasoning 8 audio 9", zero classes left out.
[[nodiscard]] std::string tokensOf(const Usage &usage);
[[nodiscard]] const std::shared_ptr<const PriceCatalog> &builtInPrices();

/// One line of a Claude Code transcript. An empty text leaves the key out; "null" writes null.
struct ClaudeLine {
    std::string id = "msg_1";
    std::string request = "req_1";
    std::string time = "2026-11-21T10:00:00.000Z";
    std::string session = "s1";
    std::string model = "claude-sonnet-4-20250514";
    std::string stop = "end_turn";
    std::string usage = R"({"input_tokens":3,"output_tokens":9})";
    std::string extra; ///< further members of the line, "," first
    bool sidechain = false;
};
[[nodiscard]] std::string toText(const ClaudeLine &line);
[[nodiscard]] std::string userLine(const std::string &time, const std::string &prompt,
                                   const std::string &session = "s1");
[[nodiscard]] std::string usageText(int in, int out, int read = 0, int write5m = 0, int write1h = 0);

/// One OTLP span; ids are small numbers here.
struct OtlpSpan {
    unsigned trace = 1;
    unsigned id = 1;
    unsigned parent = 0;
    std::string name = "chat";
    std::int64_t startMs = 1000; ///< after 2026-11-21T10:00:00Z
    std::int64_t endMs = 2000;
    std::vector<std::pair<std::string, std::string>> attributes; ///< name, AnyValue or plain number / text
    std::string extra;                                           ///< further members, "," first
};
[[nodiscard]] std::string spanText(const OtlpSpan &span);
[[nodiscard]] std::string exportLine(const std::string &scope, const std::vector<OtlpSpan> &spans,
                                     const std::string &version = "1.0.0");
inline constexpr TimeNs kOtlpEpoch = 1'795'255'200 * kSecond; ///< 2026-11-21T10:00:00Z

} // namespace flyball::test
