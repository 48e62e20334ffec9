// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QColor>
#include <QQuickPaintedItem>
#include <QtQml/qqmlregistration.h>

namespace flyball {

// One outline icon of the own set, painted (no SVG module needed). An unknown name paints nothing.
class IconItem : public QQuickPaintedItem {
    Q_OBJECT
    QML_NAMED_ELEMENT(IconItem)
    Q_PROPERTY(QString name READ name WRITE setName NOTIFY nameChanged)
    Q_PROPERTY(QColor color READ color WRITE setColor NOTIFY colorChanged)
    Q_PROPERTY(qreal strokeWidth READ strokeWidth WRITE setStrokeWidth NOTIFY strokeWidthChanged)

public:
    explicit IconItem(QQuickItem *parent = nullptr);

    [[nodiscard]] QString name() const { return m_name; }
    void setName(const QString &name);
    [[nodiscard]] QColor color() const { return m_color; }
    void setColor(const QColor &color);
    [[nodiscard]] qreal strokeWidth() const { return m_strokeWidth; }
    void setStrokeWidth(qreal width);

    void paint(QPainter *painter) override;

    // Names of all icons, for galleries.
    Q_INVOKABLE static QStringList names();

signals:
    void nameChanged();
    void colorChanged();
    void strokeWidthChanged();

private:
    QString m_name;
    QColor m_color = Qt::white;
    qreal m_strokeWidth = 1.4;
};

// The Flyball mark: a centrifugal governor. Colours come from the theme.
class LogoItem : public QQuickPaintedItem {
    Q_OBJECT
    QML_NAMED_ELEMENT(LogoItem)
    Q_PROPERTY(QColor line MEMBER m_line NOTIFY changed)
    Q_PROPERTY(QColor stand MEMBER m_stand NOTIFY changed)
    Q_PROPERTY(QColor ball MEMBER m_ball NOTIFY changed)

public:
    explicit LogoItem(QQuickItem *parent = nullptr);
    void paint(QPainter *painter) override;

signals:
    void changed();

private:
    QColor m_line = Qt::white;
    QColor m_stand = Qt::gray;
    QColor m_ball = Qt::yellow;
};

} // namespace flyball
