// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>

#include "core/models/runs/inspectorrows.h"
#include "core/models/runs/runmodel.h"

namespace flyball {

namespace {

QString tr(const char *text) { return RunModel::tr(text); }

QString ruleName(LoopRule rule)
{
    switch (rule) {
    case LoopRule::SameRequest:
        return tr("Loop, rule L1");
    case LoopRule::Alternation:
        return tr("Loop, rule L3");
    case LoopRule::Starving:
        return tr("Loop, rule L4");
    }
    return {};
}

/// Cost of the finding's calls after its second repeat, where its period repeats.
Totals afterSecondRepeat(const RunPicture &run, const RunLane &lane, const LoopFinding &loop)
{
    Totals late;
    for (std::size_t at = loop.first + 3 * loop.period; at < loop.end; ++at)
        late.add(run.calls[lane.calls[at]]);
    return late;
}

void addLoops(InspectorRows &rows, const RunPicture &run, const SymbolTable &symbols, const Formatter &f)
{
    constexpr int kMost = 4;
    int told = 0, more = 0;
    for (const RunLane &lane : run.lanes)
        for (const LoopFinding &loop : lane.loops) {
            if (told == kMost) {
                ++more;
                continue;
            }
            ++told;
            const Call &first = run.calls[lane.calls[loop.first]];
            const Totals late = afterSecondRepeat(run, lane, loop);
            rows.add(ruleName(loop.rule),
                     tr("%1, calls %2 to %3, %4 after the 2nd repeat")
                         .arg(symbolText(symbols, first.names.step, NameKind::Other),
                              f.count(lane.calls[loop.first] + 1), f.count(lane.calls[loop.end - 1] + 1),
                              f.spend(late)),
                     QStringLiteral("crit"));
        }
    if (more > 0)
        rows.add(tr("More loops"), f.count(more), QStringLiteral("crit"));
}

void addBreaks(InspectorRows &rows, const RunPicture &run, const Formatter &f)
{
    std::int64_t n = 0;
    const PrefixBreak *first = nullptr;
    for (const RunLane &lane : run.lanes)
        for (const PrefixBreak &found : lane.breaks) {
            ++n;
            if (first == nullptr || found.call < first->call)
                first = &found;
        }
    if (first == nullptr)
        return;
    const QString text = tr("call %1: %2 read from cache, %3 before")
                             .arg(f.count(static_cast<qint64>(first->call) + 1), f.tokens(first->readAfter),
                                  f.tokens(first->readBefore));
    rows.add(n == 1 ? tr("Prefix broke once") : tr("Prefix broke %1 times").arg(f.count(n)), text,
             QStringLiteral("warn"));
}

void addReuse(InspectorRows &rows, const ResponseReuse &reuse, const Formatter &f)
{
    if (reuse.count() == 0)
        return;
    QString text = reuse.count() == 1 ? tr("1 call") : tr("%1 calls").arg(f.count(reuse.count()));
    if (reuse.estimated > 0)
        text += tr(", about %1 not spent (estimate of %2)").arg(f.moneyFine(reuse.saved), f.count(reuse.estimated));
    rows.add(tr("Answered from a response cache"), text, QStringLiteral("ok"));
}

} // namespace

void RunModel::showNotes()
{
    const Formatter &f = m_services.format;
    const RunPicture &run = *m_reading.picture;
    InspectorRows rows(m_notes);
    addLoops(rows, run, *m_snapshot->symbols, f);
    if (run.retries() > 0)
        rows.add(tr("Retries"),
                 run.retries() == 1 ? tr("1 call, %1").arg(f.spend(run.retryTotals))
                                    : tr("%1 calls, %2").arg(f.count(run.retries()), f.spend(run.retryTotals)),
                 QStringLiteral("warn"));
    addBreaks(rows, run, f);
    addReuse(rows, m_reading.reuse, f);
    if (!run.tools.empty()) {
        const auto failed =
            std::count_if(run.tools.begin(), run.tools.end(), [](const RunTool &tool) { return tool.failed; });
        const QString all = f.count(static_cast<qint64>(run.tools.size()));
        rows.add(tr("Tool calls"), failed > 0 ? tr("%1, %2 failed").arg(all, f.count(failed)) : all,
                 failed > 0 ? QStringLiteral("warn") : QString());
    }
    rows.finish();
}

} // namespace flyball
