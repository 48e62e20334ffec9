// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>
#include <QPainter>
#include <algorithm>
#include <cmath>

// What the painted items of one bar or line have in common.
namespace flyball {

template <typename Item>
void updateOnChange(Item *item)
{
    QObject::connect(item, &Item::changed, item, [item] { item->update(); });
}

inline void roundBar(QPainter &painter, const QRectF &box, qreal radius, const QColor &colour)
{
    if (box.width() <= 0)
        return;
    const qreal r = std::min({radius, box.width() / 2, box.height() / 2});
    painter.setPen(Qt::NoPen);
    painter.setBrush(colour);
    painter.drawRoundedRect(box, r, r);
}

inline QColor faded(QColor colour, qreal alpha)
{
    colour.setAlphaF(static_cast<float>(alpha));
    return colour;
}

inline double positive(double value) { return std::isfinite(value) && value > 0 ? value : 0; }

} // namespace flyball
