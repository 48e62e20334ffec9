// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/gateways/promql/prombudgets.h"

#include <algorithm>

namespace flyball {

namespace {

constexpr TimeNs kOften = 30 * kSecond;
constexpr TimeNs kRefused = 15 * kMinute;

std::string selectorOf(const std::string &match)
{
    std::string names; // none has a character that means something in an expression
    for (const BudgetGauge &gauge : budgetGauges())
        (names += names.empty() ? "" : "|") += gauge.family;
    return "{__name__=~\"" + names + '"' + (match.empty() ? "" : ',' + match) + '}';
}

} // namespace

PromBudgets::PromBudgets(const std::string &match, TimeNs interval)
    : m_selector(selectorOf(match)), m_every(std::max(interval, kOften))
{}

GatewayBudgetsPtr PromBudgets::ask(PromServer &server)
{
    const TimeNs clock = monotonicNow();
    if (clock < m_due)
        return nullptr;
    m_due = clock + m_every;
    // VictoriaMetrics answers as of half a minute ago unless it is told not to; others do not know the word.
    const PromReply reply = server.ask("query", {{"query", m_selector}, {"nocache", "1"}});
    const TimeNs now = wallClockNow();
    const bool vector = reply.answer.type == PromType::Vector;
    if (reply.answer.fault != PromFault::None || !vector) {
        m_due = clock + (reply.answer.fault == PromFault::Later ? m_every : kRefused);
        if (!m_last)
            return nullptr;
        GatewayBudgets before = *m_last;
        before.problem = vector || !reply.answer.error.empty() ? reply.answer.error : "its answer is no vector";
        return m_last = std::make_shared<const GatewayBudgets>(std::move(before));
    }
    m_gauges.begin();
    std::vector<MeterLabel> labels;
    for (const PromSeries &series : reply.answer.series) {
        if (series.count == 0)
            continue;
        labels.clear();
        for (const auto &[name, value] : series.labels)
            labels.push_back({name, value});
        const PromPoint &newest = reply.answer.samples[series.first + series.count - 1];
        m_gauges.read(series.label("__name__"), labels, reply.answer.value(newest), newest.at);
    }
    GatewayBudgets budgets = m_gauges.end(now, 3 * m_every + kMinute);
    if (!reply.answer.warnings.empty())
        budgets.note +=
            (budgets.note.empty() ? "" : "; ") + ("not all data: " + promLine(reply.answer.warnings.front()));
    if (!m_last && budgets.total == 0)
        return nullptr;
    return m_last = std::make_shared<const GatewayBudgets>(std::move(budgets));
}

} // namespace flyball
