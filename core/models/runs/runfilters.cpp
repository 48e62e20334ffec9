// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/models/runs/runfilters.h"

#include <algorithm>

#include "core/models/text/displayname.h"

namespace flyball {

namespace {

QString kindName(runfilter::Word::Kind kind)
{
    switch (kind) {
    case runfilter::Word::Kind::Choice:
        return QStringLiteral("choice");
    case runfilter::Word::Kind::Text:
        return QStringLiteral("text");
    case runfilter::Word::Kind::Number:
        return QStringLiteral("number");
    case runfilter::Word::Kind::None:
        break;
    }
    return QStringLiteral("none");
}

} // namespace

RunFilters::RunFilters(Services &services, QObject *parent)
    : QObject(parent), m_services(services), m_builtIn(runfilter::builtIn())
{}

QString RunFilters::idOf(const SavedFilter &filter, bool own)
{
    return (own ? QStringLiteral("own-") : QStringLiteral("built-")) + filter.name;
}

std::vector<SavedFilter> RunFilters::all() const
{
    std::vector<SavedFilter> filters = m_builtIn;
    const auto &own = m_services.config.values().runFilters;
    filters.insert(filters.end(), own.begin(), own.end());
    return filters;
}

int RunFilters::ownIndex(const QString &id) const
{
    const auto &own = m_services.config.values().runFilters;
    const auto it = std::find_if(own.begin(), own.end(), [&](const SavedFilter &f) { return idOf(f, true) == id; });
    return it == own.end() ? -1 : static_cast<int>(it - own.begin());
}

const SavedFilter *RunFilters::find(const QString &id) const
{
    if (const int own = ownIndex(id); own >= 0)
        return &m_services.config.values().runFilters[static_cast<std::size_t>(own)];
    const auto it =
        std::find_if(m_builtIn.begin(), m_builtIn.end(), [&](const SavedFilter &f) { return idOf(f, false) == id; });
    return it == m_builtIn.end() ? nullptr : &*it;
}

QVariantList RunFilters::chips() const
{
    QVariantList list;
    const std::vector<SavedFilter> filters = all();
    for (std::size_t i = 0; i < filters.size(); ++i) {
        const bool own = i >= m_builtIn.size();
        const QString id = idOf(filters[i], own);
        const bool understood = runfilter::conditionsOf(filters[i].conditions).has_value();
        QString count;
        if (i < m_counts.size() && understood)
            count = m_services.format.count(m_counts[i].runs) + (m_counts[i].growing ? QStringLiteral("…") : QString());
        list.append(QVariantMap{{QStringLiteral("id"), id},
                                {QStringLiteral("name"), displayName(filters[i].name)},
                                {QStringLiteral("count"), understood ? count : tr("not understood")},
                                {QStringLiteral("active"), id == m_active},
                                {QStringLiteral("own"), own},
                                {QStringLiteral("words"), runfilter::text(filters[i].conditions, m_services.format)}});
    }
    return list;
}

QString RunFilters::activeName() const
{
    const SavedFilter *filter = find(m_active);
    return filter == nullptr ? QString() : displayName(filter->name);
}

QString RunFilters::activeWords() const
{
    const SavedFilter *filter = find(m_active);
    return filter == nullptr ? QString() : runfilter::text(filter->conditions, m_services.format);
}

bool RunFilters::activeOwn() const { return ownIndex(m_active) >= 0; }

QVariantList RunFilters::tests()
{
    QVariantList list;
    for (const runfilter::Word &word : runfilter::words())
        list.append(QVariantMap{{QStringLiteral("key"), word.key}, {QStringLiteral("text"), word.label}});
    return list;
}

QVariantList RunFilters::draft() const
{
    QVariantList list;
    for (const SavedCondition &condition : m_draft.conditions) {
        const runfilter::Word *word = runfilter::wordOf(condition.test);
        list.append(
            QVariantMap{{QStringLiteral("test"), condition.test},
                        {QStringLiteral("kind"), word == nullptr ? QStringLiteral("none") : kindName(word->kind)},
                        {QStringLiteral("value"), condition.value},
                        {QStringLiteral("unit"), word == nullptr ? QString() : word->unit},
                        {QStringLiteral("wrong"), !runfilter::conditionOf(condition).has_value()}});
    }
    return list;
}

void RunFilters::toggle(const QString &id)
{
    const SavedFilter *filter = find(id);
    if (filter == nullptr || !runfilter::conditionsOf(filter->conditions))
        return;
    m_active = id == m_active ? QString() : id;
    Q_EMIT changed();
    Q_EMIT applied();
}

void RunFilters::clear()
{
    if (m_active.isEmpty())
        return;
    m_active.clear();
    Q_EMIT changed();
    Q_EMIT applied();
}

void RunFilters::beginNew()
{
    m_editing.clear();
    m_draft = {};
    addCondition();
}

void RunFilters::beginEdit(const QString &id)
{
    const SavedFilter *filter = find(id);
    if (filter == nullptr)
        return;
    m_draft = *filter;
    m_editing = ownIndex(id) >= 0 ? id : QString();
    if (m_editing.isEmpty())
        m_draft.name = tr("%1, copy").arg(m_draft.name);
    Q_EMIT draftChanged();
}

void RunFilters::setDraftName(const QString &name)
{
    if (name == m_draft.name)
        return;
    m_draft.name = name;
    Q_EMIT draftChanged();
}

void RunFilters::addCondition()
{
    const runfilter::Word &first = runfilter::words().front();
    m_draft.conditions.push_back({first.key, first.first});
    Q_EMIT draftChanged();
}

void RunFilters::setTest(int index, const QString &key)
{
    const runfilter::Word *word = runfilter::wordOf(key);
    if (word == nullptr || index < 0 || static_cast<std::size_t>(index) >= m_draft.conditions.size())
        return;
    m_draft.conditions[static_cast<std::size_t>(index)] = {word->key, word->first};
    Q_EMIT draftChanged();
}

void RunFilters::setValue(int index, const QString &value)
{
    if (index < 0 || static_cast<std::size_t>(index) >= m_draft.conditions.size()
        || m_draft.conditions[static_cast<std::size_t>(index)].value == value)
        return;
    m_draft.conditions[static_cast<std::size_t>(index)].value = value;
    Q_EMIT draftChanged();
}

void RunFilters::removeCondition(int index)
{
    if (index < 0 || static_cast<std::size_t>(index) >= m_draft.conditions.size())
        return;
    m_draft.conditions.erase(m_draft.conditions.begin() + index);
    Q_EMIT draftChanged();
}

QString RunFilters::save()
{
    m_draft.name = m_draft.name.trimmed().left(80);
    if (m_draft.name.isEmpty())
        return tr("Give the filter a name.");
    if (m_draft.conditions.empty())
        return tr("Add a condition.");
    if (!runfilter::conditionsOf(m_draft.conditions))
        return tr("A value is missing or is not a number.");
    std::vector<SavedFilter> own = m_services.config.values().runFilters;
    const QString id = idOf(m_draft, true);
    const int at = ownIndex(m_editing);
    if (const int same = ownIndex(id); same >= 0 && same != at)
        return tr("There is a filter of this name already.");
    if (at >= 0)
        own[static_cast<std::size_t>(at)] = m_draft;
    else if (own.size() >= kMost)
        return tr("There are %1 filters already; delete one first.").arg(kMost);
    else
        own.push_back(m_draft);
    m_active = id;
    replaceOwn(std::move(own));
    m_services.notify(tr("Filter “%1” saved.").arg(displayName(m_draft.name)), QStringLiteral("ok"), {}, {});
    return {};
}

void RunFilters::remove(const QString &id)
{
    const int at = ownIndex(id);
    if (at < 0)
        return;
    std::vector<SavedFilter> own = m_services.config.values().runFilters;
    const SavedFilter gone = own[static_cast<std::size_t>(at)];
    const bool active = m_active == id;
    own.erase(own.begin() + at);
    if (active)
        m_active.clear();
    replaceOwn(std::move(own));
    m_services.notify(tr("Filter “%1” deleted.").arg(displayName(gone.name)), QStringLiteral("ok"), tr("Undo"),
                      [this, gone, at, active] { putBack(gone, at, active); });
}

/// Only what was deleted: what was done since stays.
void RunFilters::putBack(const SavedFilter &filter, int at, bool active)
{
    std::vector<SavedFilter> own = m_services.config.values().runFilters;
    const QString id = idOf(filter, true);
    if (ownIndex(id) >= 0 || own.size() >= kMost) {
        m_services.notify(ownIndex(id) >= 0 ? tr("There is a filter of this name already.")
                                            : tr("There are %1 filters already; delete one first.").arg(kMost),
                          QStringLiteral("warn"), {}, {});
        return;
    }
    own.insert(own.begin() + std::min(at, static_cast<int>(own.size())), filter);
    if (active && m_active.isEmpty())
        m_active = id;
    replaceOwn(std::move(own));
    m_services.notify(tr("The filter is back."), QStringLiteral("ok"), {}, {});
}

void RunFilters::replaceOwn(std::vector<SavedFilter> filters)
{
    m_services.config.edit().runFilters = std::move(filters);
    m_counts.clear();
    Q_EMIT changed();
    Q_EMIT applied();
}

std::vector<RunCondition> RunFilters::conditions() const
{
    const SavedFilter *filter = find(m_active);
    return filter == nullptr ? std::vector<RunCondition>()
                             : runfilter::conditionsOf(filter->conditions).value_or(std::vector<RunCondition>());
}

std::vector<std::vector<RunCondition>> RunFilters::counted() const
{
    std::vector<std::vector<RunCondition>> lists;
    for (const SavedFilter &filter : all())
        // One that is not understood counts nothing.
        lists.push_back(runfilter::conditionsOf(filter.conditions)
                            .value_or(std::vector<RunCondition>{{RunCondition::Test::Outcome, "none", 0}}));
    return lists;
}

void RunFilters::setCounts(const std::vector<RunsAnswer::Count> &counts)
{
    if (counts == m_counts)
        return;
    m_counts = counts;
    Q_EMIT changed();
}

} // namespace flyball
