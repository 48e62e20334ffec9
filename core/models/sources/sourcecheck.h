// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>

namespace flyball {

/// What a path turned out to be.
struct SourceCheck {
    bool ok = false;
    QString kind; ///< registered format kind
    QString text; ///< one line: "Claude Code transcripts, 214 files, 1.9 GB" or what is wrong
};

/// Looks at a file or folder: exists, readable, of a known format. Reads the first bytes of at most a
/// few files. May take long on a slow disk: not for the GUI thread.
[[nodiscard]] SourceCheck checkSource(const QString &path);

/// Label of a format kind for people; the kind itself when it is not registered.
[[nodiscard]] QString kindLabel(const QString &kind);

} // namespace flyball
