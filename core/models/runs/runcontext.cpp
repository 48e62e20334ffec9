// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <limits>

#include "core/models/runs/runmodel.h"

namespace flyball {

namespace {

constexpr std::size_t kMostBars = 320;   // bars need two pixels and their gap
constexpr TimeNs kForgets = 5 * kMinute; // a provider's cache lives five minutes unless more is paid for

double cacheRead(const Call &call)
{
    return (call.flags & CallCacheKnown) != 0 ? static_cast<double>(call.usage[TokenClass::CacheRead])
                                              : std::numeric_limits<double>::quiet_NaN();
}

QString tokensACall(const Formatter &f, const ContextSlope &slope)
{
    const QString sign = slope.perCall > 0 ? QStringLiteral("+") : QString();
    return RunModel::tr("%1 tokens a call").arg(sign + f.number(slope.perCall, 0));
}

} // namespace

/// The calls of one agent. More calls than bars: a bar stands for several and shows the largest of them.
void RunModel::showContext(int lane)
{
    m_context = {};
    m_contextText.clear();
    m_contextLane = lane;
    m_contextStep = 1;
    m_bars.clear();
    const Formatter &f = m_services.format;
    if (lane >= 0 && static_cast<std::size_t>(lane) < m_reading.picture->lanes.size()) {
        const RunPicture &run = *m_reading.picture;
        const RunLane &agent = run.lanes[static_cast<std::size_t>(lane)];
        m_contextStep = std::max<std::size_t>(1, (agent.calls.size() + kMostBars - 1) / kMostBars);
        for (std::size_t first = 0; first < agent.calls.size(); first += m_contextStep) {
            const std::size_t end = std::min(agent.calls.size(), first + m_contextStep);
            std::size_t most = agent.calls[first];
            bool alarm = false;
            for (std::size_t at = first; at < end; ++at) {
                const std::size_t i = agent.calls[at];
                if (run.calls[i].usage.inTotal() > run.calls[most].usage.inTotal())
                    most = i;
                alarm = alarm || run.calls[i].failed() || run.places[i].loop;
            }
            ContextCall bar;
            bar.label = QString::number(agent.calls[first] + 1);
            bar.history = static_cast<double>(run.places[most].resent);
            bar.fresh = static_cast<double>(run.calls[most].usage.inTotal()) - bar.history;
            bar.cacheRead = cacheRead(run.calls[most]);
            bar.alarm = alarm;
            m_context.calls.append(bar);
            m_bars.push_back(static_cast<int>(most));
        }
        QStringList words;
        if (run.lanes.size() > 1)
            words << symbolText(*m_snapshot->symbols, agent.agent, NameKind::Agent);
        if (agent.slope) {
            m_context.fitFirst = std::max(1.0, agent.slope->first);
            m_context.fitLast = std::max(1.0, agent.slope->last);
            words << tokensACall(f, *agent.slope) << tr("n = %1").arg(f.count(agent.slope->n));
        } else {
            words << tr("input tokens per call");
        }
        if (m_contextStep > 1)
            words << tr("a bar is the largest of %1 calls").arg(f.count(static_cast<qint64>(m_contextStep)));
        m_contextText = words.join(QStringLiteral(", "));
        if (!agent.breaks.empty()) {
            const PrefixBreak &first = agent.breaks.front();
            const auto place = std::find(agent.calls.begin(), agent.calls.end(), first.call) - agent.calls.begin();
            m_context.breakBefore = static_cast<int>(static_cast<std::size_t>(place) / m_contextStep);
            const QString number = f.count(static_cast<qint64>(first.call) + 1);
            m_context.breakText = first.pause > kForgets
                                      ? tr("Cache gone before call %1, after %2").arg(number, f.duration(first.pause))
                                      : tr("Prefix breaks at call %1").arg(number);
        }
        if (!agent.calls.empty())
            m_context.summary = tr("Input goes from %1 to %2 tokens over %3 calls")
                                    .arg(f.tokens(run.calls[agent.calls.front()].usage.inTotal()),
                                         f.tokens(run.calls[agent.calls.back()].usage.inTotal()),
                                         f.count(static_cast<qint64>(agent.calls.size())));
    }
    Q_EMIT contextChanged();
}

int RunModel::contextSelected() const
{
    if (m_selected < 0 || m_contextLane < 0)
        return -1;
    const auto &calls = m_reading.picture->lanes[static_cast<std::size_t>(m_contextLane)].calls;
    const auto at = std::lower_bound(calls.begin(), calls.end(), static_cast<std::uint32_t>(m_selected));
    if (at == calls.end() || *at != static_cast<std::uint32_t>(m_selected))
        return -1;
    return static_cast<int>(static_cast<std::size_t>(at - calls.begin()) / m_contextStep);
}

void RunModel::selectContext(int bar)
{
    if (bar >= 0 && static_cast<std::size_t>(bar) < m_bars.size())
        select(m_bars[static_cast<std::size_t>(bar)]);
}

} // namespace flyball
