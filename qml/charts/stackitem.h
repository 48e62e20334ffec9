// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "qml/charts/axisticks.h"
#include "qml/charts/chartitem.h"

#include <QElapsedTimer>

namespace flyball {

// The hero chart: stacked bands over time with gaps, pace, marks and the last value. GUI thread only.
// The scale grows at once and shrinks only after `holdMs`; a changed window resets it.
class StackItem : public flyball::ChartItem {
    Q_OBJECT
    QML_ELEMENT
    Q_PROPERTY(QVariant chartData READ chartVariant WRITE setChartVariant NOTIFY chartDataChanged)
    Q_PROPERTY(QString timeZone READ timeZone WRITE setTimeZone NOTIFY timeZoneChanged)
    Q_PROPERTY(int selectedBand MEMBER m_selectedBand NOTIFY selectedBandChanged)
    Q_PROPERTY(int holdMs MEMBER m_holdMs NOTIFY holdMsChanged)
    Q_PROPERTY(QRectF plot READ plot NOTIFY geometryUpdated)
    Q_PROPERTY(int bins READ bins NOTIFY chartDataChanged)
    Q_PROPERTY(QString summary READ summary NOTIFY chartDataChanged)
    Q_PROPERTY(double axisMaximum READ axisMaximum NOTIFY geometryUpdated)

public:
    explicit StackItem(QQuickItem *parent = nullptr);

    [[nodiscard]] StackData chartData() const { return m_data; }
    void setChartData(const StackData &data);
    // For QML: a StackData; anything else (a role that is not there yet) shows nothing.
    [[nodiscard]] QVariant chartVariant() const { return QVariant::fromValue(m_data); }
    void setChartVariant(const QVariant &value) { setChartData(value.value<StackData>()); }
    [[nodiscard]] QString timeZone() const { return m_timeZone; }
    void setTimeZone(const QString &zone);
    [[nodiscard]] QRectF plot() const;
    [[nodiscard]] int bins() const { return m_data.bins; }
    [[nodiscard]] QString summary() const { return m_data.summary; }
    [[nodiscard]] double axisMaximum() const { return m_axis.high; }

    Q_INVOKABLE int binAt(qreal x) const;
    Q_INVOKABLE qreal xOfBin(int bin) const;
    Q_INVOKABLE qreal yOfBand(int band, int bin) const;
    Q_INVOKABLE double timeAt(qreal x) const;
    // Band under a point, -1 over no band or in a gap.
    Q_INVOKABLE int bandAt(qreal x, qreal y) const;
    Q_INVOKABLE int markAt(qreal x, qreal y) const;
    // {time, total, known, rows: [{name, value, color}]}: the five largest and the sum of the others.
    Q_INVOKABLE QVariantMap readout(int bin) const;
    // Table view: head, then up to maxRows rows, newest first; all cells are strings.
    Q_INVOKABLE QStringList tableHead() const;
    Q_INVOKABLE QStringList tableRow(int rowFromNewest) const;

signals:
    void chartDataChanged();
    void timeZoneChanged();
    void selectedBandChanged();
    void holdMsChanged();
    void geometryUpdated();

protected:
    void draw(QPainter &painter, const ChartStyle &style) override;
    void geometryChange(const QRectF &now, const QRectF &before) override;

private:
    [[nodiscard]] bool isKnown(int bin) const { return m_data.known.isEmpty() || m_data.known.value(bin, true); }
    [[nodiscard]] double valueOf(int band, int bin) const;
    [[nodiscard]] double totalOf(int bin) const;
    [[nodiscard]] double drawnValue(int band, int bin) const;
    [[nodiscard]] qreal yOf(double value) const;
    [[nodiscard]] qreal xOfTime(qint64 timeMs) const;
    [[nodiscard]] QString binTime(int bin) const;
    void updateAxis(bool reset);
    void drawGrid(QPainter &painter, const ChartStyle &style) const;
    void drawBands(QPainter &painter, const ChartStyle &style) const;
    void drawSegment(QPainter &painter, const ChartStyle &style, int first, int last, qreal opacity) const;
    void drawGaps(QPainter &painter, const ChartStyle &style) const;
    void drawPace(QPainter &painter, const ChartStyle &style) const;
    void drawEdge(QPainter &painter, const ChartStyle &style) const;

    StackData m_data;
    QVector<QVector<double>> m_tops; // cumulative as drawn, per band and bin
    ValueAxis m_axis;
    OffsetAt m_offset;
    QString m_timeZone;
    int m_selectedBand = -1;
    int m_holdMs = 30000;
    QElapsedTimer m_sinceNeeded;
};

} // namespace flyball
