// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QHash>
#include <QString>
#include <QVariant>
#include <memory>
#include <vector>

#include "core/attribution/rules.h"
#include "core/base/result.h"
#include "core/domain/outcome.h"
#include "core/engine/engine.h"

namespace flyball {

struct WindowGeometry {
    int x = -1, y = -1; ///< -1 = let the window manager choose
    int width = 1440, height = 900;
    bool maximised = false;
    friend bool operator==(const WindowGeometry &, const WindowGeometry &) = default;
};

/// One condition as the operator wrote it; see core/models/runs/runfilterwords.h.
struct SavedCondition {
    QString test, value;
    friend bool operator==(const SavedCondition &, const SavedCondition &) = default;
};

/// A named filter of runs: all conditions must hold.
struct SavedFilter {
    QString name;
    std::vector<SavedCondition> conditions;
    friend bool operator==(const SavedFilter &, const SavedFilter &) = default;
};

/// What the operator chose; stored in config.json.
struct ConfigValues {
    QString theme = QStringLiteral("system"); ///< system|dark|light
    QString timeZone = QStringLiteral("system");
    QString range = QStringLiteral("3h");
    int textSize = 100; ///< percent, 100..200
    bool reducedMotion = false;
    int retentionDays = 0; ///< 0 = for ever
    WindowGeometry window;
    std::vector<SourceConfig> sources;
    QHash<QString, int> workflowSlots; ///< name -> colour slot
    std::vector<SavedFilter> runFilters;
    AttributionRules attribution;     ///< the operator's own, in order
    int attributionRevision = 0;      ///< counts the lists that were put in force
    std::vector<SuccessRule> success; ///< chosen success signals, by workflow
};

/// $FLYBALL_HOME/config.json, else $XDG_CONFIG_HOME/flyball/config.json.
[[nodiscard]] QString defaultConfigPath();

/// The one settings file. Unknown keys survive a save; a file that cannot be understood gives one
/// error and is never overwritten. Saved atomically with mode 0600. GUI thread.
class ConfigStore {
public:
    /// `readOnly`: values are read and may be changed, nothing is written (temporary sessions).
    ConfigStore(QString path, bool readOnly);
    ~ConfigStore();
    ConfigStore(const ConfigStore &) = delete;
    ConfigStore &operator=(const ConfigStore &) = delete;

    [[nodiscard]] const QString &path() const { return m_path; }
    [[nodiscard]] bool readOnly() const { return m_readOnly; }
    [[nodiscard]] const QString &error() const { return m_error; } ///< empty = the file was understood
    [[nodiscard]] const ConfigValues &values() const { return m_values; }
    [[nodiscard]] ConfigValues &edit(); ///< marks the store as changed
    [[nodiscard]] bool changed() const { return m_changed; }

    /// For Engine::start, before any window exists.
    [[nodiscard]] const std::vector<SourceConfig> &sources() const { return m_values.sources; }
    /// nullptr: one that only the engine has, from a command line.
    [[nodiscard]] const SourceConfig *source(const std::string &id) const;
    [[nodiscard]] int retentionDays() const { return m_values.retentionDays; }

    /// Writes what changed. Does nothing for a read-only or broken store.
    Result<> save();

private:
    struct Document;
    void load();

    QString m_path;
    bool m_readOnly;
    bool m_changed = false;
    QString m_error;
    ConfigValues m_values;
    std::unique_ptr<Document> m_document;
};

} // namespace flyball
