// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/models/text/displayname.h"

#include <QList>

namespace flyball {

namespace {

constexpr int kMaxMarks = 3;

bool isZeroWidthJoiner(char32_t c)
{
    return c == 0x200D || c == 0x200C; // needed inside emoji and several scripts
}

enum class Kind { Keep, Space, Replace, Mark };

Kind kindOf(char32_t c)
{
    if (isZeroWidthJoiner(c))
        return Kind::Mark; // thinned like marks
    switch (QChar::category(c)) {
    case QChar::Other_Control:
    case QChar::Separator_Line:
    case QChar::Separator_Paragraph:
    case QChar::Separator_Space:
        return Kind::Space;
    case QChar::Other_Format:
    case QChar::Other_Surrogate:
    case QChar::Other_NotAssigned:
        return Kind::Replace;
    case QChar::Mark_NonSpacing:
    case QChar::Mark_Enclosing:
    case QChar::Mark_SpacingCombining:
        return Kind::Mark;
    default:
        return Kind::Keep;
    }
}

} // namespace

QString displayName(const QString &text, int most)
{
    QString out;
    int chars = 0;
    int marks = 0;
    bool space = false;
    const auto points = QStringView(text).left(4 * most).toUcs4();
    for (const uint point : points) {
        const Kind kind = kindOf(point);
        marks = kind == Kind::Mark ? marks + 1 : 0;
        if (marks > kMaxMarks)
            continue;
        if (kind == Kind::Space) {
            space = !out.isEmpty();
            continue;
        }
        if (chars + (space ? 1 : 0) >= most)
            return out + QChar(0x2026);
        if (space) {
            out += u' ';
            ++chars;
            space = false;
        }
        out += kind == Kind::Replace ? QString(QChar::ReplacementCharacter)
                                     : QString::fromUcs4(reinterpret_cast<const char32_t *>(&point), 1);
        ++chars;
    }
    return text.size() > 4 * most ? out + QChar(0x2026) : out;
}

QString displayName(std::string_view utf8, int most)
{
    const std::string_view head = utf8.substr(0, std::size_t{16} * static_cast<std::size_t>(most));
    return displayName(QString::fromUtf8(head.data(), static_cast<qsizetype>(head.size())), most);
}

QString safeBaseName(const QString &text, const QString &extension)
{
    QString out;
    for (const QChar c : text) {
        const char16_t u = c.unicode();
        const bool plain = (u >= u'a' && u <= u'z') || (u >= u'A' && u <= u'Z') || (u >= u'0' && u <= u'9') || u == u'.'
                           || u == u'_' || u == u'-';
        const QChar add = plain ? c : u'-';
        if (out.isEmpty() && (add == u'.' || add == u'-'))
            continue;
        if (!(add == u'-' && out.endsWith(u'-')) && !(add == u'.' && out.endsWith(u'.')))
            out += add;
        if (out.size() == 80)
            break;
    }
    while (out.endsWith(u'-') || out.endsWith(u'.'))
        out.chop(1);
    if (out.isEmpty())
        out = QStringLiteral("flyball");
    return out + u'.' + extension;
}

} // namespace flyball
