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

} // namespace flyball
