// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/time.h"

#include <map>
#include <string>

namespace flyball {

/// How far a PromQL source has read.
struct PromState {
    TimeNs origin = kNoTime; ///< where its history begins; none: nothing was read yet
    TimeNs from = kNoTime;   ///< where what is being caught up on begins
    TimeNs done = kNoTime;   ///< everything before was taken
    TimeNs interval = 0;     ///< between two scrapes; 0: not known
    /// By target: its newest sample that was taken. Samples of one target are taken in order of time.
    std::map<std::string, TimeNs, std::less<>> newest;
    std::string book; ///< of the MeterBook

    /// One line, and the book's behind it.
    [[nodiscard]] std::string toText() const;
    /// A text that cannot be read is as none.
    [[nodiscard]] static PromState fromText(const std::string &text);
    /// Targets of which nothing came for a day; what they counted stays in the book.
    void forgetGone();
};

} // namespace flyball
