// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"

#include <optional>
#include <string>

namespace flyball {

/// A configuration file of somebody else: read whole, replaced whole with its mode kept; a link is followed, not
/// replaced. Errors as PolicyTarget wants them.
class TargetFile {
public:
    explicit TargetFile(std::string path) : m_path(std::move(path)) {}
    [[nodiscard]] const std::string &path() const { return m_path; }
    /// Nothing: there is no such file. At most 4 MiB.
    [[nodiscard]] Result<std::optional<std::string>> read() const;
    /// Locked when it no longer holds `seen`. `text` nothing: the file goes away.
    [[nodiscard]] Result<> replace(const std::optional<std::string> &seen,
                                   const std::optional<std::string> &text) const;

private:
    std::string m_path;
};

/// "~/x" in the home folder; InvalidArgument when the result is no absolute path.
[[nodiscard]] Result<std::string> targetPath(const std::string &path);
/// SHA-256, "absent" for nothing.
[[nodiscard]] std::string versionOf(const std::optional<std::string> &text);

} // namespace flyball
