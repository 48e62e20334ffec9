// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <map>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "core/base/result.h"
#include "core/base/zone.h"
#include "core/domain/totals.h"

namespace flyball {

enum class ReportKey : std::uint8_t {
    Workflow,
    Model,
    Provider,
    Tier,
    Task,
    Step,
    Agent,
    Run,
    Session,
    Segment,
    Source,
    Status,
    Minute,
    Hour,
    Day,
    Month,
};
[[nodiscard]] std::string_view reportKeyName(ReportKey key);
/// "workflow,day" -> keys; InvalidArgument naming the unknown one.
[[nodiscard]] Result<std::vector<ReportKey>> parseReportKeys(const std::string &list);

struct ReportOptions {
    std::vector<ReportKey> keys;
    TimeNs since = kNoTime; ///< inclusive, kNoTime = open
    TimeNs until = kNoTime; ///< exclusive, kNoTime = open
    Zone zone;
};
/// A date or date-time as --since and --until take it: a date is midnight in `zone`.
[[nodiscard]] Result<TimeNs> parseWhen(const std::string &text, const Zone &zone);

struct ReportGroup {
    std::vector<std::string> key; ///< one value per ReportOptions::keys
    Totals totals;
    std::int64_t runs = 0;
};

/// The finished report, groups sorted by key.
struct Report {
    ReportOptions options;
    TimeNs first = kNoTime; ///< of the calls in it
    TimeNs last = kNoTime;
    Totals totals;
    std::int64_t runs = 0;
    std::vector<ReportGroup> groups;
    std::vector<std::string> unpricedModels;
    // coverage, beside the totals
    std::int64_t duplicates = 0;
    std::int64_t ignored = 0;
    std::int64_t metrics = 0; ///< of these, data points of metrics that say nothing of spend
    std::int64_t rejected = 0;
    std::map<std::string, std::int64_t> rejects;
};

/// Folds calls into a report. One thread; the order of add() does not matter.
class ReportBuilder {
public:
    ReportBuilder(ReportOptions options, const SymbolTable &symbols);
    void add(const Call &call);
    [[nodiscard]] Report finish();

private:
    /// Counts different runs. The calls of a run mostly come one after the other, and are then kept once.
    class RunSet {
    public:
        void add(const Key128 &run)
        {
            if (m_runs.empty() || m_runs.back() != run)
                m_runs.push_back(run);
        }
        [[nodiscard]] std::int64_t count();

    private:
        std::vector<Key128> m_runs;
    };
    struct Group {
        std::vector<std::uint64_t> key;
        Totals totals;
        RunSet runs;
    };
    [[nodiscard]] std::uint64_t keyPart(ReportKey key, const Call &call);
    [[nodiscard]] std::string keyText(ReportKey key, std::uint64_t part) const;
    [[nodiscard]] std::uint32_t numberOf(std::string text);
    [[nodiscard]] std::uint32_t timeBucket(ReportKey key, TimeNs time);

    ReportOptions m_options;
    const SymbolTable &m_symbols;
    Report m_report;
    RunSet m_runs;
    std::unordered_set<Symbol> m_unpriced;
    std::unordered_map<Key128, std::uint32_t> m_index;
    std::vector<Group> m_groups;
    std::vector<std::string> m_texts; ///< of buckets and runs, by number
    std::unordered_map<std::string, std::uint32_t> m_textIndex;
    struct Minutes {
        std::int64_t last = kNoTime; ///< minute asked for last, and its bucket
        std::uint32_t lastText = 0;
        std::unordered_map<std::int64_t, std::uint32_t> texts;
    };
    std::array<Minutes, 4> m_minutes; ///< by time key
};

/// Machine-readable forms of design.md 7. All end in a newline.
[[nodiscard]] std::string reportToJson(const Report &report);
[[nodiscard]] std::string reportToCsv(const Report &report);
[[nodiscard]] std::string reportToTable(const Report &report);
/// The "totals" object alone, as reportToJson writes it.
[[nodiscard]] std::string totalsToJson(const Totals &totals, std::int64_t runs, std::int64_t rejected);

} // namespace flyball
