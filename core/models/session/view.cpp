// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/models/session/view.h"

#include <QCoreApplication>

#include "core/models/text/displayname.h"

namespace flyball {

const std::vector<SeriesKey> &View::series() const
{
    static const std::vector<SeriesKey> kNone;
    return snapshot && snapshot->series ? *snapshot->series : kNone;
}

QString View::rawName(Symbol symbol) const
{
    if (symbol == 0 || !snapshot || snapshot->symbols == nullptr)
        return {};
    const std::string_view text = snapshot->symbols->text(symbol);
    return QString::fromUtf8(text.data(), static_cast<qsizetype>(text.size()));
}

QString View::name(Symbol symbol, NameKind kind) const
{
    if (symbol == 0 || !snapshot || snapshot->symbols == nullptr)
        return nameText({}, kind);
    return nameText(snapshot->symbols->text(symbol), kind);
}

std::vector<Group> View::group(std::initializer_list<Dimension> by, const ViewFilter &filter) const
{
    return groupBy(folded, series(), std::span(by.begin(), by.size()), filter);
}

CallFilter View::callFilter() const
{
    CallFilter filter;
    filter.since = window.since;
    filter.until = window.until;
    return filter;
}

QString nameText(std::string_view utf8, NameKind kind)
{
    const QString shown = displayName(utf8);
    if (!shown.isEmpty())
        return shown;
    const char *words = "—";
    switch (kind) {
    case NameKind::Workflow:
        words = QT_TRANSLATE_NOOP("View", "unattributed");
        break;
    case NameKind::Model:
        words = QT_TRANSLATE_NOOP("View", "model not known");
        break;
    case NameKind::Provider:
        words = QT_TRANSLATE_NOOP("View", "unknown");
        break;
    case NameKind::Step:
        words = QT_TRANSLATE_NOOP("View", "no step name");
        break;
    case NameKind::Agent:
        words = QT_TRANSLATE_NOOP("View", "no agent name");
        break;
    case NameKind::Tier:
    case NameKind::Source:
    case NameKind::Other:
        return QStringLiteral("—");
    }
    return QCoreApplication::translate("View", words);
}

QString symbolId(Symbol symbol) { return QString::number(symbol); }

std::optional<Symbol> symbolFromId(const QString &id)
{
    bool ok = false;
    const uint value = id.toUInt(&ok);
    return ok ? std::optional<Symbol>(value) : std::nullopt;
}

int tierIndex(std::string_view tier) { return tier == "cheap" ? 0 : tier == "mid" ? 1 : tier == "frontier" ? 2 : -1; }

} // namespace flyball
