// SPDX-License-Identifier: GPL-3.0-or-later
// Keys of targets and sources are named, never written out: "env:NAME", "file:PATH" (0600, this user's) or
// "keychain:NAME".
#pragma once

#include "core/base/result.h"

#include <string>
#include <vector>

namespace flyball {

struct FoundKey {
    std::string value;
    std::string reference; ///< the one it was found by
};

/// The key behind the first of `references` that has one. The next is asked only when there is no keychain here, or
/// the reference names nothing; who is locked, unreadable or late ends the search, so that a key somebody meant to
/// replace is not used in its stead. Waits as the keychain does.
[[nodiscard]] Result<FoundKey> findKey(const std::vector<std::string> &references);
/// findKey() of one.
[[nodiscard]] Result<std::string> secretOf(const std::string &reference);
/// "in the keychain", "in a file only you can read", "from $NAME"; empty for anything else.
[[nodiscard]] std::string keyPlace(const std::string &reference);
/// What a reference names, when it is of this kind ("keychain", "file", "env"); else empty.
[[nodiscard]] std::string keyName(const std::string &reference, const std::string &kind);

/// Writes, reads back and compares; the entry is `name`. Errors as Keychain; Internal: it gave back something else.
[[nodiscard]] Result<> keepInKeychain(const std::string &name, const std::string &value);

} // namespace flyball
