// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/models/runs/callrows.h"

#include <QCoreApplication>

namespace flyball {

namespace {

QString tr(const char *text) { return QCoreApplication::translate("Calls", text); }

void putCost(CallTexts &texts, const Call &call, const Formatter &f)
{
    switch (call.costOrigin) {
    case CostOrigin::Unpriced:
    case CostOrigin::NoUsage:
        texts.cost = Formatter::unknown();
        texts.costTone = QStringLiteral("info");
        return;
    case CostOrigin::NoCharge:
        texts.cost = f.moneyFixed({}, 2);
        texts.costPlain = QStringLiteral("0");
        return;
    case CostOrigin::Reported:
    case CostOrigin::Computed:
        break;
    }
    const UsdSum cost(call.cost);
    texts.cost = f.moneyFine(cost);
    texts.costPlain = f.moneyExact(cost).remove(u'$');
    Totals alone;
    alone.add(call);
    texts.costMark = Formatter::mark(alone.bound());
}

} // namespace

QString symbolText(const SymbolTable &symbols, Symbol symbol, NameKind kind)
{
    return nameText(symbol == 0 ? std::string_view() : symbols.text(symbol), kind);
}

CallTexts callTexts(const Call &call, const SymbolTable &symbols, const Formatter &format)
{
    CallTexts t;
    putCost(t, call, format);
    t.model = symbolText(symbols, call.model, NameKind::Model);
    t.step = symbolText(symbols, call.names.step, NameKind::Other);
    t.agent = symbolText(symbols, call.names.agent, NameKind::Other);
    t.provider = symbolText(symbols, call.provider, NameKind::Provider);
    t.workflow = symbolText(symbols, call.names.workflow, NameKind::Workflow);
    if (call.failed()) {
        t.status = call.errorType != 0 ? symbolText(symbols, call.errorType, NameKind::Other) : tr("failed");
        t.statusTone = QStringLiteral("crit");
    } else if (!call.hasUsage()) {
        t.status = tr("no token counts");
        t.statusTone = QStringLiteral("warn");
    } else if (call.responseCache != ResponseCache::None) {
        t.status = tr("served from cache");
        t.statusTone = QStringLiteral("info");
    } else {
        t.status = tr("done");
    }
    return t;
}

TokenData tokenData(const Usage &usage, double maximum)
{
    const auto sum = [&](std::initializer_list<TokenClass> classes) {
        std::int64_t n = 0;
        for (const TokenClass c : classes)
            n += usage[c];
        return static_cast<double>(n);
    };
    TokenData data;
    data.fresh = sum({TokenClass::InFresh, TokenClass::InAudio});
    data.cacheRead = sum({TokenClass::CacheRead});
    data.cacheWrite = sum({TokenClass::CacheWrite5m, TokenClass::CacheWrite1h, TokenClass::CacheWriteUntyped});
    data.output = sum({TokenClass::OutText, TokenClass::OutAudio});
    data.reasoning = sum({TokenClass::OutReasoning});
    data.maximum = maximum;
    data.estimated = usage.quality == UsageQuality::Estimate;
    return data;
}

} // namespace flyball
