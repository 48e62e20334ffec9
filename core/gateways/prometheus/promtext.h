// SPDX-License-Identifier: GPL-3.0-or-later
// The Prometheus text format 0.0.4 and OpenMetrics 1.0.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"
#include "core/base/time.h"
#include "core/gateways/budgets/budgetgauges.h"
#include "core/gateways/meters/meterbook.h"

namespace flyball {

/// A line of a page. Views hold until the next one.
struct PromSample {
    std::string_view name;
    std::span<const MeterLabel> labels; ///< unescaped, in the order of the page
    std::string_view value;             ///< decimal text, or +Inf, -Inf, NaN
    TimeNs at = 0;                      ///< as told, else when it was received
};

class PromSink {
public:
    virtual ~PromSink() = default;
    virtual void sample(const PromSample &sample) = 0;
};

/// Hands a page to a book, in the reading that is under way there.
class PromToBook final : public PromSink {
public:
    /// `gauges`: of budgets, which are no meters; in a reading of theirs.
    explicit PromToBook(MeterBook &book, BudgetGauges *gauges = nullptr) : m_book(book), m_gauges(gauges) {}
    void sample(const PromSample &s) override
    {
        m_book.read({s.name, s.labels, s.value, s.at, std::nullopt});
        if (m_gauges)
            m_gauges->read(s.name, s.labels, s.value, s.at);
    }

private:
    MeterBook &m_book;
    BudgetGauges *m_gauges;
};

/// Reads a page in pieces of any size. The sink has seen a page only when finish() is good: everything before an error
/// is to be dropped. No allocation per sample.
class PromText {
public:
    enum class Flavour { Text, OpenMetrics };
    static constexpr std::int64_t kMostSamples = 50'000;
    static constexpr std::size_t kMostLabels = 64;
    static constexpr std::size_t kMostName = 1024; ///< bytes, of a metric or a label
    static constexpr std::size_t kMostValue = 4096;
    static constexpr TimeNs kMostSkew = kHour;

    /// `now`: of reception.
    PromText(PromSink &sink, Flavour flavour, TimeNs now);

    /// Malformed: "line 500: a value is no number". OutOfRange names the limit. Every further call fails as well.
    [[nodiscard]] Result<> feed(std::string_view chunk);
    /// Takes a last line without its end. OpenMetrics must have told its own.
    [[nodiscard]] Result<> finish();

    [[nodiscard]] std::int64_t samples() const { return m_samples; }
    [[nodiscard]] std::int64_t duplicates() const { return m_duplicates; }       ///< the first of them was handed on
    [[nodiscard]] std::int64_t timesReplaced() const { return m_timesReplaced; } ///< beyond kMostSkew of now

private:
    [[nodiscard]] Result<> whole(std::string_view lines);
    [[nodiscard]] bool line(const char *at, const char *end);
    [[nodiscard]] bool comment(std::string_view text);
    template <typename One>
    [[nodiscard]] bool list(const One &one);
    [[nodiscard]] bool labels();
    [[nodiscard]] bool label();
    [[nodiscard]] bool quoted(std::string_view &text, std::size_t most);
    [[nodiscard]] bool readName(std::string_view &name, bool colons);
    [[nodiscard]] bool valueAndTime();
    [[nodiscard]] bool time(std::string_view text);
    [[nodiscard]] bool exemplar();
    [[nodiscard]] bool isDuplicate(std::string_view series);
    void growSeen();
    [[nodiscard]] std::string_view word();
    void skipSpace();
    [[nodiscard]] bool fail(const char *what, ErrorCode code = ErrorCode::Malformed);
    [[nodiscard]] Error problem() const;

    PromSink &m_sink;
    Flavour m_flavour;
    TimeNs m_now;
    std::string m_rest; ///< of a line whose end is to come
    std::int64_t m_line = 0;
    std::int64_t m_samples = 0;
    std::int64_t m_duplicates = 0;
    std::int64_t m_timesReplaced = 0;
    bool m_ended = false; ///< # EOF was there
    const char *m_problem = nullptr;
    ErrorCode m_problemCode = ErrorCode::Malformed;

    // Of the line under way.
    const char *m_at = nullptr;
    const char *m_end = nullptr;
    PromSample m_sample;
    std::array<MeterLabel, kMostLabels> m_labels;
    std::size_t m_labelCount = 0;
    std::string m_scratch; ///< of unescaped values

    std::vector<std::uint64_t> m_seen; ///< hashes of series, open addressing; 0 is free
    std::size_t m_seenCount = 0;
};

} // namespace flyball
