// SPDX-License-Identifier: GPL-3.0-or-later
#include "qml/charts/chartitem.h"

#include <QPainter>
#include <QPainterPath>

namespace flyball {

QFont ChartStyle::font(int weight) const
{
    QFont font(family);
    font.setPixelSize(std::max(1, pixelSize));
    font.setWeight(static_cast<QFont::Weight>(weight));
    return font;
}

QColor ChartStyle::pick(const QVariantList &colours, int index) const
{
    return index >= 0 && index < colours.size() ? QColor(colours.at(index).toString()) : other;
}

ChartItem::ChartItem(QQuickItem *parent) : QQuickPaintedItem(parent) { setAntialiasing(true); }

void ChartItem::setStyle(ChartStyle *style)
{
    if (m_style == style)
        return;
    if (m_style)
        m_style->disconnect(this);
    m_style = style;
    if (style)
        connect(style, &ChartStyle::changed, this, [this] { update(); });
    emit styleChanged();
    update();
}

void ChartItem::paint(QPainter *painter)
{
    if (!m_style || width() < 2 || height() < 2)
        return;
    painter->setFont(m_style->font());
    draw(*painter, *m_style);
}

void drawLinePairs(QPainter &painter, const QVector<QPointF> &points)
{
    for (qsizetype i = 1; i < points.size(); ++i)
        painter.drawLine(points[i - 1], points[i]);
}

void fillHatch(QPainter &painter, const QRectF &area, const QColor &ground, const QColor &line)
{
    if (area.isEmpty())
        return;
    painter.save();
    painter.setClipRect(area, Qt::IntersectClip);
    painter.fillRect(area, ground);
    painter.setPen(QPen(line, 1.4));
    constexpr qreal kGap = 8.5;
    for (qreal x = area.left() - area.height(); x < area.right(); x += kGap)
        painter.drawLine(QPointF(x, area.bottom()), QPointF(x + area.height(), area.top()));
    painter.restore();
}

void drawLabel(QPainter &painter, const QPointF &at, int align, const QString &text, const QColor &color)
{
    painter.setPen(color);
    const qreal wide = 4000;
    QRectF box(at.x(), at.y() - 20, wide, 40);
    if (align & Qt::AlignRight)
        box.moveRight(at.x());
    else if (align & Qt::AlignHCenter)
        box.moveLeft(at.x() - wide / 2);
    painter.drawText(box, align | Qt::AlignVCenter | Qt::TextSingleLine, text);
}

void drawMark(QPainter &painter, const ChartStyle &style, const ChartMark &mark, qreal x, const QRectF &plot)
{
    painter.save();
    if (mark.kind == ChartMark::Revision) {
        painter.setPen(QPen(style.brass, 1.2));
        painter.drawLine(QPointF(x, plot.top() - 2), QPointF(x, plot.bottom()));
        painter.setFont(style.font(QFont::DemiBold));
        const QString label = painter.fontMetrics().elidedText(mark.label, Qt::ElideRight, qRound(60 * style.scale));
        const qreal wide = painter.fontMetrics().horizontalAdvance(label) + 12, high = 15 * style.scale;
        const qreal left = std::min(x, plot.right() + 40 - wide);
        const QRectF flag(left, plot.top() - 3 - high, wide, high);
        painter.fillRect(flag, style.brassFill);
        painter.setPen(QPen(style.brass, 1));
        painter.setBrush(Qt::NoBrush);
        painter.drawRect(flag);
        drawLabel(painter, flag.center(), Qt::AlignHCenter, label, style.brass);
    } else {
        const qreal r = 5 * style.scale;
        const QPointF c(x, plot.bottom());
        const QPolygonF diamond({c - QPointF(0, r), c + QPointF(r, 0), c + QPointF(0, r), c - QPointF(r, 0)});
        const QColor colour = mark.kind == ChartMark::Crit ? style.crit : style.warn;
        const bool hollow = mark.kind == ChartMark::Resolved;
        painter.setBrush(hollow ? style.panel : colour);
        painter.setPen(QPen(hollow ? style.text3 : style.panel, 1.5));
        painter.drawPolygon(diamond);
    }
    painter.restore();
}

} // namespace flyball
