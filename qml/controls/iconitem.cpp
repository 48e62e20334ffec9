// SPDX-License-Identifier: GPL-3.0-or-later
#include "qml/controls/iconitem.h"

#include "qml/controls/icondata.h"
#include "qml/controls/svgpath.h"

#include <QPainter>

namespace flyball {

IconItem::IconItem(QQuickItem *parent) : QQuickPaintedItem(parent) { setAntialiasing(true); }

void IconItem::setName(const QString &name)
{
    if (m_name == name)
        return;
    m_name = name;
    emit nameChanged();
    update();
}

void IconItem::setColor(const QColor &color)
{
    if (m_color == color)
        return;
    m_color = color;
    emit colorChanged();
    update();
}

void IconItem::setStrokeWidth(qreal width)
{
    if (qFuzzyCompare(m_strokeWidth, width))
        return;
    m_strokeWidth = width;
    emit strokeWidthChanged();
    update();
}

void IconItem::paint(QPainter *painter)
{
    const std::string name = m_name.toStdString();
    const std::string_view data = iconPath(name);
    if (data.empty())
        return;
    painter->scale(width() / 16, height() / 16);
    painter->setBrush(Qt::NoBrush);
    painter->setPen(QPen(m_color, m_strokeWidth, Qt::SolidLine, Qt::RoundCap, Qt::RoundJoin));
    painter->drawPath(svgPath(data));
}

QStringList IconItem::names()
{
    QStringList list;
    for (const std::string_view name : iconNames())
        list.append(QString::fromLatin1(name.data(), static_cast<qsizetype>(name.size())));
    return list;
}

LogoItem::LogoItem(QQuickItem *parent) : QQuickPaintedItem(parent)
{
    setAntialiasing(true);
    connect(this, &LogoItem::changed, this, [this] { update(); });
}

void LogoItem::paint(QPainter *painter)
{
    painter->scale(width() / 24, height() / 24);
    const auto stroke = [&](const QColor &color, qreal width, std::string_view data) {
        painter->setBrush(Qt::NoBrush);
        painter->setPen(QPen(color, width, Qt::SolidLine, Qt::RoundCap, Qt::RoundJoin));
        painter->drawPath(svgPath(data));
    };
    stroke(m_stand, 1.7, "M12 2.5v19M8.5 21.5h7");
    stroke(m_line, 1.5, "M12 4.5 5 12.6M12 4.5l7 8.1M5 12.6l7 4.6 7-4.6");
    painter->setPen(Qt::NoPen);
    painter->setBrush(m_ball);
    painter->drawEllipse(QPointF(5, 12.6), 3, 3);
    painter->drawEllipse(QPointF(19, 12.6), 3, 3);
    painter->setBrush(m_line);
    painter->drawRoundedRect(QRectF(9.6, 15.8, 4.8, 2.8), 1, 1);
}

} // namespace flyball
