// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/flyball/ledgerhome.h"

#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QLockFile>
#include <QTemporaryDir>

#include "core/engine/paths.h"

namespace flyball {

namespace {

const QLatin1String kLockName("instance.lock");
const QLatin1String kDemoPrefix("run-");

QString fileName(const std::string &path) { return QFile::decodeName(QByteArray::fromStdString(path)); }

Result<> makeFolder(const QString &path)
{
    if (QDir().mkpath(path) && QFileInfo(path).isWritable())
        return {};
    return Error{ErrorCode::Unreadable, QStringLiteral("folder %1 cannot be written").arg(path).toStdString()};
}

/// Folders of demos that were killed. A running one holds its lock.
void removeLeftOvers(const QDir &demos)
{
    const auto folders = demos.entryList({kDemoPrefix + QLatin1Char('*')}, QDir::Dirs | QDir::NoSymLinks);
    for (const QString &name : folders) {
        QLockFile lock(demos.filePath(name + QLatin1Char('/') + kLockName));
        lock.setStaleLockTime(0);
        if (!lock.tryLock(0))
            continue;
        lock.unlock();
        QDir(demos.filePath(name)).removeRecursively();
    }
}

} // namespace

LedgerHome::LedgerHome() = default;
LedgerHome::~LedgerHome() { m_lock.reset(); }
LedgerHome::LedgerHome(LedgerHome &&) noexcept = default;
LedgerHome &LedgerHome::operator=(LedgerHome &&) noexcept = default;

Result<LedgerHome> LedgerHome::open(Kind kind)
{
    LedgerHome home;
    home.m_kind = kind;
    const Paths own = Paths::fromEnvironment();
    home.m_configPath = fileName(own.configFile());
    if (kind == Kind::Own) {
        home.m_data = fileName(own.data);
        home.m_overrides = fileName(own.overrides());
        for (const std::string &folder : {own.config, own.data, own.state})
            if (auto made = makeFolder(fileName(folder)); !made)
                return made.error();
        return home;
    }
    QString parent = QDir::tempPath();
    QString name = QStringLiteral("/flyball-XXXXXX");
    if (kind == Kind::Demo) {
        parent = fileName(own.data) + QStringLiteral("/demo");
        name = QLatin1Char('/') + kDemoPrefix + QStringLiteral("XXXXXX");
        if (auto made = makeFolder(parent); !made)
            return made.error();
        removeLeftOvers(QDir(parent));
    }
    home.m_folder = std::make_unique<QTemporaryDir>(parent + name);
    if (!home.m_folder->isValid())
        return Error{ErrorCode::Unreadable, QStringLiteral("folder %1 cannot be written").arg(parent).toStdString()};
    home.m_data = home.m_folder->path();
    home.m_overrides = home.m_data + QStringLiteral("/overrides.json");
    // Prices the operator set hold here too; what is changed here stays here.
    if (kind == Kind::Temporary)
        QFile::copy(fileName(own.overrides()), home.m_overrides);
    home.m_lock = std::make_unique<QLockFile>(home.m_folder->filePath(kLockName));
    home.m_lock->setStaleLockTime(0);
    if (!home.m_lock->tryLock(0))
        return Error{ErrorCode::Locked, QStringLiteral("folder %1 is in use").arg(home.m_folder->path()).toStdString()};
    return home;
}

QString LedgerHome::instanceName() const
{
    switch (m_kind) {
    case Kind::Own:
        return {};
    case Kind::Temporary:
        return QStringLiteral("temporary");
    case Kind::Demo:
        return QStringLiteral("demo");
    }
    return {};
}

} // namespace flyball
