// SPDX-License-Identifier: GPL-3.0-or-later
#include "qml/charts/contextitem.h"

#include <QPainter>

#include <array>
#include <cmath>

namespace flyball {
namespace {

double positive(double value) { return std::isfinite(value) && value > 0 ? value : 0; }

} // namespace

ContextItem::ContextItem(QQuickItem *parent) : ChartItem(parent), m_axis(axisFromZero(1))
{
    connect(this, &ContextItem::selectedChanged, this, [this] { update(); });
}

void ContextItem::setChartData(const ContextData &data)
{
    m_data = data;
    double most = positive(data.limit);
    for (const ContextCall &call : data.calls)
        most = std::max(
            {most, positive(call.system) + positive(call.history) + positive(call.fresh), positive(call.cacheRead)});
    m_axis = axisFromZero(most);
    emit chartDataChanged();
    update();
}

QRectF ContextItem::plot() const
{
    const qreal scale = style() ? style()->scale : 1;
    const qreal left = 46 * scale, right = 16 * scale, top = 14 * scale, bottom = 22 * scale;
    return {left, top, std::max(1.0, width() - left - right), std::max(1.0, height() - top - bottom)};
}

qreal ContextItem::yOf(double value) const
{
    const QRectF area = plot();
    return area.bottom() - area.height() * std::clamp(value / m_axis.high, 0.0, 1.0);
}

qreal ContextItem::xOfCall(int index) const
{
    const QRectF area = plot();
    return area.left() + area.width() * (index + 0.5) / std::max(1, count());
}

int ContextItem::callAt(qreal x) const
{
    const QRectF area = plot();
    const int index = static_cast<int>(std::floor((x - area.left()) / area.width() * count()));
    return index >= 0 && index < count() ? index : -1;
}

QVariantMap ContextItem::readout(int index) const
{
    if (index < 0 || index >= count() || !style())
        return {};
    const ContextCall &call = m_data.calls[index];
    const auto row = [&](const QString &name, double value, const QColor &colour) {
        return QVariantMap{{QStringLiteral("name"), name},
                           {QStringLiteral("value"), valueText(value, ChartUnit::Tokens)},
                           {QStringLiteral("color"), colour}};
    };
    QVariantList rows;
    if (call.system > 0)
        rows.append(row(tr("System and tools"), call.system, style()->seriesColor(6)));
    rows.append(row(tr("History"), call.history, style()->seriesColor(0)));
    rows.append(row(tr("New"), call.fresh, style()->seriesColor(4)));
    rows.append(row(tr("Read from cache"), call.cacheRead, style()->tokenColor(1)));
    return {{QStringLiteral("time"), call.label},
            {QStringLiteral("total"),
             valueText(positive(call.system) + positive(call.history) + positive(call.fresh), ChartUnit::Tokens)},
            {QStringLiteral("known"), !call.inFlight},
            {QStringLiteral("rows"), rows}};
}

void ContextItem::draw(QPainter &painter, const ChartStyle &style)
{
    drawAxis(painter, style);
    drawBars(painter, style);
    drawCacheLine(painter, style);
    drawFit(painter, style);
    drawLimits(painter, style);
    const QRectF area = plot();
    painter.setPen(QPen(style.lineStrong, 1));
    painter.drawLine(area.bottomLeft(), area.bottomRight());
}

void ContextItem::drawAxis(QPainter &painter, const ChartStyle &style) const
{
    const QRectF area = plot();
    for (const double tick : m_axis.ticks) {
        painter.setPen(QPen(style.grid, 1));
        painter.drawLine(QPointF(area.left(), yOf(tick)), QPointF(area.right(), yOf(tick)));
        drawLabel(painter, {area.left() - 8, yOf(tick)}, Qt::AlignRight, tickText(tick, m_axis.step, ChartUnit::Tokens),
                  style.text3);
    }
    const qreal each = area.width() / std::max(1, count());
    const qreal widest = count() == 0 ? 0 : painter.fontMetrics().horizontalAdvance(m_data.calls.last().label);
    const int every = std::max(1, static_cast<int>(std::ceil(std::max(28 * style.scale, widest + 10) / each)));
    for (int i = 0; i < count(); i += every) {
        const ContextCall &call = m_data.calls[i];
        const QString label =
            painter.fontMetrics().elidedText(call.label, Qt::ElideRight, static_cast<int>(each * every));
        drawLabel(painter, {xOfCall(i), area.bottom() + 13 * style.scale}, Qt::AlignHCenter, label,
                  call.alarm ? style.crit : style.text3);
    }
}

void ContextItem::drawBars(QPainter &painter, const ChartStyle &style) const
{
    const QRectF area = plot();
    const qreal each = area.width() / std::max(1, count());
    // A run of three calls has bars, not fields.
    const qreal widest = 72 * style.scale;
    const qreal pad = each > widest + 10 ? (each - widest) / 2 : each > 24 ? 5 : each > 8 ? 1.5 : 0;
    for (int i = 0; i < count(); ++i) {
        const ContextCall &call = m_data.calls[i];
        const qreal left = xOfCall(i) - each / 2;
        if (i == m_selected || i == m_cursor) {
            QColor mark = style.accent;
            mark.setAlphaF(i == m_selected ? 0.16F : 0.08F);
            const qreal side = std::max(0.0, pad - 5);
            painter.fillRect(QRectF(left + side, area.top(), each - 2 * side, area.height()), mark);
        }
        if (call.inFlight)
            continue;
        double base = 0;
        const std::array<std::pair<double, QColor>, 3> parts{{{call.system, style.seriesColor(6)},
                                                              {call.history, style.seriesColor(0)},
                                                              {call.fresh, style.seriesColor(4)}}};
        for (const auto &[value, source] : parts) {
            if (!(positive(value) > 0))
                continue;
            QColor colour = source;
            colour.setAlphaF(0.85F);
            const qreal bottom = yOf(base), top = yOf(base + value);
            painter.setPen(Qt::NoPen);
            painter.setBrush(colour);
            painter.drawRect(QRectF(left + pad, top, std::max(0.8, each - 2 * pad), std::max(0.5, bottom - top - 0.8)));
            base += value;
        }
    }
}

void ContextItem::drawCacheLine(QPainter &painter, const ChartStyle &style) const
{
    QVector<QPointF> run;
    const auto flush = [&] {
        painter.setPen(QPen(style.panel, 4));
        drawLinePairs(painter, run);
        painter.setPen(QPen(style.tokenColor(1), 2));
        drawLinePairs(painter, run);
        painter.setPen(QPen(style.panel, 1));
        painter.setBrush(style.tokenColor(1));
        for (const QPointF &point : run) {
            if (count() <= 60)
                painter.drawEllipse(point, 2.6, 2.6);
        }
        run.clear();
    };
    for (int i = 0; i < count(); ++i) {
        const ContextCall &call = m_data.calls[i];
        if (call.inFlight || !std::isfinite(call.cacheRead))
            flush();
        else
            run.append({xOfCall(i), yOf(call.cacheRead)});
    }
    flush();
}

void ContextItem::drawFit(QPainter &painter, const ChartStyle &style) const
{
    if (count() < 2 || !(positive(m_data.fitFirst) + positive(m_data.fitLast) > 0))
        return;
    QPen pen(style.text2, 1.2);
    pen.setDashPattern({5, 3});
    painter.setPen(pen);
    painter.drawLine(QPointF(xOfCall(0), yOf(m_data.fitFirst)), QPointF(xOfCall(count() - 1), yOf(m_data.fitLast)));
}

void ContextItem::drawLimits(QPainter &painter, const ChartStyle &style) const
{
    const QRectF area = plot();
    painter.setFont(style.font(QFont::Medium));
    const int room = static_cast<int>(area.width() * 0.6);
    if (m_data.limit > 0) {
        QPen pen(style.brass, 1.4);
        pen.setDashPattern({4.3, 2.9});
        painter.setPen(pen);
        painter.drawLine(QPointF(area.left(), yOf(m_data.limit)), QPointF(area.right(), yOf(m_data.limit)));
        drawLabel(painter, {area.left() + 4, yOf(m_data.limit) - 9 * style.scale}, Qt::AlignLeft,
                  painter.fontMetrics().elidedText(m_data.limitText, Qt::ElideRight, room), style.brass);
    }
    if (m_data.breakBefore > 0 && m_data.breakBefore < count()) {
        const qreal x = (xOfCall(m_data.breakBefore) + xOfCall(m_data.breakBefore - 1)) / 2;
        QPen pen(style.warn, 1.3);
        pen.setDashPattern({3, 2.3});
        painter.setPen(pen);
        painter.drawLine(QPointF(x, area.top()), QPointF(x, area.bottom()));
        const bool left = x > area.center().x();
        drawLabel(painter, {left ? x - 6 : x + 6, area.top() + 5}, left ? Qt::AlignRight : Qt::AlignLeft,
                  painter.fontMetrics().elidedText(m_data.breakText, Qt::ElideRight, room), style.warn);
    }
}

} // namespace flyball
