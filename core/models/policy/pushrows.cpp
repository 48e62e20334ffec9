// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/models/policy/pushrows.h"

#include <QCoreApplication>
#include <algorithm>

#include "core/models/text/displayname.h"

namespace flyball {

namespace {

QString tr(const char *text) { return QCoreApplication::translate("PolicyPush", text); }
QString outside(const std::string &text) { return displayName(text); }

} // namespace

const QStringList PushRows::kChangeRoles{QStringLiteral("where"), QStringLiteral("what"), QStringLiteral("before"),
                                         QStringLiteral("after"), QStringLiteral("sentence")};
const QStringList PushRows::kTargetRoles{QStringLiteral("icon"),  QStringLiteral("name"),      QStringLiteral("sub"),
                                         QStringLiteral("state"), QStringLiteral("stateTone"), QStringLiteral("tip")};
const QStringList PushRows::kAgentRoles{QStringLiteral("name"), QStringLiteral("sub"), QStringLiteral("state"),
                                        QStringLiteral("stateTone"), QStringLiteral("tip")};
const QStringList PushRows::kRevisionRoles{QStringLiteral("number"), QStringLiteral("name"),   QStringLiteral("sub"),
                                           QStringLiteral("live"),   QStringLiteral("author"), QStringLiteral("time")};
const QStringList PushRows::kCapRoles{QStringLiteral("scope"), QStringLiteral("cap"),   QStringLiteral("limit"),
                                      QStringLiteral("spend"), QStringLiteral("state"), QStringLiteral("stateTone"),
                                      QStringLiteral("bound"), QStringLiteral("run"),   QStringLiteral("tip")};
const QStringList PushRows::kCrossingRoles{QStringLiteral("time"), QStringLiteral("scope"), QStringLiteral("text"),
                                           QStringLiteral("tone"), QStringLiteral("run")};
const QStringList PushRows::kOrderRoles{QStringLiteral("text"), QStringLiteral("sub"), QStringLiteral("order")};

StateWord wordOf(CapState state)
{
    switch (state) {
    case CapState::Draft:
        return {tr("draft"), QStringLiteral("brass")};
    case CapState::Saved:
        return {tr("saved"), QStringLiteral("neutral")};
    case CapState::Applied:
        return {tr("applied"), QStringLiteral("info")};
    case CapState::Verified:
        return {tr("verified"), QStringLiteral("ok")};
    case CapState::Drifted:
        return {tr("drifted"), QStringLiteral("crit")};
    case CapState::Contradicted:
        return {tr("contradicted"), QStringLiteral("crit")};
    }
    return {};
}

StateWord wordOf(AgentState state, bool verified)
{
    switch (state) {
    case AgentState::Pending:
        return {tr("pending"), QStringLiteral("neutral")};
    case AgentState::InSync:
        return verified ? StateWord{tr("verified"), QStringLiteral("ok")}
                        : StateWord{tr("applied"), QStringLiteral("info")};
    case AgentState::Rejected:
        return {tr("rejected"), QStringLiteral("crit")};
    case AgentState::Drifted:
        return {tr("drifted"), QStringLiteral("crit")};
    case AgentState::Silent:
        return {tr("silent"), QStringLiteral("warn")};
    }
    return {};
}

StateWord targetWord(const std::string &state)
{
    for (const CapState known :
         {CapState::Saved, CapState::Applied, CapState::Verified, CapState::Drifted, CapState::Contradicted})
        if (state == capStateName(known))
            return wordOf(known);
    if (state == "rejected")
        return {tr("rejected"), QStringLiteral("crit")};
    if (state == "unreachable")
        return {tr("unreachable"), QStringLiteral("warn")};
    return {outside(state), QStringLiteral("neutral")};
}

QString PushRows::ago(TimeNs time) const
{
    return time == kNoTime ? tr("never") : tr("%1 ago").arg(m_format.duration(std::max<TimeNs>(0, m_now - time)));
}

QString PushRows::scopeName(const std::string &workflow) { return workflow.empty() ? tr("Fleet") : outside(workflow); }

QString PushRows::capName(const std::string &path)
{
    const std::string last = path.substr(path.rfind('/') + 1);
    return last == "usd"     ? tr("hard cap per run")
           : last == "hour"  ? tr("hard cap per hour")
           : last == "day"   ? tr("hard cap per day")
           : last == "week"  ? tr("hard cap per week")
           : last == "month" ? tr("hard cap per month")
                             : outside(path);
}

std::vector<TableRow> PushRows::changes(const TableModel &table, const std::vector<PolicyChange> &changes) const
{
    std::vector<TableRow> rows;
    for (const PolicyChange &change : changes) {
        TableRow row = table.makeRow(QString::number(rows.size()) + u' ' + QString::fromStdString(change.path));
        table.put(row, "where", outside(change.where));
        table.put(row, "what", outside(change.what));
        table.put(row, "before", change.before.empty() ? tr("none") : outside(change.before));
        table.put(row, "after", change.after.empty() ? tr("none") : outside(change.after));
        table.put(row, "sentence", outside(change.sentence));
        rows.push_back(std::move(row));
    }
    return rows;
}

TableRow PushRows::channelRow(const TableModel &table, const ChannelSnapshot &channel, const CapReport &report) const
{
    TableRow row = table.makeRow(QStringLiteral("policy-channel"));
    const auto total = static_cast<qint64>(channel.agents.size());
    const auto current = channel.count(AgentState::InSync);
    TimeNs slowest = 0;
    for (const AgentStatus &agent : channel.agents) {
        if (agent.state == AgentState::InSync && agent.record.ackedAt >= agent.record.offeredAt
            && agent.record.offeredAt != kNoTime)
            slowest = std::max(slowest, agent.record.ackedAt - agent.record.offeredAt);
    }
    StateWord word = targetWord(channelState(channel));
    const bool contradicted = std::any_of(report.caps.begin(), report.caps.end(),
                                          [](const CapRow &c) { return c.state == CapState::Contradicted; });
    if (contradicted)
        word = wordOf(CapState::Contradicted);
    else if (total > 0 && current < total)
        word.text = tr("%1 / %2").arg(current).arg(total);
    table.put(row, "icon", QStringLiteral("runs"));
    table.put(row, "name", tr("Agent channel"));
    table.put(row, "sub",
              total == 0     ? tr("no agent is registered")
              : slowest == 0 ? tr("%1 of %2 agents").arg(current).arg(total)
                             : tr("%1 of %2 agents, taken up within %3")
                                   .arg(current)
                                   .arg(total)
                                   .arg(m_format.duration(std::max<TimeNs>(slowest, kSecond / 1000))));
    table.put(row, "state", word.text);
    table.put(row, "stateTone", word.tone);
    table.put(row, "tip", outside(channel.url));
    return row;
}

std::vector<TableRow> PushRows::targets(const TableModel &table, const ChannelSnapshot &channel,
                                        const CapReport &report) const
{
    std::vector<TableRow> rows;
    rows.push_back(channelRow(table, channel, report));
    for (const TargetReceipt &receipt : channel.receipts) {
        TableRow row = table.makeRow(QString::fromStdString(receipt.id));
        const auto count = [&](KnobReceipt::Outcome outcome) {
            return std::count_if(receipt.knobs.begin(), receipt.knobs.end(),
                                 [&](const KnobReceipt &k) { return k.outcome == outcome; });
        };
        const auto near = count(KnobReceipt::Outcome::Approximated);
        QString sub = tr("%1 of %2 knobs").arg(count(KnobReceipt::Outcome::Applied) + near).arg(receipt.knobs.size());
        if (near > 0)
            sub += tr(", %1 approximated").arg(near);
        if (!receipt.key.empty())
            sub += tr(", key %1").arg(outside(receipt.key));
        const QString key = receipt.key.empty() ? QString() : u'\n' + tr("Key: %1").arg(outside(receipt.key));
        const StateWord word = targetWord(receipt.state);
        table.put(row, "icon", QStringLiteral("source"));
        table.put(row, "name", outside(receipt.id));
        table.put(row, "sub", receipt.detail.empty() ? sub : outside(receipt.detail));
        table.put(row, "state", word.text);
        table.put(row, "stateTone", word.tone);
        table.put(row, "tip", QString(outside(receipt.kind) + key));
        rows.push_back(std::move(row));
    }
    return rows;
}

QString PushRows::agentSub(const AgentStatus &agent) const
{
    const AgentRecord &record = agent.record;
    if (agent.state == AgentState::Rejected)
        return outside(record.error.code + " " + record.error.path + ": " + record.error.message);
    const QString scope = record.workflow.empty() ? tr("defaults") : outside(record.workflow);
    const QString active =
        record.activeRevision ? tr("runs r%1").arg(*record.activeRevision) : tr("has no revision yet");
    return tr("%1, %2, seen %3").arg(scope, active, ago(record.lastSeen));
}

std::vector<TableRow> PushRows::agents(const TableModel &table, const ChannelSnapshot &channel) const
{
    std::vector<TableRow> rows;
    for (const AgentStatus &agent : channel.agents) {
        TableRow row = table.makeRow(QString::fromStdString(agent.record.id));
        const StateWord word = wordOf(agent.state, agent.verified);
        table.put(row, "name", outside(agent.record.id));
        table.put(row, "sub", agentSub(agent));
        table.put(row, "state", word.text);
        table.put(row, "stateTone", word.tone);
        QStringList enforced;
        for (const std::string &what : agent.record.enforces)
            enforced << outside(what);
        table.put(row, "tip",
                  enforced.isEmpty() ? tr("says nothing about what it enforces")
                                     : tr("Enforces %1").arg(enforced.join(QStringLiteral(", "))));
        rows.push_back(std::move(row));
    }
    return rows;
}

} // namespace flyball
