// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "qml/charts/axisticks.h"
#include "qml/charts/chartitem.h"

namespace flyball {

// Panels of lines with 90 % bands under each other, one time axis below the last. GUI thread only.
class TrendItem : public flyball::ChartItem {
    Q_OBJECT
    QML_ELEMENT
    Q_PROPERTY(QVariant chartData READ chartVariant WRITE setChartVariant NOTIFY chartDataChanged)
    Q_PROPERTY(QString timeZone READ timeZone WRITE setTimeZone NOTIFY timeZoneChanged)
    Q_PROPERTY(int cursor MEMBER m_cursor NOTIFY cursorChanged)
    Q_PROPERTY(int points READ points NOTIFY chartDataChanged)
    Q_PROPERTY(QString summary READ summary NOTIFY chartDataChanged)

public:
    explicit TrendItem(QQuickItem *parent = nullptr);

    [[nodiscard]] TrendData chartData() const { return m_data; }
    void setChartData(const TrendData &data);
    // For QML: a TrendData; anything else (a role that is not there yet) shows nothing.
    [[nodiscard]] QVariant chartVariant() const { return QVariant::fromValue(m_data); }
    void setChartVariant(const QVariant &value) { setChartData(value.value<TrendData>()); }
    [[nodiscard]] QString timeZone() const { return m_timeZone; }
    void setTimeZone(const QString &zone);
    [[nodiscard]] int points() const;
    [[nodiscard]] QString summary() const { return m_data.summary; }

    Q_INVOKABLE int pointAt(qreal x) const;
    Q_INVOKABLE qreal xOfPoint(int index) const;
    // {time, rows: [{name, value, color}]}
    Q_INVOKABLE QVariantMap readout(int index) const;

signals:
    void chartDataChanged();
    void timeZoneChanged();
    void cursorChanged();

protected:
    void draw(QPainter &painter, const ChartStyle &style) override;

private:
    [[nodiscard]] QRectF panelArea(int panel) const;
    [[nodiscard]] qint64 endMs() const;
    [[nodiscard]] ValueAxis axisOf(const TrendPanel &panel, int mostTicks) const;
    void drawPanel(QPainter &painter, const ChartStyle &style, int index) const;
    void drawBand(QPainter &painter, const TrendPanel &panel, const QRectF &area, const ValueAxis &axis,
                  QColor colour) const;

    TrendData m_data;
    OffsetAt m_offset;
    QString m_timeZone;
    int m_cursor = -1;
};

} // namespace flyball
