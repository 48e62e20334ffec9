// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>
#include <QtQml/qqmlregistration.h>

#include "core/aggregate/views/runlines.h"
#include "core/models/runs/callrows.h"
#include "core/models/table/tablemodel.h"

namespace flyball {

class InspectorRows;

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

    /// Null shows nothing.
    void show(const Call *call, const PlacedCall &place, int number, const SymbolTable &symbols);
    /// A lane, tool or fold of the run.
    void showLine(const RunPicture &run, const RunLine &line, const SymbolTable &symbols);

Q_SIGNALS:
    void changed();

private:
    void clear();
    void laneRows(InspectorRows &rows, const RunPicture &run, const RunLane &lane, const SymbolTable &symbols);
    void toolRows(InspectorRows &rows, const RunTool &tool, const SymbolTable &symbols);
    void foldRows(InspectorRows &rows, const RunPicture &run, const RunLane &lane, const Repeat &repeat,
                  const SymbolTable &symbols);
    void totalRows(InspectorRows &rows, const Totals &totals, bool counts);
    void rule(const Call &call, const SymbolTable &symbols);

    Services &m_services;
    QString m_title, m_sub, m_ruleText, m_ruleTone, m_id;
    TableModel m_rows;
};

} // namespace flyball
