// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/models/policy/policytiers.h"

#include <algorithm>
#include <set>

#include "core/models/prices/pricesmodel.h"
#include "core/models/text/displayname.h"
#include "core/pricing/catalog.h"

namespace flyball {

namespace {

constexpr int kMostOffers = 40;
constexpr double kAttoPerUsdMillion = 1e12; ///< atto-USD a token in USD per million tokens

QString cell(const char *name) { return QString::fromLatin1(name); }

std::string nameOf(const View &view, const Group &group)
{
    const std::string model = view.rawName(group.key[0]).toStdString();
    const std::string provider = view.rawName(group.key[1]).toStdString();
    return model.empty() || provider.empty() ? std::string() : provider + '/' + model;
}

QString price(const Formatter &format, double perMillion)
{
    const auto pico = static_cast<std::int64_t>(perMillion * static_cast<double>(kPicoPerUsd) + 0.5);
    return format.price(UsdSum::fromParts(0, pico));
}

} // namespace

PolicyTiers::PolicyTiers(PolicyDesk &desk, QObject *parent) : QObject(parent), m_desk(desk) { draftChanged(); }

PolicyTiers::Rates PolicyTiers::ratesOf(const std::string &model) const
{
    const auto catalog = m_desk.services.engine.prices();
    const std::size_t slash = model.find('/');
    if (!catalog || slash == std::string::npos)
        return {};
    const PriceMatch match = catalog->match(model.substr(0, slash), model.substr(slash + 1));
    const PriceRow *row = match.found() ? rowAt(match, m_desk.services.clock()) : nullptr;
    if (!row)
        return {};
    const auto &rates = row->rates.standard;
    const auto rate = [&](RateKey key) {
        return rates.has(key) ? std::optional(static_cast<double>(rates[key]) / kAttoPerUsdMillion) : std::nullopt;
    };
    return {rate(RateKey::Input), rate(RateKey::Output)};
}

void PolicyTiers::draftChanged()
{
    QVariantList columns;
    for (std::size_t i = 0; m_desk.draft.started() && i < m_desk.draft.document().tiers.size(); ++i)
        columns.append(column(i));
    m_note = tr("first model is preferred, the rest are fallbacks");
    m_columns = columns;
    Q_EMIT changed();
}

void PolicyTiers::show()
{
    const QVariantList before = m_columns;
    QVariantList columns;
    for (std::size_t i = 0; m_desk.draft.started() && i < m_desk.draft.document().tiers.size(); ++i)
        columns.append(column(i));
    if (columns == before)
        return;
    m_columns = columns;
    Q_EMIT changed();
}

QVariantMap PolicyTiers::column(std::size_t i) const
{
    const Formatter &f = m_desk.services.format;
    const Tier &tier = m_desk.draft.document().tiers[i];
    const auto &base = m_desk.draft.base();
    const auto oldIndex = base ? base->tierIndex(tier.id) : std::nullopt;
    const Tier *old = oldIndex ? &base->tiers[*oldIndex] : nullptr;
    const std::size_t last = m_desk.draft.document().tiers.size() - 1;
    std::optional<double> low, high;
    std::int64_t calls = 0;
    UsdSum spent;
    const auto groups =
        m_desk.view.snapshot ? m_desk.view.group({Dimension::Model, Dimension::Provider}) : std::vector<Group>();
    QVariantList models;
    for (const std::string &name : tier.models) {
        const Rates rates = ratesOf(name);
        if (rates.input) {
            low = std::min(low.value_or(*rates.input), *rates.input);
            high = std::max(high.value_or(*rates.input), *rates.input);
        }
        for (const Group &group : groups)
            if (nameOf(m_desk.view, group) == name) {
                calls += group.totals.calls;
                spent += group.totals.cost;
            }
        const bool fresh =
            base && (!old || std::find(old->models.begin(), old->models.end(), name) == old->models.end());
        const std::size_t slash = name.find('/');
        models.append(QVariantMap{
            {cell("name"), QString::fromStdString(name)},
            {cell("text"), displayName(std::string_view(slash == std::string::npos ? name : name.substr(slash + 1)))},
            {cell("full"), displayName(std::string_view(name))},
            {cell("price"), rates.input ? price(f, *rates.input) : tr("no price")},
            {cell("known"), rates.input.has_value()},
            {cell("changed"), fresh}});
    }
    const Totals &all = m_desk.view.totals;
    QString share;
    if (m_desk.view.snapshot && all.calls > 0)
        share =
            all.cost.isZero()
                ? tr("%1 of calls").arg(f.percentText(static_cast<double>(calls) / static_cast<double>(all.calls), 0))
                : tr("%1 of calls, %2 of spend")
                      .arg(f.percentText(static_cast<double>(calls) / static_cast<double>(all.calls), 0),
                           f.percentText(spent.toDouble() / all.cost.toDouble(), 0));
    QString prices;
    if (low)
        prices =
            *low == *high ? tr("$%1 in").arg(price(f, *low)) : tr("$%1–%2 in").arg(price(f, *low), price(f, *high));
    return {{cell("id"), QString::fromStdString(tier.id)},
            {cell("title"), displayName(std::string_view(tier.id))},
            {cell("glyph"), last == 0 ? 1 : static_cast<int>(i * 2 / last)},
            {cell("price"), prices},
            {cell("share"), share},
            {cell("changed"), base && (!old || old->models != tier.models)},
            {cell("models"), models}};
}

bool PolicyTiers::edit(const QString &label, const std::function<void(std::vector<Tier> &)> &change)
{
    m_error.clear();
    m_desk.draft.apply(label, [&](PolicyDocument &document) { change(document.tiers); });
    if (m_desk.draft.refusal().empty())
        return true;
    m_error = m_desk.refusalText();
    Q_EMIT changed();
    return false;
}

bool PolicyTiers::move(int fromTier, int fromIndex, int toTier, int toIndex)
{
    const auto &tiers = m_desk.draft.document().tiers;
    const auto n = static_cast<int>(tiers.size());
    if (fromTier < 0 || fromTier >= n || toTier < 0 || toTier >= n || fromIndex < 0
        || fromIndex >= static_cast<int>(tiers[static_cast<std::size_t>(fromTier)].models.size()))
        return false;
    const auto &from = tiers[static_cast<std::size_t>(fromTier)].models;
    if (fromTier != toTier && from.size() == 1) {
        m_error = tr("A tier needs a model: put another one in first.");
        Q_EMIT changed();
        return false;
    }
    const std::string name = from[static_cast<std::size_t>(fromIndex)];
    return edit(tr("Move %1").arg(displayName(std::string_view(name))), [=](std::vector<Tier> &all) {
        auto &source = all[static_cast<std::size_t>(fromTier)].models;
        source.erase(source.begin() + fromIndex);
        auto &target = all[static_cast<std::size_t>(toTier)].models;
        const auto at = std::clamp<std::ptrdiff_t>(toIndex, 0, static_cast<std::ptrdiff_t>(target.size()));
        target.insert(target.begin() + at, name);
    });
}

bool PolicyTiers::add(int tier, const QString &model)
{
    if (tier < 0 || tier >= static_cast<int>(m_desk.draft.document().tiers.size()) || model.isEmpty())
        return false;
    return edit(tr("Add %1").arg(displayName(model)), [&](std::vector<Tier> &all) {
        all[static_cast<std::size_t>(tier)].models.push_back(model.toStdString());
    });
}

bool PolicyTiers::remove(int tier, int index)
{
    const auto &tiers = m_desk.draft.document().tiers;
    if (tier < 0 || tier >= static_cast<int>(tiers.size()) || index < 0
        || index >= static_cast<int>(tiers[static_cast<std::size_t>(tier)].models.size()))
        return false;
    if (tiers[static_cast<std::size_t>(tier)].models.size() == 1) {
        m_error = tr("A tier needs a model: put another one in first.");
        Q_EMIT changed();
        return false;
    }
    return edit(tr("Remove a model"), [=](std::vector<Tier> &all) {
        auto &models = all[static_cast<std::size_t>(tier)].models;
        models.erase(models.begin() + index);
    });
}

bool PolicyTiers::addTier(const QString &model)
{
    if (model.isEmpty() || !m_desk.draft.started())
        return false;
    return edit(tr("Add a tier"), [&](std::vector<Tier> &all) {
        std::string id = "top";
        for (int n = 2; std::any_of(all.begin(), all.end(), [&](const Tier &t) { return t.id == id; }); ++n)
            id = "top-" + std::to_string(n);
        all.push_back({id, {model.toStdString()}});
    });
}

void PolicyTiers::offer(const QString &search)
{
    const QString needle = search.trimmed();
    std::set<std::string> taken;
    for (const Tier &tier : m_desk.draft.document().tiers)
        taken.insert(tier.models.begin(), tier.models.end());
    QVariantList out;
    const auto put = [&](const std::string &name, const QString &sub) {
        const QString text = displayName(std::string_view(name));
        if (out.size() < kMostOffers && (needle.isEmpty() || text.contains(needle, Qt::CaseInsensitive))
            && taken.insert(name).second)
            out.append(
                QVariantMap{{cell("key"), QString::fromStdString(name)}, {cell("text"), text}, {cell("sub"), sub}});
    };
    const Formatter &f = m_desk.services.format;
    for (const SeenModel &model : seen().models)
        put(model.name,
            model.inputPrice ? tr("in use, $%1 in").arg(price(f, *model.inputPrice)) : tr("in use, no price"));
    if (const auto catalog = m_desk.services.engine.prices(); catalog && !needle.isEmpty())
        for (const ModelListing &listing : catalog->models())
            if (!listing.hidden)
                put(listing.prices->provider + '/' + listing.prices->id, tr("price list"));
    m_offers = out;
    Q_EMIT offersChanged();
}

Seen PolicyTiers::seen() const
{
    Seen out;
    const QByteArray zone = m_desk.services.format.zone().id();
    out.timezone = zone.toStdString();
    const auto snapshot = m_desk.services.engine.latest();
    if (!snapshot || !snapshot->series || !snapshot->symbols)
        return out;
    std::map<std::string, std::int64_t> calls;
    const auto &series = *snapshot->series;
    std::set<std::string> flows;
    const auto text = [&](Symbol symbol) {
        return symbol == 0 ? std::string() : std::string(snapshot->symbols->text(symbol));
    };
    for (const SeriesKey &key : series)
        flows.insert(text(key.workflow));
    snapshot->quarters.forEach(0, std::numeric_limits<std::int64_t>::max(), [&](const Cell &c) {
        if (c.series < series.size() && series[c.series].model != 0 && series[c.series].provider != 0)
            calls[text(series[c.series].provider) + '/' + text(series[c.series].model)] += c.totals.calls;
    });
    for (const auto &[name, n] : calls) {
        const Rates rates = ratesOf(name);
        out.models.push_back({name, rates.input, rates.output, n});
    }
    std::stable_sort(out.models.begin(), out.models.end(),
                     [](const SeenModel &a, const SeenModel &b) { return a.calls > b.calls; });
    flows.erase("");
    out.workflows.assign(flows.begin(), flows.end());
    return out;
}

} // namespace flyball
