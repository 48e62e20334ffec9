// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/models/policy/policyrules.h"

#include <algorithm>
#include <set>

#include "core/models/text/displayname.h"

namespace flyball {

namespace {

constexpr int kMostOffers = 20;

QString cell(const char *name) { return QString::fromLatin1(name); }

std::vector<Rule> rulesOf(const PolicyBody &body)
{
    return body.routing && body.routing->rules ? *body.routing->rules : std::vector<Rule>();
}

/// Where an edit writes; the list that holds there now, inherited or not, is what it begins with.
std::optional<std::vector<Rule>> *rulesIn(PolicyDocument &document, const EditScope &scope)
{
    PolicyBody *body = &document.defaults;
    if (!scope.workflow.empty()) {
        Workflow *flow = nullptr;
        for (auto &[name, workflow] : document.workflows)
            if (name == scope.workflow)
                flow = &workflow;
        if (!flow)
            flow = &document.workflows.emplace_back(scope.workflow, Workflow{}).second;
        body = &flow->body;
        if (scope.override) {
            if (!flow->overrides || *scope.override >= flow->overrides->size())
                return nullptr;
            body = &(*flow->overrides)[*scope.override].set;
        }
    }
    if (!body->routing)
        body->routing.emplace();
    return &body->routing->rules;
}

std::string freeId(const std::vector<Rule> &rules, const std::string &wanted)
{
    const auto taken = [&](const std::string &id) {
        return std::any_of(rules.begin(), rules.end(), [&](const Rule &rule) { return rule.id == id; });
    };
    if (!taken(wanted))
        return wanted;
    int n = 2;
    while (taken(wanted + '-' + std::to_string(n)))
        ++n;
    return wanted + '-' + std::to_string(n);
}

} // namespace

PolicyRules::PolicyRules(PolicyDesk &desk, QObject *parent) : QObject(parent), m_desk(desk) { draftChanged(); }

void PolicyRules::scopeChanged()
{
    m_current = -1;
    m_error.clear();
    draftChanged();
}

void PolicyRules::setCurrent(int index)
{
    m_current = index >= 0 && index < m_rows.size() ? index : -1;
    m_error.clear();
    Q_EMIT changed();
}

void PolicyRules::draftChanged()
{
    const EffectivePolicy now = m_desk.effective();
    m_rules = rulesOf(now.body);
    m_problems = ruleProblems(m_rules);
    const PolicyOrigin *origin = now.origin("/routing/rules");
    m_here = origin && m_desk.scope.isLayer(origin->layer);
    m_origin = origin && !m_here ? m_desk.layerText(origin->layer) : QString();
    m_counts = m_desk.evidence && m_desk.evidence->error.empty() ? countByRule(m_rules, m_desk.evidence->tasks)
                                                                 : std::vector<RuleCount>();
    const std::vector<Rule> former = rulesOf(m_desk.former().body);
    m_rows.clear();
    bool blind = false;
    for (std::size_t i = 0; i < m_rules.size(); ++i) {
        m_rows.append(row(i, former));
        blind = blind || (i < m_counts.size() && m_counts[i].maybe > 0);
    }
    m_note = blind
                 ? tr("Traces do not record document tokens, flags or confidence: ≤ counts every call that may match.")
                 : QString();
    if (m_current >= m_rows.size())
        m_current = -1;
    showOffers();
    Q_EMIT changed();
}

QVariantMap PolicyRules::row(std::size_t i, const std::vector<Rule> &former) const
{
    const Rule &rule = m_rules[i];
    QVariantMap out = ruleFields(rule, m_desk.services.format);
    const QString tasks = out.value(cell("task_type")).toString();
    out.insert(cell("tasks"), tasks.isEmpty() ? tr("any") : displayName(tasks));
    out.insert(cell("when"), conditionText(rule.when, m_desk.services.format));
    out.insert(cell("tierText"), displayName(std::string_view(rule.tier)));
    const auto index = m_desk.draft.document().tierIndex(rule.tier);
    const std::size_t last = std::max<std::size_t>(1, m_desk.draft.document().tiers.size()) - 1;
    out.insert(cell("tierIndex"), !index ? -1 : last == 0 ? 1 : static_cast<int>(*index * 2 / last));
    const auto old = std::find_if(former.begin(), former.end(), [&](const Rule &r) { return r.id == rule.id; });
    const bool known = m_desk.draft.base().has_value();
    out.insert(cell("changed"), known && (old == former.end() || *old != rule));
    out.insert(cell("wasTier"),
               old != former.end() && old->tier != rule.tier ? displayName(std::string_view(old->tier)) : QString());
    for (const RuleProblem &problem : m_problems) {
        if (problem.rule != i)
            continue;
        out.insert(cell("problem"),
                   problem.kind == RuleProblem::Kind::Impossible ? tr("its conditions contradict each other")
                   : problem.kind == RuleProblem::Kind::Covered  ? tr("never reached: earlier rules take all its tasks")
                                                                 : tr("security-sensitive tasks fall to the default"));
        out.insert(cell("unreachable"), problem.kind != RuleProblem::Kind::FallsToDefault);
    }
    describeCalls(i, out);
    return out;
}

void PolicyRules::describeCalls(std::size_t i, QVariantMap &out) const
{
    const Formatter &f = m_desk.services.format;
    if (i >= m_counts.size()) {
        out.insert(cell("calls"), Formatter::unknown());
        return;
    }
    const RuleCount &count = m_counts[i];
    const QString at_least = m_desk.evidence->callsCut ? QStringLiteral("≥ ") : QString();
    if (count.maybe == 0)
        out.insert(cell("calls"), at_least + f.count(count.sure));
    else if (m_rules[i].when.taskTypes || m_rules[i].when.agent || m_rules[i].when.userSegment)
        out.insert(cell("calls"), QStringLiteral("≤ ") + f.count(count.sure + count.maybe));
    else
        out.insert(cell("calls"), Formatter::unknown());
}

void PolicyRules::showOffers()
{
    m_offers.clear();
    if (!m_desk.evidence)
        return;
    std::set<std::string> named;
    for (const Rule &rule : m_rules)
        if (rule.when.taskTypes)
            named.insert(rule.when.taskTypes->begin(), rule.when.taskTypes->end());
    std::map<std::string, std::int64_t> seen;
    for (const TaskGroup &task : m_desk.evidence->tasks)
        if (!task.taskType.empty() && !named.contains(task.taskType))
            seen[task.taskType] += task.calls;
    std::vector<std::pair<std::string, std::int64_t>> list(seen.begin(), seen.end());
    std::stable_sort(list.begin(), list.end(), [](const auto &a, const auto &b) { return a.second > b.second; });
    for (const auto &[type, calls] : list)
        if (m_offers.size() < kMostOffers)
            m_offers.append(QVariantMap{{cell("key"), QString::fromStdString(type)},
                                        {cell("text"), displayName(std::string_view(type))},
                                        {cell("sub"), tr("%1 calls").arg(m_desk.services.format.count(calls))}});
}

bool PolicyRules::edit(const QString &label, const RuleEdit &change)
{
    const std::vector<Rule> begin = m_rules;
    m_error.clear();
    m_desk.draft.apply(label, [&](PolicyDocument &document) {
        std::optional<std::vector<Rule>> *rules = rulesIn(document, m_desk.scope);
        if (!rules)
            return;
        *rules = begin;
        change(**rules);
    });
    if (m_desk.draft.refusal().empty())
        return true;
    m_error = m_desk.refusalText();
    Q_EMIT changed();
    return false;
}

void PolicyRules::add(const QString &taskType)
{
    const PolicyDocument &document = m_desk.draft.document();
    if (!m_desk.draft.started() || document.tiers.empty())
        return;
    Rule rule;
    rule.tier = document.tiers.front().id;
    if (!taskType.isEmpty()) {
        rule.when.taskTypes = {taskType.toStdString()};
        // The tier it mostly runs at today: a new rule must not change what agents do before it is edited.
        std::map<std::string, std::int64_t> tiers;
        if (m_desk.evidence)
            for (const TaskGroup &task : m_desk.evidence->tasks)
                if (task.taskType == taskType.toStdString() && document.tierIndex(task.tier))
                    tiers[task.tier] += task.calls;
        const auto most = std::max_element(tiers.begin(), tiers.end(),
                                           [](const auto &a, const auto &b) { return a.second < b.second; });
        if (most != tiers.end())
            rule.tier = most->first;
    }
    rule.id = freeId(m_rules, taskType.isEmpty() ? "rule" : taskType.toStdString());
    const int at = static_cast<int>(m_rules.size());
    if (edit(tr("Add rule %1").arg(displayName(std::string_view(rule.id))),
             [&](std::vector<Rule> &rules) { rules.push_back(rule); }))
        setCurrent(at);
}

void PolicyRules::remove(int index)
{
    if (index < 0 || index >= m_rows.size())
        return;
    const auto i = static_cast<std::ptrdiff_t>(index);
    const QString name = displayName(std::string_view(m_rules[static_cast<std::size_t>(index)].id));
    setCurrent(-1);
    (void)edit(tr("Remove rule %1").arg(name), [i](std::vector<Rule> &rules) { rules.erase(rules.begin() + i); });
}

void PolicyRules::move(int from, int to)
{
    const auto n = static_cast<int>(m_rules.size());
    if (from < 0 || from >= n || to < 0 || to >= n || from == to)
        return;
    const bool open = m_current == from;
    const QString name = displayName(std::string_view(m_rules[static_cast<std::size_t>(from)].id));
    if (edit(tr("Move rule %1").arg(name), [from, to](std::vector<Rule> &rules) {
            Rule rule = std::move(rules[static_cast<std::size_t>(from)]);
            rules.erase(rules.begin() + from);
            rules.insert(rules.begin() + to, std::move(rule));
        }))
        setCurrent(open ? to : -1);
}

bool PolicyRules::set(int index, const QString &field, const QString &text)
{
    if (index < 0 || index >= m_rows.size())
        return false;
    if (m_rows[index].toMap().value(field).toString() == text)
        return true;
    Rule rule = m_rules[static_cast<std::size_t>(index)];
    const QString error = setRuleField(rule, field, text);
    if (!error.isEmpty()) {
        m_error = error;
        Q_EMIT changed();
        return false;
    }
    const QString label = field == u"tier"
                              ? tr("Rule %1 to %2").arg(displayName(std::string_view(rule.id)), displayName(text))
                              : tr("Rule %1").arg(displayName(std::string_view(rule.id)));
    return edit(label, [&](std::vector<Rule> &rules) { rules[static_cast<std::size_t>(index)] = rule; });
}

void PolicyRules::inherit()
{
    setCurrent(-1);
    m_desk.draft.applyJson(tr("Inherit the rules"),
                           [this](JsonValue &json) { setKnob(json, m_desk.scope, "/routing/rules", std::nullopt); });
}

} // namespace flyball
