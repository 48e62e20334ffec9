// SPDX-License-Identifier: GPL-3.0-or-later
// What a source holds right now, as it says it, beside what Flyball makes of each piece: nothing of it is counted.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"
#include "core/base/time.h"
#include "core/domain/sourceconfig.h"
#include "core/engine/remotesource.h"
#include "core/net/httpclient.h"

namespace flyball {

enum class RawTone : std::uint8_t {
    Counts,  ///< spend, calls, facts
    Known,   ///< understood, and no spend
    Unknown, ///< nobody here knows what it means
    Bad,     ///< refused
};
inline constexpr std::size_t kRawTones = 4;

struct RawRow {
    std::vector<std::string> cells; ///< one for each column; valid UTF-8 on one line, keys taken out
    std::string meaning;            ///< "counts as spend: output tokens of workflow checkout"
    RawTone tone = RawTone::Known;
};

/// Made on a worker thread, then only read.
struct RawPage {
    std::vector<std::string> columns;
    std::vector<RawRow> rows;
    std::int64_t total = 0; ///< rows there were; more than rows.size(): the rest is left out
    std::int64_t tones[kRawTones] = {};
    std::vector<std::string> notes; ///< what is left out and why, other words of the source
    TimeNs at = 0;                  ///< of the answer
    TimeNs took = 0;
    std::int64_t bytes = 0;

    [[nodiscard]] bool truncated() const { return total > static_cast<std::int64_t>(rows.size()); }
    [[nodiscard]] std::int64_t count(RawTone tone) const { return tones[static_cast<std::size_t>(tone)]; }
};

inline constexpr std::size_t kMostRawRows = 50'000;
inline constexpr std::size_t kMostRawBytes = std::size_t{32} << 20U; ///< of all texts
inline constexpr std::size_t kMostRawCell = 4096;

/// Fills a page within these bounds. One thread.
class RawPageMaker {
public:
    /// `secrets`: texts that must not be shown wherever they stand.
    explicit RawPageMaker(std::vector<std::string> columns, std::vector<std::string> secrets = {});
    void add(std::vector<std::string> cells, std::string meaning, RawTone tone);
    void note(std::string text) { m_page.notes.push_back(clean(text)); }
    void read(std::size_t bytes) { m_page.bytes += static_cast<std::int64_t>(bytes); }
    [[nodiscard]] RawPage finish();

private:
    [[nodiscard]] std::string clean(std::string_view text) const;

    RawPage m_page;
    std::vector<std::string> m_secrets;
    std::size_t m_used = 0;
};

/// What of a connection must never be shown.
[[nodiscard]] std::vector<std::string> secretsOf(const HttpConnection &connection);
/// Takes out what looks like a key of anybody: "sk-...", "Bearer ...".
void maskKeys(std::string &text);

/// Asks the source once, or reads the end of its newest file, and keeps nothing. Waits: not for the GUI thread. The
/// Error is one line for people; InvalidArgument: it is sent to, so that there is nothing to ask.
[[nodiscard]] Result<RawPage> browseSource(const SourceConfig &config);
/// What a source tells when it is polled, for kinds without a view of their own: its calls, one by one. Polls until
/// something was told, `most` at the longest (a poll that waits adds to it).
[[nodiscard]] Result<RawPage> browseByPolling(PolledSource &source, const SymbolTable &symbols, TimeNs most);
/// The same of what a source that listens has kept.
[[nodiscard]] RawPage browseRequests(const RequestLog &log);

} // namespace flyball
