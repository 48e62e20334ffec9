// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>
#include <QtQml/qqmlregistration.h>

#include "core/models/session/services.h"
#include "core/models/session/view.h"
#include "core/models/table/tablemodel.h"

namespace flyball {

/// Health at a glance at the bottom of every page. GUI thread.
class StatusModel : public QObject {
    Q_OBJECT
    QML_ELEMENT
    QML_UNCREATABLE("child of Session")
    Q_PROPERTY(flyball::TableModel *parts READ parts CONSTANT)
    Q_PROPERTY(QString clock READ clock NOTIFY clockChanged)

public:
    explicit StatusModel(Services &services, QObject *parent = nullptr);
    [[nodiscard]] TableModel *parts() { return &m_parts; }
    [[nodiscard]] QString clock() const { return m_clock; }
    void show(const View &view);
    void tick(TimeNs now);

Q_SIGNALS:
    void clockChanged();

private:
    Services &m_services;
    TableModel m_parts;
    QString m_clock;
    std::int64_t m_seen = 0;
    TimeNs m_movedAt = kNoTime; ///< when calls were seen last
};

/// Reading history: how far, how long still. GUI thread.
class ImportModel : public QObject {
    Q_OBJECT
    QML_ELEMENT
    QML_UNCREATABLE("child of Session")
    Q_PROPERTY(bool active READ active NOTIFY changed)
    Q_PROPERTY(double fraction READ fraction NOTIFY changed)
    Q_PROPERTY(QString text READ text NOTIFY changed)

public:
    explicit ImportModel(Services &services, QObject *parent = nullptr) : QObject(parent), m_services(services) {}
    [[nodiscard]] bool active() const { return m_active; }
    [[nodiscard]] double fraction() const { return m_fraction; }
    [[nodiscard]] QString text() const { return m_text; }
    Q_INVOKABLE void cancel() { m_services.engine.cancelImport(); }
    void show(const Snapshot &snapshot);

Q_SIGNALS:
    void changed();

private:
    Services &m_services;
    bool m_active = false;
    double m_fraction = -1;
    QString m_text;
};

} // namespace flyball
