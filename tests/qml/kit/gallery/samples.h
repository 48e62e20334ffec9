// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/models/chartdata.h"

#include <QObject>
#include <QVariant>
#include <QtQml/qqmlregistration.h>

namespace flyball {

// Made-up values for the gallery and the kit tests; the same on every run.
class Samples : public QObject {
    Q_OBJECT
    QML_ELEMENT
    QML_SINGLETON
    Q_PROPERTY(QVariant stack READ stack CONSTANT)
    Q_PROPERTY(QVariant emptyStack READ emptyStack CONSTANT)
    Q_PROPERTY(QVariant trend READ trend CONSTANT)
    Q_PROPERTY(QVariant context READ context CONSTANT)
    Q_PROPERTY(QVariant lag READ lag CONSTANT)
    Q_PROPERTY(QVariant donut READ donut CONSTANT)
    Q_PROPERTY(QVariant histogram READ histogram CONSTANT)
    Q_PROPERTY(QVariant widerHistogram READ widerHistogram CONSTANT)
    Q_PROPERTY(QVariant parts READ parts CONSTANT)
    Q_PROPERTY(QVariant spark READ spark CONSTANT)
    Q_PROPERTY(QVariant waterfall READ waterfall CONSTANT)
    Q_PROPERTY(QVariant tokens READ tokens CONSTANT)
    Q_PROPERTY(QString hostile READ hostile CONSTANT)

public:
    using QObject::QObject;

    [[nodiscard]] static QVariant stack();
    [[nodiscard]] static QVariant emptyStack() { return QVariant::fromValue(StackData{}); }
    [[nodiscard]] static QVariant trend();
    [[nodiscard]] static QVariant context();
    [[nodiscard]] static QVariant lag();
    [[nodiscard]] static QVariant donut();
    [[nodiscard]] static QVariant histogram();
    // The same runs on an axis ten times as far.
    [[nodiscard]] static QVariant widerHistogram();
    [[nodiscard]] static QVariant parts();
    [[nodiscard]] static QVariant spark();
    [[nodiscard]] static QVariant waterfall();
    [[nodiscard]] static QVariant tokens();
    // Markup, control and bidi characters and 300 bytes in one name.
    [[nodiscard]] static QString hostile();
};

} // namespace flyball
