// SPDX-License-Identifier: GPL-3.0-or-later
#include <array>
#include <map>

#include "core/models/runs/runmodel.h"
#include "core/pricing/catalog.h"

namespace flyball {

namespace {

constexpr std::array<std::array<TokenClass, 3>, 5> kClassGroups{{
    {TokenClass::InFresh, TokenClass::InAudio, TokenClass::InAudio},
    {TokenClass::CacheRead, TokenClass::CacheRead, TokenClass::CacheRead},
    {TokenClass::CacheWrite5m, TokenClass::CacheWrite1h, TokenClass::CacheWriteUntyped},
    {TokenClass::OutText, TokenClass::OutAudio, TokenClass::OutAudio},
    {TokenClass::OutReasoning, TokenClass::OutReasoning, TokenClass::OutReasoning},
}};

std::size_t groupOf(std::size_t tokenClass)
{
    for (std::size_t i = 0; i < kClassGroups.size(); ++i)
        for (const TokenClass c : kClassGroups[i])
            if (static_cast<std::size_t>(c) == tokenClass)
                return i;
    return 0;
}

/// Money by class, from the rates in force; nothing when they do not give the stored cost of every
/// call (a cost the producer stated has no parts).
std::optional<std::array<UsdSum, 5>> costByClass(const std::vector<Call> &calls, const PriceCatalog &catalog,
                                                 const SymbolTable &symbols)
{
    std::array<UsdSum, 5> sums;
    std::map<std::pair<Symbol, Symbol>, PriceMatch> matches;
    const auto text = [&](Symbol s) { return s == 0 ? std::string_view() : symbols.text(s); };
    for (const Call &call : calls) {
        if (call.costOrigin != CostOrigin::Computed && call.costOrigin != CostOrigin::Reported)
            continue;
        if (call.costOrigin == CostOrigin::Reported)
            return std::nullopt;
        const auto [it, fresh] = matches.try_emplace({call.provider, call.model});
        if (fresh)
            it->second = catalog.match(text(call.provider), text(call.model));
        const Cost cost =
            price(it->second, call.usage, {call.time, text(call.serviceTier), (call.flags & CallFast) != 0, {}});
        if (!cost.priced || cost.total != call.cost || cost.fees != 0)
            return std::nullopt;
        for (std::size_t c = 0; c < kTokenClasses; ++c)
            sums[groupOf(c)] += UsdSum(cost.byClass[c]);
    }
    return sums;
}

} // namespace

void RunModel::showClasses()
{
    const Formatter &f = m_services.format;
    const auto catalog = m_services.engine.prices();
    Totals sum;
    for (const Call &call : m_calls)
        sum.add(call);
    const auto money = catalog && m_snapshot ? costByClass(m_calls, *catalog, *m_snapshot->symbols) : std::nullopt;
    const std::array<QString, 5> names{tr("Fresh input"), tr("Cache read"), tr("Cache write"), tr("Output"),
                                       tr("Reasoning")};
    std::array<std::int64_t, 5> tokens{};
    for (std::size_t c = 0; c < kTokenClasses; ++c)
        tokens[groupOf(c)] += sum.tokens[c];
    std::vector<TableRow> rows;
    const auto add = [&](const QString &id, const QString &name, int token, std::int64_t n, const QString &cost,
                         const QString &mark, const QString &share, const QVariant &plain) {
        TableRow row = m_classes.makeRow(id);
        m_classes.put(row, "name", name, name, kNoOrder);
        m_classes.put(row, "token", token);
        m_classes.put(row, "tokens", f.tokens(n), qlonglong(n), kNoOrder);
        m_classes.put(row, "cost", cost, plain, kNoOrder);
        m_classes.put(row, "costMark", mark);
        m_classes.put(row, "share", share);
        m_classes.put(row, "accessible", tr("%1, %2 tokens, %3").arg(name, f.tokens(n), cost));
        rows.push_back(std::move(row));
    };
    const double whole = sum.cost.toDouble();
    for (std::size_t i = 0; i < names.size(); ++i) {
        if (tokens[i] == 0)
            continue;
        const bool known = money.has_value() && !Formatter::costUnknown(sum);
        const UsdSum part = known ? (*money)[i] : UsdSum();
        add(QString::number(i), names[i], static_cast<int>(i), tokens[i],
            known ? f.moneyFine(part) : Formatter::notApplicable(), {},
            known && whole > 0 ? f.percentText(part.toDouble() / whole) : QString(),
            known ? QVariant(QString::fromStdString(part.toDecimal())) : QVariant());
    }
    const bool unknown = Formatter::costUnknown(sum);
    add(QStringLiteral("total"), tr("Total"), -1, sum.allTokens(),
        unknown ? Formatter::unknown() : f.moneyFine(sum.cost), unknown ? QString() : Formatter::mark(sum.bound()),
        money && !unknown && whole > 0 ? f.percentText(1, 0) : QString(), QString::fromStdString(sum.cost.toDecimal()));
    const int n = static_cast<int>(rows.size());
    m_classes.setSortedRows(std::move(rows), n);
}

} // namespace flyball
