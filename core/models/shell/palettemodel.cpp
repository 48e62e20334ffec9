// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/models/shell/palettemodel.h"

#include <algorithm>

namespace flyball {

namespace {

constexpr std::size_t kMaxEntries = 50;

/// 0 = no match; higher is better: beginning of the text, of a word, anywhere, letters in order.
int score(const QString &text, const QString &needle)
{
    if (needle.isEmpty())
        return 1;
    const qsizetype at = text.indexOf(needle, 0, Qt::CaseInsensitive);
    if (at == 0)
        return 4;
    if (at > 0)
        return text[at - 1].isLetterOrNumber() ? 2 : 3;
    qsizetype i = 0;
    for (const QChar c : text)
        if (i < needle.size() && c.toCaseFolded() == needle[i].toCaseFolded())
            ++i;
    return i == needle.size() ? 1 : 0;
}

} // namespace

PaletteModel::PaletteModel(Services &services, QObject *parent) : QAbstractListModel(parent), m_services(services)
{
    m_entries = fixedEntries();
}

int PaletteModel::rowCount(const QModelIndex &parent) const { return parent.isValid() ? 0 : count(); }

QHash<int, QByteArray> PaletteModel::roleNames() const
{
    return {{TitleRole, "title"}, {SubtitleRole, "subtitle"}, {KindRole, "kind"}};
}

QVariant PaletteModel::data(const QModelIndex &index, int role) const
{
    if (!checkIndex(index, CheckIndexOption::IndexIsValid | CheckIndexOption::ParentIsInvalid))
        return {};
    const Entry &entry = m_entries[static_cast<std::size_t>(index.row())];
    switch (role) {
    case TitleRole:
        return entry.title;
    case SubtitleRole:
        return entry.subtitle;
    case KindRole:
        return entry.icon;
    default:
        return {};
    }
}

std::vector<PaletteModel::Entry> PaletteModel::fixedEntries() const
{
    const auto page = [](const char *key, const QString &title, const char *icon) {
        return Entry{Entry::Page, QString::fromLatin1(key), title, tr("Page"), QString::fromLatin1(icon)};
    };
    const auto action = [](const char *key, const QString &title, const char *icon) {
        return Entry{Entry::Action, QString::fromLatin1(key), title, tr("Action"), QString::fromLatin1(icon)};
    };
    return {page("overview", tr("Overview"), "overview"),
            page("runs", tr("Runs"), "runs"),
            page("explore", tr("Explore"), "table"),
            page("policy", tr("Policy"), "policy"),
            page("sources", tr("Sources"), "source"),
            page("prices", tr("Models and prices"), "price"),
            page("settings", tr("Settings"), "settings"),
            action("pause", tr("Pause or go live"), "pause"),
            action("theme", tr("Switch dark and light"), "moon"),
            action("export-csv", tr("Export table as CSV"), "ext"),
            action("export-json", tr("Export table as JSON"), "ext"),
            action("export-png", tr("Save picture of the page"), "ext"),
            action("shortcuts", tr("Keyboard shortcuts"), "grip"),
            action("quit", tr("Quit"), "x")};
}

void PaletteModel::addRuns(const QString &needle, std::vector<Entry> &out) const
{
    const bool hex = needle.size() >= 4 && std::all_of(needle.begin(), needle.end(), [](QChar c) {
                         return c.isDigit() || (c.toLower() >= u'a' && c.toLower() <= u'f');
                     });
    if (!hex)
        return;
    for (auto chunk = m_view.snapshot->runs.chunks.rbegin(); chunk != m_view.snapshot->runs.chunks.rend(); ++chunk) {
        for (const RunRow &row : **chunk) {
            if (!row.isRun())
                continue;
            const QString id = QString::fromStdString(toHex(row.info.run));
            if (!id.startsWith(needle, Qt::CaseInsensitive))
                continue;
            out.push_back({Entry::Run, id, tr("Run %1").arg(id.left(12)),
                           m_view.name(row.info.workflow, NameKind::Workflow), QStringLiteral("runs")});
            if (out.size() >= kMaxEntries)
                return;
        }
    }
}

void PaletteModel::setQuery(const QString &query)
{
    m_query = query.left(200);
    search();
}

void PaletteModel::search()
{
    const QString needle = m_query.trimmed();
    std::vector<Entry> all;
    if (m_view.snapshot) {
        addRuns(needle, all);
        for (const Group &group : m_view.group({Dimension::Workflow}))
            all.push_back({Entry::Workflow, symbolId(group.key[0]), m_view.name(group.key[0], NameKind::Workflow),
                           tr("Workflow, %1").arg(m_services.format.spend(group.totals)), QStringLiteral("flow")});
    }
    const std::vector<Entry> fixed = fixedEntries();
    all.insert(needle.isEmpty() ? all.begin() : all.end(), fixed.begin(), fixed.end());
    if (m_view.snapshot && !needle.isEmpty())
        for (const Group &group : m_view.group({Dimension::Model, Dimension::Provider}))
            all.push_back({Entry::Price, symbolId(group.key[0]) + u'/' + symbolId(group.key[1]),
                           m_view.name(group.key[0], NameKind::Model),
                           tr("Model, %1").arg(m_services.format.spend(group.totals)), QStringLiteral("price")});
    std::vector<std::pair<int, std::size_t>> ranked;
    for (std::size_t i = 0; i < all.size(); ++i)
        if (const int s = all[i].what == Entry::Run ? 5 : score(all[i].title, needle); s > 0)
            ranked.emplace_back(s, i);
    std::stable_sort(ranked.begin(), ranked.end(), [](const auto &a, const auto &b) { return a.first > b.first; });
    if (ranked.size() > kMaxEntries)
        ranked.resize(kMaxEntries);
    beginResetModel(); // the list is a fresh answer to each key stroke
    m_entries.clear();
    for (const auto &[s, i] : ranked)
        m_entries.push_back(all[i]);
    endResetModel();
    Q_EMIT queryChanged();
}

void PaletteModel::activate(int index)
{
    if (index < 0 || index >= count())
        return;
    const Entry entry = m_entries[static_cast<std::size_t>(index)];
    switch (entry.what) {
    case Entry::Page:
        Q_EMIT pageWanted(entry.key);
        break;
    case Entry::Workflow:
        Q_EMIT workflowWanted(entry.key);
        break;
    case Entry::Run:
        Q_EMIT runWanted(entry.key);
        break;
    case Entry::Price:
        Q_EMIT priceWanted(entry.key);
        break;
    case Entry::Action:
        Q_EMIT actionRequested(entry.key);
        break;
    }
}

} // namespace flyball
