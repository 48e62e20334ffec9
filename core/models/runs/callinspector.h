// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>
#include <QtQml/qqmlregistration.h>

#include "core/models/runs/callrows.h"
#include "core/models/table/tablemodel.h"

namespace flyball {

/// Everything known of one call, with the price rule in words. GUI thread; part of RunModel.
class CallInspector : public QObject {
    Q_OBJECT
    QML_ELEMENT
    QML_UNCREATABLE("child of RunModel")
    Q_PROPERTY(QString title READ title NOTIFY changed)
    Q_PROPERTY(QString sub READ sub NOTIFY changed)
    Q_PROPERTY(flyball::TableModel *rows READ rows CONSTANT)
    Q_PROPERTY(QString ruleText READ ruleText NOTIFY changed)
    Q_PROPERTY(QString ruleTone READ ruleTone NOTIFY changed)

public:
    explicit CallInspector(Services &services, QObject *parent = nullptr);

    [[nodiscard]] QString title() const { return m_title; }
    [[nodiscard]] QString sub() const { return m_sub; }
    [[nodiscard]] TableModel *rows() { return &m_rows; }
    [[nodiscard]] QString ruleText() const { return m_ruleText; }
    [[nodiscard]] QString ruleTone() const { return m_ruleTone; }
    Q_INVOKABLE void copyId();

    void show(const Call *call, int number, const SymbolTable &symbols);

Q_SIGNALS:
    void changed();

private:
    void rule(const Call &call, const SymbolTable &symbols);

    Services &m_services;
    QString m_title, m_sub, m_ruleText, m_ruleTone, m_id;
    TableModel m_rows;
};

} // namespace flyball
