// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/models/policy/policypush.h"

#include <algorithm>

#include "core/models/text/displayname.h"
#include "core/policy/document/text.h"

namespace flyball {

namespace {

QVariantMap noteOf(const QString &text, const QString &tone = {})
{
    return {{QStringLiteral("text"), text}, {QStringLiteral("tone"), tone}};
}

constexpr int kMostNotes = 8;
constexpr int kMostAnnounced = 3; ///< of one look; the list has them all

/// What is said of several scopes in the same words is said once, with how many they are.
QStringList warningLines(const Findings &findings)
{
    std::vector<std::pair<std::string, std::vector<std::string>>> byWords;
    for (const Finding &finding : findings) {
        if (finding.severity != Severity::Warning)
            continue;
        const auto colon = finding.message.find(": ");
        const bool scoped = finding.code == "no_cap" && colon != std::string::npos;
        const std::string words = scoped ? finding.message.substr(colon + 2) : finding.message;
        const auto same = std::find_if(byWords.begin(), byWords.end(), [&](const auto &e) { return e.first == words; });
        auto &entry = same != byWords.end() ? *same : byWords.emplace_back(words, std::vector<std::string>());
        if (scoped)
            entry.second.push_back(finding.message.substr(0, colon));
    }
    QStringList lines;
    for (const auto &[words, scopes] : byWords) {
        const QString said = displayName(words);
        lines << (scopes.empty()       ? said
                  : scopes.size() == 1 ? displayName(scopes.front()) + QStringLiteral(": ") + said
                                       : PolicyPush::tr("%1 and %2 more: %3")
                                             .arg(displayName(scopes.front()))
                                             .arg(scopes.size() - 1)
                                             .arg(said));
    }
    return lines;
}

} // namespace

PolicyPush::PolicyPush(Services &services, PolicyDraft &draft, PolicyLink *link, const QString &problem,
                       QObject *parent)
    : QObject(parent),
      m_services(services),
      m_draft(draft),
      m_link(link),
      m_problem(problem),
      m_changes(PushRows::kChangeRoles, {}, {}, false, this),
      m_targets(PushRows::kTargetRoles, {}, {}, false, this),
      m_agents(PushRows::kAgentRoles, {}, {}, false, this),
      m_revisions(PushRows::kRevisionRoles, {}, {}, false, this),
      m_caps(PushRows::kCapRoles, {}, {}, false, this),
      m_crossings(PushRows::kCrossingRoles, {}, {}, false, this),
      m_orders(PushRows::kOrderRoles, {}, {}, false, this)
{
    connect(&m_draft, &PolicyDraft::changed, this, &PolicyPush::showDraft);
    if (m_link) {
        m_link->onChange([this, box = m_services.mailbox] { box->post([this] { channelChanged(); }); });
        channelChanged();
    }
    showDraft();
}

PolicyPush::~PolicyPush()
{
    if (m_link)
        m_link->onChange({});
}

void PolicyPush::channelChanged()
{
    const auto now = m_link->snapshot();
    if (!now || now == m_channel)
        return;
    const bool moved = !m_channel || now->revision != m_channel->revision;
    m_channel = now;
    if (moved) {
        const PolicyRevision *head = now->revisions->head();
        m_head = head ? readPolicy(head->text).document : std::nullopt;
        if (head)
            m_draft.headMoved(*head);
    }
    showChannel();
    if (moved)
        showDraft();
}

void PolicyPush::watch(std::shared_ptr<const Snapshot> ledger, TimeNs)
{
    if (!m_channel)
        return;
    // Over a long history this costs more: it comes less often, so that looking at it stays cheap.
    if (m_sinceLook.isValid() && m_sinceLook.nsecsElapsed() < m_lookNs * kLookRest)
        return;
    const bool same = m_ledger && ledger->sameFigures(*m_ledger);
    m_ledger = std::move(ledger);
    if (!same)
        showChannel();
}

void PolicyPush::showDraft()
{
    const PushRows rows(m_services.format, m_services.clock());
    m_changes.setRows(m_draft.started() ? rows.changes(m_changes, m_draft.changes()) : std::vector<TableRow>());
    Q_EMIT draftChanged();
}

void PolicyPush::showChannel()
{
    const TimeNs now = m_services.clock();
    m_sinceLook.start();
    m_report = m_head && m_ledger ? reportCaps(*m_head, *m_channel, *m_ledger, m_channel->rates, now) : CapReport();
    if (m_link && m_head && m_ledger)
        contradictTargets(now);
    const PushRows rows(m_services.format, now);
    m_targets.setRows(rows.targets(m_targets, *m_channel, m_report));
    m_agents.setRows(rows.agents(m_agents, *m_channel));
    m_revisions.setRows(rows.revisions(m_revisions, *m_channel));
    m_caps.setRows(rows.caps(m_caps, m_report));
    m_crossings.setRows(rows.crossings(m_crossings, *m_channel, m_report));
    m_orders.setRows(rows.orders(m_orders, *m_channel));
    announce();
    m_lookNs = m_sinceLook.nsecsElapsed();
    Q_EMIT changed();
}

/// Each target once for each time it was verified; its receipt then says so to everybody.
void PolicyPush::contradictTargets(TimeNs now)
{
    const std::vector<TargetScope> scopes = m_link->targetScopes();
    for (const TargetContradiction &one :
         contradictedTargets(*m_head, *m_channel, *m_ledger, m_channel->rates, scopes, now)) {
        const QString name = QString::number(one.verifiedAt) + u' ' + QString::fromStdString(one.id);
        if (m_contradicted.contains(name))
            continue;
        m_contradicted.insert(name);
        m_link->contradictTarget(one.id, one.detail);
    }
}

/// Every crossing once; what was there at the first look is history.
void PolicyPush::announce()
{
    if (!m_ledger)
        return;
    int told = 0, more = 0;
    for (const TableRow &row : m_crossings.rows()) {
        if (m_announced.contains(row.id))
            continue;
        m_announced.insert(row.id);
        if (!m_watching)
            continue;
        const QVariantMap shown = m_crossings.row(m_crossings.indexOf(row.id));
        if (++told <= kMostAnnounced)
            Q_EMIT crossed(shown.value(QStringLiteral("scope")).toString(),
                           shown.value(QStringLiteral("text")).toString());
        else
            ++more;
    }
    if (more > 0)
        Q_EMIT crossed(tr("Caps"), tr("and %1 more").arg(more));
    m_watching = true;
}

QString PolicyPush::blockedText() const
{
    if (!m_link)
        return m_problem;
    if (m_busy)
        return tr("The last change is being saved.");
    if (!m_draft.started())
        return tr("There is no draft.");
    if (m_draft.openConflicts() > 0)
        return m_draft.openConflicts() == 1 ? tr("A conflict is to be decided.")
                                            : tr("%1 conflicts are to be decided.").arg(m_draft.openConflicts());
    if (!m_draft.valid())
        return tr("The draft has errors.");
    return m_draft.baseRevision() > 0 && !m_draft.dirty() ? tr("Nothing was changed.") : QString();
}

QString PolicyPush::url() const { return m_channel ? QString::fromStdString(m_channel->url) : QString(); }

int PolicyPush::contradicted() const
{
    return static_cast<int>(std::count_if(m_report.caps.begin(), m_report.caps.end(),
                                          [](const CapRow &c) { return c.state == CapState::Contradicted; }));
}

int PolicyPush::count(AgentState state) const { return m_channel ? static_cast<int>(m_channel->count(state)) : 0; }

int PolicyPush::rollbackTo() const
{
    if (!m_channel || m_channel->revisions->revisions().size() < 2)
        return 0;
    return static_cast<int>(m_channel->revisions->head()->parent);
}

QVector<ChartMark> PolicyPush::marks(const Window &window) const
{
    QVector<ChartMark> out;
    if (!m_channel)
        return out;
    for (const PolicyRevision &revision : m_channel->revisions->revisions()) {
        if (revision.time >= window.since && revision.time < window.until)
            out.append({revision.time / 1'000'000, tr("r%1").arg(revision.number), ChartMark::Revision});
    }
    return out;
}

QVariantList PolicyPush::pushNotes() const
{
    QVariantList notes;
    const auto &changes = m_draft.changes();
    for (const PolicyChange &change : changes) {
        if (notes.size() == kMostNotes) {
            notes << noteOf(tr("and %1 more").arg(changes.size() - kMostNotes));
            break;
        }
        notes << noteOf(displayName(change.where) + QStringLiteral(": ") + displayName(change.sentence));
    }
    for (const QString &warning : warningLines(m_draft.findings()))
        if (notes.size() < 2 * kMostNotes)
            notes << noteOf(warning, QStringLiteral("warn"));
    if (agentsTotal() == 0)
        notes << noteOf(tr("No agent is registered: the revision is saved, and nobody is bound by it yet."),
                        QStringLiteral("warn"));
    else
        notes << noteOf(agentsTotal() == 1 ? tr("The agent takes it up at its next poll.")
                                           : tr("%1 agents take it up at their next poll.").arg(agentsTotal()),
                        QStringLiteral("ok"));
    if (revision() > 0)
        notes << noteOf(tr("The way back: roll back to r%1, as a new revision.").arg(revision()));
    return notes;
}

QVariantList PolicyPush::rollBackNotes(int number) const
{
    QVariantList notes;
    const PolicyRevision *old = m_channel ? m_channel->revisions->find(number) : nullptr;
    const auto document = old ? readPolicy(old->text).document : std::nullopt;
    if (!document || !m_head)
        return notes;
    const auto changes = diffPolicies(*m_head, *document);
    for (std::size_t i = 0; i < changes.size() && i < kMostNotes; ++i)
        notes << noteOf(displayName(changes[i].where) + QStringLiteral(": ") + displayName(changes[i].sentence));
    if (changes.size() > kMostNotes)
        notes << noteOf(tr("and %1 more").arg(changes.size() - kMostNotes));
    if (m_draft.dirty())
        notes << noteOf(tr("Your draft stays and is merged with it."));
    return notes;
}

} // namespace flyball
