// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/aggregate/views/runlines.h"

#include <limits>

namespace flyball {

namespace {

using Kind = RunLine::Kind;

std::pair<Symbol, std::uint32_t> foldKey(const RunLane &lane, const Repeat &repeat)
{
    return {lane.agent, lane.calls[repeat.first]};
}

class LaneLines {
public:
    LaneLines(const RunPicture &run, std::uint32_t lane, const RunFolding &folding, std::vector<RunLine> &out)
        : m_run(run), m_lane(run.lanes[lane]), m_folding(folding), m_out(out), m_number(lane)
    {}

    void write()
    {
        for (const std::uint32_t call : m_lane.calls) {
            toolsUntil(startOf(m_run.calls[call]));
            const PlacedCall &place = m_run.places[call];
            if (m_folding.fold)
                foldAt(place, call);
            if (!m_hidden)
                m_out.push_back({Kind::Call, m_number, call, true});
        }
        m_hidden = false;
        toolsUntil(std::numeric_limits<TimeNs>::max());
    }

private:
    void foldAt(const PlacedCall &place, std::uint32_t call)
    {
        if (place.repeat < 0 || place.round == 0) {
            m_hidden = false;
            return;
        }
        const Repeat &repeat = m_lane.repeats[static_cast<std::size_t>(place.repeat)];
        if (call != m_lane.calls[repeat.first + repeat.period])
            return;
        const bool open = m_folding.opened.contains(foldKey(m_lane, repeat));
        m_out.push_back({Kind::Fold, m_number, static_cast<std::uint32_t>(place.repeat), open});
        m_hidden = !open;
    }
    void toolsUntil(TimeNs time)
    {
        for (; m_tool < m_lane.tools.size() && m_run.tools[m_lane.tools[m_tool]].start < time; ++m_tool)
            if (!m_hidden)
                m_out.push_back({Kind::Tool, m_number, m_lane.tools[m_tool], true});
    }

    const RunPicture &m_run;
    const RunLane &m_lane;
    const RunFolding &m_folding;
    std::vector<RunLine> &m_out;
    std::uint32_t m_number;
    std::size_t m_tool = 0;
    bool m_hidden = false;
};

} // namespace

std::vector<RunLine> linesOf(const RunPicture &run, const RunFolding &folding)
{
    std::vector<RunLine> lines;
    std::vector<bool> hidden(run.lanes.size(), false);
    const bool several = run.lanes.size() > 1;
    for (std::size_t i = 0; i < run.lanes.size(); ++i) {
        const RunLane &lane = run.lanes[i];
        const auto parent = static_cast<std::size_t>(lane.parent);
        hidden[i] = lane.parent >= 0 && (hidden[parent] || folding.collapsed.contains(run.lanes[parent].agent));
        if (hidden[i])
            continue;
        const auto number = static_cast<std::uint32_t>(i);
        const bool open = !several || !folding.collapsed.contains(lane.agent);
        if (several)
            lines.push_back({Kind::Lane, number, 0, open});
        if (open)
            LaneLines(run, number, folding, lines).write();
    }
    return lines;
}

void uncover(const RunPicture &run, std::size_t call, RunFolding &folding)
{
    const PlacedCall &place = run.places[call];
    for (int lane = static_cast<int>(place.lane); lane >= 0; lane = run.lanes[static_cast<std::size_t>(lane)].parent)
        folding.collapsed.erase(run.lanes[static_cast<std::size_t>(lane)].agent);
    const RunLane &lane = run.lanes[place.lane];
    if (place.repeat >= 0 && place.round > 0)
        folding.opened.insert(foldKey(lane, lane.repeats[static_cast<std::size_t>(place.repeat)]));
}

} // namespace flyball
