// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>

#include "core/models/runs/runmodel.h"

namespace flyball {

const RunLine *RunModel::lineAt(int row) const
{
    const auto &lines = m_lines.lines();
    return row < 0 || static_cast<std::size_t>(row) >= lines.size() ? nullptr : &lines[static_cast<std::size_t>(row)];
}

RunModel::LineId RunModel::idOf(const RunPicture &run, const RunLine &line)
{
    const RunLane &lane = run.lanes[line.lane];
    LineId id{line.kind, lane.agent, 0, {}};
    if (line.kind == RunLine::Kind::Tool)
        id.at = run.tools[line.index].span;
    if (line.kind == RunLine::Kind::Fold) {
        const Call &first = run.calls[lane.calls[lane.repeats[line.index].first]];
        id.at = first.sub;
        id.group = first.group;
    }
    return id;
}

int RunModel::rowOf(const LineId &id) const
{
    const auto &lines = m_lines.lines();
    const auto it = std::find_if(lines.begin(), lines.end(), [&](const RunLine &line) {
        return line.kind == id.kind && idOf(*m_reading.picture, line) == id;
    });
    return it == lines.end() ? -1 : static_cast<int>(it - lines.begin());
}

/// The inspector and the context chart follow what is selected.
void RunModel::inspect()
{
    if (!m_snapshot || !m_reading.picture)
        return;
    const RunPicture &run = *m_reading.picture;
    const RunLine *line = lineAt(m_selectedRow);
    if (m_selected >= 0) {
        const auto at = static_cast<std::size_t>(m_selected);
        m_inspector.show(&run.calls[at], run.places[at], m_selected + 1, *m_snapshot->symbols);
        showContext(m_chosen ? static_cast<int>(run.places[at].lane) : run.mainLane());
    } else if (line != nullptr) {
        m_inspector.showLine(run, *line, *m_snapshot->symbols);
        showContext(static_cast<int>(line->lane));
    } else {
        m_inspector.show(nullptr, {}, 0, *m_snapshot->symbols);
        showContext(run.mainLane());
    }
    Q_EMIT selectedChanged();
}

void RunModel::select(int call)
{
    const int last = static_cast<int>(m_reading.picture->calls.size()) - 1;
    m_chosen = true;
    m_selected = std::clamp(call, -1, last);
    m_selectedRow = m_selected < 0 ? -1 : m_lines.rowOfCall(m_selected);
    if (m_selected >= 0 && m_selectedRow < 0) {
        uncover(*m_reading.picture, static_cast<std::size_t>(m_selected), m_folding);
        showLines();
        m_selectedRow = m_lines.rowOfCall(m_selected);
    }
    inspect();
}

void RunModel::pick(int row)
{
    const RunLine *line = lineAt(row);
    if (line == nullptr || row == m_selectedRow)
        return;
    m_chosen = true;
    m_selectedRow = row;
    m_selected = line->kind == RunLine::Kind::Call ? static_cast<int>(line->index) : -1;
    inspect();
}

void RunModel::toggle(int row)
{
    if (const RunLine *line = lineAt(row))
        setOpen(row, !line->open);
}

void RunModel::setOpen(int row, bool open)
{
    const RunLine *found = lineAt(row);
    if (found == nullptr || found->open == open)
        return;
    const RunLine line = *found; // the list is about to change
    const RunLane &lane = m_reading.picture->lanes[line.lane];
    if (line.kind == RunLine::Kind::Lane) {
        if (open)
            m_folding.collapsed.erase(lane.agent);
        else
            m_folding.collapsed.insert(lane.agent);
    } else if (line.kind == RunLine::Kind::Fold) {
        const std::pair key{lane.agent, lane.calls[lane.repeats[line.index].first]};
        if (open)
            m_folding.opened.insert(key);
        else
            m_folding.opened.erase(key);
    }
    showLines();
    m_selectedRow = row;
    m_selected = -1;
    inspect();
}

void RunModel::setFolded(bool folded)
{
    if (folded == m_folding.fold)
        return;
    m_folding.fold = folded;
    m_folding.opened.clear();
    m_foldingChosen = true;
    showLines();
    m_selectedRow = m_selected >= 0 ? m_lines.rowOfCall(m_selected) : -1;
    inspect();
    Q_EMIT callsChanged();
}

} // namespace flyball
