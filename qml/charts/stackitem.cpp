// SPDX-License-Identifier: GPL-3.0-or-later
#include "qml/charts/stackitem.h"

#include <QPainter>

#include <cmath>

namespace flyball {

StackItem::StackItem(QQuickItem *parent) : ChartItem(parent), m_axis(axisFromZero(1)), m_offset(offsetOfZone({}))
{
    connect(this, &ChartItem::styleChanged, this, &StackItem::geometryUpdated);
    connect(this, &StackItem::selectedBandChanged, this, [this] { update(); });
}

void StackItem::setChartData(const StackData &data)
{
    const bool sameWindow = data.binMs == m_data.binMs && data.bins == m_data.bins;
    m_data = data;
    m_data.bins = std::max(0, m_data.bins);
    m_tops.clear();
    QVector<double> sum(m_data.bins, 0.0);
    for (int band = 0; band < m_data.bands.size(); ++band) {
        for (int bin = 0; bin < m_data.bins; ++bin)
            sum[bin] += drawnValue(band, bin);
        m_tops.append(sum);
    }
    updateAxis(!sameWindow);
    emit chartDataChanged();
    emit geometryUpdated();
    update();
}

void StackItem::setTimeZone(const QString &zone)
{
    if (m_timeZone == zone)
        return;
    m_timeZone = zone;
    m_offset = offsetOfZone(zone);
    emit timeZoneChanged();
    update();
}

void StackItem::updateAxis(bool reset)
{
    double needed = 0;
    for (int bin = 0; bin < m_data.bins; ++bin) {
        if (isKnown(bin))
            needed = std::max(needed, m_tops.isEmpty() ? 0.0 : m_tops.last().value(bin, 0.0));
        const double pace = m_data.pace.value(bin, 0);
        if (std::isfinite(pace))
            needed = std::max(needed, std::min(pace, 1e15));
    }
    const ValueAxis next = axisFromZero(needed);
    if (reset || next.high >= m_axis.high || (m_sinceNeeded.isValid() && m_sinceNeeded.hasExpired(m_holdMs))) {
        m_axis = next;
        m_sinceNeeded.start();
    }
}

// A missing or impossible value inside a known bin draws nothing of its band.
double StackItem::valueOf(int band, int bin) const
{
    const double value = m_data.bands.at(band).values.value(bin, 0.0);
    return std::isfinite(value) && value > 0 ? std::min(value, 1e15) : 0.0;
}

// A bin of which a part is missing gets that part from its neighbour.
double StackItem::drawnValue(int band, int bin) const
{
    const double value = valueOf(band, bin);
    const int last = m_data.bins - 1;
    const bool running = bin == last && m_data.runningBins > 0;
    const double share = running ? m_data.runningShare : bin == 0 ? m_data.firstShare : 1;
    const int other = running ? bin - 1 : bin + 1;
    if (share >= 1 || other < 0 || other > last || !isKnown(other) || !isKnown(bin))
        return value;
    return value + (1 - std::max(0.0, share)) * valueOf(band, other);
}

double StackItem::totalOf(int bin) const
{
    double sum = 0;
    for (int band = 0; band < m_data.bands.size(); ++band)
        sum += valueOf(band, bin);
    return sum;
}

QRectF StackItem::plot() const
{
    const qreal scale = style() ? style()->scale : 1;
    const qreal left = 46 * scale, right = 66 * scale, top = 22 * scale, bottom = 24 * scale;
    return {left, top, std::max(1.0, width() - left - right), std::max(1.0, height() - top - bottom)};
}

void StackItem::geometryChange(const QRectF &now, const QRectF &before)
{
    ChartItem::geometryChange(now, before);
    emit geometryUpdated();
}

qreal StackItem::xOfBin(int bin) const
{
    const QRectF area = plot();
    return m_data.bins < 2 ? area.left() : area.left() + area.width() * bin / (m_data.bins - 1);
}

qreal StackItem::xOfTime(qint64 timeMs) const
{
    const QRectF area = plot();
    const double span = static_cast<double>(m_data.binMs) * std::max(1, m_data.bins - 1);
    return area.left() + area.width() * static_cast<double>(timeMs - m_data.startMs) / span;
}

qreal StackItem::yOf(double value) const
{
    const QRectF area = plot();
    return area.bottom() - area.height() * std::clamp(value / m_axis.high, 0.0, 1.0);
}

qreal StackItem::yOfBand(int band, int bin) const
{
    return band >= 0 && band < m_tops.size() ? yOf(m_tops[band].value(bin, 0)) : plot().bottom();
}

int StackItem::binAt(qreal x) const
{
    const QRectF area = plot();
    if (m_data.bins < 1)
        return -1;
    const double at = (x - area.left()) / area.width() * (m_data.bins - 1);
    return std::clamp(static_cast<int>(std::lround(at)), 0, m_data.bins - 1);
}

double StackItem::timeAt(qreal x) const
{
    const QRectF area = plot();
    const double part = std::clamp((x - area.left()) / area.width(), 0.0, 1.0);
    return static_cast<double>(m_data.startMs)
           + part * static_cast<double>(m_data.binMs) * std::max(0, m_data.bins - 1);
}

int StackItem::bandAt(qreal x, qreal y) const
{
    const int bin = binAt(x);
    if (bin < 0 || !plot().contains(x, y) || !isKnown(bin))
        return -1;
    for (int band = 0; band < m_tops.size(); ++band) {
        if (valueOf(band, bin) > 0 && y >= yOf(m_tops[band][bin]))
            return band;
    }
    return -1;
}

int StackItem::markAt(qreal x, qreal y) const
{
    const QRectF area = plot();
    const qreal scale = style() ? style()->scale : 1;
    for (int i = 0; i < m_data.marks.size(); ++i) {
        const ChartMark &mark = m_data.marks[i];
        const qreal at = xOfTime(mark.timeMs);
        const bool flag = mark.kind == ChartMark::Revision;
        if (flag ? y < area.top() && x >= at - 3 && x <= at + 36 * scale
                 : std::abs(y - area.bottom()) < 8 * scale && std::abs(x - at) < 8 * scale)
            return i;
    }
    return -1;
}

QString StackItem::binTime(int bin) const
{
    const qint64 span = m_data.binMs * m_data.bins;
    const QString time = clockText(m_data.startMs + bin * m_data.binMs, span, m_data.binMs, m_offset);
    const bool running = m_data.runningBins > 0 && bin == m_data.bins - 1;
    return running ? tr("%1 so far").arg(time) : time;
}

QVariantMap StackItem::readout(int bin) const
{
    if (bin < 0 || bin >= m_data.bins || !style())
        return {};
    const auto unit = static_cast<ChartUnit>(m_data.unit);
    QVector<int> order;
    for (int band = 0; band < m_data.bands.size(); ++band)
        order.append(band);
    std::stable_sort(order.begin(), order.end(), [&](int a, int b) { return valueOf(a, bin) > valueOf(b, bin); });
    QVariantList rows;
    double others = 0;
    int rest = 0;
    for (const int band : order) {
        if (rows.size() < 5 || order.size() == 6) {
            const StackBand &item = m_data.bands.at(band);
            rows.append(QVariantMap{{QStringLiteral("name"), item.name},
                                    {QStringLiteral("value"), valueText(valueOf(band, bin), unit)},
                                    {QStringLiteral("color"), style()->seriesColor(item.slot)}});
        } else {
            others += valueOf(band, bin);
            ++rest;
        }
    }
    if (rest > 0)
        rows.append(QVariantMap{{QStringLiteral("name"), rest == 1 ? tr("1 other") : tr("%1 others").arg(rest)},
                                {QStringLiteral("value"), valueText(others, unit)},
                                {QStringLiteral("color"), style()->other}});
    return {{QStringLiteral("time"), binTime(bin)},
            {QStringLiteral("total"), valueText(totalOf(bin), unit) + m_data.perText},
            {QStringLiteral("known"), isKnown(bin)},
            {QStringLiteral("rows"), rows}};
}

QStringList StackItem::tableHead() const
{
    QStringList head{tr("Time"), tr("Total")};
    for (const StackBand &band : m_data.bands)
        head.append(band.name);
    return head;
}

QStringList StackItem::tableRow(int rowFromNewest) const
{
    const int bin = m_data.bins - 1 - rowFromNewest;
    if (bin < 0 || bin >= m_data.bins)
        return {};
    const auto unit = static_cast<ChartUnit>(m_data.unit);
    QStringList row{binTime(bin), isKnown(bin) ? valueText(totalOf(bin), unit) : tr("no data")};
    for (int band = 0; band < m_data.bands.size(); ++band)
        row.append(isKnown(bin) ? valueText(valueOf(band, bin), unit) : QStringLiteral("—"));
    return row;
}

} // namespace flyball
