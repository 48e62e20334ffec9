// SPDX-License-Identifier: GPL-3.0-or-later
#include "qml/charts/trenditem.h"

#include <QPainter>

#include <cmath>

namespace flyball {

TrendItem::TrendItem(QQuickItem *parent) : ChartItem(parent), m_offset(offsetOfZone({}))
{
    connect(this, &TrendItem::cursorChanged, this, [this] { update(); });
}

void TrendItem::setChartData(const TrendData &data)
{
    m_data = data;
    emit chartDataChanged();
    update();
}

void TrendItem::setTimeZone(const QString &zone)
{
    if (m_timeZone == zone)
        return;
    m_timeZone = zone;
    m_offset = offsetOfZone(zone);
    emit timeZoneChanged();
    update();
}

int TrendItem::points() const
{
    qsizetype most = 0;
    for (const TrendPanel &panel : m_data.panels)
        most = std::max(most, panel.values.size());
    return static_cast<int>(most);
}

qint64 TrendItem::endMs() const { return m_data.startMs + m_data.binMs * std::max(0, points() - 1); }

QRectF TrendItem::panelArea(int panel) const
{
    const qreal scale = style() ? style()->scale : 1;
    const qreal left = 48 * scale, right = 60 * scale, top = 22 * scale, bottom = 22 * scale, gap = 14 * scale;
    const qreal count = static_cast<qreal>(std::max<qsizetype>(1, m_data.panels.size()));
    const qreal high = std::max(4.0, (height() - top - bottom - gap * (count - 1)) / count);
    return {left, top + panel * (high + gap), std::max(1.0, width() - left - right), high};
}

qreal TrendItem::xOfPoint(int index) const
{
    const QRectF area = panelArea(0);
    return points() < 2 ? area.left() : area.left() + area.width() * index / (points() - 1);
}

int TrendItem::pointAt(qreal x) const
{
    const QRectF area = panelArea(0);
    if (points() < 1)
        return -1;
    return std::clamp(static_cast<int>(std::lround((x - area.left()) / area.width() * (points() - 1))), 0,
                      points() - 1);
}

QVariantMap TrendItem::readout(int index) const
{
    if (index < 0 || index >= points() || !style())
        return {};
    QVariantList rows;
    for (const TrendPanel &panel : m_data.panels) {
        const auto unit = static_cast<ChartUnit>(panel.unit);
        QString text = valueText(panel.values.value(index, qQNaN()), unit);
        const double low = panel.low.value(index, qQNaN()), high = panel.high.value(index, qQNaN());
        if (std::isfinite(low) && std::isfinite(high))
            text += QStringLiteral("  ") + valueText(low, unit) + QStringLiteral("–") + valueText(high, unit);
        rows.append(QVariantMap{{QStringLiteral("name"), panel.name},
                                {QStringLiteral("value"), text},
                                {QStringLiteral("color"), style()->seriesColor(panel.slot)}});
    }
    return {{QStringLiteral("time"),
             clockText(m_data.startMs + index * m_data.binMs, endMs() - m_data.startMs, m_data.binMs, m_offset)},
            {QStringLiteral("total"), QString()},
            {QStringLiteral("known"), true},
            {QStringLiteral("rows"), rows}};
}

ValueAxis TrendItem::axisOf(const TrendPanel &panel, int mostTicks) const
{
    double low = qInf(), high = -qInf();
    for (const QVector<double> *list : {&panel.values, &panel.low, &panel.high}) {
        for (const double value : *list) {
            if (std::isfinite(value)) {
                low = std::min(low, value);
                high = std::max(high, value);
            }
        }
    }
    if (!std::isfinite(low) || panel.fromZero)
        return axisFromZero(std::isfinite(high) ? high : 1);
    // A share cannot pass 100 %, so the room above must not suggest it.
    if (panel.unit == int(ChartUnit::Percent) && high <= 100) {
        const ValueAxis axis = axisAround(low, high, mostTicks);
        return axis.high <= 100 ? axis : axisOfShare(low, mostTicks);
    }
    return axisAround(low, high, mostTicks);
}

void TrendItem::drawBand(QPainter &painter, const TrendPanel &panel, const QRectF &area, const ValueAxis &axis,
                         QColor colour) const
{
    const auto y = [&](double value) {
        return area.bottom() - area.height() * std::clamp((value - axis.low) / (axis.high - axis.low), 0.0, 1.0);
    };
    colour.setAlphaF(0.16F);
    painter.setPen(Qt::NoPen);
    painter.setBrush(colour);
    QPolygonF upper, lower;
    const auto flush = [&] {
        for (auto it = lower.crbegin(); it != lower.crend(); ++it)
            upper.append(*it);
        painter.drawPolygon(upper);
        upper.clear();
        lower.clear();
    };
    for (int i = 0; i < panel.values.size(); ++i) {
        const double low = panel.low.value(i, qQNaN()), high = panel.high.value(i, qQNaN());
        if (!std::isfinite(low) || !std::isfinite(high)) {
            flush();
            continue;
        }
        upper.append({xOfPoint(i), y(high)});
        lower.append({xOfPoint(i), y(low)});
    }
    flush();
}

void TrendItem::drawPanel(QPainter &painter, const ChartStyle &style, int index) const
{
    const TrendPanel &panel = m_data.panels[index];
    const QRectF area = panelArea(index);
    const ValueAxis axis = axisOf(panel, static_cast<int>(area.height() / (22 * style.scale)));
    const auto y = [&](double value) {
        return area.bottom() - area.height() * std::clamp((value - axis.low) / (axis.high - axis.low), 0.0, 1.0);
    };
    for (const double tick : axis.ticks) {
        painter.setPen(QPen(style.grid, 1));
        painter.drawLine(QPointF(area.left(), y(tick)), QPointF(area.right(), y(tick)));
        drawLabel(painter, {area.left() - 8, y(tick)}, Qt::AlignRight,
                  tickText(tick, axis.step, static_cast<ChartUnit>(panel.unit)), style.text3);
    }
    const QColor colour = style.seriesColor(panel.slot);
    drawBand(painter, panel, area, axis, colour);
    QVector<QPointF> run;
    QPointF last(-1, -1);
    painter.setPen(QPen(colour, 1.8, Qt::SolidLine, Qt::RoundCap));
    for (int i = 0; i <= panel.values.size(); ++i) {
        const double value = panel.values.value(i, qQNaN());
        if (i < panel.values.size() && std::isfinite(value)) {
            run.append({xOfPoint(i), y(value)});
            last = run.last();
            continue;
        }
        drawLinePairs(painter, run);
        if (run.size() == 1)
            painter.drawPoint(run.first());
        run.clear();
    }
    if (last.x() < 0)
        return;
    painter.setPen(Qt::NoPen);
    painter.setBrush(colour);
    painter.drawEllipse(last, 3, 3);
    painter.setFont(style.font(QFont::DemiBold));
    drawLabel(
        painter, {area.right() + 8, last.y()}, Qt::AlignLeft,
        painter.fontMetrics().elidedText(panel.lastText, Qt::ElideRight, static_cast<int>(width() - area.right() - 8)),
        style.text);
    painter.setFont(style.font());
}

void TrendItem::draw(QPainter &painter, const ChartStyle &style)
{
    if (m_data.panels.isEmpty() || points() < 1)
        return;
    for (int i = 0; i < m_data.panels.size(); ++i)
        drawPanel(painter, style, i);
    const QRectF first = panelArea(0), last = panelArea(static_cast<int>(m_data.panels.size()) - 1);
    painter.setPen(QPen(style.lineStrong, 1));
    painter.drawLine(last.bottomLeft(), last.bottomRight());
    const double span = static_cast<double>(std::max<qint64>(1, endMs() - m_data.startMs));
    const auto xOf = [&](qint64 time) {
        return first.left() + first.width() * static_cast<double>(time - m_data.startMs) / span;
    };
    const int most = std::max(2, static_cast<int>(first.width() / (74 * style.scale)));
    for (const TimeTick &tick : timeTicks(m_data.startMs, endMs(), most, m_offset))
        drawLabel(painter, {xOf(tick.timeMs), last.bottom() + 13 * style.scale}, Qt::AlignHCenter, tick.label,
                  style.text3);
    for (const ChartMark &mark : m_data.marks) {
        const qreal x = xOf(mark.timeMs);
        if (x >= first.left() - 0.5 && x <= first.right() + 0.5)
            drawMark(painter, style, mark, x, QRectF(first.topLeft(), last.bottomRight()));
    }
    if (m_cursor >= 0 && m_cursor < points()) {
        painter.setPen(QPen(style.text, 1));
        painter.drawLine(QPointF(xOfPoint(m_cursor), first.top()), QPointF(xOfPoint(m_cursor), last.bottom()));
    }
}

} // namespace flyball
