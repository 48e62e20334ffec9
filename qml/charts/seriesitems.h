// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "qml/charts/axisticks.h"
#include "qml/charts/chartitem.h"

namespace flyball {

// Frames and feeders of the three charts that Qt Charts draws. Qt Charts renders names as HTML, so every name that
// goes to it is escaped here; axes, labels and marks are painted by these items as plain text.

// Slices of the donut.
class DonutFeeder : public flyball::ChartItem {
    Q_OBJECT
    QML_ELEMENT
    Q_PROPERTY(QVariant chartData READ chartVariant WRITE setChartVariant NOTIFY chartDataChanged)
    Q_PROPERTY(QString summary READ summary NOTIFY chartDataChanged)

public:
    explicit DonutFeeder(QQuickItem *parent = nullptr);
    [[nodiscard]] DonutData chartData() const { return m_data; }
    void setChartData(const DonutData &data);
    // For QML: a DonutData; anything else (a role that is not there yet) shows nothing.
    [[nodiscard]] QVariant chartVariant() const { return QVariant::fromValue(m_data); }
    void setChartVariant(const QVariant &value) { setChartData(value.value<DonutData>()); }
    [[nodiscard]] QString summary() const { return m_data.summary; }
    // Replaces the slices of a QPieSeries; anything else is left alone.
    Q_INVOKABLE void fill(QObject *pieSeries) const;

signals:
    void chartDataChanged();

protected:
    void draw(QPainter &, const ChartStyle &) override {}

private:
    DonutData m_data;
};

// Grid, time labels and hatched gaps of a line over time.
class LagFrame : public flyball::ChartItem {
    Q_OBJECT
    QML_ELEMENT
    Q_PROPERTY(QVariant chartData READ chartVariant WRITE setChartVariant NOTIFY chartDataChanged)
    Q_PROPERTY(QString timeZone READ timeZone WRITE setTimeZone NOTIFY timeZoneChanged)
    Q_PROPERTY(QString summary READ summary NOTIFY chartDataChanged)
    Q_PROPERTY(int segments READ segments NOTIFY chartDataChanged)
    Q_PROPERTY(int points READ points NOTIFY chartDataChanged)
    Q_PROPERTY(double axisMaximum READ axisMaximum NOTIFY chartDataChanged)
    Q_PROPERTY(QRectF plot READ plot NOTIFY plotChanged)

public:
    explicit LagFrame(QQuickItem *parent = nullptr);
    [[nodiscard]] LagData chartData() const { return m_data; }
    void setChartData(const LagData &data);
    // For QML: a LagData; anything else (a role that is not there yet) shows nothing.
    [[nodiscard]] QVariant chartVariant() const { return QVariant::fromValue(m_data); }
    void setChartVariant(const QVariant &value) { setChartData(value.value<LagData>()); }
    [[nodiscard]] QString timeZone() const { return m_timeZone; }
    void setTimeZone(const QString &zone);
    [[nodiscard]] QString summary() const { return m_data.summary; }
    [[nodiscard]] int segments() const { return static_cast<int>(m_segments.size()); }
    [[nodiscard]] int points() const { return static_cast<int>(m_data.values.size()); }
    [[nodiscard]] double axisMaximum() const { return m_axis.high; }
    [[nodiscard]] QRectF plot() const;
    // Points (index, value) of one unbroken stretch into a QXYSeries.
    Q_INVOKABLE void fill(int segment, QObject *xySeries) const;
    Q_INVOKABLE int pointAt(qreal x) const;
    Q_INVOKABLE qreal xOfPoint(int index) const;
    Q_INVOKABLE QVariantMap readout(int index) const;

signals:
    void chartDataChanged();
    void timeZoneChanged();
    void plotChanged();

protected:
    void draw(QPainter &painter, const ChartStyle &style) override;
    void geometryChange(const QRectF &now, const QRectF &before) override;

private:
    LagData m_data;
    QVector<std::pair<int, int>> m_segments; // first and last index
    ValueAxis m_axis;
    OffsetAt m_offset;
    QString m_timeZone;
};

// Value labels, quantiles and the part above the hard cap of a distribution.
class HistogramFrame : public flyball::ChartItem {
    Q_OBJECT
    QML_ELEMENT
    Q_PROPERTY(QVariant chartData READ chartVariant WRITE setChartVariant NOTIFY chartDataChanged)
    Q_PROPERTY(qreal hardValue MEMBER m_hard NOTIFY hardValueChanged)
    Q_PROPERTY(QString summary READ summary NOTIFY chartDataChanged)
    Q_PROPERTY(int count READ count NOTIFY chartDataChanged)
    Q_PROPERTY(double maximum READ maximum NOTIFY chartDataChanged)
    Q_PROPERTY(QRectF plot READ plot NOTIFY plotChanged)

public:
    explicit HistogramFrame(QQuickItem *parent = nullptr);
    [[nodiscard]] HistogramData chartData() const { return m_data; }
    void setChartData(const HistogramData &data);
    // For QML: a HistogramData; anything else (a role that is not there yet) shows nothing.
    [[nodiscard]] QVariant chartVariant() const { return QVariant::fromValue(m_data); }
    void setChartVariant(const QVariant &value) { setChartData(value.value<HistogramData>()); }
    [[nodiscard]] QString summary() const { return m_data.summary; }
    [[nodiscard]] int count() const { return static_cast<int>(m_data.counts.size()); }
    [[nodiscard]] double maximum() const { return m_maximum; }
    [[nodiscard]] QRectF plot() const;
    // Two QBarSets of a stacked series: bins up to the hard cap, bins above it.
    Q_INVOKABLE void fill(QObject *underSet, QObject *overSet) const;
    Q_INVOKABLE qreal xOf(double value) const;
    Q_INVOKABLE double valueAt(qreal x) const;
    Q_INVOKABLE QString text(double value) const;

signals:
    void chartDataChanged();
    void hardValueChanged();
    void plotChanged();

protected:
    void draw(QPainter &painter, const ChartStyle &style) override;
    void geometryChange(const QRectF &now, const QRectF &before) override;

private:
    [[nodiscard]] bool usable() const;
    [[nodiscard]] bool isLog() const { return m_data.logarithmic && m_data.low > 0; }
    [[nodiscard]] QVector<double> labelValues() const;

    HistogramData m_data;
    double m_maximum = 1;
    qreal m_hard = 0;
};

} // namespace flyball
