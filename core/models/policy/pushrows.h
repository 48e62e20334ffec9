// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QStringList>
#include <vector>

#include "core/models/policy/capproofs.h"
#include "core/models/table/tablemodel.h"
#include "core/models/text/formatter.h"
#include "core/policy/diff.h"

namespace flyball {

/// A state word and the tone it is shown in.
struct StateWord {
    QString text, tone;
};
[[nodiscard]] StateWord wordOf(CapState state);
[[nodiscard]] StateWord wordOf(AgentState state, bool verified);
[[nodiscard]] StateWord targetWord(const std::string &state);

/// Rows of the push panel; each is a pure function of what the channel says.
class PushRows {
public:
    PushRows(const Formatter &format, TimeNs now) : m_format(format), m_now(now) {}

    static const QStringList kChangeRoles, kTargetRoles, kAgentRoles, kRevisionRoles, kCapRoles, kCrossingRoles,
        kOrderRoles;
    [[nodiscard]] std::vector<TableRow> changes(const TableModel &table,
                                                const std::vector<PolicyChange> &changes) const;
    /// The channel first, then every target with a receipt.
    [[nodiscard]] std::vector<TableRow> targets(const TableModel &table, const ChannelSnapshot &channel,
                                                const CapReport &report) const;
    [[nodiscard]] std::vector<TableRow> agents(const TableModel &table, const ChannelSnapshot &channel) const;
    /// Newest first.
    [[nodiscard]] std::vector<TableRow> revisions(const TableModel &table, const ChannelSnapshot &channel) const;
    [[nodiscard]] std::vector<TableRow> caps(const TableModel &table, const CapReport &report) const;
    [[nodiscard]] std::vector<TableRow> crossings(const TableModel &table, const ChannelSnapshot &channel,
                                                  const CapReport &report) const;
    [[nodiscard]] std::vector<TableRow> orders(const TableModel &table, const ChannelSnapshot &channel) const;

    /// "hard cap per run", "hard cap per day".
    [[nodiscard]] static QString capName(const std::string &path);
    [[nodiscard]] static QString scopeName(const std::string &workflow);

private:
    [[nodiscard]] TableRow channelRow(const TableModel &table, const ChannelSnapshot &channel,
                                      const CapReport &report) const;
    [[nodiscard]] QString agentSub(const AgentStatus &agent) const;
    [[nodiscard]] QString ago(TimeNs time) const;
    [[nodiscard]] QString fine(const Totals &totals) const;
    const Formatter &m_format;
    TimeNs m_now;
};

} // namespace flyball
