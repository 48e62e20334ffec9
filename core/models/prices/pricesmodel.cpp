// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/models/prices/pricesmodel.h"

#include <QFile>
#include <QVariantMap>
#include <algorithm>

#include "core/models/overview/kpitexts.h"
#include "core/models/sources/sourcesmodel.h"
#include "core/models/text/displayname.h"

namespace flyball {

namespace {
constexpr qint64 kMaxImport = 64 << 20;
} // namespace

const PriceRow *rowAt(const PriceMatch &match, TimeNs at)
{
    for (const auto &list : match.lists)
        for (auto row = list->rows.rbegin(); row != list->rows.rend(); ++row)
            if (row->holdsAt(at))
                return &*row;
    return nullptr;
}

PricesModel::PricesModel(Services &services, QObject *parent)
    : QObject(parent),
      m_services(services),
      m_table({QStringLiteral("name"), QStringLiteral("provider"), QStringLiteral("tier"), QStringLiteral("input"),
               QStringLiteral("cacheRead"), QStringLiteral("cacheWrite"), QStringLiteral("output"),
               QStringLiteral("rateTone"), QStringLiteral("source"), QStringLiteral("sourceTone"),
               QStringLiteral("age"), QStringLiteral("ageTone"), QStringLiteral("tokens"), QStringLiteral("spend"),
               QStringLiteral("spendMark"), QStringLiteral("spendTone")},
              {QStringLiteral("name"), QStringLiteral("provider"), QStringLiteral("input"), QStringLiteral("cacheRead"),
               QStringLiteral("cacheWrite"), QStringLiteral("output"), QStringLiteral("source"), QStringLiteral("age"),
               QStringLiteral("tokens"), QStringLiteral("spend")},
              QStringLiteral("spend"), true, this),
      m_editor(
          services, [this](const QString &json, const QString &text) { change(json, text, true); }, this)
{
    for (const char *key : {"priced", "book", "overrides", "oldest"})
        m_kpis.append(new Kpi(QString::fromLatin1(key), this));
}

void PricesModel::setView(const QString &key)
{
    if (key == m_viewKey)
        return;
    m_viewKey = key;
    Q_EMIT changed();
    m_services.refresh();
}

void PricesModel::setFilterText(const QString &text)
{
    if (text == m_filter)
        return;
    m_filter = text;
    Q_EMIT changed();
    m_services.refresh();
}

const PriceMatch &PricesModel::matchOf(const std::string &provider, const std::string &model)
{
    const auto [it, fresh] = m_matches.try_emplace({provider, model});
    if (fresh)
        it->second = m_catalog->match(provider, model);
    return it->second;
}

void PricesModel::readUse(const View &view)
{
    m_used.clear();
    m_unpriced = 0;
    std::int64_t most = -1;
    QString id, name;
    for (const Group &group : view.group({Dimension::Model, Dimension::Provider})) {
        Entry e;
        e.rawModel = view.rawName(group.key[0]);
        e.rawProvider = view.rawName(group.key[1]);
        e.id = e.rawProvider + u'\n' + e.rawModel;
        e.model = view.name(group.key[0], NameKind::Model);
        e.provider = view.name(group.key[1], NameKind::Provider);
        e.match = matchOf(e.rawProvider.toStdString(), e.rawModel.toStdString());
        e.row = e.match.found() ? rowAt(e.match, view.now) : nullptr;
        e.totals = group.totals;
        e.used = true;
        for (const Group &tiers : view.group({Dimension::Tier}, [&] {
                 ViewFilter filter;
                 filter.model = group.key[0];
                 filter.provider = group.key[1];
                 return filter;
             }()))
            e.tier = std::max(e.tier, tierIndex(view.rawName(tiers.key[0]).toStdString()));
        m_unpriced += group.totals.callsUnpriced > 0 ? 1 : 0;
        if (group.totals.callsUnpriced > 0 && group.totals.tokensUnpriced > most) {
            most = group.totals.tokensUnpriced;
            id = e.id;
            name = e.model;
        }
        m_used.push_back(std::move(e));
    }
    if (id != m_unpricedId || name != m_unpricedName) {
        m_unpricedId = id;
        m_unpricedName = name;
        Q_EMIT changed();
    }
}

void PricesModel::showBadge(const View &view)
{
    const auto groups = view.group({Dimension::Model, Dimension::Provider});
    const auto unpriced = static_cast<int>(
        std::count_if(groups.begin(), groups.end(), [](const Group &g) { return g.totals.callsUnpriced > 0; }));
    if (unpriced == m_unpriced)
        return;
    m_unpriced = unpriced;
    Q_EMIT changed();
}

std::vector<PricesModel::Entry> PricesModel::entries() const
{
    if (m_viewKey == u"use")
        return m_used;
    std::vector<Entry> out;
    if (m_viewKey == u"unpriced") {
        std::copy_if(m_used.begin(), m_used.end(), std::back_inserter(out),
                     [](const Entry &e) { return e.totals.callsUnpriced > 0; });
        return out;
    }
    for (const ModelListing &listing : m_catalog->models()) {
        if (listing.hidden || (m_viewKey == u"overrides" && !listing.prices->isOverride))
            continue;
        Entry e;
        e.rawModel = QString::fromStdString(listing.prices->id);
        e.rawProvider = QString::fromStdString(listing.prices->provider);
        e.id = e.rawProvider + u'\n' + e.rawModel;
        e.model = displayName(e.rawModel);
        e.provider = displayName(std::string_view(listing.providerName));
        e.match.status = Unpriced::No;
        e.match.lists.push_back(listing.prices);
        for (const Entry &used : m_used)
            if (used.id == e.id) {
                e.totals = used.totals;
                e.used = true;
                e.tier = used.tier;
            }
        out.push_back(std::move(e));
    }
    return out;
}

void PricesModel::show(const View &view)
{
    const auto catalog = m_services.engine.prices();
    if (!catalog)
        return;
    if (catalog != m_catalog) {
        m_catalog = catalog;
        m_matches.clear();
    }
    readUse(view);
    m_editor.show(view);
    showKpis(view);
    showTable(view);
    const Formatter &f = m_services.format;
    const auto segment = [&](const char *key, const QString &text, qint64 n) {
        return QVariantMap{{QStringLiteral("key"), QString::fromLatin1(key)},
                           {QStringLiteral("text"), text + u' ' + f.count(n)}};
    };
    QVariantList views{segment("use", tr("In use"), static_cast<qint64>(m_used.size())),
                       segment("unpriced", tr("Unpriced"), m_unpriced),
                       segment("overrides", tr("Overrides"), static_cast<qint64>(m_catalog->overrides().size())),
                       segment("all", tr("All"), static_cast<qint64>(m_catalog->modelCount()))};
    const QString asOf =
        tr("USD per million tokens, in force at %1 %2").arg(f.dateText(view.now), f.timeSeconds(view.now).left(5));
    if (views != m_views || asOf != m_asOf) {
        m_views = views;
        m_asOf = asOf;
        Q_EMIT changed();
    }
}

void PricesModel::showKpis(const View &view)
{
    const Formatter &f = m_services.format;
    KpiText priced, book, own, oldest;
    priced.label = tr("Priced tokens");
    if (const auto share = view.totals.pricedShare()) {
        priced.value = f.number(std::min(*share, view.totals.callsUnpriced > 0 ? 0.999 : 1.0) * 100, 1);
        priced.unit = QStringLiteral("%");
        priced.sub = m_unpriced == 0   ? tr("every model in use has a price")
                     : m_unpriced == 1 ? tr("1 model without a price")
                                       : tr("%1 models without a price").arg(m_unpriced);
        priced.subTone = m_unpriced > 0 ? QStringLiteral("warn") : QString();
    } else {
        priced.value = Formatter::notApplicable();
        priced.tileState = QStringLiteral("nodata");
    }
    book.label = tr("Price book");
    const QString date = QString::fromStdString(m_catalog->date());
    const auto day = parseRfc3339(m_catalog->date() + "T00:00:00Z");
    book.value = day ? f.locale().toString(QDate::fromString(date, Qt::ISODate), QStringLiteral("d MMM yyyy"))
                     : Formatter::unknown();
    book.sub = tr("%1, %2 models")
                   .arg(displayName(std::string_view(m_catalog->version())),
                        f.count(static_cast<qint64>(m_catalog->modelCount())));
    own.label = tr("Overrides");
    own.value = f.count(static_cast<qint64>(m_catalog->overrides().size()));
    own.sub = m_catalog->overrides().empty() ? tr("none set") : tr("they win over the book");
    oldest.label = tr("Oldest price in use");
    const Entry *old = nullptr;
    for (const Entry &e : m_used)
        if (e.match.found() && !e.match.lists.front()->isOverride && e.match.lists.front()->bookDate != kNoTime
            && (old == nullptr || e.match.lists.front()->bookDate < old->match.lists.front()->bookDate))
            old = &e;
    if (old != nullptr) {
        const TimeNs age = std::max<TimeNs>(0, view.now - old->match.lists.front()->bookDate);
        oldest.value = tr("%1 days").arg(f.count(age / kDay));
        oldest.sub = old->model;
        oldest.subTone = age / kDay > 60 ? QStringLiteral("warn") : QString();
    } else {
        oldest.value = Formatter::notApplicable();
        oldest.tileState = QStringLiteral("nodata");
    }
    const std::array<KpiText, 4> all{priced, book, own, oldest};
    for (int i = 0; i < 4; ++i)
        m_kpis[i]->set(all[static_cast<std::size_t>(i)]);
}

void PricesModel::change(const QString &json, const QString &doneText, bool undoable)
{
    if (m_busy)
        return;
    const std::string former = m_services.engine.overrides();
    m_busy = true;
    Q_EMIT changed();
    m_services.engine.changeOverrides(
        json.toStdString(), [this, former, doneText, undoable, box = m_services.mailbox](Result<> result) {
            const QString error = result ? QString() : QString::fromStdString(result.error().message);
            box->post([this, former, doneText, undoable, error] {
                m_busy = false;
                if (!error.isEmpty()) {
                    m_services.notify(error, QStringLiteral("crit"), {}, {});
                } else {
                    if (undoable)
                        m_undo.push_back(former);
                    m_services.notify(doneText, QStringLiteral("ok"), undoable ? tr("Undo") : QString(),
                                      undoable ? std::function<void()>([this] { undo(); }) : nullptr);
                }
                m_editor.load(m_editor.modelId());
                Q_EMIT changed();
                m_services.refresh();
            });
        });
}

void PricesModel::undo()
{
    if (!canUndo())
        return;
    const std::string former = m_undo.back();
    m_undo.pop_back();
    change(QString::fromStdString(former), tr("Price change undone"), false);
}

void PricesModel::importFile(const QString &pathOrUrl)
{
    const QString path = localPath(pathOrUrl);
    QFile file(path);
    if (!file.open(QIODevice::ReadOnly) || file.size() > kMaxImport) {
        Q_EMIT importDone(false, file.isOpen() ? tr("%1 is larger than 64 MB").arg(displayName(path))
                                               : tr("%1: %2").arg(displayName(path), file.errorString()));
        return;
    }
    const QByteArray bytes = file.readAll();
    const auto imported = OverrideStore::fromJson(
        std::string_view(bytes.constData(), static_cast<std::size_t>(bytes.size())), path.toStdString());
    auto store = currentOverrides(m_services.engine);
    if (!imported || !store) {
        Q_EMIT importDone(false, QString::fromStdString((imported ? store : imported).error().message));
        return;
    }
    for (const PriceOverride &entry : imported->entries())
        if (const auto ok = store->set(entry); !ok) {
            Q_EMIT importDone(false, QString::fromStdString(ok.error().message));
            return;
        }
    const QString text = tr("%1 prices imported").arg(imported->entries().size());
    change(QString::fromStdString(store->toJson()), text, true);
    Q_EMIT importDone(true, text);
}

} // namespace flyball
