// SPDX-License-Identifier: GPL-3.0-or-later
#include "qml/charts/smallitems.h"

#include <QPainter>

#include <algorithm>
#include <array>
#include <cmath>

namespace flyball {
namespace {

template <typename Item>
void updateOnChange(Item *item)
{
    QObject::connect(item, &Item::changed, item, [item] { item->update(); });
}

void roundBar(QPainter &painter, const QRectF &box, qreal radius, const QColor &colour)
{
    if (box.width() <= 0)
        return;
    const qreal r = std::min({radius, box.width() / 2, box.height() / 2});
    painter.setPen(Qt::NoPen);
    painter.setBrush(colour);
    painter.drawRoundedRect(box, r, r);
}

QColor faded(QColor colour, qreal alpha)
{
    colour.setAlphaF(static_cast<float>(alpha));
    return colour;
}

double positive(double value) { return std::isfinite(value) && value > 0 ? value : 0; }

} // namespace

SparkItem::SparkItem(QQuickItem *parent) : ChartItem(parent) { updateOnChange(this); }

void SparkItem::setChartData(const QVariant &value)
{
    const auto data = value.value<SparkData>();
    m_data = data;
    m_stale = data.stale;
    emit changed();
}

void SparkItem::setValues(const QList<qreal> &values)
{
    m_data.values = values;
    emit changed();
}

void SparkItem::draw(QPainter &painter, const ChartStyle &style)
{
    const qsizetype count = m_data.values.size();
    double maximum = m_data.maximum;
    for (const double value : m_data.values)
        maximum = std::max(maximum, positive(value) * 1.08);
    if (count < 1 || !(maximum > 0))
        maximum = 1;
    const QColor colour = m_stale ? style.text3 : m_color.isValid() ? m_color : style.seriesColor(0);
    const qreal right = width() - 3, base = height() - 1;
    const auto x = [&](qsizetype i) {
        return count < 2 ? right : 1 + (right - 1) * static_cast<qreal>(i) / static_cast<qreal>(count - 1);
    };
    const auto y = [&](double value) {
        return height() - 2 - (height() - 4) * std::min(1.0, positive(value) / maximum);
    };
    QVector<QPointF> run;
    const auto flush = [&](bool end) {
        if (run.isEmpty())
            return;
        if (m_fill) {
            QPolygonF shape(run);
            shape << QPointF(run.last().x(), base) << QPointF(run.first().x(), base);
            painter.setPen(Qt::NoPen);
            painter.setBrush(faded(colour, 0.16));
            painter.drawPolygon(shape);
        }
        painter.setPen(QPen(colour, 1.4));
        drawLinePairs(painter, run);
        if (end || run.size() == 1) {
            painter.setPen(Qt::NoPen);
            painter.setBrush(colour);
            painter.drawEllipse(run.last(), 2, 2);
        }
        run.clear();
    };
    for (qsizetype i = 0; i < count; ++i) {
        if (std::isfinite(m_data.values[i]))
            run.append({x(i), y(m_data.values[i])});
        else
            flush(false);
    }
    flush(true);
}

BudgetItem::BudgetItem(QQuickItem *parent) : ChartItem(parent) { updateOnChange(this); }

void BudgetItem::draw(QPainter &painter, const ChartStyle &style)
{
    const qreal high = std::min(6.0 * style.scale, height()), top = (height() - high) / 2;
    roundBar(painter, QRectF(0, top, width(), high), 3, style.track);
    const bool capped = m_hard > 0 || m_soft > 0;
    const qreal full = m_hard > 0 ? m_hard : m_soft > 0 ? m_soft * 1.25 : std::max(positive(m_value), 1e-12);
    const qreal part = std::clamp(positive(m_value) / full, 0.0, 1.0);
    const QColor colour = m_stale                           ? style.text3
                          : m_hard > 0 && m_value >= m_hard ? style.crit
                          : m_soft > 0 && m_value >= m_soft ? style.warn
                          : capped                          ? style.accent
                                                            : style.other;
    roundBar(painter, QRectF(0, top, part * width(), high), 3, colour);
    const auto tick = [&](qreal value) {
        const qreal x = std::clamp(value / full * width() - 1, 0.0, width() - 2);
        painter.fillRect(QRectF(x, top - 3, 2, high + 6), style.brass);
    };
    if (m_soft > 0)
        tick(m_soft);
    if (m_hard > 0)
        tick(m_hard);
}

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

WhiskerItem::WhiskerItem(QQuickItem *parent) : ChartItem(parent) { updateOnChange(this); }

void WhiskerItem::draw(QPainter &painter, const ChartStyle &style)
{
    if (!(m_to > m_from))
        return;
    const qreal mid = height() / 2;
    const auto x = [&](double value) {
        return 4 + (width() - 8) * std::clamp((value - m_from) / (m_to - m_from), 0.0, 1.0);
    };
    painter.fillRect(QRectF(4, mid - 1, width() - 8, 2), style.track);
    const QColor colour = m_color.isValid() ? m_color : style.accent;
    if (std::isfinite(m_low) && std::isfinite(m_high))
        roundBar(painter, QRectF(x(m_low), mid - 3.5, x(m_high) - x(m_low), 7), 3, faded(colour, 0.4));
    if (std::isfinite(m_mid))
        painter.fillRect(QRectF(x(m_mid) - 1.2, mid - 6.5, 2.4, 13), style.text);
    if (std::isfinite(m_base)) {
        painter.setBrush(style.panel);
        painter.setPen(QPen(style.text3, 1.6));
        painter.drawEllipse(QPointF(x(m_base), mid), 3.4, 3.4);
    }
}

AgentStripItem::AgentStripItem(QQuickItem *parent) : ChartItem(parent) { updateOnChange(this); }

void AgentStripItem::draw(QPainter &painter, const ChartStyle &style)
{
    const std::array<int, 3> counts{std::max(0, m_current), std::max(0, m_behind), std::max(0, m_silent)};
    const std::array<QColor, 3> colours{style.ok, style.warn, style.track};
    const qint64 total = qint64(counts[0]) + counts[1] + counts[2];
    if (total < 1)
        return;
    const qreal each = width() / static_cast<qreal>(total);
    qreal x = 0;
    for (std::size_t kind = 0; kind < counts.size(); ++kind) {
        if (total > 60) {
            const qreal wide = each * counts[kind];
            roundBar(painter, QRectF(x, 0, wide - (wide > 2 ? 1 : 0), height()), 2, colours[kind]);
            x += wide;
            continue;
        }
        for (int i = 0; i < counts[kind]; ++i, x += each)
            roundBar(painter, QRectF(x, 0, std::max(1.0, each - 2), height()), 1.5, colours[kind]);
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
