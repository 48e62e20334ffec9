// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/gateways/promql/promreadings.h"

#include "core/base/jsoncursor.h"

#include <algorithm>
#include <cmath>
#include <tuple>
#include <unordered_map>

namespace flyball {

namespace {

constexpr TimeNs kStartNoise = kSecond; ///< of exporters that compute when they began

struct Point {
    std::uint32_t target = 0;
    std::uint32_t series = 0;
    const PromPoint *sample = nullptr;
};

/// When the process of a target began, by the time of the sample that told so.
using Starts = std::map<std::string, std::map<TimeNs, TimeNs>, std::less<>>;

bool isGap(std::string_view value)
{
    const std::string_view word = value.starts_with('+') || value.starts_with('-') ? value.substr(1) : value;
    return word.empty() || word.front() == 'N' || word.front() == 'n' || word.front() == 'I' || word.front() == 'i';
}

Starts startsOf(const PromAnswer &answer)
{
    Starts out;
    for (const PromSeries &series : answer.series) {
        auto &told = out[promTarget(series)];
        for (std::size_t i = series.first; i < series.first + series.count; ++i) {
            double seconds = 0;
            const PromPoint &sample = answer.samples[i];
            if (parseDouble(answer.value(sample), seconds) && seconds > 0 && seconds < 1e10)
                told[sample.at] = static_cast<TimeNs>(std::llround(seconds * 1e3)) * 1'000'000;
        }
    }
    return out;
}

/// As told by the newest sample at or before `at`.
std::optional<TimeNs> startAt(const Starts &starts, const std::string &target, TimeNs at)
{
    const auto it = starts.find(target);
    if (it == starts.end())
        return std::nullopt;
    const auto next = it->second.upper_bound(at);
    if (next == it->second.begin())
        return std::nullopt;
    return std::prev(next)->second;
}

class Taking {
public:
    Taking(const PromAnswer &answer, const PromAnswer &starts, PromState &state, MeterBook &book, FactBatch &out)
        : m_answer(answer), m_starts(startsOf(starts)), m_state(state), m_book(book), m_out(out)
    {}

    PromTaken taken;

    void collect(const PromWindow &window)
    {
        std::unordered_map<std::string, std::uint32_t> numbers;
        for (std::uint32_t i = 0; i < m_answer.series.size(); ++i) {
            const PromSeries &series = m_answer.series[i];
            const auto [it, isNew] = numbers.emplace(promTarget(series), static_cast<std::uint32_t>(m_targets.size()));
            if (isNew)
                m_targets.push_back(it->first);
            collect(series, i, it->second, window);
        }
        std::sort(m_points.begin(), m_points.end(), [](const Point &a, const Point &b) {
            return std::tie(a.target, a.sample->at, a.series) < std::tie(b.target, b.sample->at, b.series);
        });
    }

    /// Samples of one target that are closer than `together` and no two of one series are one scrape.
    Result<> read(TimeNs together)
    {
        std::vector<std::size_t> seen(m_answer.series.size(), 0);
        std::size_t reading = 0;
        for (std::size_t first = 0; first < m_points.size();) {
            ++reading;
            std::size_t behind = first;
            const auto fits = [&](const Point &point) {
                return point.target == m_points[first].target && seen[point.series] != reading
                       && point.sample->at - m_points[first].sample->at <= together;
            };
            while (behind < m_points.size() && fits(m_points[behind]))
                seen[m_points[behind++].series] = reading;
            if (const Result<> done = readOne(first, behind); !done)
                return done;
            first = behind;
        }
        return {};
    }

private:
    void collect(const PromSeries &series, std::uint32_t number, std::uint32_t target, const PromWindow &window)
    {
        const auto known = m_state.newest.find(m_targets[target]);
        const TimeNs newest = known == m_state.newest.end() ? kNoTime : known->second;
        for (std::size_t i = series.first; i < series.first + series.count; ++i) {
            const PromPoint &sample = m_answer.samples[i];
            if (sample.at < window.from - kSecond || sample.at > window.to + kSecond)
                ++taken.outside;
            else if (sample.at <= newest)
                continue;
            else if (isGap(m_answer.value(sample)))
                ++taken.gaps;
            else
                m_points.push_back({target, number, &sample});
        }
    }

    Result<> readOne(std::size_t first, std::size_t behind)
    {
        const std::string &target = m_targets[m_points[first].target];
        const TimeNs at = m_points[behind - 1].sample->at;
        const std::optional<TimeNs> start = startAt(m_starts, target, at);
        if (!m_state.newest.contains(target) && start && *start >= m_state.origin && *start <= at + kStartNoise)
            if (const Result<> begun = close(target, std::min(*start, at), start, {}); !begun)
                return begun;
        m_state.newest[target] = at;
        return close(target, at, start, {m_points.data() + first, behind - first});
    }

    Result<> close(const std::string &target, TimeNs at, std::optional<TimeNs> start, std::span<const Point> points)
    {
        m_book.begin(target, at, start);
        for (const Point &point : points) {
            const PromSeries &series = m_answer.series[point.series];
            m_labels.clear();
            std::string_view name;
            for (const auto &[key, value] : series.labels) {
                if (key == "__name__")
                    name = value;
                else
                    m_labels.push_back({key, value});
            }
            m_book.read({name, m_labels, m_answer.value(*point.sample), point.sample->at, std::nullopt});
            ++taken.points;
        }
        Result<MeterSummary> summary = m_book.end(m_out);
        if (!summary)
            return summary.error();
        taken.restarted = taken.restarted || summary->restarted;
        constexpr std::size_t kMostTrouble = 10;
        for (std::string &trouble : summary->trouble)
            if (taken.trouble.size() < kMostTrouble)
                taken.trouble.insert(std::move(trouble));
        return {};
    }

    const PromAnswer &m_answer;
    Starts m_starts;
    PromState &m_state;
    MeterBook &m_book;
    FactBatch &m_out;
    std::vector<std::string> m_targets;
    std::vector<Point> m_points;
    std::vector<MeterLabel> m_labels;
};

/// Of the facts that tell of one minute the last one holds what the others held.
void keepLast(std::vector<CallFact> &calls, std::size_t from)
{
    std::unordered_map<Key128, std::size_t> where;
    std::size_t kept = from;
    for (std::size_t i = from; i < calls.size(); ++i) {
        const auto [it, isNew] = where.emplace(calls[i].group, kept);
        if (isNew)
            ++kept;
        if (it->second != i)
            calls[it->second] = std::move(calls[i]);
    }
    calls.resize(kept);
}

} // namespace

Result<PromTaken> takePromAnswer(const PromAnswer &answer, const PromAnswer &starts, const PromWindow &window,
                                 PromState &state, MeterBook &book, FactBatch &out)
{
    const std::size_t before = out.calls.size();
    Taking taking(answer, starts, state, book, out);
    taking.collect(window);
    const TimeNs interval = state.interval > 0 ? state.interval : promInterval(answer).value_or(kSecond);
    if (const Result<> read = taking.read(interval / 2); !read)
        return read.error();
    keepLast(out.calls, before);
    return std::move(taking.taken);
}

} // namespace flyball
