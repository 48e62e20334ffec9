// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "qml/charts/chartitem.h"

namespace flyball {

// Line without axes: fill, line, last point. NaN or a missing value is a gap.
class SparkItem : public flyball::ChartItem {
    Q_OBJECT
    QML_ELEMENT
    Q_PROPERTY(QVariant chartData READ chartData WRITE setChartData NOTIFY changed)
    Q_PROPERTY(QList<qreal> values READ values WRITE setValues NOTIFY changed)
    Q_PROPERTY(QColor color MEMBER m_color NOTIFY changed)
    Q_PROPERTY(bool stale MEMBER m_stale NOTIFY changed)
    Q_PROPERTY(bool fill MEMBER m_fill NOTIFY changed)
    Q_PROPERTY(QString summary READ summary NOTIFY changed)

public:
    explicit SparkItem(QQuickItem *parent = nullptr);
    [[nodiscard]] QVariant chartData() const { return QVariant::fromValue(m_data); }
    // SparkData; anything else (a role not there yet) shows nothing.
    void setChartData(const QVariant &value);
    [[nodiscard]] QList<qreal> values() const { return m_data.values; }
    void setValues(const QList<qreal> &values);
    [[nodiscard]] QString summary() const { return m_data.summary; }

signals:
    void changed();

protected:
    void draw(QPainter &painter, const ChartStyle &style) override;

private:
    SparkData m_data;
    QColor m_color;
    bool m_stale = false;
    bool m_fill = true;
};

// Spend against the ticks of soft and hard cap, which it is scaled to. hard <= 0: no cap, full width = value.
class BudgetItem : public flyball::ChartItem {
    Q_OBJECT
    QML_ELEMENT
    Q_PROPERTY(qreal value MEMBER m_value NOTIFY changed)
    Q_PROPERTY(qreal soft MEMBER m_soft NOTIFY changed)
    Q_PROPERTY(qreal hard MEMBER m_hard NOTIFY changed)
    Q_PROPERTY(bool stale MEMBER m_stale NOTIFY changed)

public:
    explicit BudgetItem(QQuickItem *parent = nullptr);

signals:
    void changed();

protected:
    void draw(QPainter &painter, const ChartStyle &style) override;

private:
    qreal m_value = 0, m_soft = 0, m_hard = 0;
    bool m_stale = false;
};

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

// Interval, median tick and a hollow ring for now.
class WhiskerItem : public flyball::ChartItem {
    Q_OBJECT
    QML_ELEMENT
    Q_PROPERTY(qreal low MEMBER m_low NOTIFY changed)
    Q_PROPERTY(qreal mid MEMBER m_mid NOTIFY changed)
    Q_PROPERTY(qreal high MEMBER m_high NOTIFY changed)
    Q_PROPERTY(qreal base MEMBER m_base NOTIFY changed)
    Q_PROPERTY(qreal from MEMBER m_from NOTIFY changed)
    Q_PROPERTY(qreal to MEMBER m_to NOTIFY changed)
    Q_PROPERTY(QColor color MEMBER m_color NOTIFY changed)

public:
    explicit WhiskerItem(QQuickItem *parent = nullptr);

signals:
    void changed();

protected:
    void draw(QPainter &painter, const ChartStyle &style) override;

private:
    qreal m_low = 0, m_mid = 0, m_high = 0, m_base = qQNaN(), m_from = 0, m_to = 1;
    QColor m_color;
};

// One block per agent, a bar above 60: on head, behind, silent.
class AgentStripItem : public flyball::ChartItem {
    Q_OBJECT
    QML_ELEMENT
    Q_PROPERTY(int current MEMBER m_current NOTIFY changed)
    Q_PROPERTY(int behind MEMBER m_behind NOTIFY changed)
    Q_PROPERTY(int silent MEMBER m_silent NOTIFY changed)

public:
    explicit AgentStripItem(QQuickItem *parent = nullptr);

signals:
    void changed();

protected:
    void draw(QPainter &painter, const ChartStyle &style) override;

private:
    int m_current = 0, m_behind = 0, m_silent = 0;
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
