// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>
#include <string_view>

namespace flyball {

/// Outside text as one harmless line: control characters and line breaks become a space, bidi
/// controls and other invisible formatting U+FFFD (two names must not look the same), floods of
/// combining marks are thinned, and what is longer than `kMaxNameChars` ends in an ellipsis. Markup
/// stays literal: the kit shows plain text only. `most` characters of it.
inline constexpr int kMaxNameChars = 200;
[[nodiscard]] QString displayName(const QString &text, int most = kMaxNameChars);
[[nodiscard]] QString displayName(std::string_view utf8, int most = kMaxNameChars);

/// A base name that is safe to create: [A-Za-z0-9._-] only, no leading dot or dash, at most 80
/// characters plus the extension; never empty, never a path (reliability.md U4).
[[nodiscard]] QString safeBaseName(const QString &text, const QString &extension);

} // namespace flyball
