// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "qml/charts/chartitem.h"

namespace flyball {

// One call on the time line of its run, with the grid lines of the head above it.
class WaterfallBarItem : public flyball::ChartItem {
    Q_OBJECT
    QML_ELEMENT
    Q_PROPERTY(QVariant chartData READ chartData WRITE setChartData NOTIFY changed)
    Q_PROPERTY(qreal start MEMBER m_start NOTIFY changed)
    Q_PROPERTY(qreal duration MEMBER m_duration NOTIFY changed)
    Q_PROPERTY(qreal span MEMBER m_span NOTIFY changed)
    Q_PROPERTY(qreal gridStep MEMBER m_gridStep NOTIFY changed)
    Q_PROPERTY(QColor color MEMBER m_color NOTIFY changed)
    Q_PROPERTY(bool inFlight MEMBER m_inFlight NOTIFY changed)

public:
    explicit WaterfallBarItem(QQuickItem *parent = nullptr);
    [[nodiscard]] QVariant chartData() const { return QVariant::fromValue(m_data); }
    // WaterfallData; anything else (a role not there yet) shows nothing.
    void setChartData(const QVariant &value);

signals:
    void changed();

protected:
    void draw(QPainter &painter, const ChartStyle &style) override;

private:
    WaterfallData m_data;
    qreal m_start = 0, m_duration = 0, m_span = 0, m_gridStep = 0;
    QColor m_color;
    bool m_inFlight = false;
};

// Five token classes of one call; estimated = hatched.
class TokenBarItem : public flyball::ChartItem {
    Q_OBJECT
    QML_ELEMENT
    Q_PROPERTY(QVariant chartData READ chartData WRITE setChartData NOTIFY changed)
    Q_PROPERTY(qreal fresh MEMBER m_fresh NOTIFY changed)
    Q_PROPERTY(qreal read MEMBER m_read NOTIFY changed)
    Q_PROPERTY(qreal write MEMBER m_write NOTIFY changed)
    Q_PROPERTY(qreal out MEMBER m_out NOTIFY changed)
    Q_PROPERTY(qreal reason MEMBER m_reason NOTIFY changed)
    Q_PROPERTY(qreal maximum MEMBER m_maximum NOTIFY changed)
    Q_PROPERTY(bool estimated MEMBER m_estimated NOTIFY changed)

public:
    explicit TokenBarItem(QQuickItem *parent = nullptr);
    [[nodiscard]] QVariant chartData() const;
    // TokenData; anything else (a role not there yet) shows nothing.
    void setChartData(const QVariant &value);

signals:
    void changed();

protected:
    void draw(QPainter &painter, const ChartStyle &style) override;

private:
    qreal m_fresh = 0, m_read = 0, m_write = 0, m_out = 0, m_reason = 0, m_maximum = 0;
    bool m_estimated = false;
};

// The parts of a bill in one bar; estimated parts are hatched.
class DriverBarItem : public flyball::ChartItem {
    Q_OBJECT
    QML_ELEMENT
    Q_PROPERTY(QVariant chartData READ chartVariant WRITE setChartVariant NOTIFY changed)
    Q_PROPERTY(QString summary READ summary NOTIFY changed)
    Q_PROPERTY(int count READ count NOTIFY changed)

public:
    explicit DriverBarItem(QQuickItem *parent = nullptr);
    [[nodiscard]] PartsData chartData() const { return m_data; }
    void setChartData(const PartsData &data);
    // For QML: a PartsData; anything else (a role that is not there yet) shows nothing.
    [[nodiscard]] QVariant chartVariant() const { return QVariant::fromValue(m_data); }
    void setChartVariant(const QVariant &value) { setChartData(value.value<PartsData>()); }
    [[nodiscard]] QString summary() const { return m_data.summary; }
    [[nodiscard]] int count() const { return static_cast<int>(m_data.parts.size()); }
    Q_INVOKABLE int partAt(qreal x) const;
    Q_INVOKABLE QString partName(int index) const;

signals:
    void changed();

protected:
    void draw(QPainter &painter, const ChartStyle &style) override;

private:
    [[nodiscard]] QVector<QRectF> boxes() const;
    PartsData m_data;
};

} // namespace flyball
