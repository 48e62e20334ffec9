// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/models/runs/runsworker.h"

#include <algorithm>

#include "core/models/session/view.h"

namespace flyball {

namespace {

constexpr std::size_t kMostTraits = 400'000, kMostNames = 100'000;

double sortValue(const RunRow &run, const QString &key)
{
    if (key == u"start")
        return static_cast<double>(run.info.start);
    if (key == u"duration")
        return static_cast<double>(run.info.end - run.info.start);
    if (key == u"calls")
        return static_cast<double>(run.totals.calls);
    if (key == u"errors")
        return static_cast<double>(run.totals.errors);
    if (key == u"tokens")
        return static_cast<double>(run.totals.allTokens());
    if (key == u"cache")
        return run.totals.cacheHitRate().value_or(-1);
    if (key == u"state")
        return run.info.closed ? static_cast<double>(run.info.outcome) : -1.0;
    return run.totals.cost.toDouble();
}

QString shown(const Snapshot &snapshot, Symbol name)
{
    return nameText(name == 0 ? std::string_view() : snapshot.symbols->text(name), NameKind::Workflow);
}

void describe(const std::vector<const RunRow *> &runs, RunsAnswer &answer)
{
    for (const RunRow *run : runs) {
        answer.anyErrors = answer.anyErrors || run->totals.errors > 0;
        answer.anyCache = answer.anyCache || run->totals.cacheKnownIn > 0;
        answer.anySignals = answer.anySignals || run->signals > 0;
        answer.anySession = answer.anySession || run->info.session != 0;
        answer.dearest = std::max(answer.dearest, run->totals.cost.toDouble());
    }
}

} // namespace

bool RunsWorker::contains(const Snapshot &snapshot, Symbol name, const std::string &part)
{
    if (m_contains.size() > kMostNames)
        m_contains.clear();
    const auto [it, fresh] = m_contains.try_emplace({part, name});
    if (fresh)
        it->second = shown(snapshot, name).contains(QString::fromStdString(part), Qt::CaseInsensitive);
    return it->second;
}

const RunTraits *RunsWorker::traits(const RunRow &row, Ledger &ledger)
{
    const auto found = m_traits.find(row.info.run);
    if (found != m_traits.end() && found->second.isOf(row))
        return &found->second;
    if (!m_error.isEmpty() || monotonicNow() > m_deadline)
        return nullptr;
    CallFilter filter;
    filter.run = row.info.run;
    std::vector<Call> calls;
    const auto read = ledger.readCalls(filter, CallOrder::TimeAscending, 0, [&](const Call &call) {
        calls.push_back(call);
        return true;
    });
    if (!read) {
        m_error = QString::fromStdString(read.error().message);
        return nullptr;
    }
    if (m_traits.size() >= kMostTraits)
        m_traits.clear();
    return &(m_traits[row.info.run] = traitsOf(row, calls));
}

RunsAnswer::Count RunsWorker::count(const RunsQuery &query, const std::vector<RunCondition> &conditions,
                                    const std::vector<const RunRow *> &runs, const RunBounds &bounds, Ledger &ledger,
                                    std::vector<const RunRow *> *kept)
{
    const RunMatcher matcher(
        conditions, bounds, [&](Symbol name, const std::string &part) { return contains(*query.snapshot, name, part); },
        [&](const RunRow &row) { return traits(row, ledger); });
    RunsAnswer::Count count;
    // The newest first: they are looked at while the others are read.
    for (auto run = runs.rbegin(); run != runs.rend(); ++run) {
        const RunVerdict verdict = matcher.judge(**run);
        count.growing = count.growing || verdict == RunVerdict::NeedsCalls;
        if (verdict != RunVerdict::Yes)
            continue;
        ++count.runs;
        if (kept != nullptr)
            kept->push_back(*run);
    }
    return count;
}

void RunsWorker::sort(std::vector<const RunRow *> &runs, const RunsQuery &query)
{
    const auto tie = [](const RunRow *a, const RunRow *b) { return a->info.run < b->info.run; };
    const bool descending = query.descending;
    // Only what is shown has to be in order.
    const auto most = std::min<std::ptrdiff_t>(query.most, static_cast<std::ptrdiff_t>(runs.size()));
    if (query.sortKey == u"workflow") {
        std::unordered_map<Symbol, QString> names;
        for (const RunRow *run : runs)
            if (!names.contains(run->info.workflow))
                names[run->info.workflow] = shown(*query.snapshot, run->info.workflow).toCaseFolded();
        std::partial_sort(runs.begin(), runs.begin() + most, runs.end(), [&](const RunRow *a, const RunRow *b) {
            const int c = names[a->info.workflow].compare(names[b->info.workflow]);
            return c == 0 ? tie(a, b) : (descending ? c > 0 : c < 0);
        });
        return;
    }
    std::vector<std::pair<double, const RunRow *>> keyed;
    keyed.reserve(runs.size());
    for (const RunRow *run : runs)
        keyed.emplace_back(sortValue(*run, query.sortKey), run);
    std::partial_sort(keyed.begin(), keyed.begin() + most, keyed.end(), [&](const auto &a, const auto &b) {
        return a.first == b.first ? tie(a.second, b.second) : (descending ? a.first > b.first : a.first < b.first);
    });
    std::transform(keyed.begin(), keyed.end(), runs.begin(), [](const auto &entry) { return entry.second; });
}

void RunsWorker::lookAt(const Snapshot &snapshot)
{
    if (snapshot.prices.generation != m_generation)
        m_traits.clear(); // resolved again: other names and rules, perhaps with the same counts
    if (snapshot.sequence != m_sequence)
        m_error.clear();
    m_generation = snapshot.prices.generation;
    m_sequence = snapshot.sequence;
}

RunsAnswer RunsWorker::answer(const RunsQuery &query, Ledger &ledger)
{
    m_deadline = monotonicNow() + kSlice;
    lookAt(*query.snapshot);
    std::vector<const RunRow *> runs;
    m_scanner.forEach(query.snapshot->runs, query.window, [&](const RunRow &run) {
        if (!query.workflow || run.info.workflow == *query.workflow)
            runs.push_back(&run);
    });
    std::vector<double> percents;
    const auto collect = [&](const std::vector<RunCondition> &conditions) {
        for (const RunCondition &c : conditions)
            if (c.test == RunCondition::Test::Costliest)
                percents.push_back(c.number);
    };
    collect(query.filter);
    for (const auto &conditions : query.counted)
        collect(conditions);
    const RunBounds bounds = RunBounds::of(runs, percents);
    RunsAnswer answer;
    std::vector<RunCondition> wanted = query.filter;
    if (!query.needle.isEmpty())
        wanted.push_back({RunCondition::Test::Text, query.needle.toStdString(), 0});
    std::vector<const RunRow *> matching, chosen;
    const RunsAnswer::Count found = count(query, wanted, runs, bounds, ledger, &matching);
    answer.all = found.runs;
    answer.pending = found.growing;
    for (const RunRow *run : matching) {
        const QString state = QString::fromLatin1(runStateKey(run->info));
        ++answer.states[state];
        if (query.segment == u"all" || query.segment == state)
            chosen.push_back(run);
    }
    for (const auto &conditions : query.counted) {
        answer.counts.push_back(count(query, conditions, runs, bounds, ledger, nullptr));
        answer.pending = answer.pending || answer.counts.back().growing;
    }
    if (!m_error.isEmpty()) {
        answer.error = m_error;
        answer.pending = false; // asking again at once would read what cannot be read
    }
    describe(chosen, answer);
    sort(chosen, query);
    answer.total = static_cast<qint64>(chosen.size());
    chosen.resize(std::min(chosen.size(), static_cast<std::size_t>(std::max(0, query.most))));
    for (const RunRow *run : chosen)
        answer.rows.push_back(*run);
    return answer;
}

} // namespace flyball
