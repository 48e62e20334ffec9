// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"
#include "core/base/time.h"

#include <algorithm>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

namespace flyball {

/// A row of a log that is asked for page by page.
struct LogRow {
    std::uint64_t id = 0;
    TimeNs start = kNoTime; ///< what the log is sorted and asked by
    bool open = false;      ///< not finished: it is taken when it is
    std::string_view text;  ///< in the page's body
};

struct LogPage {
    std::unique_ptr<const std::string> body; ///< stays where it is: rows point into it
    std::vector<LogRow> rows;
    std::int64_t total = -1; ///< rows in the window; -1: not told
    std::int64_t pages = -1;
    bool last = false;
};

/// Follows a log that tells its newest rows first, in pages that move while they are read, and sorts rows by when
/// their calls began although they are written when those end. Reads from the newest row it knows less two minutes,
/// until a page holds nothing new; every two minutes also what began up to `late` before. A stretch that is too long
/// for that (the first time, and after a pause) is read in slices from its beginning, one per read(), so that no
/// restart begins again. Rows that are known are not taken twice, as far as memory goes; the ledger's keys drop the
/// rest. One thread.
class LogTail {
public:
    /// Inclusive; `page` counts from 0. `begin` and `end` are for formatting, not to be trusted to be whole seconds.
    using Fetch = std::function<Result<LogPage>(TimeNs begin, TimeNs end, int page)>;
    using Take = std::function<void(const LogRow &)>;

    LogTail(TimeNs since, TimeNs late) : m_since(since), m_late(late) {}

    struct Outcome {
        std::string state;    ///< to begin with after a restart
        std::string progress; ///< "reading back, 2026-11-21T20:00:00Z is reached"; empty: it is at the end
        bool more = false;    ///< to be read on at once
    };
    /// An Error is the Fetch's; what was taken is then to be dropped, the next read takes it again.
    [[nodiscard]] Result<Outcome> read(const std::string &state, TimeNs now, const Fetch &fetch, const Take &take);

    [[nodiscard]] TimeNs newest() const { return m_newest; }
    /// The first read begins at a midnight (UTC), so that days before it are whole.
    void beginWithADay() { m_wholeDays = true; }
    /// Nothing that began before is taken from now on: it is told elsewhere.
    void leaveBefore(TimeNs time) { m_first = std::max(m_first, time); }
    /// No row that began before is ever taken: the earliest there was, or where the first read began while there was
    /// none. Nothing before that is known (states of older versions).
    [[nodiscard]] TimeNs first() const { return m_first == kNoTime ? kNoTime : std::max(m_oldest, m_first); }
    /// That something was left out, and what; empty as long as nothing was.
    [[nodiscard]] const std::string &warning() const { return m_warning; }

private:
    struct Sweep;
    void restore(const std::string &state);
    [[nodiscard]] std::string save() const;
    [[nodiscard]] Result<> sweep(Sweep &sweep, const Fetch &fetch, const Take &take);
    [[nodiscard]] bool takePage(const LogPage &page, Sweep &sweep, const Take &take);
    void keep(const Sweep &sweep, TimeNs now);

    TimeNs m_since;
    TimeNs m_late;
    TimeNs m_newest = kNoTime;  ///< start of the newest row
    TimeNs m_reached = kNoTime; ///< while reading back: all that began before is taken
    TimeNs m_slice = kHour;
    bool m_wholeDays = false;
    TimeNs m_first = kNoTime;  ///< where the first read began
    TimeNs m_oldest = kNoTime; ///< start of the earliest row taken
    TimeNs m_lateRead = kNoTime;
    std::string m_state; ///< as it was returned last
    std::string m_warning;
    std::unordered_map<std::uint64_t, TimeNs> m_known; ///< rows by id, and when they began
};

} // namespace flyball
