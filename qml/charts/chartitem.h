// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/models/chartdata.h"

#include <QColor>
#include <QFont>
#include <QPointer>
#include <QQuickPaintedItem>
#include <QtQml/qqmlregistration.h>

class QPainter;

namespace flyball {

// Colours and type of all painted charts; one QML singleton (ChartTheme) binds it to the theme.
class ChartStyle : public QObject {
    Q_OBJECT
    QML_ELEMENT
    Q_PROPERTY(QColor text MEMBER text NOTIFY changed)
    Q_PROPERTY(QColor text2 MEMBER text2 NOTIFY changed)
    Q_PROPERTY(QColor text3 MEMBER text3 NOTIFY changed)
    Q_PROPERTY(QColor grid MEMBER grid NOTIFY changed)
    Q_PROPERTY(QColor lineStrong MEMBER lineStrong NOTIFY changed)
    Q_PROPERTY(QColor panel MEMBER panel NOTIFY changed)
    Q_PROPERTY(QColor inset MEMBER inset NOTIFY changed)
    Q_PROPERTY(QColor track MEMBER track NOTIFY changed)
    Q_PROPERTY(QColor accent MEMBER accent NOTIFY changed)
    Q_PROPERTY(QColor brass MEMBER brass NOTIFY changed)
    Q_PROPERTY(QColor brassFill MEMBER brassFill NOTIFY changed)
    Q_PROPERTY(QColor ok MEMBER ok NOTIFY changed)
    Q_PROPERTY(QColor warn MEMBER warn NOTIFY changed)
    Q_PROPERTY(QColor crit MEMBER crit NOTIFY changed)
    Q_PROPERTY(QColor other MEMBER other NOTIFY changed)
    Q_PROPERTY(QVariantList series MEMBER series NOTIFY changed)
    Q_PROPERTY(QVariantList tokens MEMBER tokens NOTIFY changed)
    Q_PROPERTY(QVariantList tiers MEMBER tiers NOTIFY changed)
    Q_PROPERTY(QString family MEMBER family NOTIFY changed)
    Q_PROPERTY(int pixelSize MEMBER pixelSize NOTIFY changed)
    Q_PROPERTY(qreal scale MEMBER scale NOTIFY changed)

public:
    using QObject::QObject;

    [[nodiscard]] QColor seriesColor(int slot) const { return pick(series, slot); }
    [[nodiscard]] QColor tokenColor(int index) const { return pick(tokens, index); }
    [[nodiscard]] QColor tierColor(int tier) const { return pick(tiers, tier); }
    [[nodiscard]] QFont font(int weight = QFont::Normal) const;

    QColor text, text2, text3, grid, lineStrong, panel, inset, track, accent, brass, brassFill, ok, warn, crit, other;
    QVariantList series, tokens, tiers;
    QString family;
    int pixelSize = 11;
    qreal scale = 1;

signals:
    void changed();

private:
    [[nodiscard]] QColor pick(const QVariantList &colours, int index) const;
};

// Base of every painted chart: repaints on size and style changes, draws nothing without a style.
class ChartItem : public QQuickPaintedItem {
    Q_OBJECT
    QML_ELEMENT
    QML_UNCREATABLE("base of the painted charts")
    Q_PROPERTY(flyball::ChartStyle *style READ style WRITE setStyle NOTIFY styleChanged)

public:
    explicit ChartItem(QQuickItem *parent = nullptr);

    [[nodiscard]] ChartStyle *style() const { return m_style; }
    void setStyle(ChartStyle *style);
    void paint(QPainter *painter) final;

signals:
    void styleChanged();

protected:
    virtual void draw(QPainter &painter, const ChartStyle &style) = 0;

private:
    QPointer<ChartStyle> m_style;
};

// Points as single lines: the stroker of one long polyline is 10 times slower (Qt 6.4, pen wider than 1).
void drawLinePairs(QPainter &painter, const QVector<QPointF> &points);

// Diagonal hatch of missing time or estimated parts.
void fillHatch(QPainter &painter, const QRectF &area, const QColor &ground, const QColor &line);

// A policy flag on top of a vertical line, or an incident diamond on the axis.
void drawMark(QPainter &painter, const ChartStyle &style, const ChartMark &mark, qreal x, const QRectF &plot);

// Text at a point; align holds Qt::AlignLeft, AlignRight or AlignHCenter; y is the middle line.
void drawLabel(QPainter &painter, const QPointF &at, int align, const QString &text, const QColor &color);

} // namespace flyball
