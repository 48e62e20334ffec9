// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/aggregate/views/signalstats.h"

#include <algorithm>

#include "core/domain/signaladdress.h"

namespace flyball {

SignalCounter::SignalCounter(std::vector<RunRow> runs, const SymbolTable &symbols) : m_symbols(symbols)
{
    for (RunRow &row : runs) {
        const std::size_t i = m_runs.size();
        const RunInfo &info = row.info;
        m_index.emplace(info.run, i);
        attach(info.run, i);
        attach(addressOfRun(info.run), i);
        if (info.session != 0) {
            const std::string_view session = symbols.text(info.session);
            attach(addressOfSession(session), i);
            if (info.prompt != 0)
                attach(addressOfPrompt(session, symbols.text(info.prompt)), i);
        }
        m_runs.push_back({std::move(row), {}});
    }
}

void SignalCounter::add(const SignalFact &signal)
{
    if (signal.address == SignalAddress::Request) {
        m_byRequest[signal.group].push_back(signal);
        return;
    }
    const auto at = m_at.find(signal.group);
    if (at == m_at.end())
        return;
    if (signal.address == SignalAddress::Session)
        m_bySession[signal.group].push_back(signal);
    else
        for (const std::size_t run : at->second)
            m_runs[run].signals.push_back(signal);
}

void SignalCounter::addCall(std::uint64_t requestKey, const Key128 &run)
{
    const auto signals = m_byRequest.find(addressOfRequest(requestKey));
    const auto at = m_index.find(run);
    if (signals == m_byRequest.end() || at == m_index.end())
        return;
    std::vector<SignalFact> &into = m_runs[at->second].signals;
    for (const SignalFact &signal : signals->second)
        if (std::none_of(into.begin(), into.end(), [&](const SignalFact &known) {
                return known.group == signal.group && known.id == signal.id && known.span == signal.span;
            }))
            into.push_back(signal);
}

SignalPlaces signalPlacesOf(const RunInfo &run, std::span<const Call> calls, const SymbolTable &symbols)
{
    SignalPlaces places;
    places.own = {run.run, addressOfRun(run.run)};
    if (run.session != 0) {
        const std::string_view session = symbols.text(run.session);
        places.session = addressOfSession(session);
        if (run.prompt != 0)
            places.own.push_back(addressOfPrompt(session, symbols.text(run.prompt)));
    }
    std::set<std::uint64_t> requests;
    for (const Call &call : calls)
        if (call.request != 0 && requests.insert(hash64(symbols.text(call.request))).second)
            places.own.push_back(addressOfRequest(hash64(symbols.text(call.request))));
    return places;
}

std::vector<SignalStats> SignalCounter::finish(const SuccessRule *rule)
{
    // A session's signals count for a run that is the whole session: its row has counted them.
    for (const auto &[address, signals] : m_bySession)
        for (const std::size_t run : m_at.at(address))
            if (m_runs[run].signals.size() < static_cast<std::size_t>(std::max(0, m_runs[run].row.signals)))
                m_runs[run].signals.insert(m_runs[run].signals.end(), signals.begin(), signals.end());
    std::map<Symbol, SignalStats> byName;
    for (const Run &run : m_runs) {
        std::map<Symbol, Judgement> said;
        for (const SignalFact &signal : run.signals) {
            SignalStats &stats = byName[signal.name];
            const bool ruled = rule && m_symbols.text(signal.name) == rule->signal;
            said[signal.name].merge({ruled ? verdictBy(*rule, signal, m_symbols) : signal.verdict, 0});
            if (signal.hasScore) {
                stats.lowest = stats.scored == 0 ? signal.score : std::min(stats.lowest, signal.score);
                stats.highest = stats.scored == 0 ? signal.score : std::max(stats.highest, signal.score);
                ++stats.scored;
            }
            if (signal.label != 0 && stats.labels.size() < kMostLabels)
                stats.labels.emplace(m_symbols.text(signal.label));
        }
        for (const auto &[name, judgement] : said) {
            SignalStats &stats = byName[name];
            ++stats.runs;
            stats.pass += judgement.verdict == Verdict::Pass ? 1 : 0;
            stats.fail += judgement.verdict == Verdict::Fail ? 1 : 0;
        }
    }
    std::vector<SignalStats> all;
    for (auto &[name, stats] : byName) {
        stats.name = m_symbols.text(name);
        all.push_back(std::move(stats));
    }
    std::sort(all.begin(), all.end(), [](const SignalStats &a, const SignalStats &b) {
        return a.runs != b.runs ? a.runs > b.runs : a.name < b.name;
    });
    return all;
}

} // namespace flyball
