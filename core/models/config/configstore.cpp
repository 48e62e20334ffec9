// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/models/config/configstore.h"

#include <QCoreApplication>
#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QSaveFile>
#include <QStandardPaths>
#include <nlohmann/json.hpp>

#include "core/models/config/configjson.h"

namespace flyball {

namespace {

constexpr qint64 kMaxConfigBytes = 4 << 20;

QString text(const char *source) { return QCoreApplication::translate("ConfigStore", source); }

} // namespace

struct ConfigStore::Document {
    nlohmann::ordered_json json = nlohmann::ordered_json::object();
};

QString defaultConfigPath()
{
    const QString home = qEnvironmentVariable("FLYBALL_HOME");
    if (!home.isEmpty())
        return QDir(home).filePath(QStringLiteral("config/config.json"));
    const QString xdg = QStandardPaths::writableLocation(QStandardPaths::GenericConfigLocation);
    return QDir(xdg).filePath(QStringLiteral("flyball/config.json"));
}

ConfigStore::ConfigStore(QString path, bool readOnly)
    : m_path(std::move(path)), m_readOnly(readOnly), m_document(std::make_unique<Document>())
{
    load();
}

ConfigStore::~ConfigStore()
{
    (void)save(); // the last change of a session; nobody is left to tell about a full disk
}

void ConfigStore::load()
{
    QFile file(m_path);
    if (!file.exists())
        return;
    if (!file.open(QIODevice::ReadOnly)) {
        m_error =
            text("%1 cannot be read: %2. Defaults are used and nothing is saved.").arg(m_path, file.errorString());
        return;
    }
    if (file.size() > kMaxConfigBytes) {
        m_error = text("%1 is larger than 4 MB. Defaults are used and nothing is saved.").arg(m_path);
        return;
    }
    const QByteArray bytes = file.readAll();
    auto json = nlohmann::ordered_json::parse(bytes.begin(), bytes.end(), nullptr, false);
    QString problem = json.is_discarded() ? text("it is not JSON") : QString();
    ConfigValues values;
    if (problem.isEmpty())
        problem = readConfig(json, values);
    if (!problem.isEmpty()) {
        m_error =
            text("%1 was not understood: %2. Defaults are used and the file is left as it is.").arg(m_path, problem);
        return;
    }
    m_values = std::move(values);
    m_document->json = std::move(json);
}

const SourceConfig *ConfigStore::source(const std::string &id) const
{
    for (const SourceConfig &source : m_values.sources)
        if (source.id == id)
            return &source;
    return nullptr;
}

ConfigValues &ConfigStore::edit()
{
    m_changed = true;
    return m_values;
}

Result<> ConfigStore::save()
{
    if (!m_changed || m_readOnly || !m_error.isEmpty())
        return {};
    const QString folder = QFileInfo(m_path).path();
    if (!QDir(folder).exists()) {
        if (!QDir().mkpath(folder))
            return Error{ErrorCode::Unreadable, ("cannot create " + folder).toStdString()};
        QFile::setPermissions(folder, QFile::ReadOwner | QFile::WriteOwner | QFile::ExeOwner);
    }
    nlohmann::ordered_json json = m_document->json;
    writeConfig(json, m_values);
    const std::string bytes = json.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
    QSaveFile file(m_path);
    const auto size = static_cast<qint64>(bytes.size());
    if (!file.open(QIODevice::WriteOnly) || !file.setPermissions(QFile::ReadOwner | QFile::WriteOwner)
        || file.write(bytes.data(), size) != size || !file.commit())
        return Error{ErrorCode::Unreadable, (m_path + ": " + file.errorString()).toStdString()};
    m_document->json = std::move(json);
    m_changed = false;
    return {};
}

} // namespace flyball
