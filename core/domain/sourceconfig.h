// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <map>
#include <string>

namespace flyball {

/// What to read, as the operator configured it. `kind` is a registered format kind, a kind of remote source, or empty
/// to detect the format of files.
struct SourceConfig {
    std::string id;
    std::string kind;
    std::string target; ///< file, folder, URL, or the address to listen on; names the source in the ledger
    bool paused = false;
    /// Of a remote source; what each kind knows is in its RemoteKind. Names keys, never holds one.
    std::map<std::string, std::string> options{};
    friend bool operator==(const SourceConfig &, const SourceConfig &) = default;
};

} // namespace flyball
