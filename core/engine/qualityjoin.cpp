// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/engine/qualityjoin.h"

#include <algorithm>

#include "core/domain/signaladdress.h"

namespace flyball {

void QualityJoin::count(const Entry &entry, const SignalFact &signal, std::int64_t sign)
{
    QualityCounts &counts = m_counts[signal.source];
    counts.signals += sign;
    if (entry.joined())
        counts.joined += sign;
    else if (!entry.runs.empty())
        counts.ambiguous += sign;
    else
        counts.waiting[static_cast<std::size_t>(entry.address)] += sign;
}

bool QualityJoin::add(const SignalFact &signal)
{
    if (signal.address == SignalAddress::Group)
        return false;
    // By hash: one run may have any number of signals, and each is looked for.
    const std::uint64_t hash = hashKey(toHex(signal.group) + toHex64(signal.span) + toHex64(signal.id)).lo;
    if (!m_known.insert(hash).second)
        return false;
    const auto [it, fresh] = m_entries.try_emplace(signal.group);
    Entry &entry = it->second;
    entry.address = signal.address;
    entry.signals.push_back(signal);
    count(entry, signal, 1);
    m_changed.insert(entry.runs.begin(), entry.runs.end());
    if (fresh) {
        const bool call = signal.address == SignalAddress::Request;
        (call ? m_byRequest : m_bySession) |= signal.address != SignalAddress::Run;
        (call ? m_wantsCalls : m_wantsRuns) = true;
    }
    return true;
}

void QualityJoin::attach(const Key128 &address, const Key128 &run)
{
    const auto it = m_entries.find(address);
    if (it == m_entries.end())
        return;
    Entry &entry = it->second;
    if (std::find(entry.runs.begin(), entry.runs.end(), run) != entry.runs.end())
        return;
    change(entry, [&] { entry.runs.push_back(run); });
    m_ofRun[run].push_back(address);
    m_changed.insert(entry.runs.begin(), entry.runs.end());
}

void QualityJoin::detach(const Key128 &address, const Key128 &run)
{
    const auto it = m_entries.find(address);
    if (it == m_entries.end()
        || std::find(it->second.runs.begin(), it->second.runs.end(), run) == it->second.runs.end())
        return;
    change(it->second, [&] { std::erase(it->second.runs, run); });
    std::erase(m_ofRun[run], address);
    m_changed.insert(it->second.runs.begin(), it->second.runs.end());
    m_changed.insert(run);
}

template <typename Change>
void QualityJoin::change(Entry &entry, Change &&what)
{
    for (const SignalFact &signal : entry.signals)
        count(entry, signal, -1);
    what();
    for (const SignalFact &signal : entry.signals)
        count(entry, signal, 1);
}

void QualityJoin::dropRun(const Key128 &run)
{
    const auto found = m_ofRun.find(run);
    if (found == m_ofRun.end())
        return;
    const std::vector<Key128> addresses = found->second;
    for (const Key128 &address : addresses)
        detach(address, run);
}

void QualityJoin::dropCall(std::uint64_t requestKey, const Key128 &run)
{
    if (m_byRequest && requestKey != 0)
        detach(addressOfRequest(requestKey), run);
}

void QualityJoin::noteRun(const RunInfo &run)
{
    if (m_entries.empty())
        return;
    attach(addressOfRun(run.run), run.run);
    if (!m_bySession || run.session == 0)
        return;
    const std::string_view session = m_symbols.text(run.session);
    attach(addressOfSession(session), run.run);
    if (run.prompt != 0)
        attach(addressOfPrompt(session, m_symbols.text(run.prompt)), run.run);
}

void QualityJoin::noteCall(std::uint64_t requestKey, const Key128 &run)
{
    if (m_byRequest && requestKey != 0)
        attach(addressOfRequest(requestKey), run);
}

std::vector<Key128> QualityJoin::takeChanged()
{
    std::vector<Key128> runs(m_changed.begin(), m_changed.end());
    m_changed.clear();
    std::sort(runs.begin(), runs.end());
    return runs;
}

std::vector<SignalFact> QualityJoin::signalsOf(const Key128 &run) const
{
    std::vector<SignalFact> signals;
    const auto found = m_ofRun.find(run);
    if (found == m_ofRun.end())
        return signals;
    for (const Key128 &address : found->second)
        if (const Entry &entry = m_entries.at(address); entry.joined())
            signals.insert(signals.end(), entry.signals.begin(), entry.signals.end());
    return signals;
}

std::int32_t QualityJoin::countOf(const Key128 &run) const
{
    return m_entries.empty() ? 0 : static_cast<std::int32_t>(signalsOf(run).size());
}

std::vector<Key128> QualityJoin::runs() const
{
    std::vector<Key128> runs;
    for (const auto &[run, addresses] : m_ofRun)
        if (!addresses.empty())
            runs.push_back(run);
    std::sort(runs.begin(), runs.end());
    return runs;
}

void QualityJoin::clear()
{
    m_entries.clear();
    m_known.clear();
    m_ofRun.clear();
    m_changed.clear();
    m_counts.clear();
    m_wantsRuns = m_wantsCalls = m_bySession = m_byRequest = false;
}

} // namespace flyball
