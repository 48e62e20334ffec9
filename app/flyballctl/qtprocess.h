// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QCoreApplication>

#include <optional>

namespace flyball::ctl {

/// Qt Network and the keychain need a QCoreApplication; this makes one unless there is one.
class QtProcess {
public:
    QtProcess()
    {
        if (!QCoreApplication::instance())
            m_application.emplace(m_count, m_words);
    }

private:
    int m_count = 1;
    char m_name[11] = "flyballctl";
    char *m_words[2] = {m_name, nullptr};
    std::optional<QCoreApplication> m_application;
};

} // namespace flyball::ctl
