// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>
#include <QtQml/qqmlregistration.h>

#include "core/models/policy/policylink.h"
#include "core/models/session/services.h"
#include "core/models/table/tablemodel.h"

namespace flyball {

/// The audit as the window shows it: read when asked for, checked link by link, exported as it is kept
/// (one JSON object a line; readAuditLine reads it back). GUI thread.
class PolicyAudit : public QObject {
    Q_OBJECT
    QML_ELEMENT
    QML_UNCREATABLE("child of Session")
    Q_PROPERTY(flyball::TableModel *table READ table CONSTANT)
    Q_PROPERTY(QString summary READ summary NOTIFY changed)
    Q_PROPERTY(bool broken READ broken NOTIFY changed)

public:
    PolicyAudit(Services &services, PolicyLink *link, QObject *parent = nullptr);

    [[nodiscard]] TableModel *table() { return &m_table; }
    [[nodiscard]] QString summary() const { return m_summary; }
    [[nodiscard]] bool broken() const { return m_broken; }
    Q_INVOKABLE void load();
    /// Empty when it was written, else one line that names the file.
    Q_INVOKABLE QString exportTo(const QString &pathOrUrl);

Q_SIGNALS:
    void changed();

private:
    void show(const Result<std::vector<AuditEntry>> &entries);
    [[nodiscard]] TableRow rowOf(const AuditEntry &entry) const;

    Services &m_services;
    PolicyLink *m_link;
    TableModel m_table;
    std::vector<AuditEntry> m_entries;
    QString m_summary;
    bool m_broken = false;
};

} // namespace flyball
