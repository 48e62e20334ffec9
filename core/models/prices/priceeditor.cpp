// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/models/prices/priceeditor.h"

#include <QDate>

#include "core/models/text/displayname.h"

namespace flyball {

namespace {

constexpr int kPerMillionScale = 12; // atto-USD a token = USD per million times 10^12

QString rateText(const Rates &rates, RateKey key)
{
    return rates.has(key) ? QString::fromStdString(formatDecimal(rates[key], kPerMillionScale)) : QString();
}

/// Operators type 0,45 as well as 0.45.
void readRate(const QString &text, const QString &field, RateKey key, Rates &rates, QVariantMap &errors)
{
    const QString plain = text.trimmed().replace(u',', u'.');
    if (plain.isEmpty())
        return;
    const auto value = parseDecimal(plain.toStdString(), kPerMillionScale);
    if (!value || *value < 0)
        errors.insert(field, PriceEditor::tr("Give a number such as 0.45."));
    else if (*value > kMaxRate)
        errors.insert(field, PriceEditor::tr("More than $10,000 per million tokens."));
    else
        rates[key] = *value;
}

} // namespace

Result<OverrideStore> currentOverrides(const Engine &engine)
{
    const std::string json = engine.overrides();
    return json.empty() ? Result<OverrideStore>(OverrideStore()) : OverrideStore::fromJson(json, "overrides.json");
}

PriceEditor::PriceEditor(Services &services, std::function<void(const QString &, const QString &)> save,
                         QObject *parent)
    : QObject(parent), m_services(services), m_save(std::move(save))
{}

QString PriceEditor::name() const { return nameText(m_model, NameKind::Model); }

QString PriceEditor::provider() const { return nameText(m_provider, NameKind::Provider); }

void PriceEditor::load(const QString &modelId)
{
    m_id = modelId;
    m_draft = {};
    m_provider.clear();
    m_model.clear();
    const QStringList byName = modelId.split(u'\n');
    const QStringList bySymbol = modelId.split(u'/');
    if (byName.size() == 2) {
        m_provider = byName[0].toStdString();
        m_model = byName[1].toStdString();
    } else if (const auto model = symbolFromId(bySymbol.value(0)); model && m_view.snapshot) {
        m_model = m_view.rawName(*model).toStdString();
        if (const auto provider = symbolFromId(bySymbol.value(1)))
            m_provider = m_view.rawName(*provider).toStdString();
    }
    describe();
    m_stored = m_draft;
    check();
    Q_EMIT loaded();
}

void PriceEditor::describe()
{
    const auto catalog = m_services.engine.prices();
    const auto store = currentOverrides(m_services.engine);
    m_hasOverride = false;
    m_nearest.clear();
    m_state.clear();
    m_stateTone.clear();
    m_text.clear();
    if (m_model.empty() || !catalog)
        return;
    if (store) {
        for (const PriceOverride &o : store->entries()) {
            if (o.model != m_model || (!o.provider.empty() && o.provider != m_provider))
                continue;
            m_hasOverride = true;
            m_draft.mode = o.kind == PriceOverride::Kind::Free     ? QStringLiteral("free")
                           : o.kind == PriceOverride::Kind::SameAs ? QStringLiteral("same")
                                                                   : QStringLiteral("set");
            m_draft.input = rateText(o.rates, RateKey::Input);
            m_draft.cacheRead = rateText(o.rates, RateKey::CacheRead);
            m_draft.cacheWrite = rateText(o.rates, RateKey::CacheWrite5m);
            m_draft.output = rateText(o.rates, RateKey::Output);
            m_draft.from = o.from == kNoTime ? QString() : QString::fromStdString(formatRfc3339(o.from)).left(10);
            m_draft.sameAs = QString::fromStdString(o.sameAsProvider.empty() ? o.sameAsModel
                                                                             : o.sameAsProvider + "/" + o.sameAsModel);
        }
    }
    const PriceMatch match = catalog->match(m_provider, m_model);
    if (m_hasOverride) {
        m_state = tr("Override");
        m_stateTone = QStringLiteral("brass");
        m_text = tr("Your own price is used.");
    } else if (!match.found()) {
        m_state = tr("No price");
        m_stateTone = QStringLiteral("crit");
        const std::string_view why = unpricedReason(match.status);
        m_text = tr("%1. Its tokens count as unknown, not as $0.")
                     .arg(QString::fromUtf8(why.data(), static_cast<qsizetype>(why.size())));
        m_text[0] = m_text[0].toUpper();
    } else {
        const auto &prices = *match.lists.front();
        m_state = tr("Price book");
        m_text = tr("Priced as %1 of %2.")
                     .arg(displayName(std::string_view(prices.id)), displayName(std::string_view(prices.provider)));
        if (!prices.rows.empty()) {
            const Rates &rates = prices.rows.back().rates.standard;
            m_draft.input = rateText(rates, RateKey::Input);
            m_draft.cacheRead = rateText(rates, RateKey::CacheRead);
            m_draft.cacheWrite = rateText(rates, RateKey::CacheWrite5m);
            m_draft.output = rateText(rates, RateKey::Output);
        }
    }
    if (const std::string near = catalog->nearestName(m_model); !near.empty()) {
        const QString name = QString::fromStdString(near);
        m_nearest.append(QVariantMap{{QStringLiteral("key"), name}, {QStringLiteral("text"), displayName(name)}});
        if (!match.found() && !m_hasOverride) {
            m_text += u' ' + tr("Nearest name in the book: %1.").arg(displayName(name));
            m_draft.sameAs = name;
        }
    }
}

void PriceEditor::set(QString &field, const QString &value)
{
    if (field == value)
        return;
    field = value;
    check();
}

PriceOverride PriceEditor::entry(QVariantMap &errors) const
{
    PriceOverride o;
    o.provider = m_provider;
    o.model = m_model;
    if (m_draft.mode == u"free") {
        o.kind = PriceOverride::Kind::Free;
    } else if (m_draft.mode == u"same") {
        o.kind = PriceOverride::Kind::SameAs;
        const QString name = m_draft.sameAs.trimmed();
        const qsizetype slash = name.indexOf(u'/');
        o.sameAsProvider = slash > 0 ? name.left(slash).toStdString() : std::string();
        o.sameAsModel = name.mid(slash > 0 ? slash + 1 : 0).toStdString();
        if (name.isEmpty())
            errors.insert(QStringLiteral("sameAs"), tr("Choose a model of the book."));
    } else {
        readRate(m_draft.input, QStringLiteral("input"), RateKey::Input, o.rates, errors);
        readRate(m_draft.cacheRead, QStringLiteral("cacheRead"), RateKey::CacheRead, o.rates, errors);
        readRate(m_draft.cacheWrite, QStringLiteral("cacheWrite"), RateKey::CacheWrite5m, o.rates, errors);
        readRate(m_draft.output, QStringLiteral("output"), RateKey::Output, o.rates, errors);
        if (m_draft.input.trimmed().isEmpty())
            errors.insert(QStringLiteral("input"), tr("Needed; 0 if it is free."));
        if (m_draft.output.trimmed().isEmpty())
            errors.insert(QStringLiteral("output"), tr("Needed; 0 if it is free."));
    }
    if (const QString from = m_draft.from.trimmed(); !from.isEmpty()) {
        const auto time = parseRfc3339(from.toStdString() + "T00:00:00Z");
        if (!time || !QDate::fromString(from, Qt::ISODate).isValid())
            errors.insert(QStringLiteral("from"), tr("Give a date such as 2026-11-16, or nothing."));
        else
            o.from = *time;
    }
    return o;
}

void PriceEditor::check()
{
    ++m_request;
    m_errors.clear();
    m_valid = false;
    m_preview.clear();
    if (!m_model.empty()) {
        const PriceOverride draft = entry(m_errors);
        auto store = currentOverrides(m_services.engine);
        const bool changed = m_draft != m_stored || (!m_hasOverride && m_draft.mode != u"set");
        if (m_errors.isEmpty() && store) {
            if (const auto ok = store->set(draft); !ok)
                m_errors.insert(m_draft.mode == u"same" ? QStringLiteral("sameAs") : QStringLiteral("input"),
                                QString::fromStdString(ok.error().message));
            else if (changed)
                startPreview(*store);
        }
        m_valid = m_errors.isEmpty() && store.ok() && changed;
    }
    Q_EMIT edited();
    Q_EMIT previewChanged();
}

void PriceEditor::save()
{
    if (!m_valid)
        return;
    QVariantMap errors;
    auto store = currentOverrides(m_services.engine);
    if (!store || !store->set(entry(errors)))
        return;
    m_save(QString::fromStdString(store->toJson()), tr("Price of %1 saved").arg(name()));
}

void PriceEditor::cancel() { load(m_id); }

void PriceEditor::remove()
{
    auto store = currentOverrides(m_services.engine);
    if (!store)
        return;
    if (store->remove(m_provider, m_model) || store->remove({}, m_model))
        m_save(QString::fromStdString(store->toJson()), tr("Own price of %1 removed").arg(name()));
}

} // namespace flyball
