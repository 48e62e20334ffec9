// SPDX-License-Identifier: GPL-3.0-or-later
#include <QVariantMap>

#include "core/models/policy/knobs.h"
#include "core/models/policy/policyrules.h"
#include "core/models/text/displayname.h"

namespace flyball {

namespace {

QString cell(const char *name) { return QString::fromLatin1(name); }
QString tr(const char *text) { return PolicyRules::tr(text); }

QString listText(const std::optional<std::vector<std::string>> &list)
{
    QStringList out;
    for (const std::string &item : list.value_or(std::vector<std::string>()))
        out.append(QString::fromStdString(item));
    return out.join(QStringLiteral(", "));
}

std::optional<std::vector<std::string>> readList(const QString &text)
{
    std::vector<std::string> out;
    for (const QString &part : text.split(u','))
        if (const QString name = part.trimmed(); !name.isEmpty())
            out.push_back(name.toStdString());
    return out.empty() ? std::nullopt : std::optional(out);
}

std::optional<std::string> readText(const QString &text)
{
    const QString plain = text.trimmed();
    return plain.isEmpty() ? std::nullopt : std::optional(plain.toStdString());
}

std::optional<bool> readFlag(const QString &text)
{
    return text.isEmpty() ? std::nullopt : std::optional(text == u"true");
}

QString flagText(const std::optional<bool> &flag)
{
    return !flag ? QString() : *flag ? QStringLiteral("true") : QStringLiteral("false");
}

QString readBound(const QString &text, std::optional<std::int64_t> &out)
{
    const QString plain = text.trimmed();
    out = readCount(plain);
    return plain.isEmpty() || out ? QString() : tr("Write a whole number of tokens, such as 5000.");
}

QString setRange(Condition &when, bool from, const QString &text)
{
    TokenRange range = when.docTokens.value_or(TokenRange());
    const QString error = readBound(text, from ? range.gte : range.lt);
    if (!error.isEmpty())
        return error;
    when.docTokens = range.gte || range.lt ? std::optional(range) : std::nullopt;
    return {};
}

QString setConfidence(Condition &when, const QString &text)
{
    const QString plain = QString(text.trimmed()).replace(u',', u'.');
    const auto number = JsonNumber::parse(plain.toStdString());
    if (!plain.isEmpty() && (!number || number->toDouble() < 0 || number->toDouble() > 1))
        return tr("Write a share from 0 to 1, such as 0.95.");
    when.requiredConfidenceGt = plain.isEmpty() ? std::nullopt : std::optional(number->toDouble());
    return {};
}

} // namespace

QString conditionText(const Condition &when, const Formatter &format)
{
    QStringList out;
    const TokenRange range = when.docTokens.value_or(TokenRange());
    if (range.gte && range.lt)
        out.append(tr("document %1 to %2").arg(format.tokens(*range.gte), format.tokens(*range.lt)));
    else if (range.gte)
        out.append(tr("document %1 or more").arg(format.tokens(*range.gte)));
    else if (range.lt)
        out.append(tr("document under %1").arg(format.tokens(*range.lt)));
    if (when.securitySensitive)
        out.append(*when.securitySensitive ? tr("security sensitive") : tr("not security sensitive"));
    if (when.multiStepReasoning)
        out.append(*when.multiStepReasoning ? tr("multi-step") : tr("not multi-step"));
    if (when.requiredConfidenceGt)
        out.append(
            tr("confidence over %1").arg(QString::fromStdString(JsonNumber::of(*when.requiredConfidenceGt).text())));
    if (when.agent)
        out.append(tr("agent %1").arg(displayName(std::string_view(*when.agent))));
    if (when.userSegment)
        out.append(tr("segment %1").arg(displayName(std::string_view(*when.userSegment))));
    if (when.keywordsAny && !when.keywordsAny->empty())
        out.append(tr("says %1").arg(displayName(listText(when.keywordsAny))));
    return out.isEmpty() ? tr("always") : out.join(QStringLiteral(", "));
}

QVariantMap ruleFields(const Rule &rule, const Formatter &format)
{
    const TokenRange range = rule.when.docTokens.value_or(TokenRange());
    const auto count = [&](const std::optional<std::int64_t> &n) { return n ? format.count(*n) : QString(); };
    const auto text = [](const std::optional<std::string> &t) { return QString::fromStdString(t.value_or("")); };
    return {{cell("id"), QString::fromStdString(rule.id)},
            {cell("tier"), QString::fromStdString(rule.tier)},
            {cell("task_type"), listText(rule.when.taskTypes)},
            {cell("doc_from"), count(range.gte)},
            {cell("doc_below"), count(range.lt)},
            {cell("security_sensitive"), flagText(rule.when.securitySensitive)},
            {cell("multi_step_reasoning"), flagText(rule.when.multiStepReasoning)},
            {cell("confidence"), rule.when.requiredConfidenceGt
                                     ? QString::fromStdString(JsonNumber::of(*rule.when.requiredConfidenceGt).text())
                                     : QString()},
            {cell("agent"), text(rule.when.agent)},
            {cell("user_segment"), text(rule.when.userSegment)},
            {cell("keywords"), listText(rule.when.keywordsAny)},
            {cell("allow_cascade"), flagText(rule.allowCascade)},
            {cell("reason"), text(rule.reason)}};
}

QString setRuleField(Rule &rule, const QString &field, const QString &text)
{
    Condition &when = rule.when;
    if (field == u"id") {
        if (text.trimmed().isEmpty())
            return tr("A rule needs a name.");
        rule.id = text.trimmed().toStdString();
    } else if (field == u"tier") {
        rule.tier = text.toStdString();
    } else if (field == u"task_type") {
        when.taskTypes = readList(text);
    } else if (field == u"doc_from" || field == u"doc_below") {
        return setRange(when, field == u"doc_from", text);
    } else if (field == u"security_sensitive") {
        when.securitySensitive = readFlag(text);
    } else if (field == u"multi_step_reasoning") {
        when.multiStepReasoning = readFlag(text);
    } else if (field == u"confidence") {
        return setConfidence(when, text);
    } else if (field == u"agent") {
        when.agent = readText(text);
    } else if (field == u"user_segment") {
        when.userSegment = readText(text);
    } else if (field == u"keywords") {
        when.keywordsAny = readList(text);
    } else if (field == u"allow_cascade") {
        rule.allowCascade = readFlag(text);
    } else if (field == u"reason") {
        rule.reason = readText(text);
    } else {
        return tr("There is no such field.");
    }
    return {};
}

} // namespace flyball
