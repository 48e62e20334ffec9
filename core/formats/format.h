// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/domain/call.h"
#include "core/domain/facts.h"

namespace flyball {

/// What a reader needs to know about the file it reads. The cache belongs to the calling thread.
struct ReaderContext {
    SymbolCache *symbols = nullptr;
    Symbol source = 0;  ///< configured source, becomes CallFact::source
    std::string path;   ///< as shown to people; part of tie-breaking
    TimeNs arrival = 0; ///< stands in where an event time is missing, flagged
    /// False where only sums are wanted: a text per call, all different, costs more than the rest of it.
    bool keepRequests = true;
};

/// Turns whole lines of one file into facts. One object per file, used by one thread at a time,
/// fed in order. Never throws; what it cannot use is counted in the batch, named and placed.
class LineReader {
public:
    virtual ~LineReader() = default;
    /// `lines` ends behind a '\n' (or at the end of a whole last line), or is one record; `offset` is the position
    /// of its first byte in the file.
    virtual void read(std::string_view lines, std::int64_t offset, FactBatch &out) = 0;
    /// What must be known to go on at the next line after a restart; empty for stateless formats.
    [[nodiscard]] virtual std::string saveState() const { return {}; }
    virtual void restoreState(std::string_view /*state*/) {}
};

/// Facts of one group, as the collator holds them.
struct GroupFacts {
    std::span<const CallFact> calls;
    std::span<const SpanFact> spans;
    std::span<const SignalFact> signals;
};

/// Knowledge wider than a group, see TraitFact.
class TraitLookup {
public:
    virtual ~TraitLookup() = default;
    [[nodiscard]] virtual std::uint32_t traits(Symbol subject) const = 0;
    [[nodiscard]] virtual SymbolTable &symbols() const = 0;
};

/// What a group amounts to. calls[i] belongs to facts.calls[i] and counts if counted[i].
struct ResolvedGroup {
    std::vector<Call> calls; ///< attributed and normalised, not yet priced
    std::vector<bool> counted;
    std::vector<RunInfo> runs;
    void clear()
    {
        calls.clear();
        counted.clear();
        runs.clear();
    }
};

/// A trace format: one folder, one line in registry.cpp.
struct Format {
    std::string_view kind;          ///< as in KIND:TARGET
    std::string_view label;         ///< for people
    bool splittable = false;        ///< no state between lines: pieces of a file may be read apart
    bool records = false;           ///< its binary records stand behind their length: no line is ever one of them
    bool repeatsWithinFile = false; ///< one call stands on several lines of its file by design: no duplicates
    /// Whether a file inside a folder source belongs to it, by path alone ("relative" to the root).
    bool (*wantsPath)(std::string_view relativePath) = nullptr;
    /// Whether the first bytes of a file look like it.
    bool (*sniff)(std::string_view head) = nullptr;
    /// What is read of a named folder, where that is not all of it; a '*' stands for any letters of a file name.
    std::span<const std::string_view> parts;
    /// Folder that holds the traces below a named folder ("projects" for Claude Code), or empty.
    std::string_view subfolder;
    std::unique_ptr<LineReader> (*makeReader)(ReaderContext context) = nullptr;
    /// Decides what the facts of one group amount to; the same facts give the same result in any order.
    void (*resolve)(const GroupFacts &facts, const TraitLookup &traits, ResolvedGroup &out) = nullptr;
};

[[nodiscard]] std::span<const Format> formats();
[[nodiscard]] const Format *formatOfKind(std::string_view kind);
/// What decides facts of this kind: a format as above, or one that no file is of.
[[nodiscard]] const Format *formatOfFacts(std::string_view kind);
/// The format whose sniff accepts the head of a file, or nullptr. `record`: it is the head of a file's first record
/// (Chunk::record), which can be of a format of lines as well.
[[nodiscard]] const Format *sniffFormat(std::string_view head, bool record = false);

/// Merges a further sighting of the same call into `into`; commutative and associative.
/// The larger token sum keeps its counts, ties go to the earlier (file start, path, offset); the
/// file with the earliest start owns time and names (design rule 3a.5).
void mergeSighting(CallFact &into, const CallFact &sighting, const SymbolTable &symbols);
/// Same for a span seen twice: the later end wins, then the more complete one.
void mergeSpan(SpanFact &into, const SpanFact &sighting, const SymbolTable &symbols);

/// Disjoint usage of a fact, given whether its producer is known to exclude cache counts.
[[nodiscard]] Usage disjointUsage(const CallFact &fact, bool producerExclusive);
/// Copies what needs no decision from a fact to its call.
void copyFact(const CallFact &fact, Call &call);
/// The run of a call as this call alone tells it. The call has its run and its names.
[[nodiscard]] RunInfo runOfCall(const CallFact &fact, const Call &call);
/// The run of a prompt of a session. Keys are stored: the seed of a format never changes.
[[nodiscard]] Key128 keyOfPrompt(std::string_view session, std::string_view prompt, std::uint64_t seed);

} // namespace flyball
