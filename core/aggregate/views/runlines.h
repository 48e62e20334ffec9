// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <set>
#include <vector>

#include "core/aggregate/views/runpicture.h"

namespace flyball {

/// A line of the table of a run.
struct RunLine {
    enum class Kind : std::uint8_t { Lane, Call, Tool, Fold };
    Kind kind = Kind::Call;
    std::uint32_t lane = 0;
    std::uint32_t index = 0; ///< of the call or tool; of a fold, of the lane's repeats
    bool open = true;        ///< lanes and folds: what is below is shown
    friend bool operator==(const RunLine &, const RunLine &) = default;
    /// Stays the same while the run grows; one line of a picture has it.
    [[nodiscard]] std::uint64_t key() const
    {
        return static_cast<std::uint64_t>(kind) << 60 | static_cast<std::uint64_t>(lane) << 32 | index;
    }
};

/// What the operator closed and opened.
struct RunFolding {
    bool fold = false;                                 ///< repeats are one line, unless opened
    std::set<Symbol> collapsed;                        ///< agents whose lane is one line
    std::set<std::pair<Symbol, std::uint32_t>> opened; ///< agent and first call of a repeat
};

/// One agent needs no lane of its own: its calls and tools follow each other by time. Several agents have a line each,
/// children below their parent, and what they did below that. A repeat shows its first round and one line for the
/// others, which stand below it when it is open.
[[nodiscard]] std::vector<RunLine> linesOf(const RunPicture &run, const RunFolding &folding);
/// Opens whatever hides a call.
void uncover(const RunPicture &run, std::size_t call, RunFolding &folding);

} // namespace flyball
