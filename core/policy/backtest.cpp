// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/policy/backtest.h"

#include "core/policy/budget.h"
#include "core/policy/windows.h"
#include "core/policy/words.h"

#include <algorithm>
#include <tuple>

namespace flyball {

namespace {

struct Event {
    TimeNs time = 0;
    std::size_t run = 0;
    std::size_t call = 0;
};

std::vector<Event> inOrder(const std::vector<RunSample> &runs)
{
    std::vector<Event> events;
    for (std::size_t i = 0; i < runs.size(); ++i) {
        TimeNs latest = kNoTime; // a run's calls keep their order even where clocks disagree
        for (std::size_t j = 0; j < runs[i].calls.size(); ++j) {
            latest = std::max(latest, runs[i].calls[j].time);
            events.push_back({latest, i, j});
        }
    }
    std::sort(events.begin(), events.end(), [](const Event &a, const Event &b) {
        return std::tie(a.time, a.run, a.call) < std::tie(b.time, b.run, b.call);
    });
    return events;
}

struct Progress {
    Consumed used;
    bool stopped = false;
    bool soft = false;
    bool unjudged = false;
    std::size_t record = 0; ///< in BackTest::stopped
};

class Replay {
public:
    Replay(const Budget &budget, const std::vector<RunSample> &runs, const Zone &zone)
        : m_budget(budget),
          m_high(budget.runHard.value_or(Limit{})),
          m_runs(runs),
          m_zone(zone),
          m_progress(runs.size())
    {
        m_body.budget = budget;
        m_result.runs = static_cast<std::int64_t>(runs.size());
    }
    BackTest run()
    {
        for (const Event &event : inOrder(m_runs))
            step(event);
        for (const Progress &progress : m_progress) {
            m_result.softReached += progress.soft && !progress.stopped ? 1 : 0;
            m_result.notJudged += progress.unjudged && !progress.stopped ? 1 : 0;
        }
        return std::move(m_result);
    }

private:
    void step(const Event &event)
    {
        const CallSample &call = m_runs[event.run].calls[event.call];
        Progress &progress = m_progress[event.run];
        if (call.cost)
            m_result.spent.add(*call.cost);
        std::string cap = progress.stopped ? std::string() : stoppedBy(call, progress, event.time);
        if (!cap.empty())
            stop(event, std::move(cap));
        if (progress.stopped)
            save(call, progress);
        else
            send(call, progress, event.time);
    }

    std::string stoppedBy(const CallSample &call, Progress &progress, TimeNs time)
    {
        const BudgetDecision standing = check(m_body, progress.used);
        progress.soft = progress.soft || standing.verdict == BudgetDecision::Verdict::Soft;
        if (standing.verdict == BudgetDecision::Verdict::Hard)
            return standing.cap;
        const bool counted = call.inputTokens && call.outputTokens;
        progress.unjudged = progress.unjudged || (m_high.tokens && !counted) || (m_high.usd && !call.cost);
        if (m_high.tokens && counted && progress.used.tokens + *call.inputTokens + *call.outputTokens > *m_high.tokens)
            return "/budget/run_hard/tokens";
        if (m_high.usd && call.cost && *progress.used.usd + UsdSum(*call.cost) > *m_high.usd)
            return "/budget/run_hard/usd";
        for (const PeriodCap &period : m_budget.periods.value_or(std::vector<PeriodCap>{})) {
            if (!period.hardUsd)
                continue;
            progress.unjudged = progress.unjudged || !call.cost;
            const UsdSum spent = m_spent[windowAt(m_zone, period.window, time).key];
            if (spent >= *period.hardUsd || (call.cost && spent + UsdSum(*call.cost) > *period.hardUsd))
                return "/budget/periods/" + std::string(nameOf(period.window));
        }
        return {};
    }

    void send(const CallSample &call, Progress &progress, TimeNs time)
    {
        const std::int64_t output = call.outputTokens.value_or(0);
        const std::int64_t tokens = call.inputTokens.value_or(0) + output;
        progress.used.tokens += tokens;
        ++progress.used.calls;
        if (m_budget.callMaxOutputTokens && output > *m_budget.callMaxOutputTokens)
            ++m_result.callsOverOutputLimit;
        if (m_budget.callMaxTokens && tokens > *m_budget.callMaxTokens)
            ++m_result.callsOverCallLimit;
        if (!call.cost)
            return;
        progress.used.usd->add(*call.cost);
        // The keys of the four kinds of window differ, so one map holds them all.
        for (const PeriodCap &period : m_budget.periods.value_or(std::vector<PeriodCap>{}))
            m_spent[windowAt(m_zone, period.window, time).key].add(*call.cost);
    }

    void stop(const Event &event, std::string cap)
    {
        const RunSample &run = m_runs[event.run];
        Progress &progress = m_progress[event.run];
        progress.stopped = true;
        progress.record = m_result.stopped.size();
        ++m_result.byCap[cap];
        m_result.stopped.push_back({run.id, run.outcome, event.call, std::move(cap), 0, {}, 0});
        if (run.outcome == Outcome::Success)
            ++m_result.stoppedSuccessful;
        else if (run.outcome == Outcome::Unknown)
            ++m_result.stoppedUnknown;
        else
            ++m_result.stoppedFailed;
    }

    void save(const CallSample &call, const Progress &progress)
    {
        StoppedRun &stopped = m_result.stopped[progress.record];
        const std::int64_t tokens = call.inputTokens.value_or(0) + call.outputTokens.value_or(0);
        stopped.tokensSaved += tokens;
        m_result.tokensSaved += tokens;
        if (!call.cost) {
            ++stopped.callsUnpriced;
            return;
        }
        stopped.usdSaved.add(*call.cost);
        m_result.saved.add(*call.cost);
        if (stopped.outcome == Outcome::Success)
            m_result.savedOnSuccessful.add(*call.cost);
    }

    const Budget &m_budget;
    const Limit m_high;
    const std::vector<RunSample> &m_runs;
    const Zone &m_zone;
    PolicyBody m_body;
    std::vector<Progress> m_progress;
    std::map<std::string, UsdSum> m_spent;
    BackTest m_result;
};

} // namespace

BackTest backTest(const PolicyBody &body, const std::vector<RunSample> &runs, const Zone &zone)
{
    const Budget budget = body.enabled.value_or(true) ? body.budget.value_or(Budget{}) : Budget{};
    return Replay(budget, runs, zone).run();
}

std::string describe(const BackTest &result)
{
    std::int64_t unpriced = 0;
    for (const StoppedRun &run : result.stopped)
        unpriced += run.callsUnpriced;
    std::string out = "would have stopped " + countText(result.stoppedRuns()) + " of " + countText(result.runs)
                      + " runs (" + countText(result.stoppedSuccessful) + " successful), saving "
                      + (unpriced ? "at least " : "") + moneyText(result.saved) + " of " + moneyText(result.spent);
    if (result.notJudged > 0)
        out += "; " + countText(result.notJudged) + " runs could not be judged";
    return out;
}

} // namespace flyball
