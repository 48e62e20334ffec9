// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "qml/charts/axisticks.h"
#include "qml/charts/chartitem.h"

namespace flyball {

// Input tokens per call as stacked bars, cache reads as a line over them. GUI thread only.
class ContextItem : public flyball::ChartItem {
    Q_OBJECT
    QML_ELEMENT
    Q_PROPERTY(QVariant chartData READ chartVariant WRITE setChartVariant NOTIFY chartDataChanged)
    Q_PROPERTY(int selected MEMBER m_selected NOTIFY selectedChanged)
    Q_PROPERTY(int cursor MEMBER m_cursor NOTIFY selectedChanged)
    Q_PROPERTY(int count READ count NOTIFY chartDataChanged)
    Q_PROPERTY(QString summary READ summary NOTIFY chartDataChanged)

public:
    explicit ContextItem(QQuickItem *parent = nullptr);

    [[nodiscard]] ContextData chartData() const { return m_data; }
    void setChartData(const ContextData &data);
    // For QML: a ContextData; anything else (a role that is not there yet) shows nothing.
    [[nodiscard]] QVariant chartVariant() const { return QVariant::fromValue(m_data); }
    void setChartVariant(const QVariant &value) { setChartData(value.value<ContextData>()); }
    [[nodiscard]] int count() const { return static_cast<int>(m_data.calls.size()); }
    [[nodiscard]] QString summary() const { return m_data.summary; }

    Q_INVOKABLE int callAt(qreal x) const;
    Q_INVOKABLE qreal xOfCall(int index) const;
    // {time: label of the call, total, rows: [{name, value, color}]}
    Q_INVOKABLE QVariantMap readout(int index) const;

signals:
    void chartDataChanged();
    void selectedChanged();

protected:
    void draw(QPainter &painter, const ChartStyle &style) override;

private:
    [[nodiscard]] QRectF plot() const;
    [[nodiscard]] qreal yOf(double value) const;
    void drawAxis(QPainter &painter, const ChartStyle &style) const;
    void drawBars(QPainter &painter, const ChartStyle &style) const;
    void drawCacheLine(QPainter &painter, const ChartStyle &style) const;
    void drawFit(QPainter &painter, const ChartStyle &style) const;
    void drawLimits(QPainter &painter, const ChartStyle &style) const;

    ContextData m_data;
    ValueAxis m_axis;
    int m_selected = -1;
    int m_cursor = -1;
};

} // namespace flyball
