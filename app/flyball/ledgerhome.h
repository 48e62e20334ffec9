// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>

#include <QString>

#include "core/base/result.h"

class QLockFile;
class QTemporaryDir;

namespace flyball {

/// Where this instance keeps what: the operator's own files, or a folder of its own that goes away
/// with it. Created folders are 0700, files 0600 through the umask set in main.
class LedgerHome {
public:
    enum class Kind {
        Own,       ///< $XDG_DATA_HOME/flyball and $XDG_CONFIG_HOME/flyball, or FLYBALL_HOME
        Temporary, ///< `flyball SOURCE...`
        Demo,      ///< `flyball --demo`
    };

    /// Makes the folders (core/engine/paths.h says where). The error names the folder that cannot be written.
    [[nodiscard]] static Result<LedgerHome> open(Kind kind);
    ~LedgerHome();
    LedgerHome(LedgerHome &&) noexcept;
    LedgerHome &operator=(LedgerHome &&) noexcept;

    [[nodiscard]] Kind kind() const { return m_kind; }
    [[nodiscard]] QString ledgerPath() const { return m_data + QStringLiteral("/ledger.db"); }
    /// Always the operator's: a separate home reads it and never writes it.
    [[nodiscard]] QString configPath() const { return m_configPath; }
    [[nodiscard]] QString overridesPath() const { return m_overrides; }
    [[nodiscard]] QString dataFolder() const { return m_data; }
    /// "", "temporary" or "demo", as the window shows it.
    [[nodiscard]] QString instanceName() const;

private:
    LedgerHome();

    Kind m_kind = Kind::Own;
    QString m_configPath;
    QString m_overrides;
    QString m_data;
    std::unique_ptr<QTemporaryDir> m_folder;
    std::unique_ptr<QLockFile> m_lock; ///< released before the folder goes
};

} // namespace flyball
