// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/models/explore/explorewords.h"

#include <QCoreApplication>
#include <algorithm>

#include "core/aggregate/views/runstats.h"
#include "core/models/table/tablemodel.h"

namespace flyball::explore {

namespace {

QString tr(const char *text) { return QCoreApplication::translate("Explore", text); }

Measured ofCount(std::int64_t n, const QString &text)
{
    return {text, QVariant(static_cast<qlonglong>(n)), static_cast<double>(n), true};
}

Measured ofMoney(const UsdSum &sum, const QString &text)
{
    return {text, QVariant(QString::fromStdString(sum.toDecimal())), sum.toDouble(), true};
}

} // namespace

std::vector<DimensionWord> dimensionWords()
{
    return {{Dimension::Workflow, QStringLiteral("workflow"), tr("Workflow")},
            {Dimension::Step, QStringLiteral("step"), tr("Step")},
            {Dimension::Agent, QStringLiteral("agent"), tr("Agent")},
            {Dimension::Model, QStringLiteral("model"), tr("Model")},
            {Dimension::Tier, QStringLiteral("tier"), tr("Tier")},
            {Dimension::Segment, QStringLiteral("segment"), tr("Segment")},
            {Dimension::TaskType, QStringLiteral("task"), tr("Task type")},
            {Dimension::PromptVersion, QStringLiteral("prompt"), tr("Prompt version")},
            {Dimension::Feature, QStringLiteral("feature"), tr("Feature")},
            {Dimension::PolicyRevision, QStringLiteral("revision"), tr("Policy revision")},
            {Dimension::Provider, QStringLiteral("provider"), tr("Provider")},
            {Dimension::Source, QStringLiteral("source"), tr("Source")}};
}

std::optional<Dimension> dimensionOf(const QString &key)
{
    for (const DimensionWord &word : dimensionWords())
        if (word.key == key)
            return word.dimension;
    return std::nullopt;
}

QString wordOf(const QString &key)
{
    for (const DimensionWord &word : dimensionWords())
        if (word.key == key)
            return word.text.toLower();
    return {};
}

NameKind nameKindOf(Dimension dimension)
{
    switch (dimension) {
    case Dimension::Workflow:
        return NameKind::Workflow;
    case Dimension::Model:
        return NameKind::Model;
    case Dimension::Provider:
        return NameKind::Provider;
    case Dimension::Step:
        return NameKind::Step;
    case Dimension::Agent:
        return NameKind::Agent;
    case Dimension::Tier:
        return NameKind::Tier;
    case Dimension::Source:
        return NameKind::Source;
    case Dimension::Segment:
    case Dimension::TaskType:
    case Dimension::PromptVersion:
    case Dimension::Feature:
    case Dimension::PolicyRevision:
        break;
    }
    return NameKind::Other;
}

namespace {

template <typename Filter>
void narrowTo(Filter &filter, Dimension dimension, Symbol symbol)
{
    switch (dimension) {
    case Dimension::Workflow:
        filter.workflow = symbol;
        break;
    case Dimension::Model:
        filter.model = symbol;
        break;
    case Dimension::Provider:
        filter.provider = symbol;
        break;
    case Dimension::Step:
        filter.step = symbol;
        break;
    case Dimension::Agent:
        filter.agent = symbol;
        break;
    case Dimension::Tier:
        filter.tier = symbol;
        break;
    case Dimension::Source:
        filter.source = symbol;
        break;
    case Dimension::Segment:
        filter.segment = symbol;
        break;
    case Dimension::TaskType:
        filter.taskType = symbol;
        break;
    case Dimension::PromptVersion:
        filter.promptVersion = symbol;
        break;
    case Dimension::Feature:
        filter.feature = symbol;
        break;
    case Dimension::PolicyRevision:
        filter.policyRevision = symbol;
        break;
    }
}

} // namespace

void narrow(CallFilter &filter, Dimension dimension, Symbol symbol) { narrowTo(filter, dimension, symbol); }
void narrow(ViewFilter &filter, Dimension dimension, Symbol symbol) { narrowTo(filter, dimension, symbol); }

Measured measured(const Totals &totals, const QString &measure, const Formatter &f)
{
    if (!totals.anyUse())
        return {{}, {}, kNoOrder, false};
    const Measured none{Formatter::notApplicable(), {}, kNoOrder, false};
    if (measure == u"tokens")
        return ofCount(totals.allTokens(), f.tokens(totals.allTokens()));
    if (measure == u"calls")
        return ofCount(totals.calls, f.count(totals.calls));
    if (measure == u"errors")
        return ofCount(totals.errors, f.count(totals.errors));
    if (measure == u"cache") {
        const auto rate = totals.cacheHitRate();
        return rate ? Measured{f.percentText(*rate), QVariant(*rate), *rate, true} : none;
    }
    if (totals.costUnknown())
        return {Formatter::unknown(), {}, kNoOrder, false};
    const QString mark = Formatter::mark(totals.bound());
    const auto marked = [&](const QString &text) { return mark.isEmpty() ? text : mark + QChar(0x2009) + text; };
    if (measure == u"perCall") {
        const UsdSum each = divide(totals.cost, totals.calls);
        return ofMoney(each, marked(f.moneyFine(each)));
    }
    return ofMoney(totals.cost, marked(f.moneyCell(totals)));
}

QString signedMoney(const UsdSum &sum, const Formatter &f)
{
    if (sum.isZero())
        return f.money(sum);
    const bool less = sum < UsdSum();
    const UsdSum size = less ? UsdSum() - sum : sum;
    // Below a cent the cent would hide it.
    const QString text = size < UsdSum(kPicoPerUsd / 100) ? f.moneyFine(size) : f.money(size);
    return (less ? QStringLiteral("−") : QStringLiteral("+")) + text;
}

} // namespace flyball::explore
