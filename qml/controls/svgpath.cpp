// SPDX-License-Identifier: GPL-3.0-or-later
#include "qml/controls/svgpath.h"

#include <QtMath>

#include <array>
#include <charconv>
#include <cmath>

namespace flyball {
namespace {

class PathReader {
public:
    explicit PathReader(std::string_view data) : m_data(data) {}

    QPainterPath read();

private:
    void skipSeparators();
    bool number(qreal &value);
    bool flag(qreal &value);
    template <std::size_t N>
    bool numbers(std::array<qreal, N> &values);
    bool step(char command);
    bool line(char command);
    bool curve(char command);
    bool arc(bool relative);
    [[nodiscard]] QPointF point(bool relative, qreal x, qreal y) const
    {
        return relative ? m_path.currentPosition() + QPointF(x, y) : QPointF(x, y);
    }

    std::string_view m_data;
    std::size_t m_pos = 0;
    QPainterPath m_path;
    QPointF m_lastControl;
};

void PathReader::skipSeparators()
{
    while (m_pos < m_data.size() && (m_data[m_pos] == ' ' || m_data[m_pos] == ','))
        ++m_pos;
}

bool PathReader::number(qreal &value)
{
    skipSeparators();
    const auto result = std::from_chars(m_data.data() + m_pos, m_data.data() + m_data.size(), value);
    if (result.ec != std::errc{})
        return false;
    m_pos = static_cast<std::size_t>(result.ptr - m_data.data());
    return true;
}

// Arc flags may stand without a separator: "0 016".
bool PathReader::flag(qreal &value)
{
    skipSeparators();
    if (m_pos >= m_data.size() || (m_data[m_pos] != '0' && m_data[m_pos] != '1'))
        return false;
    value = m_data[m_pos++] == '1' ? 1 : 0;
    return true;
}

template <std::size_t N>
bool PathReader::numbers(std::array<qreal, N> &values)
{
    for (qreal &value : values) {
        if (!number(value))
            return false;
    }
    return true;
}

bool PathReader::line(char command)
{
    const bool relative = command >= 'a';
    const QPointF at = m_path.currentPosition();
    std::array<qreal, 1> one{};
    std::array<qreal, 2> two{};
    switch (command) {
    case 'H':
    case 'h':
        if (!numbers(one))
            return false;
        m_path.lineTo(relative ? at.x() + one[0] : one[0], at.y());
        return true;
    case 'V':
    case 'v':
        if (!numbers(one))
            return false;
        m_path.lineTo(at.x(), relative ? at.y() + one[0] : one[0]);
        return true;
    default:
        if (!numbers(two))
            return false;
        if (command == 'M' || command == 'm')
            m_path.moveTo(point(relative, two[0], two[1]));
        else
            m_path.lineTo(point(relative, two[0], two[1]));
        return true;
    }
}

bool PathReader::curve(char command)
{
    const bool relative = command >= 'a';
    std::array<qreal, 6> p{};
    if (command == 'S' || command == 's') {
        std::array<qreal, 4> q{};
        if (!numbers(q))
            return false;
        const QPointF first = 2 * m_path.currentPosition() - m_lastControl;
        const QPointF second = point(relative, q[0], q[1]);
        const QPointF end = point(relative, q[2], q[3]);
        m_path.cubicTo(first, second, end);
        m_lastControl = second;
        return true;
    }
    if (!numbers(p))
        return false;
    const QPointF first = point(relative, p[0], p[1]);
    const QPointF second = point(relative, p[2], p[3]);
    const QPointF end = point(relative, p[4], p[5]);
    m_path.cubicTo(first, second, end);
    m_lastControl = second;
    return true;
}

// SVG 1.1 appendix F.6.5, endpoint to centre, with the x rotation left out.
bool PathReader::arc(bool relative)
{
    qreal rx = 0, ry = 0, rotation = 0, large = 0, sweep = 0, x = 0, y = 0;
    if (!number(rx) || !number(ry) || !number(rotation) || !flag(large) || !flag(sweep) || !number(x) || !number(y))
        return false;
    const QPointF from = m_path.currentPosition();
    const QPointF to = point(relative, x, y);
    if (rx <= 0 || ry <= 0 || from == to) {
        m_path.lineTo(to);
        return true;
    }
    const qreal dx = (from.x() - to.x()) / 2 / rx;
    const qreal dy = (from.y() - to.y()) / 2 / ry;
    const qreal square = dx * dx + dy * dy;
    const qreal grow = square > 1 ? std::sqrt(square) : 1;
    const qreal factor = (large != sweep ? 1 : -1) * std::sqrt(std::max(0.0, grow * grow / square - 1));
    const qreal cx = factor * dy * rx + (from.x() + to.x()) / 2;
    const qreal cy = -factor * dx * ry + (from.y() + to.y()) / 2;
    rx *= grow;
    ry *= grow;
    const qreal start = std::atan2((from.y() - cy) / ry, (from.x() - cx) / rx);
    qreal extent = std::atan2((to.y() - cy) / ry, (to.x() - cx) / rx) - start;
    if (sweep > 0 && extent < 0)
        extent += 2 * M_PI;
    else if (sweep <= 0 && extent > 0)
        extent -= 2 * M_PI;
    m_path.arcTo(QRectF(cx - rx, cy - ry, 2 * rx, 2 * ry), -qRadiansToDegrees(start), -qRadiansToDegrees(extent));
    return true;
}

bool PathReader::step(char command)
{
    switch (command) {
    case 'C':
    case 'c':
    case 'S':
    case 's':
        return curve(command);
    case 'A':
    case 'a':
        return arc(command == 'a');
    case 'M':
    case 'm':
    case 'L':
    case 'l':
    case 'H':
    case 'h':
    case 'V':
    case 'v':
        return line(command);
    default:
        return false;
    }
}

QPainterPath PathReader::read()
{
    char command = 0;
    while (true) {
        skipSeparators();
        if (m_pos >= m_data.size())
            return m_path;
        const char next = m_data[m_pos];
        if ((next >= 'A' && next <= 'Z') || (next >= 'a' && next <= 'z')) {
            command = next;
            ++m_pos;
            if (command == 'Z' || command == 'z') {
                m_path.closeSubpath();
                continue;
            }
        } else if (command == 'M' || command == 'm') {
            command = command == 'M' ? 'L' : 'l';
        }
        if (command != 'S' && command != 's')
            m_lastControl = m_path.currentPosition();
        if (!step(command))
            return m_path;
    }
}

} // namespace

QPainterPath svgPath(std::string_view data) { return PathReader(data).read(); }

} // namespace flyball
