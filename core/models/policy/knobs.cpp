// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/models/policy/knobs.h"

#include <QCoreApplication>
#include <QRegularExpression>
#include <QStringList>
#include <algorithm>
#include <array>

#include "core/models/text/displayname.h"

namespace flyball {

namespace {

using K = Knob::Kind;
#define L(text) QT_TRANSLATE_NOOP("Knob", text)

const std::array kKnobs{
    Knob{"general", "/enabled", L("Policy enforced"), K::Flag},
    Knob{"run", "/budget/run_soft/usd", L("Soft cap per run"), K::Usd, "USD"},
    Knob{"run", "/budget/run_hard/usd", L("Hard cap per run"), K::Usd, "USD"},
    Knob{"run", "/budget/run_soft/tokens", L("Soft cap per run"), K::Integer, "tokens"},
    Knob{"run", "/budget/run_hard/tokens", L("Hard cap per run"), K::Integer, "tokens"},
    Knob{"limits", "/budget/call_max_tokens", L("Tokens per call"), K::Integer},
    Knob{"limits", "/budget/call_max_output_tokens", L("Output tokens"), K::Integer},
    Knob{"limits", "/budget/max_iterations", L("Max iterations"), K::Integer},
    Knob{"limits", "/context/compress_above_tokens", L("Compress above"), K::Integer},
    Knob{"periods", "/budget/periods/hour/soft_usd", L("Hour, soft"), K::Usd, "USD"},
    Knob{"periods", "/budget/periods/hour/hard_usd", L("Hour, hard"), K::Usd, "USD"},
    Knob{"periods", "/budget/periods/day/soft_usd", L("Day, soft"), K::Usd, "USD"},
    Knob{"periods", "/budget/periods/day/hard_usd", L("Day, hard"), K::Usd, "USD"},
    Knob{"periods", "/budget/periods/week/soft_usd", L("Week, soft"), K::Usd, "USD"},
    Knob{"periods", "/budget/periods/week/hard_usd", L("Week, hard"), K::Usd, "USD"},
    Knob{"periods", "/budget/periods/month/soft_usd", L("Month, soft"), K::Usd, "USD"},
    Knob{"periods", "/budget/periods/month/hard_usd", L("Month, hard"), K::Usd, "USD"},
    Knob{"fleet", "//fleet/periods/hour/soft_usd", L("Hour, soft"), K::Usd, "USD"},
    Knob{"fleet", "//fleet/periods/hour/hard_usd", L("Hour, hard"), K::Usd, "USD"},
    Knob{"fleet", "//fleet/periods/day/soft_usd", L("Day, soft"), K::Usd, "USD"},
    Knob{"fleet", "//fleet/periods/day/hard_usd", L("Day, hard"), K::Usd, "USD"},
    Knob{"fleet", "//fleet/periods/week/soft_usd", L("Week, soft"), K::Usd, "USD"},
    Knob{"fleet", "//fleet/periods/week/hard_usd", L("Week, hard"), K::Usd, "USD"},
    Knob{"fleet", "//fleet/periods/month/soft_usd", L("Month, soft"), K::Usd, "USD"},
    Knob{"fleet", "//fleet/periods/month/hard_usd", L("Month, hard"), K::Usd, "USD"},
    Knob{"actions", "/budget/on_soft", L("At soft cap"), K::Choices, "", namesOf(SoftAction{})},
    Knob{"actions", "/budget/on_hard", L("At hard cap"), K::Choice, "", namesOf(HardAction{})},
    Knob{"routing", "/routing/default_tier", L("Default tier"), K::Tier},
    Knob{"cascade", "/routing/cascade/enabled", L("Cascade"), K::Flag},
    Knob{"cascade", "/routing/cascade/min_confidence", L("Escalate below"), K::Decimal, "confidence"},
    Knob{"cascade", "/routing/cascade/missing_confidence", L("Missing confidence counts as"), K::Decimal},
    Knob{"cascade", "/routing/cascade/start_tier", L("Starts at"), K::Tier},
    Knob{"cascade", "/routing/cascade/order", L("Order"), K::Tiers},
    Knob{"cascade", "/routing/cascade/max_escalations", L("Escalations at most"), K::Integer},
    Knob{"retry", "/routing/retry/max_attempts", L("Attempts at most"), K::Integer},
    Knob{"retry", "/routing/retry/backoff_ms", L("Wait before the second"), K::Integer, "ms"},
    Knob{"retry", "/routing/retry/escalate_after", L("One tier up after"), K::Integer, "failures"},
    Knob{"planner", "/routing/planner_executor/planner_tier", L("Planner"), K::Tier},
    Knob{"planner", "/routing/planner_executor/executor_tier", L("Executor"), K::Tier},
    Knob{"planner", "/routing/planner_executor/executor_self_checks", L("Self checks of the executor"), K::Integer},
    Knob{"prompt_cache", "/prompt_cache/enabled", L("Prompt cache"), K::Flag},
    Knob{"prompt_cache", "/prompt_cache/static_first", L("Static part first"), K::Flag},
    Knob{"prompt_cache", "/prompt_cache/ttl", L("Kept for"), K::Choice, "", namesOf(PromptCacheTtl{})},
    Knob{"prompt_cache", "/prompt_cache/min_prefix_tokens", L("Prefix at least"), K::Integer, "tokens"},
    Knob{"semantic_cache", "/semantic_cache/enabled", L("Semantic cache"), K::Flag},
    Knob{"semantic_cache", "/semantic_cache/similarity_threshold", L("Similarity at least"), K::Decimal},
    Knob{"semantic_cache", "/semantic_cache/ttl_s", L("Kept for"), K::Integer, "s"},
    Knob{"semantic_cache", "/semantic_cache/task_types", L("Task types"), K::Texts},
    Knob{"context", "/context/strategy", L("Strategy"), K::Choice, "", namesOf(ContextStrategy{})},
    Knob{"context", "/context/keep_last_turns", L("Turns kept"), K::Integer},
    Knob{"context", "/context/keep_tool_results", L("Tool results kept"), K::Flag},
    Knob{"context", "/context/summary_max_tokens", L("Summary at most"), K::Integer, "tokens"},
    Knob{"context", "/context/summary_tier", L("Summarised by"), K::Tier},
    Knob{"tools", "/tools/result_cache_ttl_s", L("Results kept for"), K::Integer, "s"},
    Knob{"tools", "/tools/max_calls_per_run", L("Tool calls per run"), K::Integer},
    Knob{"tools", "/tools/dedupe", L("Same call once"), K::Flag},
    Knob{"output", "/output/mode", L("Form"), K::Choice, "", namesOf(OutputMode{})},
    Knob{"output", "/output/reasoning_effort", L("Reasoning effort"), K::Choice, "", namesOf(ReasoningEffort{})},
    Knob{"output", "/output/max_tokens_by_task", L("Output tokens by task type"), K::Counts},
    Knob{"batch", "/batch/enabled", L("Batch"), K::Flag},
    Knob{"batch", "/batch/task_types", L("Task types"), K::Texts},
    Knob{"batch", "/batch/max_delay_h", L("Delay at most"), K::Decimal, "h"},
    Knob{"batch", "/batch/dead_letter", L("Failed ones kept apart"), K::Flag},
    Knob{"breaker", "/circuit_breaker/enabled", L("Circuit breaker"), K::Flag},
    Knob{"breaker", "/circuit_breaker/same_call_limit", L("Same call repeated"), K::Integer, "times"},
    Knob{"breaker", "/circuit_breaker/same_error_limit", L("Same error repeated"), K::Integer, "times"},
    Knob{"breaker", "/circuit_breaker/min_output_ratio", L("Output / input at least"), K::Decimal},
    Knob{"breaker", "/circuit_breaker/supervisor_tier", L("Supervisor"), K::Tier},
    Knob{"breaker", "/circuit_breaker/check_every", L("Supervisor asks every"), K::Integer, "calls"},
    Knob{"breaker", "/circuit_breaker/action", L("Then"), K::Choice, "", namesOf(BreakerAction{})},
    Knob{"guard", "/quality_guard/signal", L("Signal"), K::Choice, "", namesOf(QualitySignal{})},
    Knob{"guard", "/quality_guard/min_pass_rate", L("Pass rate at least"), K::Decimal},
    Knob{"guard", "/quality_guard/max_drop", L("Drop at most"), K::Decimal},
    Knob{"guard", "/quality_guard/min_samples", L("Samples at least"), K::Integer},
    Knob{"guard", "/quality_guard/detector", L("Detector"), K::Choice, "", namesOf(QualityDetector{})},
    Knob{"guard", "/quality_guard/cusum_h", L("CUSUM threshold"), K::Decimal},
    Knob{"guard", "/quality_guard/shadow_rate", L("Shadow share"), K::Decimal},
    Knob{"guard", "/quality_guard/action", L("Then"), K::Choice, "", namesOf(GuardAction{})},
    Knob{"prompt", "/prompt/name", L("Prompt"), K::Text},
    Knob{"prompt", "/prompt/version", L("Version"), K::Text},
    Knob{"prompt", "/prompt/sha256", L("SHA-256"), K::Text},
    Knob{"economics", "/economics/price_per_success_usd", L("Price per success"), K::Usd, "USD"},
    Knob{"economics", "/economics/target_gross_margin", L("Gross margin aimed at"), K::Decimal},
    Knob{"economics", "/economics/human_cost_per_task_usd", L("Human cost per task"), K::Usd, "USD"},
};
#undef L

QString tr(const char *text) { return QCoreApplication::translate("Knob", text); }

Error wrong(const QString &text) { return {ErrorCode::InvalidArgument, text.toStdString()}; }

QString textOf(const std::string &text) { return QString::fromStdString(text); }

QString moneyField(const JsonNumber &number)
{
    QString text = textOf(number.text());
    const qsizetype dot = text.indexOf(u'.');
    if (dot < 0 && !text.contains(u'e'))
        return text + QStringLiteral(".00");
    return dot >= 0 && text.size() - dot == 2 ? text + u'0' : text;
}

QStringList parts(const QString &text)
{
    QStringList out;
    for (const QString &part : text.split(u','))
        if (const QString name = part.trimmed(); !name.isEmpty())
            out.append(name);
    return out;
}

Result<std::optional<JsonValue>> readCounts(const QString &text)
{
    JsonValue out{JsonValue::Object()};
    for (const QString &part : parts(text)) {
        const qsizetype equals = part.lastIndexOf(u'=');
        const auto count = equals < 1 ? std::nullopt : readCount(part.mid(equals + 1));
        const QString name = part.left(std::max<qsizetype>(0, equals)).trimmed();
        if (!count || name.isEmpty())
            return wrong(tr("Write task = tokens, as in: extract = 400, plan = 900"));
        out.set(name.toStdString(), *count);
    }
    return std::optional(std::move(out));
}

Result<std::optional<JsonValue>> readNumber(const Knob &knob, const QString &text)
{
    if (knob.kind == K::Integer) {
        if (const auto count = readCount(text))
            return std::optional(JsonValue(*count));
        return wrong(tr("Write a whole number such as 1200"));
    }
    if (knob.kind == K::Usd) {
        if (const auto money = readMoney(text))
            return std::optional(JsonValue(*money));
        return wrong(tr("Write an amount such as 2.60, without thousands separators"));
    }
    const auto number = JsonNumber::parse(QString(text).replace(u',', u'.').toStdString());
    return number ? Result<std::optional<JsonValue>>(JsonValue(*number)) : wrong(tr("Write a number such as 0.85"));
}

} // namespace

std::span<const Knob> policyKnobs() { return kKnobs; }

const Knob *knobAt(const QString &pointer)
{
    const auto found = std::find_if(kKnobs.begin(), kKnobs.end(),
                                    [&](const Knob &knob) { return pointer == QLatin1String(knob.pointer); });
    return found == kKnobs.end() ? nullptr : &*found;
}

QString choiceText(std::string_view name)
{
    QString text = displayName(name).replace(u'_', u' ');
    if (!text.isEmpty())
        text[0] = text[0].toUpper();
    return text;
}

std::optional<std::int64_t> readCount(const QString &text)
{
    static const QRegularExpression kGrouped(
        QStringLiteral("^(\\d{1,18}|\\d{1,3}(?:[.,' \u00a0\u2009\u202f]\\d{3}){1,5})$"));
    QString plain = text.trimmed();
    if (!kGrouped.match(plain).hasMatch())
        return std::nullopt;
    plain.remove(QRegularExpression(QStringLiteral("\\D")));
    bool ok = false;
    const qint64 value = plain.toLongLong(&ok);
    return ok ? std::optional<std::int64_t>(value) : std::nullopt;
}

std::optional<JsonNumber> readMoney(const QString &text)
{
    QString plain = text.trimmed();
    if (plain.startsWith(u'$'))
        plain = plain.mid(1).trimmed();
    // "1,300" may be 1300 or 1.3: with money nobody guesses.
    static const QRegularExpression kPlain(QStringLiteral("^\\d{1,12}(?:\\.\\d{1,12}|,\\d{1,2}|,\\d{4,12})?$"));
    if (!kPlain.match(plain).hasMatch())
        return std::nullopt;
    plain.replace(u',', u'.');
    while (plain.size() > 1 && plain[0] == u'0' && plain[1] != u'.')
        plain.remove(0, 1);
    return JsonNumber::parse(plain.toStdString());
}

QString knobText(const Knob &knob, const JsonValue &value, const Formatter &format)
{
    if (const bool *flag = value.boolean())
        return *flag ? QStringLiteral("true") : QStringLiteral("false");
    if (const JsonNumber *number = value.number()) {
        const auto whole = number->toInt64();
        return knob.kind == K::Usd ? moneyField(*number) : whole ? format.count(*whole) : textOf(number->text());
    }
    if (const std::string *text = value.string())
        return textOf(*text);
    QStringList out;
    if (const auto *list = value.array())
        for (const JsonValue &item : *list)
            out.append(item.string() ? textOf(*item.string()) : QString());
    if (const auto *members = value.object())
        for (const auto &[name, count] : *members)
            out.append(textOf(name) + QStringLiteral(" = ") + knobText({"", "", "", K::Integer}, count, format));
    return out.join(QStringLiteral(", "));
}

QString knobWords(const Knob &knob, const JsonValue &value, const Formatter &format)
{
    if (const bool *flag = value.boolean())
        return *flag ? tr("on") : tr("off");
    if (knob.kind == K::Usd && value.number())
        return u'$' + knobText(knob, value, format);
    if (knob.kind == K::Choices && value.array()) {
        QStringList out;
        for (const JsonValue &item : *value.array())
            out.append(item.string() ? choiceText(*item.string()) : QString());
        return out.isEmpty() ? tr("nothing") : out.join(QStringLiteral(", "));
    }
    if (!knob.choices.empty() && value.string())
        return choiceText(*value.string());
    const QString text = displayName(knobText(knob, value, format));
    return *knob.unit ? text + u' ' + tr(knob.unit) : text;
}

Result<std::optional<JsonValue>> readKnob(const Knob &knob, const QString &text)
{
    const QString plain = text.trimmed();
    if (plain.isEmpty())
        return std::optional<JsonValue>();
    switch (knob.kind) {
    case K::Flag:
        return std::optional(JsonValue(plain == u"true"));
    case K::Integer:
    case K::Usd:
    case K::Decimal:
        return readNumber(knob, plain);
    case K::Counts:
        return readCounts(plain);
    case K::Texts:
    case K::Tiers:
    case K::Choices: {
        JsonValue::Array list;
        for (const QString &part : parts(plain))
            list.emplace_back(part.toStdString());
        return std::optional(JsonValue(std::move(list)));
    }
    case K::Text:
    case K::Choice:
    case K::Tier:
        break;
    }
    return std::optional(JsonValue(plain.toStdString()));
}

} // namespace flyball
