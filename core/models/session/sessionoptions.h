// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QLocale>
#include <QStringList>
#include <functional>
#include <optional>
#include <vector>

#include "core/base/time.h"
#include "core/models/config/configstore.h"
#include "core/sources/detect.h"

namespace flyball {

class PolicyLink;

/// What a Session is told at its start. A plain value; nothing of it changes later.
struct SessionOptions {
    QString configPath = defaultConfigPath();
    bool temporary = false; ///< --demo, SOURCE...: the configuration is read, never written
    QString banner;         ///< shown on every page when not empty
    QString instanceName;
    QString homeDir; ///< for detection; empty = the process's own
    TimeNs since = kNoTime, until = kNoTime;
    bool openOnSpan = false; ///< the window opens on the span of the data
    std::function<void()> startDemo;
    std::function<void(QStringList)> openFiles;
    PolicyLink *policy = nullptr; ///< outlives the session; null: none, and `policyProblem` says why
    QString policyProblem;
    /// A desktop notification; plain text. Empty: none.
    std::function<void(const QString &title, const QString &text)> announce;
    std::function<TimeNs()> clock; ///< tests; empty = the wall clock
    std::function<std::vector<DetectedSource>()> detect;
    std::optional<QLocale> locale; ///< tests; empty = the user's
};

} // namespace flyball
