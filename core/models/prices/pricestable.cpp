// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>

#include "core/models/prices/pricesmodel.h"

namespace flyball {

TableRow PricesModel::rowOf(const Entry &e, const View &view) const
{
    const Formatter &f = m_services.format;
    TableRow row = m_table.makeRow(e.id);
    const auto put = [&](const char *role, const QVariant &shown, const QVariant &plain = {}, double order = kNoOrder) {
        m_table.put(row, role, shown, plain, order);
    };
    const PriceRow *prices = e.row != nullptr ? e.row : e.match.found() ? rowAt(e.match, view.now) : nullptr;
    const auto rate = [&](const char *role, RateKey key) {
        const bool known = prices != nullptr && prices->rates.standard.has(key);
        const AttoUsd atto = known ? prices->rates.standard[key] : 0;
        // atto-USD a token = USD per million times 10^12 = pico-USD per million tokens.
        put(role, known ? f.price(UsdSum(atto)) : Formatter::notApplicable(),
            known ? QVariant(QString::fromStdString(formatDecimal(atto, 12))) : QVariant(),
            known ? static_cast<double>(atto) : kNoOrder);
    };
    put("name", e.model, e.rawModel);
    put("provider", e.provider, e.rawProvider);
    put("tier", e.tier);
    rate("input", RateKey::Input);
    rate("cacheRead", RateKey::CacheRead);
    rate("cacheWrite", RateKey::CacheWrite5m);
    rate("output", RateKey::Output);
    QString source = tr("No price"), tone = QStringLiteral("crit"), age = Formatter::notApplicable(), ageTone;
    double ageOrder = kNoOrder;
    if (e.match.found()) {
        const ModelPrices &list = *e.match.lists.front();
        source = list.isOverride ? tr("Override") : tr("Price book");
        tone = list.isOverride ? QStringLiteral("brass") : QString();
        if (list.bookDate != kNoTime) {
            const TimeNs old = std::max<TimeNs>(0, view.now - list.bookDate);
            age = tr("%1 d").arg(f.count(old / kDay));
            ageOrder = static_cast<double>(old);
            if (old / kDay > 60 && e.used && !list.isOverride) {
                source = tr("Old price");
                tone = QStringLiteral("warn");
                ageTone = QStringLiteral("warn");
            }
        }
    }
    put("rateTone", e.match.found() && e.match.lists.front()->isOverride ? QStringLiteral("brass") : QString());
    put("source", source, source);
    put("sourceTone", tone);
    put("age", age, age, ageOrder);
    put("ageTone", ageTone);
    const Totals &t = e.totals;
    const bool unknown = t.costUnknown();
    put("tokens", e.used ? f.tokens(t.allTokens()) : Formatter::notApplicable(),
        e.used ? QVariant(qlonglong(t.allTokens())) : QVariant(),
        e.used ? static_cast<double>(t.allTokens()) : kNoOrder);
    put("spend", e.used ? f.moneyCell(t) : Formatter::notApplicable(),
        e.used && !unknown ? QVariant(QString::fromStdString(t.cost.toDecimal())) : QVariant(),
        e.used ? t.cost.toDouble() : kNoOrder);
    put("spendMark", e.used && !unknown ? Formatter::mark(t.bound()) : QString());
    put("spendTone", Formatter::noCharge(t) ? QStringLiteral("muted") : unknown ? QStringLiteral("info") : QString());
    put("accessible", tr("%1 of %2, %3").arg(e.model, e.provider, source));
    return row;
}

void PricesModel::showTable(const View &view)
{
    std::vector<TableRow> rows;
    const QString needle = m_filter.trimmed();
    for (const Entry &e : entries())
        if (needle.isEmpty() || e.model.contains(needle, Qt::CaseInsensitive)
            || e.provider.contains(needle, Qt::CaseInsensitive))
            rows.push_back(rowOf(e, view));
    QStringList present{QStringLiteral("name"),      QStringLiteral("provider"),   QStringLiteral("input"),
                        QStringLiteral("cacheRead"), QStringLiteral("cacheWrite"), QStringLiteral("output"),
                        QStringLiteral("source"),    QStringLiteral("age"),        QStringLiteral("tokens"),
                        QStringLiteral("spend")};
    if (std::any_of(m_used.begin(), m_used.end(), [](const Entry &e) { return e.tier >= 0; }))
        present << QStringLiteral("tier");
    m_table.setPresent(present);
    m_table.setStatus(tr("%1 models").arg(m_services.format.count(static_cast<qint64>(rows.size()))), view.loading,
                      needle.isEmpty() ? m_viewKey == u"unpriced"    ? tr("Every model in use has a price")
                                         : m_viewKey == u"overrides" ? tr("No own prices")
                                                                     : tr("No models in this range")
                                       : tr("No model matches"));
    m_table.setRows(std::move(rows));
}

} // namespace flyball
