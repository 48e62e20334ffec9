// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/models/policy/policymodel.h"

#include <algorithm>
#include <set>

#include "core/models/text/displayname.h"
#include "core/pricing/catalog.h"

namespace flyball {

namespace {

QString cell(const char *name) { return QString::fromLatin1(name); }

bool below(const std::string &path, const std::string &prefix)
{
    return path.rfind(prefix, 0) == 0 && (path.size() == prefix.size() || path[prefix.size()] == '/');
}

} // namespace

QVariantList findingRows(const Findings &findings)
{
    QVariantList errors, warnings;
    for (const Finding &finding : findings) {
        const bool error = finding.severity == Severity::Error;
        QVariantMap row{{cell("path"), displayName(std::string_view(finding.path))},
                        {cell("text"), displayName(std::string_view(finding.message))},
                        {cell("tone"), error ? cell("crit") : cell("warn")}};
        (error ? errors : warnings).append(row);
    }
    return errors + warnings;
}

PolicyModel::PolicyModel(Services &services, const QString &draftPath, QObject *parent)
    : QObject(parent),
      m_services(services),
      m_desk{services, PolicyDraft(draftPath), {}, nullptr, {}},
      m_evidence(m_desk, this),
      m_form(m_desk, m_evidence, this),
      m_rules(m_desk, this),
      m_tiers(m_desk, this)
{
    connect(&m_desk.draft, &PolicyDraft::changed, this, &PolicyModel::draftChanged);
    connect(&m_desk.draft, &PolicyDraft::saved, this, &PolicyModel::changed);
    connect(&m_evidence, &EvidenceModel::changed, this, [this] { m_desk.draft.setContext(context()); });
    refresh();
}

CheckContext PolicyModel::context() const
{
    CheckContext out;
    out.modelPriced = [catalog = m_services.engine.prices()](std::string_view name) {
        const std::size_t slash = name.find('/');
        return !catalog || slash == std::string_view::npos
               || catalog->match(name.substr(0, slash), name.substr(slash + 1)).found();
    };
    const auto &e = m_desk.evidence;
    if (!e || e->question.workflow.empty() || !e->error.empty())
        return out;
    PolicyObservation seen;
    seen.workflow = e->question.workflow;
    seen.runs = e->proposal.usd.n;
    seen.p99Usd = e->proposal.usd.p99;
    seen.p99Tokens = e->proposal.tokens.p99;
    seen.p99Iterations = e->proposal.iterations.p99;
    out.observations.push_back(std::move(seen));
    return out;
}

void PolicyModel::draftChanged()
{
    const EditScope present = presentScope(m_desk.draft.document(), m_desk.scope);
    if (present != m_desk.scope) {
        m_desk.scope = present;
        return scopeMoved();
    }
    m_form.draftChanged();
    m_rules.draftChanged();
    m_tiers.draftChanged();
    m_evidence.edited();
    refresh();
}

void PolicyModel::scopeMoved()
{
    m_evidence.scopeChanged();
    m_form.scopeChanged();
    m_rules.scopeChanged();
    m_tiers.draftChanged();
    refresh();
    m_services.refresh();
}

void PolicyModel::setScope(const QString &key)
{
    const EditScope wanted = presentScope(m_desk.draft.document(), EditScope::fromKey(key));
    if (wanted == m_desk.scope)
        return;
    m_desk.scope = wanted;
    scopeMoved();
}

void PolicyModel::openWorkflow(const QString &workflowId)
{
    const auto symbol = symbolFromId(workflowId);
    if (symbol && m_desk.view.snapshot)
        if (const QString name = m_desk.view.rawName(*symbol); !name.isEmpty())
            setScope(QStringLiteral("w:") + name);
}

void PolicyModel::refresh()
{
    showFindings();
    showScopes();
    Q_EMIT changed();
}

void PolicyModel::showFindings()
{
    Findings first, rest;
    const std::string here = m_desk.scope.bodyPointer();
    for (const Finding &finding : m_desk.draft.findings()) {
        const bool concerns = finding.severity == Severity::Error || below(finding.path, here)
                              || !(below(finding.path, "/defaults") || below(finding.path, "/workflows"));
        (concerns ? first : rest).push_back(finding);
    }
    m_findings = findingRows(first) + findingRows(rest);
    m_findingsHere = static_cast<int>(first.size());
}

void PolicyModel::showScopes()
{
    const PolicyDocument &document = m_desk.draft.document();
    const auto count = [&](const std::string &prefix, const std::string &but) {
        int n = 0;
        for (const PolicyChange &change : m_desk.draft.changes())
            n += change.kind != PolicyChange::Kind::Routed && below(change.path, prefix)
                         && (but.empty() || !below(change.path, but))
                     ? 1
                     : 0;
        return m_desk.draft.base() ? n : 0;
    };
    m_scopes.clear();
    const auto add = [&](const EditScope &scope, const char *kind, const QString &text, int slot, int changes,
                         const QString &note) {
        m_scopes.append(QVariantMap{{cell("key"), scope.key()},
                                    {cell("kind"), cell(kind)},
                                    {cell("text"), text},
                                    {cell("slot"), slot},
                                    {cell("changes"), changes},
                                    {cell("note"), note}});
    };
    add({}, "defaults", tr("Fleet defaults"), -2, count("/defaults", ""), {});
    std::set<std::string> names(m_flows.begin(), m_flows.end());
    for (const auto &[name, workflow] : document.workflows)
        names.insert(name);
    for (const std::string &name : names) {
        const Workflow *workflow = document.workflow(name);
        const auto overrides = workflow && workflow->overrides ? workflow->overrides->size() : 0;
        const QString raw = QString::fromStdString(name);
        add({name, std::nullopt}, "workflow", displayName(raw), m_services.colours.slotOf(raw),
            count(pointerAt("/workflows", name), ""),
            overrides == 0   ? QString()
            : overrides == 1 ? tr("1 override")
                             : tr("%1 overrides").arg(overrides));
    }
    const Workflow *here = document.workflow(m_desk.scope.workflow);
    if (!here || !here->overrides)
        return;
    for (std::size_t i = 0; i < here->overrides->size(); ++i) {
        const EditScope scope{m_desk.scope.workflow, i};
        add(scope, "override", displayName(describeMatch((*here->overrides)[i].match)), -2,
            count(pointerAt(pointerAt("/workflows", scope.workflow) + "/overrides", i), ""), {});
    }
}

void PolicyModel::show(const View &view)
{
    m_desk.view = view;
    std::set<std::string> flows;
    for (const Group &group : view.group({Dimension::Workflow}))
        if (const QString name = view.rawName(group.key[0]); !name.isEmpty())
            flows.insert(name.toStdString());
    const std::vector<std::string> seen(flows.begin(), flows.end());
    const bool other = seen != m_flows;
    m_flows = seen;
    if (!started()) {
        if (m_starter && m_sinceSeen.elapsed() < kSeenEveryMs)
            return;
        m_sinceSeen.start();
        Seen all = m_tiers.seen();
        if (!Zone::named(all.timezone))
            all.timezone.clear();
        m_starter = starterPolicy(all);
        m_startText =
            m_starter ? tr("Flyball has seen %1 workflows and %2 models. A first policy puts the models into tiers by "
                           "today's price and sets no cap: it changes nothing until you do.")
                            .arg(all.workflows.size())
                            .arg(all.models.size())
                      : tr("No model with a price has been seen yet. A policy file can be imported.");
        Q_EMIT changed();
        return;
    }
    if (other)
        refresh();
    m_evidence.show();
    m_form.show();
    m_tiers.show();
}

} // namespace flyball
