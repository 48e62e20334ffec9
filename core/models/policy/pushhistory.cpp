// SPDX-License-Identifier: GPL-3.0-or-later
// The rows of what was pushed and what came of it.
#include <QCoreApplication>
#include <algorithm>

#include "core/models/policy/pushrows.h"
#include "core/models/session/view.h"
#include "core/models/text/displayname.h"

namespace flyball {

namespace {

QString tr(const char *text) { return QCoreApplication::translate("PolicyPush", text); }

} // namespace

std::vector<TableRow> PushRows::revisions(const TableModel &table, const ChannelSnapshot &channel) const
{
    std::vector<TableRow> rows;
    const auto &all = channel.revisions->revisions();
    for (auto it = all.rbegin(); it != all.rend(); ++it) {
        TableRow row = table.makeRow(QString::number(it->number));
        const QString comment = displayName(it->comment);
        const bool live = it == all.rbegin();
        table.put(row, "number", tr("r%1").arg(it->number));
        table.put(row, "name",
                  !it->comment.empty() ? comment
                  : it->rollbackOf     ? tr("Roll back to r%1").arg(*it->rollbackOf)
                                       : tr("No comment"));
        const QString time = m_format.when(it->time, m_now);
        table.put(row, "sub", live ? tr("%1, live").arg(time) : time);
        table.put(row, "live", live);
        table.put(row, "author", displayName(it->author));
        table.put(row, "time", m_format.whenExact(it->time, m_now));
        rows.push_back(std::move(row));
    }
    return rows;
}

/// With as many decimals as the amount needs, and its mark.
QString PushRows::fine(const Totals &totals) const
{
    if (totals.costUnknown())
        return Formatter::unknown();
    const QString mark = Formatter::mark(totals.bound());
    return (mark.isEmpty() ? QString() : mark + u' ') + m_format.moneyFine(totals.cost);
}

std::vector<TableRow> PushRows::caps(const TableModel &table, const CapReport &report) const
{
    std::vector<TableRow> rows;
    for (const CapRow &cap : report.caps) {
        TableRow row = table.makeRow(QString::fromStdString(cap.workflow + cap.path));
        const StateWord word = wordOf(cap.state);
        const bool window = cap.windowStart != kNoTime;
        table.put(row, "scope", scopeName(cap.workflow));
        table.put(row, "cap", capName(cap.path));
        table.put(row, "limit", m_format.moneyFine(cap.cap));
        table.put(row, "spend", window ? m_format.spend(cap.used) : cap.spend ? fine(cap.used) : tr("no run yet"));
        table.put(row, "state", word.text);
        table.put(row, "stateTone", word.tone);
        // "Hard" is promised only where the agent reserves before it sends.
        const QString worst = cap.overshoot ? m_format.moneyFine(*cap.overshoot) : QString();
        table.put(row, "bound",
                  cap.agents == 0 ? tr("no agent yet")
                  : cap.reserves  ? tr("hard")
                  : cap.overshoot ? tr("at worst %1 past it").arg(worst)
                                  : tr("no bound"));
        const QString bound =
            cap.agents == 0 ? tr("No agent of this workflow is registered: nobody holds this cap.")
            : cap.reserves  ? tr("Hard: the agents reserve before each call.")
            : cap.overshoot ? tr("The agents do not reserve: at worst %1 is spent past the cap.").arg(worst)
                            : tr("The agents do not reserve and calls have no size limit: no bound can be given.");
        table.put(row, "run",
                  cap.state == CapState::Contradicted && !window ? QString::fromStdString(toHex(cap.run)) : QString());
        table.put(row, "tip",
                  cap.state == CapState::Contradicted
                      ? tr("Spend of %1 passed the %2 cap that the agents had taken up.")
                            .arg(m_format.moneyFine(cap.spend.value_or(UsdSum())), m_format.moneyFine(cap.cap))
                      : bound);
        rows.push_back(std::move(row));
    }
    return rows;
}

std::vector<TableRow> PushRows::crossings(const TableModel &table, const ChannelSnapshot &channel,
                                          const CapReport &report) const
{
    std::vector<std::pair<TimeNs, TableRow>> dated;
    const auto add = [&](TimeNs time, const QString &id, const QString &scope, const QString &text, bool hard,
                         const QString &run) {
        TableRow row = table.makeRow(id);
        table.put(row, "time", m_format.when(time, m_now));
        table.put(row, "scope", scope);
        table.put(row, "text", text);
        table.put(row, "tone", hard ? QStringLiteral("crit") : QStringLiteral("warn"));
        table.put(row, "run", run);
        dated.emplace_back(time, std::move(row));
    };
    for (const CapCrossing &c : channel.crossings)
        add(c.time,
            QString::fromStdString(c.workflow) + u'/' + QString::number(c.windowStart) + u'/'
                + QString::number(static_cast<int>(c.window)) + (c.hard ? u'h' : u's') + QString::number(c.revision),
            scopeName(c.workflow), displayName(c.reason), c.hard, {});
    for (const RunCrossing &c : report.crossings) {
        const QString cost = fine(c.used), cap = c.cap ? m_format.moneyFine(*c.cap) : QString();
        const QString text = c.capped ? tr("run ended by its cap at %1").arg(cost)
                             : c.hard ? tr("run spent %1, past its hard cap of %2").arg(cost, cap)
                                      : tr("run passed its soft cap of %2 at %1").arg(cost, cap);
        const QString run = QString::fromStdString(toHex(c.run));
        add(c.time, run, scopeName(c.workflow), text, c.hard, run);
    }
    std::stable_sort(dated.begin(), dated.end(), [](const auto &a, const auto &b) { return a.first > b.first; });
    std::vector<TableRow> rows;
    for (auto &[time, row] : dated)
        rows.push_back(std::move(row));
    return rows;
}

std::vector<TableRow> PushRows::orders(const TableModel &table, const ChannelSnapshot &channel) const
{
    std::vector<TableRow> rows;
    for (const ControlItem &item : channel.controls) {
        TableRow row = table.makeRow(QString::number(item.id));
        const QString target = displayName(item.target);
        table.put(row, "text",
                  item.action == ControlItem::Action::StopRun ? tr("Stop run %1").arg(target)
                                                              : tr("Pause %1").arg(target));
        const QString end =
            item.until == kNoTime ? tr("until you end it") : tr("until %1").arg(m_format.whenExact(item.until, m_now));
        table.put(row, "sub", tr("since %1, %2").arg(m_format.when(item.createdAt, m_now), end));
        table.put(row, "order", static_cast<qint64>(item.id));
        rows.push_back(std::move(row));
    }
    return rows;
}

} // namespace flyball
