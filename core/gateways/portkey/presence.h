// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/time.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace flyball {

/// What is known of the calls a live stream told while nobody listened. The stream repeats nothing, but the gateway
/// numbers what it tells, from 0 in each of its processes, whether anybody listens or not: the first number after an
/// absence says how many calls were missed. Until it comes they are not known. A gateway that began anew says at least
/// how many it told since. A new process that has told more than the old one looks like the old one: what is said of it
/// is then too few, never too many. Values only; times are wall clock. One thread.
class StreamPresence {
public:
    /// From save(), or empty: nothing was heard before, and what was before is not missed.
    void restore(std::string_view state);
    [[nodiscard]] std::string save() const;

    /// The stream is open (again).
    void opened(TimeNs now);
    /// Something came, if only a sign of life.
    void heard(TimeNs now) { m_heard = now; }

    struct Missed {
        std::int64_t calls = 0; ///< at least so many
        bool unknown = false;   ///< and nobody can say how many more
    };
    /// A call was told under this number; nothing: it has none.
    [[nodiscard]] Missed told(std::optional<std::int64_t> number);

    [[nodiscard]] TimeNs heardLast() const { return m_heard; }
    /// One line for people; empty while nothing was missed.
    [[nodiscard]] std::string warning() const;

private:
    std::int64_t m_number = -1; ///< of the last call told
    TimeNs m_heard = kNoTime;
    TimeNs m_since = kNoTime; ///< of an absence of which the calls are not known
    TimeNs m_until = kNoTime;
    std::string m_judged; ///< what the last absence amounted to
};

} // namespace flyball
