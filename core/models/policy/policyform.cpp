// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/models/policy/policyform.h"

#include <QCoreApplication>
#include <algorithm>
#include <cmath>

#include "core/models/text/displayname.h"

namespace flyball {

namespace {

QString cell(const char *name) { return QString::fromLatin1(name); }
QString words(const char *text) { return QCoreApplication::translate("Knob", text); }

/// To as many digits as somebody would type: cents or three digits of money, two of counts above 100.
JsonValue rounded(const Knob &knob, double value)
{
    const double size = std::pow(10.0, std::floor(std::log10(std::max(value, 1e-6))));
    if (knob.kind == Knob::Kind::Usd) {
        const double step = std::max(size / 100, 1e-6);
        const double money = std::round(value / step) * step;
        const auto micro = static_cast<std::int64_t>(std::llround(money * 1e6));
        return JsonNumber::of(UsdSum::fromParts(micro / 1'000'000, (micro % 1'000'000) * (kPicoPerUsd / 1'000'000)));
    }
    const double step = value < 100 ? 1 : size / 10;
    return std::max<std::int64_t>(1, static_cast<std::int64_t>(std::llround(std::round(value / step) * step)));
}

bool numeric(const Knob &knob)
{
    return knob.kind == Knob::Kind::Integer || knob.kind == Knob::Kind::Usd || knob.kind == Knob::Kind::Decimal;
}

} // namespace

QString PolicyDesk::layerText(const PolicyLayer &layer) const
{
    switch (layer.kind) {
    case PolicyLayer::Kind::Defaults:
        return PolicyForm::tr("from defaults");
    case PolicyLayer::Kind::Workflow:
        return PolicyForm::tr("from the workflow");
    case PolicyLayer::Kind::Override:
        break;
    }
    return PolicyForm::tr("from an override");
}

QString PolicyDesk::refusalText() const
{
    for (const Finding &finding : draft.refusal())
        if (finding.severity == Severity::Error)
            return displayName(std::string_view(finding.message));
    return {};
}

PolicyForm::PolicyForm(PolicyDesk &desk, EvidenceModel &evidence, QObject *parent)
    : QObject(parent), m_desk(desk), m_evidence(evidence)
{
    refresh();
}

void PolicyForm::draftChanged()
{
    refresh();
    Q_EMIT changed();
    show();
}

void PolicyForm::scopeChanged()
{
    m_refused.clear();
    m_spent.clear();
    draftChanged();
}

/// Members that a part cannot be without come along with the first of it, as they hold now; and go with each other.
void PolicyForm::completeParts(JsonValue &json, const std::string &at, bool added) const
{
    const EditScope &scope = m_desk.scope;
    const PolicyDocument &document = m_desk.draft.document();
    const auto need = [&](const std::string &part, const std::string &member,
                          const std::optional<std::string> &fallback) {
        const auto whole = knobValue(json, scope.bodyPointer() + part);
        if (at.rfind(part + '/', 0) != 0 || !whole || whole->find(member))
            return;
        const auto now = knobValue(m_layered.nowJson, part + '/' + member);
        if (!added)
            setKnob(json, scope, part, std::nullopt);
        else if (now)
            setKnob(json, scope, part + '/' + member, *now);
        else if (fallback)
            setKnob(json, scope, part + '/' + member, JsonValue(*fallback));
    };
    if (!document.tiers.empty()) {
        need("/routing/planner_executor", "planner_tier", document.tiers.back().id);
        need("/routing/planner_executor", "executor_tier", document.tiers.front().id);
    }
    need("/prompt", "version", std::nullopt);
}

bool PolicyForm::put(const QString &pointer, const Knob &knob, const std::optional<JsonValue> &value,
                     const QString &key)
{
    const QString label = value ? tr("%1 %2").arg(words(knob.label), knobWords(knob, *value, m_desk.services.format))
                                : tr("%1 inherited").arg(words(knob.label));
    const std::string at = pointer.toStdString();
    const EditScope scope = m_desk.scope;
    m_desk.draft.applyJson(
        label,
        [&](JsonValue &json) {
            setKnob(json, scope, at, value);
            completeParts(json, at, value.has_value());
        },
        key);
    return m_desk.draft.refusal().empty();
}

bool PolicyForm::set(const QString &pointer, const QString &text)
{
    const Knob *knob = knobAt(pointer);
    if (!knob || !m_desk.draft.started())
        return false;
    const QVariantMap shown = field(pointer);
    // A choice is made on purpose, a field may only have been visited: what is inherited stays inherited then.
    if (shown.value(cell("kind")) != cell("choice") && text == shown.value(cell("text")).toString()
        && !m_refused.contains(pointer) && (!text.isEmpty() || !shown.value(cell("here")).toBool()))
        return true;
    m_refused.remove(pointer);
    const auto value = readKnob(*knob, text);
    if (!value || !put(pointer, *knob, *value, {})) {
        const QString why = !value ? QString::fromStdString(value.error().message) : m_desk.refusalText();
        m_refused.insert(pointer, {text, why});
        ++m_revision;
        Q_EMIT changed();
        return false;
    }
    ++m_revision; // the same value again must clear a refusal as well
    Q_EMIT changed();
    return true;
}

bool PolicyForm::toggle(const QString &pointer, const QString &choice)
{
    const Knob *knob = knobAt(pointer);
    if (!knob || knob->kind != Knob::Kind::Choices)
        return false;
    const std::string name = choice.toStdString();
    const auto now = knobValue(m_layered.nowJson, pointer.toStdString());
    JsonValue::Array list = now && now->array() ? *now->array() : JsonValue::Array();
    const auto found = std::find(list.begin(), list.end(), JsonValue(name));
    found == list.end() ? list.push_back(JsonValue(name)) : void(list.erase(found));
    return put(pointer, *knob, JsonValue(std::move(list)), {});
}

void PolicyForm::drag(const QString &pointer, double value)
{
    const Knob *knob = knobAt(pointer);
    if (!knob || !numeric(*knob) || !std::isfinite(value) || !(value > 0) || !m_desk.draft.started())
        return;
    m_refused.remove(pointer);
    (void)put(pointer, *knob, rounded(*knob, value), m_desk.scope.key() + pointer);
}

void PolicyForm::useProposal(const QString &pointer)
{
    const Knob *knob = knobAt(pointer);
    if (const auto value = m_evidence.proposal(pointer); knob && value) {
        m_refused.remove(pointer);
        (void)put(pointer, *knob, value, {});
    }
}

QVariantMap PolicyForm::field(const QString &pointer) const
{
    const Knob *knob = knobAt(pointer);
    if (!knob)
        return {};
    QVariantMap out{{cell("pointer"), pointer},
                    {cell("label"), words(knob->label)},
                    {cell("unit"), *knob->unit ? words(knob->unit) : QString()},
                    {cell("numeric"), numeric(*knob)}};
    describeValue(*knob, out);
    describeOptions(*knob, out);
    describeProblem(pointer, out);
    const auto proposal = m_evidence.proposal(pointer);
    const auto now = knobValue(m_layered.nowJson, knob->pointer);
    if (proposal && proposal != now)
        out.insert(cell("proposalText"), tr("Use %1").arg(knobWords(*knob, *proposal, m_desk.services.format)));
    return out;
}

void PolicyForm::describeValue(const Knob &knob, QVariantMap &out) const
{
    const Formatter &f = m_desk.services.format;
    const bool absolute = knob.pointer[1] == '/';
    const auto now = knobValue(absolute ? m_layered.documentJson : m_layered.nowJson, knob.pointer);
    const auto former = absolute ? (m_desk.draft.base() ? knobValue(toJson(*m_desk.draft.base()), knob.pointer)
                                                        : std::optional<JsonValue>())
                                 : knobValue(m_layered.formerJson, knob.pointer);
    std::string path = knob.pointer;
    if (path.rfind("/budget/periods/", 0) == 0) // a window is one value for the layers
        path.resize(path.rfind('/'));
    const PolicyOrigin *origin = absolute ? nullptr : m_layered.now.origin(path);
    if (knob.kind == Knob::Kind::Counts && now && now->object()) // each member is a value of its own
        for (const auto &[name, count] : *now->object())
            if (const PolicyOrigin *one = m_layered.now.origin(pointerAt(path, name));
                !origin || (one && m_desk.scope.isLayer(one->layer)))
                origin = one;
    const bool here = now && (absolute || (origin && m_desk.scope.isLayer(origin->layer)));
    const bool changed = m_desk.draft.base() && now != former;
    out.insert(cell("text"), now ? knobText(knob, *now, f) : QString());
    out.insert(cell("words"), now ? knobWords(knob, *now, f) : QString());
    out.insert(cell("value"), now && now->number() ? now->number()->toDouble() : 0.0);
    out.insert(cell("here"), here);
    out.insert(cell("origin"), now && !here && origin ? m_desk.layerText(origin->layer) : QString());
    out.insert(cell("changed"), changed);
    out.insert(cell("was"), !changed ? QString()
                            : former ? tr("was %1").arg(knobWords(knob, *former, f))
                                     : tr("was none"));
    out.insert(cell("state"), changed ? cell("changed")
                              : !now  ? cell("unset")
                              : here  ? cell("set")
                                      : cell("inherited"));
}

void PolicyForm::describeOptions(const Knob &knob, QVariantMap &out) const
{
    using K = Knob::Kind;
    const bool chips = knob.kind == K::Choices;
    const bool choice = knob.kind == K::Flag || knob.kind == K::Choice || knob.kind == K::Tier;
    out.insert(cell("kind"), chips ? cell("chips") : choice ? cell("choice") : cell("text"));
    if (!chips && !choice)
        return;
    QVariantList options;
    const auto option = [&](const QString &key, const QString &text, const QString &sub = {}) {
        options.append(QVariantMap{{cell("key"), key}, {cell("text"), text}, {cell("sub"), sub}});
    };
    const bool here = out.value(cell("here")).toBool();
    if (choice)
        option({}, m_desk.scope.workflow.empty() ? tr("not set") : tr("inherit"));
    if (knob.kind == K::Flag) {
        option(cell("true"), tr("on"));
        option(cell("false"), tr("off"));
    }
    for (const std::string_view name : knob.choices)
        option(QString::fromUtf8(name.data(), static_cast<qsizetype>(name.size())), choiceText(name));
    if (knob.kind == K::Tier)
        for (const Tier &tier : m_desk.draft.document().tiers)
            option(QString::fromStdString(tier.id), displayName(std::string_view(tier.id)));
    out.insert(cell("options"), options);
    // An inherited choice shows its value; to choose it again sets it here.
    out.insert(cell("current"), out.value(cell("text")));
    if (choice && !here && out.value(cell("text")).toString().isEmpty())
        out.insert(cell("current"), QString());
    QVariantList on;
    if (chips)
        if (const auto now = knobValue(m_layered.nowJson, knob.pointer); now && now->array())
            for (const JsonValue &item : *now->array())
                on.append(item.string() ? QString::fromStdString(*item.string()) : QString());
    out.insert(cell("on"), on);
}

void PolicyForm::describeProblem(const QString &pointer, QVariantMap &out) const
{
    if (const auto refused = m_refused.constFind(pointer); refused != m_refused.constEnd()) {
        out.insert(cell("text"), refused->text);
        out.insert(cell("error"), refused->error);
        out.insert(cell("tone"), cell("crit"));
        out.insert(cell("state"), cell("invalid"));
        return;
    }
    const std::string at = findingPointer(m_layered.documentJson, m_desk.scope, pointer.toStdString());
    for (const Finding &finding : m_desk.draft.findings()) {
        if (finding.path != at)
            continue;
        const bool error = finding.severity == Severity::Error;
        out.insert(cell("error"), displayName(std::string_view(finding.message)));
        out.insert(cell("tone"), error ? cell("crit") : cell("warn"));
        if (error) {
            out.insert(cell("state"), cell("invalid"));
            return;
        }
    }
}

} // namespace flyball
