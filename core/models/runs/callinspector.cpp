// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/models/runs/callinspector.h"

#include <QClipboard>
#include <QGuiApplication>

#include "core/models/runs/inspectorrows.h"
#include "core/pricing/catalog.h"

namespace flyball {

namespace {

struct ClassName {
    TokenClass tokenClass;
    const char *label;
};
constexpr ClassName kClasses[] = {
    {TokenClass::InFresh, QT_TRANSLATE_NOOP("flyball::CallInspector", "Fresh input")},
    {TokenClass::CacheRead, QT_TRANSLATE_NOOP("flyball::CallInspector", "Cache read")},
    {TokenClass::CacheWrite5m, QT_TRANSLATE_NOOP("flyball::CallInspector", "Cache write, 5 min")},
    {TokenClass::CacheWrite1h, QT_TRANSLATE_NOOP("flyball::CallInspector", "Cache write, 1 h")},
    {TokenClass::CacheWriteUntyped, QT_TRANSLATE_NOOP("flyball::CallInspector", "Cache write")},
    {TokenClass::InAudio, QT_TRANSLATE_NOOP("flyball::CallInspector", "Audio input")},
    {TokenClass::OutText, QT_TRANSLATE_NOOP("flyball::CallInspector", "Output")},
    {TokenClass::OutReasoning, QT_TRANSLATE_NOOP("flyball::CallInspector", "Reasoning")},
    {TokenClass::OutAudio, QT_TRANSLATE_NOOP("flyball::CallInspector", "Audio output")},
};

QString qualityText(UsageQuality quality)
{
    switch (quality) {
    case UsageQuality::Exact:
        return CallInspector::tr("exact");
    case UsageQuality::Estimate:
        return CallInspector::tr("estimated by the producer");
    case UsageQuality::Placeholder:
        return CallInspector::tr("start of a stream, final counts never came");
    case UsageQuality::Partial:
        return CallInspector::tr("some classes not reported");
    case UsageQuality::Missing:
        break;
    }
    return CallInspector::tr("not reported");
}

} // namespace

CallInspector::CallInspector(Services &services, QObject *parent)
    : QObject(parent),
      m_services(services),
      m_rows({QStringLiteral("label"), QStringLiteral("value"), QStringLiteral("tone"), QStringLiteral("mono")}, {}, {},
             false, this)
{}

void CallInspector::show(const Call *call, const PlacedCall &place, int number, const SymbolTable &symbols)
{
    InspectorRows rows(m_rows);
    clear();
    if (call == nullptr) {
        rows.finish();
        Q_EMIT changed();
        return;
    }
    const Formatter &f = m_services.format;
    const CallTexts t = callTexts(*call, symbols, f);
    const auto name = [&](Symbol s) { return symbolText(symbols, s, NameKind::Other); };
    m_title = tr("Call %1").arg(number);
    m_sub = t.step == Formatter::notApplicable() ? QString() : t.step;
    m_id = call->request != 0 ? name(call->request) : QString::fromStdString(toHex64(call->sub));
    rows.add(tr("Time"), f.dateText(call->time) + u' ' + f.timeSeconds(call->time));
    rows.add(tr("Model"), t.model);
    if (call->modelRequested != 0 && call->modelRequested != call->model)
        rows.add(tr("Asked for"), name(call->modelRequested));
    rows.add(tr("Provider"), t.provider);
    rows.add(tr("Agent"), t.agent);
    rows.add(tr("Tier"), name(call->names.tier));
    rows.add(tr("Task type"), name(call->names.taskType));
    rows.add(tr("Service tier"), name(call->serviceTier));
    if (call->hasUsage()) {
        rows.add(tr("Input, all classes"), tr("%1 tokens").arg(f.count(call->usage.inTotal())));
        for (const ClassName &c : kClasses)
            if (const std::int64_t n = call->usage[c.tokenClass]; n != 0)
                rows.add(tr(c.label), tr("%1 tokens").arg(f.count(n)));
        if ((call->flags & CallCacheKnown) != 0 && call->usage.inTotal() > 0)
            rows.add(tr("Of the input from cache"),
                     f.percentText(static_cast<double>(call->usage[TokenClass::CacheRead])
                                   / static_cast<double>(call->usage.inTotal())));
    }
    rows.add(tr("Counts"), qualityText(call->usage.quality),
             call->usage.quality == UsageQuality::Exact ? QString() : QStringLiteral("warn"));
    const bool known = call->costOrigin == CostOrigin::Computed || call->costOrigin == CostOrigin::Reported;
    rows.add(tr("Cost"), known ? f.moneyExact(UsdSum(call->cost)) : t.cost, t.costTone);
    if (call->reportedPico >= 0)
        rows.add(tr("Cost the producer stated"), f.moneyExact(UsdSum(call->reportedPico)));
    if (call->latencyNs >= 0)
        rows.add(tr("Latency"), f.duration(call->latencyNs));
    if (call->firstTokenNs >= 0)
        rows.add(tr("First token after"), f.duration(call->firstTokenNs));
    rows.add(tr("Status"), t.status, t.statusTone);
    rows.add(tr("Finish reason"), name(call->finishReason));
    if (call->attempt > 0)
        rows.add(tr("Attempt"), f.count(call->attempt));
    if (place.retry)
        rows.add(tr("Retry"), tr("yes"), QStringLiteral("warn"));
    if (place.round > 0)
        rows.add(tr("Repeat of the same steps"), f.count(place.round), place.loop ? QStringLiteral("crit") : QString());
    if (place.resent > 0)
        rows.add(tr("Sent before, estimated"), tr("≈ %1 tokens").arg(f.count(place.resent)));
    rows.add(tr("Policy revision seen"), name(call->names.policyRevision));
    rows.add(tr("Id"), m_id, {}, true);
    rows.finish();
    rule(*call, symbols);
    Q_EMIT changed();
}

void CallInspector::clear()
{
    m_title.clear();
    m_sub.clear();
    m_ruleText.clear();
    m_ruleTone.clear();
    m_id.clear();
}

void CallInspector::rule(const Call &call, const SymbolTable &symbols)
{
    const auto catalog = m_services.engine.prices();
    switch (call.costOrigin) {
    case CostOrigin::NoUsage:
        m_ruleTone = QStringLiteral("info");
        m_ruleText = tr("No token counts, so the cost is unknown.");
        return;
    case CostOrigin::Unpriced: {
        m_ruleTone = QStringLiteral("info");
        QString why = tr("unknown model");
        if (catalog) {
            const auto text = [&](Symbol s) { return s == 0 ? std::string_view() : symbols.text(s); };
            const PriceMatch match = catalog->match(text(call.provider), text(call.model));
            const auto reason =
                match.found() ? price(match, call.usage, {call.time, {}, false, {}}).reason : match.status;
            if (reason != Unpriced::No) {
                const std::string_view words = unpricedReason(reason);
                why = QString::fromUtf8(words.data(), static_cast<qsizetype>(words.size()));
            }
        }
        m_ruleText = tr("No price: %1. It counts as unknown, not as $0.").arg(why);
        return;
    }
    case CostOrigin::Reported:
        m_ruleText = tr("No price in the book; the cost the producer stated is used.");
        m_ruleTone = QStringLiteral("warn");
        return;
    case CostOrigin::NoCharge:
        m_ruleText = tr("Not charged: it failed without usage or was never sent to a model.");
        return;
    case CostOrigin::Computed:
        break;
    }
    if (catalog)
        m_ruleText = QString::fromStdString(catalog->describeRule(call.priceRule));
    const QString flags = QString::fromStdString(describeFlags(call.priceFlags));
    if (!flags.isEmpty())
        m_ruleText += (m_ruleText.isEmpty() ? QString() : QStringLiteral("; ")) + flags;
    if ((call.priceFlags & Overridden) != 0)
        m_ruleTone = QStringLiteral("brass");
}

void CallInspector::copyId()
{
    if (auto *clipboard = QGuiApplication::clipboard(); clipboard != nullptr && !m_id.isEmpty())
        clipboard->setText(m_id);
}

} // namespace flyball
