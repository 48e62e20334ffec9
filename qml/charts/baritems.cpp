// SPDX-License-Identifier: GPL-3.0-or-later
#include "qml/charts/baritems.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "qml/charts/barpaint.h"

namespace flyball {

WaterfallBarItem::WaterfallBarItem(QQuickItem *parent) : ChartItem(parent) { updateOnChange(this); }

void WaterfallBarItem::setChartData(const QVariant &value)
{
    const auto data = value.value<WaterfallData>();
    m_data = data;
    m_start = data.start;
    m_duration = data.duration;
    m_span = data.span;
    m_gridStep = data.gridStep;
    m_inFlight = data.inFlight;
    emit changed();
}

void WaterfallBarItem::draw(QPainter &painter, const ChartStyle &style)
{
    if (!(m_span > 0))
        return;
    const auto x = [&](double at) { return std::clamp(at / m_span, 0.0, 1.0) * width(); };
    painter.setPen(QPen(style.grid, 1));
    if (m_gridStep > 0 && m_span / m_gridStep < 200) {
        for (double at = 0; at <= m_span; at += m_gridStep)
            painter.drawLine(QPointF(x(at) + 0.5, 0), QPointF(x(at) + 0.5, height()));
    }
    const qreal high = std::min((m_data.thin ? 4 : 11) * style.scale, height());
    const QColor own = m_color.isValid()  ? m_color
                       : m_data.slot >= 0 ? style.seriesColor(m_data.slot)
                                          : style.tierColor(m_data.tier);
    const auto box = [&](double start, double duration, qreal least) {
        const qreal left = std::min(x(start), width() - least);
        return QRectF(left, (height() - high) / 2, std::max(least, x(start + positive(duration)) - left), high);
    };
    if (m_inFlight) {
        painter.setBrush(Qt::NoBrush);
        painter.setPen(QPen(m_data.alarm ? style.crit : own, 1, Qt::DashLine));
        painter.drawRoundedRect(box(m_start, m_duration, 3).adjusted(0.5, 0.5, -0.5, -0.5), 2.5, 2.5);
        return;
    }
    if (m_data.parts.isEmpty())
        roundBar(painter, box(m_start, m_duration, 3), m_data.thin ? 1 : 2.5, m_data.alarm ? style.crit : own);
    for (const WaterfallPart &part : m_data.parts)
        painter.fillRect(box(part.start, part.duration, 1.5), part.alarm ? style.crit : own);
}

TokenBarItem::TokenBarItem(QQuickItem *parent) : ChartItem(parent) { updateOnChange(this); }

QVariant TokenBarItem::chartData() const
{
    return QVariant::fromValue(TokenData{m_fresh, m_read, m_write, m_out, m_reason, m_maximum, m_estimated});
}

void TokenBarItem::setChartData(const QVariant &value)
{
    const auto data = value.value<TokenData>();
    m_fresh = data.fresh;
    m_read = data.cacheRead;
    m_write = data.cacheWrite;
    m_out = data.output;
    m_reason = data.reasoning;
    m_maximum = data.maximum;
    m_estimated = data.estimated;
    emit changed();
}

void TokenBarItem::draw(QPainter &painter, const ChartStyle &style)
{
    const std::array<double, 5> parts{positive(m_fresh), positive(m_read), positive(m_write), positive(m_out),
                                      positive(m_reason)};
    double total = 0;
    for (const double part : parts)
        total += part;
    const double full = std::max(m_maximum, total);
    if (!(full > 0))
        return;
    const qreal high = std::min(11 * style.scale, height()), top = (height() - high) / 2;
    // Room for the least width that keeps a tiny class visible.
    const qreal room = std::max(1.0, width() - 6);
    qreal x = 0;
    for (std::size_t i = 0; i < parts.size(); ++i) {
        if (parts[i] <= 0)
            continue;
        const qreal wide = std::max(1.2, parts[i] / full * room);
        const QRectF box(x, top, std::max(1.2, wide - (wide > 3 ? 1 : 0)), high);
        const QColor colour = style.tokenColor(static_cast<int>(i));
        if (m_estimated)
            fillHatch(painter, box, faded(colour, 0.35), colour);
        else
            roundBar(painter, box, 1.5, colour);
        x += wide;
    }
}

DriverBarItem::DriverBarItem(QQuickItem *parent) : ChartItem(parent) { updateOnChange(this); }

void DriverBarItem::setChartData(const PartsData &data)
{
    m_data = data;
    emit changed();
}

QVector<QRectF> DriverBarItem::boxes() const
{
    double total = 0;
    for (const BillPart &part : m_data.parts)
        total += positive(part.value);
    QVector<QRectF> found;
    qreal x = 0;
    for (const BillPart &part : m_data.parts) {
        const qreal wide = total > 0 ? positive(part.value) / total * width() : 0;
        found.append({x, 0, std::max(0.0, wide - (wide > 4 ? 2 : 0)), height()});
        x += wide;
    }
    return found;
}

int DriverBarItem::partAt(qreal x) const
{
    const QVector<QRectF> all = boxes();
    for (int i = 0; i < all.size(); ++i) {
        if (all[i].width() > 0 && x >= all[i].left() && x <= all[i].right() + 2)
            return i;
    }
    return -1;
}

QString DriverBarItem::partName(int index) const
{
    return index >= 0 && index < m_data.parts.size() ? m_data.parts[index].name : QString();
}

void DriverBarItem::draw(QPainter &painter, const ChartStyle &style)
{
    const QVector<QRectF> all = boxes();
    for (int i = 0; i < all.size(); ++i) {
        const BillPart &part = m_data.parts[i];
        const QColor colour = style.seriesColor(part.slot);
        roundBar(painter, all[i], 3, faded(colour, part.slot < 0 ? 1 : 0.85));
        if (part.estimated)
            fillHatch(painter, all[i], faded(colour, 0.4), colour);
    }
}

} // namespace flyball
