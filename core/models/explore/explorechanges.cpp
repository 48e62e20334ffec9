// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <array>

#include "core/models/explore/exploremodel.h"
#include "core/models/explore/explorewords.h"

namespace flyball {

namespace {

/// What is dearer is pointed out; what became cheaper is good news.
QString toneOf(const UsdSum &sum)
{
    return sum.isZero() ? QString() : sum > UsdSum() ? QStringLiteral("warn") : QStringLiteral("ok");
}

} // namespace

Window ExploreModel::otherWindow(const View &view) const
{
    const TimeNs width = widthOf(resolutionFor(view.window.span()));
    // The part of the range that is still to come has no counterpart.
    const Window now{view.window.since,
                     std::max(view.window.since + width, std::min(view.window.until, ceilTo(view.now, width)))};
    const TimeNs back = m_choice.against == u"day" ? kDay : m_choice.against == u"week" ? 7 * kDay : now.span();
    return alignWindow({now.since - back, now.until - back});
}

void ExploreModel::showNoEffects(const View &view)
{
    for (Kpi *kpi : m_effects) {
        KpiText text;
        text.label = kpi->label();
        text.value = Formatter::notApplicable();
        text.tileState = view.loading ? QStringLiteral("loading") : QStringLiteral("nodata");
        kpi->set(text);
    }
    m_changeTable.setRows({});
}

void ExploreModel::setSides(const QString &before, const QString &after)
{
    const std::array<QString, 6> labels{
        before, tr("More or fewer calls"), tr("Which are called"), tr("Tokens per call"), tr("Cost per token"), after};
    for (int i = 0; i < 6; ++i) {
        KpiText text;
        text.label = labels[static_cast<std::size_t>(i)];
        if (m_effects.at(i)->label() != text.label)
            m_effects.at(i)->set(text);
    }
    if (before == m_beforeText && after == m_afterText)
        return;
    m_beforeText = before;
    m_afterText = after;
    Q_EMIT splitChanged();
}

void ExploreModel::showNothing(const View &view, const QString &title, const QString &note)
{
    m_changeTable.setStatus({}, false, tr("Nothing to compare with"));
    showNoEffects(view);
    setText(title, note, false);
}

void ExploreModel::showChanges(const View &view)
{
    if (betweenValues())
        return showBetween(view);
    const Formatter &f = m_services.format;
    const Window other = otherWindow(view);
    const QString title =
        tr("Against %1 to %2").arg(f.whenExact(other.since, view.now), f.whenExact(other.until, view.now));
    setSides(tr("Then"), tr("Now"));
    const TimeNs first = view.snapshot->firstEvent;
    if (first == kNoTime || first > other.since)
        return showNothing(view, title,
                           first == kNoTime ? tr("No calls yet.")
                                            : tr("The first call is from %1: a part of a time would look like growth.")
                                                  .arg(f.whenExact(first, view.now)));
    const auto before = m_builder.other(*view.snapshot, other);
    if (!before || view.loading) {
        m_changeTable.setStatus({}, true, tr("Reading older minutes"));
        setText(title, tr("Reading older minutes."), false);
        return;
    }
    const std::array by{*explore::dimensionOf(m_choice.rows), Dimension::Model};
    const auto groups = [&](const Folded &folded) { return groupBy(folded, view.series(), by, filter()); };
    showComparison(view, groups(*before), groups(view.folded), title);
}

void ExploreModel::offerValues(const View &view, const std::vector<Group> &groups, Dimension dimension)
{
    QVariantList values;
    for (const Group &group : groups)
        values.append(QVariantMap{
            {QStringLiteral("key"), symbolId(group.key[0])},
            {QStringLiteral("text"), group.key[0] == 0 ? tr("not recorded") : nameOf(view, group.key[0], dimension)}});
    const auto offered = [&](const QString &id) {
        return std::any_of(values.begin(), values.end(),
                           [&](const QVariant &v) { return v.toMap().value(QStringLiteral("key")) == id; });
    };
    bool changed = values != m_splitValues;
    if (values.size() >= 2 && (!offered(m_choice.first) || !offered(m_choice.second))) {
        // The two dearest, in the order of their names: versions then stand old before new.
        QVariantMap a = values[0].toMap(), b = values[1].toMap();
        if (b.value(QStringLiteral("text")).toString() < a.value(QStringLiteral("text")).toString())
            std::swap(a, b);
        m_choice.first = a.value(QStringLiteral("key")).toString();
        m_choice.second = b.value(QStringLiteral("key")).toString();
        changed = true;
    }
    m_splitValues = values;
    if (changed)
        Q_EMIT splitChanged();
}

void ExploreModel::showBetween(const View &view)
{
    const Dimension split = *explore::dimensionOf(m_choice.splitBy);
    const auto values = groupBy(view.folded, view.series(), std::array{split}, filter());
    offerValues(view, values, split);
    const QString word = explore::wordOf(m_choice.splitBy);
    const auto first = symbolFromId(m_choice.first), second = symbolFromId(m_choice.second);
    if (values.size() < 2 || !first || !second) {
        setSides(tr("First"), tr("Second"));
        return showNothing(view, tr("Two values of %1").arg(word),
                           view.loading ? tr("Reading older minutes.")
                                        : tr("This range has no two values of %1.").arg(word));
    }
    const auto name = [&](Symbol s) { return s == 0 ? tr("not recorded") : nameOf(view, s, split); };
    setSides(name(*first), name(*second));
    const std::array by{*explore::dimensionOf(m_choice.rows), Dimension::Model};
    const auto groups = [&](Symbol value) {
        ViewFilter only = filter();
        explore::narrow(only, split, value);
        return groupBy(view.folded, view.series(), by, only);
    };
    showComparison(view, groups(*first), groups(*second), tr("%1 against %2").arg(name(*second), name(*first)));
}

void ExploreModel::showComparison(const View &view, const std::vector<Group> &before, const std::vector<Group> &after,
                                  const QString &title)
{
    const Formatter &f = m_services.format;
    const Dimension by = *explore::dimensionOf(m_choice.rows);
    const Comparison comparison = byFirst(compareGroups(before, after));
    showEffects(comparison);
    std::vector<TableRow> rows;
    for (const CostChange &change : comparison.items) {
        if (rows.size() == kMostRows)
            break;
        const Symbol symbol = change.key[0];
        TableRow row = m_changeTable.makeRow(symbolId(symbol));
        m_changeTable.put(row, "name", nameOf(view, symbol, by), view.rawName(symbol), kNoOrder);
        m_changeTable.put(row, "slot",
                          by == Dimension::Workflow ? m_services.colours.slotOf(view.rawName(symbol)) : -2);
        putChange(row, change.before, change.after, change.effects);
        rows.push_back(std::move(row));
    }
    m_changeTable.setStatus(tr("%1 rows").arg(f.count(static_cast<qint64>(comparison.items.size()))), false,
                            tr("No calls in either"));
    m_changeTable.setRows(std::move(rows));
    const bool partly = comparison.before.callsUnpriced + comparison.after.callsUnpriced > 0;
    setText(title, partly ? tr("Calls without a price are in neither sum.") : QString(), true);
}

void ExploreModel::putChange(TableRow &row, const Totals &before, const Totals &after, const CostEffects &effects)
{
    const Formatter &f = m_services.format;
    const auto money = [&](const char *role, const Totals &totals) {
        const explore::Measured value = explore::measured(totals, QStringLiteral("spend"), f);
        m_changeTable.put(row, role, !totals.anyUse() ? Formatter::notApplicable() : value.text, value.plain,
                          !totals.anyUse() ? kNoOrder : value.order);
    };
    const auto effect = [&](const char *role, const UsdSum &sum) {
        m_changeTable.put(row, role, explore::signedMoney(sum, f), QString::fromStdString(sum.toDecimal()),
                          sum.toDouble());
    };
    money("before", before);
    money("after", after);
    effect("difference", after.cost - before.cost);
    m_changeTable.put(row, "differenceTone", toneOf(after.cost - before.cost));
    effect("volume", effects.volume);
    effect("mix", effects.mix);
    effect("size", effects.size);
    effect("rate", effects.rate);
    const std::int64_t calls = after.calls - before.calls;
    m_changeTable.put(row, "calls", (calls > 0 ? QStringLiteral("+") : QString()) + f.count(calls), qlonglong(calls),
                      static_cast<double>(calls));
    m_changeTable.put(row, "accessible",
                      tr("%1, %2").arg(row.cells[0].toString(), explore::signedMoney(after.cost - before.cost, f)));
}

void ExploreModel::showEffects(const Comparison &comparison)
{
    const Formatter &f = m_services.format;
    const auto sum = [&](int at, const Totals &totals) {
        KpiText text;
        text.label = m_effects.at(at)->label();
        const explore::Measured value = explore::measured(totals, QStringLiteral("spend"), f);
        text.value = !totals.anyUse() ? f.money(UsdSum()) : totals.costUnknown() ? value.text : f.money(totals.cost);
        text.mark = totals.costUnknown() ? QString() : Formatter::mark(totals.bound());
        text.sub = totals.calls == 1 ? tr("1 call") : tr("%1 calls").arg(f.count(totals.calls));
        m_effects.at(at)->set(text);
    };
    const auto effect = [&](int at, const UsdSum &amount, const QString &sub) {
        KpiText text;
        text.label = m_effects.at(at)->label();
        text.value = explore::signedMoney(amount, f);
        text.sub = sub;
        text.subTone = QString();
        m_effects.at(at)->set(text);
    };
    const Totals &a = comparison.before, &b = comparison.after;
    sum(0, a);
    const QString calls = f.change(static_cast<double>(b.calls), static_cast<double>(a.calls), Formatter::kLeastCalls);
    effect(1, comparison.effects.volume,
           !calls.isEmpty() ? calls
           : !a.anyUse()    ? tr("no calls there")
           : a.calls == 1   ? tr("1 call there")
                            : tr("%1 calls there").arg(f.count(a.calls)));
    effect(2, comparison.effects.mix, tr("%1 and its models").arg(explore::wordOf(m_choice.rows)));
    effect(3, comparison.effects.size, tr("longer or shorter calls"));
    effect(4, comparison.effects.rate, tr("price, cache, output"));
    sum(5, b);
}

} // namespace flyball
