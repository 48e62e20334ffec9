// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>

#include "core/aggregate/snapshot.h"
#include "core/models/text/formatter.h"

namespace flyball {

struct Services;

/// State of a source as a word with the tone of its chip.
struct SourceWords {
    QString text, tone;
};
[[nodiscard]] SourceWords sourceWords(SourceState state);

/// True for a source that should be read and is not.
[[nodiscard]] bool inTrouble(const SourceHealth &source);

/// Event time to screen, nanoseconds; -1 when there is none to tell. Only a live source has one: an idle one is not
/// behind, and reading an old file is not a delay of anything.
[[nodiscard]] std::int64_t lagOf(const SourceHealth &source);

/// "idle since 21:12", "newest 16 Nov 21:12", or nothing while there is a lag to show or nothing was read.
[[nodiscard]] QString idleText(const SourceHealth &source, const Formatter &format, TimeNs now);
/// The same in a narrow cell: "since 21:12", "newest 16 Nov".
[[nodiscard]] QString idleCell(const SourceHealth &source, const Formatter &format, TimeNs now);
/// What went wrong, without the path in front of it; empty when nothing did.
[[nodiscard]] QString problemText(const SourceHealth &source);

/// Whether this file, folder or address is read already: by the configuration, or by a command line alone.
[[nodiscard]] bool isSource(const Services &services, const std::string &target);

/// Last part of the path, as the pages name a source.
[[nodiscard]] QString sourceName(const SourceHealth &source);

/// What the Overview says about sources that are not read; both empty when all is well.
struct SourceTrouble {
    QString heading, text;
    friend bool operator==(const SourceTrouble &, const SourceTrouble &) = default;
};
[[nodiscard]] SourceTrouble troubleOf(const Snapshot &snapshot, const Formatter &format, TimeNs now);

} // namespace flyball
