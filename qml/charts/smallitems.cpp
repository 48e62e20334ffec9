// SPDX-License-Identifier: GPL-3.0-or-later
#include "qml/charts/smallitems.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "qml/charts/barpaint.h"

namespace flyball {

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

} // namespace flyball
