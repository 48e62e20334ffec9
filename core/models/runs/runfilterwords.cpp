// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/models/runs/runfilterwords.h"

#include <QCoreApplication>
#include <QLocale>
#include <algorithm>
#include <cmath>

#include "core/models/text/displayname.h"

namespace flyball::runfilter {

namespace {

using Test = RunCondition::Test;

QString tr(const char *text) { return QCoreApplication::translate("RunFilters", text); }

constexpr qsizetype kLongest = 256;

std::optional<double> numberOf(const QString &text)
{
    bool ok = false;
    const double value = QLocale::c().toDouble(QString(text).trimmed().replace(u',', u'.'), &ok);
    return ok && std::isfinite(value) && value >= 0 && value <= 1e15 ? std::optional(value) : std::nullopt;
}

bool knownOutcome(const QString &key)
{
    const QVariantList all = outcomes();
    return std::any_of(all.begin(), all.end(),
                       [&](const QVariant &v) { return v.toMap().value(QStringLiteral("key")).toString() == key; });
}

} // namespace

const std::vector<Word> &words()
{
    using Kind = Word::Kind;
    static const std::vector<Word> kWords{
        {Test::Outcome, QStringLiteral("outcome"), tr("Outcome is"), Kind::Choice, {}, QStringLiteral("failed")},
        {Test::Workflow, QStringLiteral("workflow"), tr("Workflow contains"), Kind::Text, {}, {}},
        {Test::Model, QStringLiteral("model"), tr("Model contains"), Kind::Text, {}, {}},
        {Test::Text, QStringLiteral("text"), tr("Run id, session or workflow has"), Kind::Text, {}, {}},
        {Test::CostOver, QStringLiteral("cost_over"), tr("Cost over"), Kind::Number, tr("USD"), QStringLiteral("1")},
        {Test::Costliest, QStringLiteral("costliest"), tr("Among the costliest"), Kind::Number, QStringLiteral("%"),
         QStringLiteral("5")},
        {Test::TokensOver, QStringLiteral("tokens_over"), tr("Tokens over"), Kind::Number, tr("tokens"),
         QStringLiteral("100000")},
        {Test::OutputHigh, QStringLiteral("output_high"), tr("Output above P95 of its workflow"), Kind::None, {}, {}},
        {Test::DurationOver, QStringLiteral("duration_over"), tr("Longer than"), Kind::Number, tr("seconds"),
         QStringLiteral("60")},
        {Test::Retries, QStringLiteral("retries"), tr("Retries, at least"), Kind::Number, {}, QStringLiteral("1")},
        {Test::FailedCalls,
         QStringLiteral("failed_calls"),
         tr("Failed calls, at least"),
         Kind::Number,
         {},
         QStringLiteral("1")},
        {Test::Looping, QStringLiteral("looping"), tr("Looping"), Kind::None, {}, {}},
        {Test::Unpriced, QStringLiteral("unpriced"), tr("Calls without a price"), Kind::None, {}, {}},
        {Test::WithoutUsage, QStringLiteral("without_usage"), tr("Calls without token counts"), Kind::None, {}, {}},
        {Test::ReusedResponses, QStringLiteral("reused"), tr("Answered from a response cache"), Kind::None, {}, {}},
    };
    return kWords;
}

const Word *wordOf(const QString &key)
{
    const auto it = std::find_if(words().begin(), words().end(), [&](const Word &word) { return word.key == key; });
    return it == words().end() ? nullptr : &*it;
}

QVariantList outcomes()
{
    QVariantList list;
    const auto add = [&](const char *key, const QString &text) {
        list.append(QVariantMap{{QStringLiteral("key"), QString::fromLatin1(key)}, {QStringLiteral("text"), text}});
    };
    add("passed", tr("Passed"));
    add("failed", tr("Failed"));
    add("capped", tr("Capped"));
    add("timeout", tr("Timed out"));
    add("unknown", tr("Unknown"));
    add("running", tr("Open"));
    return list;
}

std::optional<RunCondition> conditionOf(const SavedCondition &saved)
{
    const Word *word = wordOf(saved.test);
    if (word == nullptr || saved.value.size() > kLongest)
        return std::nullopt;
    RunCondition condition;
    condition.test = word->test;
    switch (word->kind) {
    case Word::Kind::Choice:
        if (!knownOutcome(saved.value))
            return std::nullopt;
        condition.text = saved.value.toStdString();
        break;
    case Word::Kind::Text:
        if (saved.value.trimmed().isEmpty())
            return std::nullopt;
        condition.text = saved.value.trimmed().toStdString();
        break;
    case Word::Kind::Number:
        if (const auto number = numberOf(saved.value))
            condition.number = *number;
        else
            return std::nullopt;
        break;
    case Word::Kind::None:
        break;
    }
    return condition;
}

std::optional<std::vector<RunCondition>> conditionsOf(const std::vector<SavedCondition> &saved)
{
    std::vector<RunCondition> conditions;
    for (const SavedCondition &one : saved) {
        const auto condition = conditionOf(one);
        if (!condition)
            return std::nullopt;
        conditions.push_back(*condition);
    }
    return conditions;
}

QString text(const SavedCondition &saved, const Formatter &format)
{
    const Word *word = wordOf(saved.test);
    if (word == nullptr)
        return {};
    if (word->kind == Word::Kind::None)
        return word->label;
    QString value = displayName(saved.value);
    if (word->kind == Word::Kind::Choice)
        for (const QVariant &v : outcomes())
            if (v.toMap().value(QStringLiteral("key")).toString() == saved.value)
                value = v.toMap().value(QStringLiteral("text")).toString();
    if (word->kind == Word::Kind::Number)
        if (const auto number = numberOf(saved.value))
            value = format.number(*number, *number == std::floor(*number) ? 0 : 2);
    return word->label + u' ' + value + (word->unit.isEmpty() ? QString() : u' ' + word->unit);
}

QString text(const std::vector<SavedCondition> &saved, const Formatter &format)
{
    QStringList parts;
    for (const SavedCondition &one : saved)
        parts << text(one, format);
    return parts.join(tr(" and "));
}

std::vector<SavedFilter> builtIn()
{
    const auto one = [](const char *test, const char *value = "") {
        return SavedCondition{QString::fromLatin1(test), QString::fromLatin1(value)};
    };
    return {
        {tr("OK, but high output and retries"), {one("outcome", "passed"), one("output_high"), one("retries", "1")}},
        {tr("Costliest 5 %"), {one("costliest", "5")}},
        {tr("Looping"), {one("looping")}},
        {tr("Capped"), {one("outcome", "capped")}},
        {tr("Failed calls"), {one("failed_calls", "1")}},
        {tr("Unpriced"), {one("unpriced")}},
        {tr("Without usage"), {one("without_usage")}},
    };
}

} // namespace flyball::runfilter
