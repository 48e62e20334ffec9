// SPDX-License-Identifier: GPL-3.0-or-later
// What the operator does about the policy: requests to the channel and their answers.

#include "core/models/policy/policypush.h"
#include "core/models/text/displayname.h"

namespace flyball {

namespace {

constexpr qsizetype kMostComment = 2000;

std::string operatorName()
{
    for (const char *variable : {"USER", "LOGNAME"})
        if (const QByteArray name = qgetenv(variable); !name.isEmpty())
            return name.left(200).toStdString();
    return "operator";
}

} // namespace

RevisionNote PolicyPush::note(const QString &comment) const
{
    return {operatorName(), comment.trimmed().left(kMostComment).toStdString(), m_services.clock()};
}

void PolicyPush::setBusy(bool busy)
{
    m_busy = busy;
    Q_EMIT draftChanged();
}

void PolicyPush::push(const QString &comment)
{
    if (!canPush())
        return;
    m_draft.save();
    setBusy(true);
    const QString done = tr("r%1 is saved. Agents take it up at their next poll.").arg(nextRevision());
    m_link->push(m_draft.document(), m_draft.baseRevision(), note(comment),
                 [this, done, box = m_services.mailbox](const Result<PolicyRevision> &revision) {
                     box->post([this, done, revision] { answered(revision, done); });
                 });
}

void PolicyPush::rollBack(int number, const QString &comment)
{
    if (!m_link || m_busy || !m_channel)
        return;
    setBusy(true);
    const QString done = tr("Rolled back to r%1, as a new revision.").arg(number);
    m_link->rollback(number, m_channel->revision, note(comment),
                     [this, done, box = m_services.mailbox](const Result<PolicyRevision> &revision) {
                         box->post([this, done, revision] { answered(revision, done); });
                     });
}

void PolicyPush::answered(const Result<PolicyRevision> &revision, const QString &doneText)
{
    setBusy(false);
    if (revision) {
        m_services.notify(doneText, QStringLiteral("ok"), {}, {});
        return;
    }
    const Error &error = revision.error();
    if (error.code == ErrorCode::Locked)
        m_services.notify(tr("Someone pushed first. Your draft was merged with it: look it over and push again."),
                          QStringLiteral("warn"), {}, {});
    else
        m_services.notify(tr("Not pushed: %1").arg(displayName(error.message)), QStringLiteral("crit"), {}, {});
}

void PolicyPush::order(ControlItem item, const QString &doneText)
{
    if (!m_link)
        return;
    item.author = operatorName();
    item.createdAt = m_services.clock();
    m_link->addControl(std::move(item), [this, doneText, box = m_services.mailbox](const Result<ControlItem> &added) {
        box->post([this, doneText, added] {
            if (!added) {
                m_services.notify(tr("Not ordered: %1").arg(displayName(added.error().message)), QStringLiteral("crit"),
                                  {}, {});
                return;
            }
            m_services.notify(doneText, QStringLiteral("ok"), tr("Undo"), [this, id = added->id] { endOrder(id); });
        });
    });
}

QString PolicyPush::orderRefusal(const QString &workflow) const
{
    if (!m_link || !m_channel)
        return m_problem;
    if (m_channel->revision == 0)
        return tr("Orders travel with a policy, and none was pushed yet.");
    bool registered = false;
    for (const AgentStatus &agent : m_channel->agents) {
        const std::string &own = agent.record.workflow;
        if (!own.empty() && displayName(own) != workflow)
            continue;
        registered = true;
        if (agent.record.lastSeen != kNoTime && agent.state != AgentState::Silent)
            return {};
    }
    return registered ? tr("The agent of %1 is silent.").arg(workflow)
                      : tr("No agent on the policy channel runs %1.").arg(workflow);
}

void PolicyPush::stopRun(const QString &run, const QString &comment)
{
    ControlItem item;
    item.action = ControlItem::Action::StopRun;
    item.target = run.toStdString();
    item.comment = comment.trimmed().left(kMostComment).toStdString();
    order(std::move(item), tr("The run is told to stop at its next call."));
}

void PolicyPush::pauseWorkflow(const QString &workflow, int minutes, const QString &comment)
{
    ControlItem item;
    item.action = ControlItem::Action::PauseWorkflow;
    item.target = workflow.toStdString();
    item.comment = comment.trimmed().left(kMostComment).toStdString();
    if (minutes > 0)
        item.until = m_services.clock() + minutes * kMinute;
    order(std::move(item), minutes > 0 ? tr("Paused for %1 min.").arg(minutes) : tr("Paused."));
}

void PolicyPush::endOrder(qint64 order)
{
    if (!m_link)
        return;
    m_link->endControl(order, operatorName(), [this, box = m_services.mailbox](const Result<std::int64_t> &ended) {
        box->post([this, ended] {
            m_services.notify(ended ? tr("The order is withdrawn.")
                                    : tr("Not withdrawn: %1").arg(displayName(ended.error().message)),
                              ended ? QStringLiteral("ok") : QStringLiteral("crit"), {}, {});
        });
    });
}

} // namespace flyball
