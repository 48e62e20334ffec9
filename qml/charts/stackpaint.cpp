// SPDX-License-Identifier: GPL-3.0-or-later
// The painting half of StackItem.
#include "qml/charts/stackitem.h"

#include <QPainter>

#include <cmath>

namespace flyball {

void StackItem::draw(QPainter &painter, const ChartStyle &style)
{
    drawGrid(painter, style);
    if (m_data.bins < 1)
        return;
    drawBands(painter, style);
    drawGaps(painter, style);
    const QRectF area = plot();
    painter.setPen(QPen(style.lineStrong, 1));
    painter.drawLine(area.bottomLeft(), area.bottomRight());
    drawPace(painter, style);
    for (const ChartMark &mark : m_data.marks) {
        const qreal x = xOfTime(mark.timeMs);
        if (x >= area.left() - 0.5 && x <= area.right() + 0.5)
            drawMark(painter, style, mark, x, area);
    }
    drawEdge(painter, style);
}

void StackItem::drawGrid(QPainter &painter, const ChartStyle &style) const
{
    const QRectF area = plot();
    const auto unit = static_cast<ChartUnit>(m_data.unit);
    for (const double tick : m_axis.ticks) {
        const qreal y = yOf(tick);
        painter.setPen(QPen(style.grid, 1));
        painter.drawLine(QPointF(area.left(), y), QPointF(area.right(), y));
        drawLabel(painter, {area.left() - 8, y}, Qt::AlignRight, tickText(tick, m_axis.step, unit), style.text3);
    }
    const int most = std::max(2, static_cast<int>(area.width() / (62 * style.scale)));
    const qint64 end = m_data.startMs + m_data.binMs * std::max(1, m_data.bins - 1);
    for (const TimeTick &tick : timeTicks(m_data.startMs, end, most, m_offset)) {
        const qreal x = xOfTime(tick.timeMs), half = painter.fontMetrics().horizontalAdvance(tick.label) / 2.0;
        if (x - half >= area.left() - 20 && x + half <= area.right() + 20)
            drawLabel(painter, {x, area.bottom() + 14 * style.scale}, Qt::AlignHCenter, tick.label, style.text3);
    }
}

void StackItem::drawBands(QPainter &painter, const ChartStyle &style) const
{
    const int full = m_data.bins - 1 - std::clamp(m_data.runningBins, 0, m_data.bins - 1);
    for (int first = 0; first < m_data.bins;) {
        if (!isKnown(first)) {
            ++first;
            continue;
        }
        int last = first;
        while (last + 1 < m_data.bins && isKnown(last + 1))
            ++last;
        const int whole = first == 0 && m_data.firstShare < 1 && last > 0 ? 1 : first;
        if (whole > first)
            drawSegment(painter, style, first, whole, 0.26);
        drawSegment(painter, style, whole, std::min(last, full), 0.56);
        if (last > full)
            drawSegment(painter, style, std::max(first, full), last, 0.26);
        first = last + 1;
    }
}

void StackItem::drawSegment(QPainter &painter, const ChartStyle &style, int first, int last, qreal opacity) const
{
    if (last < first)
        return;
    // A single bin is the whole chart; between gaps it is a stroke.
    const qreal loneWidth = m_data.bins == 1 ? plot().width() : 1.5;
    for (int band = 0; band < m_tops.size(); ++band) {
        QColor colour = style.seriesColor(m_data.bands[band].slot);
        const bool dimmed = m_selectedBand >= 0 && m_selectedBand != band;
        QVector<QPointF> line;
        for (int bin = first; bin <= last; ++bin)
            line.append({xOfBin(bin), yOfBand(band, bin)});
        if (line.size() == 1) // a lone bin between gaps stays visible
            line.append(line.first() + QPointF(loneWidth, 0));
        QPolygonF shape(line);
        for (int bin = last; bin >= first; --bin)
            shape.append(
                {xOfBin(bin) + (first == last ? loneWidth : 0), band > 0 ? yOfBand(band - 1, bin) : plot().bottom()});
        if (first == last)
            shape.append({xOfBin(first), shape.last().y()});
        QColor fill = colour;
        fill.setAlphaF(static_cast<float>(opacity * (dimmed ? 0.35 : 1)));
        painter.setPen(Qt::NoPen);
        painter.setBrush(fill);
        painter.drawPolygon(shape);
        colour.setAlphaF(static_cast<float>((opacity < 0.5 ? 0.6 : 1) * (dimmed ? 0.4 : 1)));
        painter.setPen(QPen(colour, 1.2));
        // A band with nothing in it has no edge: it would repaint the one below in its colour.
        QVector<QPointF> edge;
        for (int i = 0; i < line.size(); ++i) {
            const auto has = [&](int bin) { return bin >= first && bin <= last && drawnValue(band, bin) > 0; };
            if (has(first + i) || has(first + i - 1) || has(first + i + 1)) {
                edge.append(line[i]);
            } else {
                drawLinePairs(painter, edge);
                edge.clear();
            }
        }
        drawLinePairs(painter, edge);
    }
}

void StackItem::drawGaps(QPainter &painter, const ChartStyle &style) const
{
    const QRectF area = plot();
    for (int bin = 0; bin < m_data.bins; ++bin) {
        if (isKnown(bin))
            continue;
        const int first = bin;
        while (bin + 1 < m_data.bins && !isKnown(bin + 1))
            ++bin;
        const qreal left = first == 0 ? area.left() : xOfBin(first - 1);
        const qreal right = bin == m_data.bins - 1 ? area.right() : xOfBin(bin + 1);
        fillHatch(painter, QRectF(left, area.top(), right - left, area.height()), style.inset, style.lineStrong);
        const QString words = tr("No data");
        const qreal wide = painter.fontMetrics().horizontalAdvance(words) + 12;
        if (m_data.gapText.isEmpty() || area.width() < 600 || right + 90 > area.right()) {
            if (right - left > wide)
                drawLabel(painter, {(left + right) / 2, area.center().y()}, Qt::AlignHCenter, words, style.text2);
            continue;
        }
        const qreal line = 14 * style.scale;
        drawLabel(painter, {right + 6, area.top() + line}, Qt::AlignLeft, words, style.text2);
        drawLabel(painter, {right + 6, area.top() + 2 * line}, Qt::AlignLeft, m_data.gapText, style.text3);
    }
}

void StackItem::drawPace(QPainter &painter, const ChartStyle &style) const
{
    QVector<QPointF> run;
    const auto flush = [&] {
        painter.setPen(QPen(style.panel, 3.5));
        drawLinePairs(painter, run);
        painter.setPen(QPen(style.brass, 1.6, Qt::SolidLine, Qt::FlatCap));
        // Dashes by hand: pairs are drawn one by one, a pen pattern would start anew on each.
        for (qreal x = run.isEmpty() ? 0 : run.first().x(); !run.isEmpty() && x < run.last().x(); x += 10) {
            const auto yAt = [&](qreal at) {
                const auto next = std::lower_bound(run.begin(), run.end(), at,
                                                   [](const QPointF &p, qreal key) { return p.x() < key; });
                if (next == run.begin() || next == run.end())
                    return next == run.end() ? run.last().y() : run.first().y();
                const QPointF a = *(next - 1), b = *next;
                return a.y() + (b.y() - a.y()) * (at - a.x()) / std::max(1e-6, b.x() - a.x());
            };
            const qreal to = std::min(x + 6, run.last().x());
            painter.drawLine(QPointF(x, yAt(x)), QPointF(to, yAt(to)));
        }
        run.clear();
    };
    for (int bin = 0; bin < std::min<qsizetype>(m_data.bins, m_data.pace.size()); ++bin) {
        if (std::isfinite(m_data.pace[bin]))
            run.append({xOfBin(bin), yOf(m_data.pace[bin])});
        else
            flush();
    }
    flush();
}

void StackItem::drawEdge(QPainter &painter, const ChartStyle &style) const
{
    const QRectF area = plot();
    const int last = m_data.bins - 1;
    const qreal line = 13 * style.scale, right = area.right() + 6;
    qreal lastY = -100;
    painter.setFont(style.font(QFont::DemiBold));
    // The newest bin that is over: one that still fills says nothing about the rate.
    const int over = m_data.runningBins > 0 && last > 0 && isKnown(last - 1) ? last - 1 : last;
    if (isKnown(over) && !m_tops.isEmpty()) {
        lastY = yOf(totalOf(over)) - 2;
        const auto unit = static_cast<ChartUnit>(m_data.unit);
        const QString text = unit == ChartUnit::Usd && totalOf(over) >= 0.1 ? tickText(totalOf(over), 0.01, unit)
                                                                            : valueText(totalOf(over), unit);
        drawLabel(painter, {right, lastY}, Qt::AlignLeft, text, style.text);
    }
    if (m_data.pace.isEmpty() || !std::isfinite(m_data.pace.last()) || m_data.paceLabel.isEmpty())
        return;
    qreal y = yOf(m_data.pace.last());
    if (std::abs(y - lastY) < line)
        y = lastY + (y >= lastY ? line : -2 * line);
    y = std::clamp(y, area.top(), area.bottom() - line);
    painter.setFont(style.font(QFont::Medium));
    const int room = static_cast<int>(width() - right);
    drawLabel(painter, {right, y}, Qt::AlignLeft,
              painter.fontMetrics().elidedText(m_data.paceLabel, Qt::ElideRight, room), style.brass);
    painter.setFont(style.font());
    drawLabel(painter, {right, y + line}, Qt::AlignLeft,
              painter.fontMetrics().elidedText(m_data.paceText, Qt::ElideRight, room), style.brass);
}

} // namespace flyball
