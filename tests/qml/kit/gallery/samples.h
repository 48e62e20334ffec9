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
    Q_PROPERTY(flyball::StackData stack READ stack CONSTANT)
    Q_PROPERTY(flyball::StackData emptyStack READ emptyStack CONSTANT)
    Q_PROPERTY(flyball::TrendData trend READ trend CONSTANT)
    Q_PROPERTY(flyball::ContextData context READ context CONSTANT)
    Q_PROPERTY(flyball::LagData lag READ lag CONSTANT)
    Q_PROPERTY(flyball::DonutData donut READ donut CONSTANT)
    Q_PROPERTY(flyball::HistogramData histogram READ histogram CONSTANT)
    Q_PROPERTY(flyball::PartsData parts READ parts CONSTANT)
    Q_PROPERTY(QVariant spark READ spark CONSTANT)
    Q_PROPERTY(QVariant waterfall READ waterfall CONSTANT)
    Q_PROPERTY(QVariant tokens READ tokens CONSTANT)
    Q_PROPERTY(QString hostile READ hostile CONSTANT)

public:
    using QObject::QObject;

    [[nodiscard]] static StackData stack();
    [[nodiscard]] static StackData emptyStack() { return {}; }
    [[nodiscard]] static TrendData trend();
    [[nodiscard]] static ContextData context();
    [[nodiscard]] static LagData lag();
    [[nodiscard]] static DonutData donut();
    [[nodiscard]] static HistogramData histogram();
    [[nodiscard]] static PartsData parts();
    [[nodiscard]] static QVariant spark();
    [[nodiscard]] static QVariant waterfall();
    [[nodiscard]] static QVariant tokens();
    // Markup, control and bidi characters and 300 bytes in one name.
    [[nodiscard]] static QString hostile();
};

} // namespace flyball
