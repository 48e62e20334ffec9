// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/models/explore/exploremodel.h"

#include "core/models/explore/explorewords.h"

namespace flyball {

namespace {

QStringList pivotRoles()
{
    QStringList roles{QStringLiteral("name"), QStringLiteral("slot"), QStringLiteral("rest"), QStringLiteral("total")};
    for (int i = 0; i < ExploreModel::kMostPlaces; ++i)
        roles << QStringLiteral("c%1").arg(i);
    return roles;
}

QStringList pivotSorts()
{
    QStringList sorts = pivotRoles();
    sorts.removeAll(QStringLiteral("slot"));
    return sorts;
}

QStringList changeRoles()
{
    return {QStringLiteral("name"),   QStringLiteral("slot"),       QStringLiteral("before"),
            QStringLiteral("after"),  QStringLiteral("difference"), QStringLiteral("differenceTone"),
            QStringLiteral("volume"), QStringLiteral("mix"),        QStringLiteral("size"),
            QStringLiteral("rate"),   QStringLiteral("calls")};
}

QStringList changeSorts()
{
    QStringList sorts = changeRoles();
    sorts.removeAll(QStringLiteral("slot"));
    sorts.removeAll(QStringLiteral("differenceTone"));
    return sorts;
}

QVariantList options(std::initializer_list<std::pair<const char *, QString>> list)
{
    QVariantList out;
    for (const auto &[key, text] : list)
        out.append(QVariantMap{{QStringLiteral("key"), QString::fromLatin1(key)}, {QStringLiteral("text"), text}});
    return out;
}

} // namespace

ExploreModel::ExploreModel(Services &services, ViewBuilder &builder, QObject *parent)
    : QObject(parent),
      m_services(services),
      m_builder(builder),
      m_pivotTable(pivotRoles(), pivotSorts(), QStringLiteral("total"), true, this),
      m_pivotSum(pivotRoles(), {}, {}, false, this),
      m_changeTable(changeRoles(), changeSorts(), QStringLiteral("difference"), true, this)
{
    for (const char *key : {"before", "volume", "mix", "size", "rate", "after"})
        m_effects.append(new Kpi(QString::fromLatin1(key), this));
    m_effects.last()->setOpen([this] {
        m_services.openCalls({tr("All calls, %1").arg(m_rangeText), m_callFilter, {}});
    });
}

QVariantList ExploreModel::dimensions() const
{
    QVariantList out;
    for (const explore::DimensionWord &word : explore::dimensionWords())
        out.append(QVariantMap{{QStringLiteral("key"), word.key}, {QStringLiteral("text"), word.text}});
    return out;
}

QVariantList ExploreModel::measures() const
{
    return options({{"spend", tr("Spend")},
                    {"tokens", tr("Tokens")},
                    {"calls", tr("Calls")},
                    {"perCall", tr("Cost per call")},
                    {"cache", tr("Cache hit rate")},
                    {"errors", tr("Errors")}});
}

QVariantList ExploreModel::times() const
{
    return options({{"before", tr("The time before")},
                    {"day", tr("24 hours earlier")},
                    {"week", tr("7 days earlier")},
                    {"values", tr("Two values")}});
}

void ExploreModel::choose(const Choice &choice)
{
    if (choice == m_choice)
        return;
    m_choice = choice;
    Q_EMIT choiceChanged();
    m_services.refresh();
}

void ExploreModel::setMode(const QString &mode)
{
    Choice choice = m_choice;
    choice.mode = mode == u"changes" ? mode : QStringLiteral("pivot");
    choose(choice);
}

void ExploreModel::setRowsBy(const QString &dimension)
{
    Choice choice = m_choice;
    if (!explore::dimensionOf(dimension))
        return;
    if (dimension == choice.columns)
        choice.columns = choice.rows;
    choice.rows = dimension;
    choose(choice);
}

void ExploreModel::setColumnsBy(const QString &dimension)
{
    Choice choice = m_choice;
    if (!explore::dimensionOf(dimension))
        return;
    if (dimension == choice.rows)
        choice.rows = choice.columns;
    choice.columns = dimension;
    choose(choice);
}

void ExploreModel::setMeasure(const QString &measure)
{
    Choice choice = m_choice;
    choice.measure = measure;
    choose(choice);
}

void ExploreModel::setAgainst(const QString &time)
{
    Choice choice = m_choice;
    choice.against = time;
    choose(choice);
}

void ExploreModel::setSplitBy(const QString &dimension)
{
    Choice choice = m_choice;
    if (!explore::dimensionOf(dimension) || dimension == choice.splitBy)
        return;
    choice.splitBy = dimension;
    choice.first.clear();
    choice.second.clear();
    choose(choice);
}

void ExploreModel::setFirst(const QString &id)
{
    Choice choice = m_choice;
    if (id == choice.second)
        choice.second = choice.first;
    choice.first = id;
    choose(choice);
    Q_EMIT splitChanged();
}

void ExploreModel::setSecond(const QString &id)
{
    Choice choice = m_choice;
    if (id == choice.first)
        choice.first = choice.second;
    choice.second = id;
    choose(choice);
    Q_EMIT splitChanged();
}

void ExploreModel::setWorkflow(const QString &id)
{
    Choice choice = m_choice;
    choice.workflow = id;
    choose(choice);
}

void ExploreModel::setPlaces(int places)
{
    Choice choice = m_choice;
    choice.places = std::clamp(places, 1, kMostPlaces);
    choose(choice);
}

void ExploreModel::swap()
{
    Choice choice = m_choice;
    std::swap(choice.rows, choice.columns);
    choose(choice);
}

ViewFilter ExploreModel::filter() const
{
    ViewFilter filter;
    if (!m_choice.workflow.isEmpty())
        filter.workflow = symbolFromId(m_choice.workflow);
    return filter;
}

void ExploreModel::openCalls(const QString &rowId, int column)
{
    const auto row = symbolFromId(rowId);
    const auto rows = explore::dimensionOf(m_choice.rows);
    const auto columns = explore::dimensionOf(m_choice.columns);
    if (!row || !rows || !columns)
        return;
    CallFilter calls = m_callFilter;
    explore::narrow(calls, *rows, *row);
    if (column >= 0 && static_cast<std::size_t>(column) < m_columns.size())
        explore::narrow(calls, *columns, m_columns[static_cast<std::size_t>(column)]);
    CallsRequest request{tr("Calls of one cell, %1").arg(m_rangeText), calls, {}};
    const auto split = explore::dimensionOf(m_choice.splitBy);
    const auto first = symbolFromId(m_choice.first), second = symbolFromId(m_choice.second);
    if (m_choice.mode != u"pivot" && betweenValues() && split && first && second)
        request.keep = [split = *split, first = *first, second = *second](const Call &call) {
            const Symbol value = symbolOf(SeriesKey::of(call), split);
            return value == first || value == second;
        };
    m_services.openCalls(request);
}

QString ExploreModel::nameOf(const View &view, Symbol symbol, Dimension dimension) const
{
    if (dimension == Dimension::Source)
        for (const SourceHealth &health : view.snapshot->sources)
            if (health.symbol == symbol)
                return nameText(health.target, NameKind::Source);
    return view.name(symbol, explore::nameKindOf(dimension));
}

void ExploreModel::showWorkflows(const View &view)
{
    QVariantList list{QVariantMap{{QStringLiteral("key"), QString()}, {QStringLiteral("text"), tr("All workflows")}}};
    for (const Group &group : view.group({Dimension::Workflow}))
        list.append(QVariantMap{{QStringLiteral("key"), symbolId(group.key[0])},
                                {QStringLiteral("text"), view.name(group.key[0], NameKind::Workflow)}});
    if (list == m_workflows)
        return;
    m_workflows = list;
    Q_EMIT workflowsChanged();
}

void ExploreModel::show(const View &view)
{
    m_callFilter = view.callFilter();
    m_callFilter.workflow = filter().workflow;
    m_rangeText = view.rangeText;
    showWorkflows(view);
    if (m_choice.mode == u"pivot")
        showPivot(view);
    else
        showChanges(view);
}

void ExploreModel::setText(const QString &title, const QString &note, bool comparable)
{
    if (title == m_title && note == m_note && comparable == m_comparable)
        return;
    m_title = title;
    m_note = note;
    m_comparable = comparable;
    Q_EMIT textChanged();
}

} // namespace flyball
