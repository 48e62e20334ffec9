// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>

#include "core/models/runs/callinspector.h"
#include "core/models/runs/inspectorrows.h"

namespace flyball {

void CallInspector::showLine(const RunPicture &run, const RunLine &line, const SymbolTable &symbols)
{
    InspectorRows rows(m_rows);
    clear();
    const RunLane &lane = run.lanes[line.lane];
    switch (line.kind) {
    case RunLine::Kind::Lane:
        laneRows(rows, run, lane, symbols);
        break;
    case RunLine::Kind::Tool:
        toolRows(rows, run.tools[line.index], symbols);
        break;
    case RunLine::Kind::Fold:
        foldRows(rows, run, lane, lane.repeats[line.index], symbols);
        break;
    case RunLine::Kind::Call:
        break;
    }
    rows.finish();
    Q_EMIT changed();
}

void CallInspector::totalRows(InspectorRows &rows, const Totals &t, bool counts)
{
    const Formatter &f = m_services.format;
    rows.add(tr("Calls"), f.count(t.calls));
    if (t.errors > 0)
        rows.add(tr("Failed"), f.count(t.errors), QStringLiteral("crit"));
    if (t.responseCacheHits > 0)
        rows.add(tr("Answered from a response cache"), f.count(t.responseCacheHits));
    const auto tokens = [&](std::int64_t n) { return counts ? tr("%1 tokens").arg(f.count(n)) : Formatter::unknown(); };
    rows.add(tr("Input, all classes"), tokens(t.inTotal()));
    rows.add(tr("Output, all classes"), tokens(t.outTotal()));
    if (const auto rate = t.cacheHitRate())
        rows.add(tr("Of the input from cache"), f.percentText(*rate));
    rows.add(tr("Cost"), f.spend(t));
}

void CallInspector::laneRows(InspectorRows &rows, const RunPicture &run, const RunLane &lane,
                             const SymbolTable &symbols)
{
    const Formatter &f = m_services.format;
    m_title = symbolText(symbols, lane.agent, NameKind::Agent);
    m_sub = tr("agent");
    if (lane.parent >= 0)
        rows.add(tr("Started by"),
                 symbolText(symbols, run.lanes[static_cast<std::size_t>(lane.parent)].agent, NameKind::Agent));
    totalRows(rows, lane.totals, run.anyCounts(lane, 0, lane.calls.size()));
    const auto failed =
        std::count_if(lane.tools.begin(), lane.tools.end(), [&](std::uint32_t i) { return run.tools[i].failed; });
    if (!lane.tools.empty())
        rows.add(tr("Tool calls"),
                 failed > 0 ? tr("%1, %2 failed").arg(f.count(static_cast<qint64>(lane.tools.size())), f.count(failed))
                            : f.count(static_cast<qint64>(lane.tools.size())));
    Totals below = lane.totals;
    for (auto i = static_cast<std::size_t>(&lane - run.lanes.data()) + 1; // they follow it, up to the next of its depth
         i < run.lanes.size() && run.lanes[i].depth > lane.depth; ++i)
        below += run.lanes[i].totals;
    if (below.calls > lane.totals.calls)
        rows.add(tr("Cost with the agents below"), f.spend(below));
    if (lane.slope)
        rows.add(tr("Context grows by"),
                 tr("%1 tokens a call, n = %2").arg(f.number(lane.slope->perCall, 0), f.count(lane.slope->n)));
}

void CallInspector::toolRows(InspectorRows &rows, const RunTool &tool, const SymbolTable &symbols)
{
    const Formatter &f = m_services.format;
    m_title = symbolText(symbols, tool.name, NameKind::Other);
    m_sub = tr("tool call");
    m_id = QString::number(tool.span, 16).rightJustified(16, u'0');
    rows.add(tr("Started"), f.dateText(tool.start) + u' ' + f.timeSeconds(tool.start));
    rows.add(tr("Duration"), f.duration(std::max<TimeNs>(0, tool.end - tool.start)));
    rows.add(tr("Agent"), symbolText(symbols, tool.agent, NameKind::Agent));
    rows.add(tr("Status"), tool.failed ? tr("failed") : tr("done"), tool.failed ? QStringLiteral("crit") : QString());
    if (tool.errorType != 0)
        rows.add(tr("Error"), symbolText(symbols, tool.errorType, NameKind::Other), QStringLiteral("crit"));
    rows.add(tr("Id"), m_id, {}, true);
    m_ruleText = tr("A tool call has no tokens of its own: what it returned is in the input of the next call.");
}

void CallInspector::foldRows(InspectorRows &rows, const RunPicture &run, const RunLane &lane, const Repeat &repeat,
                             const SymbolTable &symbols)
{
    const Formatter &f = m_services.format;
    Totals all, late;
    QStringList steps;
    bool loop = false;
    for (std::size_t at = repeat.first; at < repeat.end(); ++at) {
        const Call &call = run.calls[lane.calls[at]];
        loop = loop || run.places[lane.calls[at]].loop;
        if (at < repeat.first + repeat.period)
            steps << symbolText(symbols, call.names.step, NameKind::Other);
        else
            all.add(call);
        if (at >= repeat.first + 3 * repeat.period)
            late.add(call);
    }
    m_title = tr("%1 repeats").arg(f.count(static_cast<qint64>(repeat.times) - 1));
    m_sub = steps.join(QStringLiteral(", "));
    totalRows(rows, all, run.anyCounts(lane, repeat.first + repeat.period, repeat.end()));
    rows.add(tr("Cost after the 2nd repeat"), f.spend(late), loop ? QStringLiteral("crit") : QString());
    m_ruleText = tr("The same step, or two or three in turn, three times or more. Counted by step name: arguments are "
                    "not kept, so this may be ordinary work.");
}

} // namespace flyball
