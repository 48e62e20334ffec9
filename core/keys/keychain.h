// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"

#include <memory>
#include <string>

namespace flyball {

/// Where the system keeps keys of this user. Functions are for any thread; they wait, as long as a person may need
/// to unlock it, so never from the GUI thread. Errors: Unreadable: there is no such service here; NotFound: it has no
/// such entry; Locked: it is locked, or somebody said no; OutOfRange: no answer in time; Cancelled: cancel() was
/// called; Internal: anything else. Messages never hold a key.
class Keychain {
public:
    virtual ~Keychain() = default;
    Keychain() = default;
    Keychain(const Keychain &) = delete;
    Keychain &operator=(const Keychain &) = delete;

    /// Whether a service answers; never asks a person for anything. That one does is remembered.
    [[nodiscard]] virtual Result<> probe() = 0;
    [[nodiscard]] virtual Result<std::string> read(const std::string &name) = 0;
    /// What an entry held before is replaced.
    [[nodiscard]] virtual Result<> write(const std::string &name, const std::string &value) = 0;
    [[nodiscard]] virtual Result<> remove(const std::string &name) = 0;
    /// Ends what waits now.
    virtual void cancel() {}
};

/// Who answers for "keychain:NAME" in this process; the owner is whoever holds the pointer, nobody answers without
/// one. Any thread.
void setKeychain(const std::weak_ptr<Keychain> &keychain);
[[nodiscard]] std::shared_ptr<Keychain> keychain(); ///< null: none was set
/// The one of the desktop session through QtKeychain (Secret Service, KWallet), shared by all who hold it; a thread is
/// begun with the first question and lasts as long as the process. Needs a QCoreApplication.
[[nodiscard]] std::shared_ptr<Keychain> systemKeychain();
/// systemKeychain(), and it answers for this process as long as the pointer is held.
[[nodiscard]] std::shared_ptr<Keychain> useSystemKeychain();

} // namespace flyball
