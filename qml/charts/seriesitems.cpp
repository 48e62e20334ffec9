// SPDX-License-Identifier: GPL-3.0-or-later
#include "qml/charts/seriesitems.h"

#include <QBarSet>
#include <QPainter>
#include <QPieSeries>
#include <QPieSlice>
#include <QXYSeries>

#include <cmath>

namespace flyball {

DonutFeeder::DonutFeeder(QQuickItem *parent) : ChartItem(parent) {}

void DonutFeeder::setChartData(const DonutData &data)
{
    m_data = data;
    emit chartDataChanged();
}

void DonutFeeder::fill(QObject *pieSeries) const
{
    auto *series = qobject_cast<QPieSeries *>(pieSeries);
    if (!series || !style())
        return;
    series->clear();
    QList<QPieSlice *> slices;
    for (const DonutSlice &item : m_data.slices) {
        if (!std::isfinite(item.value) || item.value <= 0)
            continue;
        auto *slice = new QPieSlice(item.name.left(80).toHtmlEscaped(), item.value);
        slice->setLabelVisible(false);
        slice->setColor(item.tier >= 0 ? style()->tierColor(item.tier) : style()->seriesColor(item.slot));
        slice->setBorderColor(style()->panel);
        slice->setBorderWidth(2);
        slices.append(slice);
    }
    series->append(slices);
}

LagFrame::LagFrame(QQuickItem *parent) : ChartItem(parent), m_axis(axisFromZero(1)), m_offset(offsetOfZone({}))
{
    connect(this, &ChartItem::styleChanged, this, &LagFrame::plotChanged);
}

void LagFrame::setChartData(const LagData &data)
{
    m_data = data;
    m_segments.clear();
    double most = 0.04; // no axis of microseconds: its labels would need more room than there is
    for (int i = 0; i < points(); ++i) {
        if (!std::isfinite(m_data.values[i]))
            continue;
        most = std::max(most, m_data.values[i]);
        if (m_segments.isEmpty() || m_segments.last().second != i - 1)
            m_segments.append({i, i});
        m_segments.last().second = i;
    }
    m_axis = axisFromZero(most);
    emit chartDataChanged();
    update();
}

void LagFrame::setTimeZone(const QString &zone)
{
    if (m_timeZone == zone)
        return;
    m_timeZone = zone;
    m_offset = offsetOfZone(zone);
    emit timeZoneChanged();
    update();
}

QRectF LagFrame::plot() const
{
    const qreal scale = style() ? style()->scale : 1;
    return {46 * scale, 10 * scale, std::max(1.0, width() - 60 * scale), std::max(1.0, height() - 34 * scale)};
}

void LagFrame::geometryChange(const QRectF &now, const QRectF &before)
{
    ChartItem::geometryChange(now, before);
    emit plotChanged();
}

void LagFrame::fill(int segment, QObject *xySeries) const
{
    auto *series = qobject_cast<QXYSeries *>(xySeries);
    if (!series)
        return;
    QList<QPointF> list;
    if (segment >= 0 && segment < m_segments.size()) {
        for (int i = m_segments[segment].first; i <= m_segments[segment].second; ++i)
            list.append({static_cast<qreal>(i), m_data.values[i]});
        if (list.size() == 1) // a lone sample between gaps stays visible
            list.append(list.first() + QPointF(0.4, 0));
    }
    series->replace(list);
}

qreal LagFrame::xOfPoint(int index) const
{
    const QRectF area = plot();
    return points() < 2 ? area.left() : area.left() + area.width() * index / (points() - 1);
}

int LagFrame::pointAt(qreal x) const
{
    const QRectF area = plot();
    if (points() < 1)
        return -1;
    return std::clamp(static_cast<int>(std::lround((x - area.left()) / area.width() * (points() - 1))), 0,
                      points() - 1);
}

QVariantMap LagFrame::readout(int index) const
{
    if (index < 0 || index >= points())
        return {};
    const qint64 span = m_data.binMs * points();
    return {{QStringLiteral("time"), clockText(m_data.startMs + index * m_data.binMs, span, m_data.binMs, m_offset)},
            {QStringLiteral("total"), valueText(m_data.values[index], static_cast<ChartUnit>(m_data.unit))},
            {QStringLiteral("known"), bool(std::isfinite(m_data.values[index]))},
            {QStringLiteral("rows"), QVariantList()}};
}

void LagFrame::draw(QPainter &painter, const ChartStyle &style)
{
    const QRectF area = plot();
    const auto y = [&](double value) { return area.bottom() - area.height() * value / m_axis.high; };
    for (const double tick : m_axis.ticks) {
        painter.setPen(QPen(style.grid, 1));
        painter.drawLine(QPointF(area.left(), y(tick)), QPointF(area.right(), y(tick)));
        drawLabel(painter, {area.left() - 8, y(tick)}, Qt::AlignRight,
                  tickText(tick, m_axis.step, static_cast<ChartUnit>(m_data.unit)), style.text3);
    }
    if (points() < 1)
        return;
    int before = -1;
    for (int i = 0; i <= m_segments.size(); ++i) {
        const int next = i < m_segments.size() ? m_segments[i].first : points();
        if (next > before + 1) {
            const qreal left = xOfPoint(std::max(0, before)), right = xOfPoint(std::min(points() - 1, next));
            fillHatch(painter, QRectF(left, area.top(), right - left, area.height()), style.inset, style.lineStrong);
            if (right - left > 60 * style.scale)
                drawLabel(painter, {(left + right) / 2, area.center().y()}, Qt::AlignHCenter, tr("No data"),
                          style.text2);
        }
        before = i < m_segments.size() ? m_segments[i].second : before;
    }
    painter.setPen(QPen(style.lineStrong, 1));
    painter.drawLine(area.bottomLeft(), area.bottomRight());
    const qint64 end = m_data.startMs + m_data.binMs * std::max(0, points() - 1);
    const double span = static_cast<double>(std::max<qint64>(1, end - m_data.startMs));
    const int most = std::max(2, static_cast<int>(area.width() / (62 * style.scale)));
    for (const TimeTick &tick : timeTicks(m_data.startMs, end, most, m_offset)) {
        const qreal half = painter.fontMetrics().horizontalAdvance(tick.label) / 2.0;
        const qreal x = area.left() + area.width() * static_cast<double>(tick.timeMs - m_data.startMs) / span;
        if (x + half <= width())
            drawLabel(painter, {x, area.bottom() + 13 * style.scale}, Qt::AlignHCenter, tick.label, style.text3);
    }
}

HistogramFrame::HistogramFrame(QQuickItem *parent) : ChartItem(parent)
{
    connect(this, &ChartItem::styleChanged, this, &HistogramFrame::plotChanged);
    connect(this, &HistogramFrame::hardValueChanged, this, [this] { update(); });
}

bool HistogramFrame::usable() const
{
    return std::isfinite(m_data.low) && std::isfinite(m_data.high) && m_data.high > m_data.low;
}

void HistogramFrame::setChartData(const HistogramData &data)
{
    m_data = data;
    m_maximum = 0;
    for (double &count : m_data.counts) {
        count = std::isfinite(count) && count > 0 ? count : 0;
        m_maximum = std::max(m_maximum, count);
    }
    if (!(m_maximum > 0))
        m_maximum = 1;
    emit chartDataChanged();
    update();
}

QRectF HistogramFrame::plot() const
{
    const qreal scale = style() ? style()->scale : 1;
    return {8, 38 * scale, std::max(1.0, width() - 16), std::max(1.0, height() - 58 * scale)};
}

void HistogramFrame::geometryChange(const QRectF &now, const QRectF &before)
{
    ChartItem::geometryChange(now, before);
    emit plotChanged();
}

qreal HistogramFrame::xOf(double value) const
{
    const QRectF area = plot();
    if (!usable() || !std::isfinite(value))
        return area.left();
    const double part =
        isLog() ? std::log(std::max(value, m_data.low * 1e-3) / m_data.low) / std::log(m_data.high / m_data.low)
                : (value - m_data.low) / (m_data.high - m_data.low);
    return area.left() + area.width() * std::clamp(part, 0.0, 1.0);
}

double HistogramFrame::valueAt(qreal x) const
{
    const QRectF area = plot();
    const double part = std::clamp((x - area.left()) / area.width(), 0.0, 1.0);
    if (!usable())
        return 0;
    return isLog() ? m_data.low * std::pow(m_data.high / m_data.low, part)
                   : m_data.low + part * (m_data.high - m_data.low);
}

QString HistogramFrame::text(double value) const { return valueText(value, static_cast<ChartUnit>(m_data.unit)); }

void HistogramFrame::fill(QObject *underSet, QObject *overSet) const
{
    auto *under = qobject_cast<QBarSet *>(underSet);
    auto *over = qobject_cast<QBarSet *>(overSet);
    if (!under || !over)
        return;
    QList<qreal> below, above;
    for (int i = 0; i < count(); ++i) {
        const QRectF area = plot();
        const bool beyond = m_hard > 0 && valueAt(area.left() + area.width() * (i + 0.5) / count()) > m_hard;
        below.append(beyond ? 0 : m_data.counts[i]);
        above.append(beyond ? m_data.counts[i] : 0);
    }
    under->remove(0, under->count());
    over->remove(0, over->count());
    under->append(below);
    over->append(above);
}

QVector<double> HistogramFrame::labelValues() const
{
    QVector<double> found;
    if (!usable())
        return found;
    if (!isLog()) {
        for (const double tick : axisAround(m_data.low, m_data.high).ticks) {
            if (tick >= m_data.low && tick <= m_data.high)
                found.append(tick);
        }
        return found;
    }
    for (double power = std::pow(10, std::floor(std::log10(m_data.low))); power <= m_data.high && found.size() < 40;
         power *= 10) {
        for (const double factor : {1.0, 2.0, 5.0}) {
            if (factor * power >= m_data.low * 0.999 && factor * power <= m_data.high * 1.001)
                found.append(factor * power);
        }
    }
    return found;
}

void HistogramFrame::draw(QPainter &painter, const ChartStyle &style)
{
    const QRectF area = plot();
    const auto unit = static_cast<ChartUnit>(m_data.unit);
    if (m_hard > 0) {
        QColor shade = style.warn;
        shade.setAlphaF(0.07F);
        painter.fillRect(QRectF(xOf(m_hard), area.top() - 16, area.right() - xOf(m_hard), area.height() + 16), shade);
    }
    qreal free = area.left() - 20;
    for (const double value : labelValues()) {
        const QString label = tickText(value, value, unit);
        const qreal wide = painter.fontMetrics().horizontalAdvance(label);
        const qreal x = std::clamp(xOf(value), wide / 2, width() - wide / 2);
        if (x - wide / 2 < free)
            continue;
        drawLabel(painter, {x, area.bottom() + 12 * style.scale}, Qt::AlignHCenter, label, style.text3);
        free = x + wide / 2 + 10;
    }
    painter.setFont(style.font(QFont::Medium));
    for (const QuantileMark &mark : m_data.quantiles) {
        if (!std::isfinite(mark.value))
            continue;
        QPen pen(style.text2, 1);
        pen.setDashPattern({3, 3});
        painter.setPen(pen);
        painter.drawLine(QPointF(xOf(mark.value), area.top() - 12), QPointF(xOf(mark.value), area.bottom()));
        drawLabel(painter, {xOf(mark.value) - 4, area.top() - 6}, Qt::AlignRight,
                  painter.fontMetrics().elidedText(mark.label, Qt::ElideRight, 90), style.text2);
    }
    if (m_data.formerHard > 0) {
        painter.setPen(QPen(style.text3, 1.5));
        painter.drawLine(QPointF(xOf(m_data.formerHard), area.top() - 12),
                         QPointF(xOf(m_data.formerHard), area.bottom()));
        drawLabel(painter, {xOf(m_data.formerHard) + 5, area.top() - 6}, Qt::AlignLeft,
                  painter.fontMetrics().elidedText(m_data.formerText, Qt::ElideRight, 120), style.text3);
    }
}

} // namespace flyball
