// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/gateways/promql/promsource.h"

#include "core/formats/meters/meanings.h"

#include <algorithm>

namespace flyball {

namespace {

constexpr TimeNs kFirstLook = 5 * kMinute;
constexpr TimeNs kGridFor = kHour;
constexpr int kMostPartial = 5; ///< answers to one window that are not whole before it counts as read

void warn(Delivery &out, const std::string &what)
{
    out.health.warning += (out.health.warning.empty() ? "" : "; ") + what;
}

} // namespace

PromqlSource::PromqlSource(HttpConnection connection, std::string base, PromqlOptions options, SymbolTable &symbols)
    : m_options(std::move(options)),
      m_selector(promSelector(meterFamilies(), m_options.recorded, m_options.match)),
      m_server(std::move(connection), std::move(base)),
      m_symbols(symbols),
      m_book(m_options.meters, m_symbols),
      m_budgets(m_options.match, m_options.interval)
{}

Delivery PromqlSource::poll(const std::string &state, TimeNs now)
{
    m_now = now;
    adopt(state);
    Delivery out;
    out.hasHealth = true;
    out.health.nextAt = monotonicNow() + m_options.interval;
    out.health.staleAfter = m_options.interval * 5 / 2;
    m_server.open();
    if (m_state.done == kNoTime)
        look(now, out);
    else
        readOn(now, out);
    if (out.health.error.empty())
        out.budgets = m_budgets.ask(m_server);
    m_server.close();
    out.health.at = std::max(now, wallClockNow());
    tell(now, out);
    return out;
}

/// The state as it was committed; it is another one only after a delivery that was not.
void PromqlSource::adopt(const std::string &state)
{
    if (state == m_text)
        return;
    m_text = state;
    m_state = PromState::fromText(state);
    m_book.restore(m_state.book);
    if (m_state.interval > 0)
        m_pace.setInterval(m_state.interval);
}

void PromqlSource::look(TimeNs now, Delivery &out)
{
    const TimeNs to = bucketOf(now, kSecond) * kSecond;
    const PromReply reply = m_server.ask("query", promRawFields(m_selector, {to - kFirstLook, to}));
    const PromFault fault = reply.answer.fault;
    if (fault != PromFault::None && (fault != PromFault::TooMuch || reply.bytes == 0)) {
        refused(reply, out);
        return;
    }
    m_failures = 0;
    m_names = promNames(reply.answer, m_options.meters.workflowLabels);
    if (const auto interval = promInterval(reply.answer)) {
        m_pace.setInterval(*interval);
        m_state.interval = m_pace.interval();
    }
    m_state.origin = m_state.from = m_state.done = to - std::min(to, m_options.since);
    out.health.nextAt = monotonicNow();
    store(out);
}

PromReply PromqlSource::askFor(const PromWindow &window)
{
    if (monotonicNow() >= m_gridUntil)
        return m_server.ask("query", promRawFields(m_selector, window));
    const PromGrid grid = m_pace.grid(window);
    if (grid.points() == 0) {
        PromReply nothing;
        nothing.answer.type = PromType::Matrix;
        return nothing;
    }
    return m_server.ask("query_range", promGridFields(m_selector, grid));
}

void PromqlSource::readOn(TimeNs now, Delivery &out)
{
    const PromWindow window = m_pace.next(m_state.done, now);
    if (window.to <= m_state.done)
        return; // it has been asked for, or the clock was set back
    PromReply reply = askFor(window);
    if (reply.answer.fault == PromFault::None && reply.answer.type != PromType::Matrix) {
        reply.answer.fault = PromFault::Broken;
        reply.answer.error = "not the samples it was asked for, but a single value";
    }
    if (reply.answer.fault == PromFault::TooMuch)
        shorten(reply, out);
    else if (reply.answer.fault != PromFault::None)
        refused(reply, out);
    else if (!take(reply, window, now, out))
        m_text.clear(); // what is committed counts, whatever the book has now
}

bool PromqlSource::take(const PromReply &reply, const PromWindow &window, TimeNs now, Delivery &out)
{
    m_failures = 0;
    if (const auto interval = promInterval(reply.answer); interval && monotonicNow() >= m_gridUntil) {
        m_pace.setInterval(*interval);
        m_state.interval = m_pace.interval();
    }
    PromAnswer starts;
    if (!reply.answer.samples.empty()) {
        const std::string selector =
            promStartSelector(promValues(reply.answer, "job"), promValues(reply.answer, "instance"));
        if (!selector.empty())
            starts = m_server.ask("query", promRawFields(selector, window)).answer;
        if (starts.fault != PromFault::None)
            warn(out, "when its targets were started is not known: " + starts.error);
        m_names = promNames(reply.answer, m_options.meters.workflowLabels);
    }
    const Result<PromTaken> taken = takePromAnswer(reply.answer, starts, window, m_state, m_book, out.batch);
    if (!taken) {
        out.batch = {};
        out.health.error = taken.error().message;
        out.health.nextAt = monotonicNow() + backOff({});
        return false;
    }
    out.batch.bytes = static_cast<std::int64_t>(reply.bytes);
    const bool partial = !reply.answer.warnings.empty();
    m_partial = partial ? m_partial + 1 : 0;
    if (partial)
        warn(out, "not all data: " + promLine(reply.answer.warnings.front()));
    if (!partial || m_partial >= kMostPartial) {
        m_partial = 0;
        m_state.done = window.to;
        if (now - window.to >= kMinute) { // there is more
            m_pace.answered(reply.bytes);
            out.health.nextAt = monotonicNow();
        } else {
            m_state.from = window.to;
        }
    }
    for (const std::string &trouble : taken->trouble)
        warn(out, trouble);
    if (const std::string twice = promReplicated(reply.answer); !twice.empty())
        warn(out, promLine(twice, 100) + " is told of by two replicas, and counted twice: choose one with match");
    if (taken->restarted)
        warn(out, "counters began again");
    if (taken->gaps > 0)
        warn(out, std::to_string(taken->gaps) + " values without a number are gaps");
    if (taken->outside > 0)
        warn(out, std::to_string(taken->outside) + " samples of a time that was not asked for");
    if (reply.answer.histograms > 0)
        warn(out, "native histograms are not read");
    if (monotonicNow() < m_gridUntil)
        warn(out, "the server refuses raw samples: a restart between two steps of "
                      + std::to_string(m_pace.grid(window).step / kSecond) + " s can hide spend");
    store(out);
    return true;
}

void PromqlSource::store(Delivery &out)
{
    m_state.forgetGone();
    m_state.book = m_book.save();
    m_text = m_state.toText();
    m_state.book.clear(); // the book has it
    out.state = m_text;
}

void PromqlSource::shorten(const PromReply &reply, Delivery &out)
{
    bool shorter = m_pace.refused();
    if (!shorter && reply.bytes > 0 && monotonicNow() >= m_gridUntil) {
        m_gridUntil = monotonicNow() + kGridFor;
        m_pace.restart();
        shorter = true;
    }
    if (!shorter || reply.bytes == 0) { // one that is silent is not to look healthy meanwhile
        refused(reply, out);
        return;
    }
    warn(out, "asked for less at a time: " + reply.answer.error);
    out.health.nextAt = monotonicNow();
}

void PromqlSource::refused(const PromReply &reply, Delivery &out)
{
    constexpr TimeNs kDeniedWait = 15 * kMinute;
    ++m_failures;
    out.health.error = reply.answer.error;
    switch (reply.answer.fault) {
    case PromFault::Denied:
        out.health.error = "it refuses the key, or asks for one (" + reply.answer.error + ')';
        out.health.nextAt = monotonicNow() + kDeniedWait;
        return;
    case PromFault::NotThere:
        out.health.error = "no Prometheus API at this address (" + reply.answer.error + ')';
        break;
    default:
        break;
    }
    out.health.nextAt = monotonicNow() + backOff(reply.retryAfter);
}

/// As Retry-After says, else the longer the more often it failed.
TimeNs PromqlSource::backOff(const std::string &retryAfter)
{
    const RetryPolicy policy{.attempts = 1,
                             .first = Milliseconds(std::min<std::int64_t>(m_options.interval / 1'000'000, 30'000)),
                             .most = Milliseconds(300'000)};
    const double unit = std::uniform_real_distribution<double>(0, 1)(m_random);
    return retryDelay(policy, std::clamp(m_failures + 1, 2, 30), retryAfter, m_now / kSecond, unit).count() * 1'000'000;
}

void PromqlSource::tell(TimeNs now, Delivery &out) const
{
    constexpr TimeNs kOld = 10 * kMinute;
    std::string &detail = out.health.detail;
    detail = std::to_string(m_names.series) + " series, " + std::to_string(m_names.workflows.size())
             + (m_names.workflows.size() == 1 ? " workflow" : " workflows");
    if (m_names.newest != kNoTime)
        detail += ", newest sample " + std::to_string(std::max<TimeNs>(0, (now - m_names.newest) / kSecond)) + " s ago";
    const bool behind = m_state.done != kNoTime && now - m_state.done > kMinute + m_options.interval;
    if (behind)
        detail += ", back-fill " + std::to_string(promProgress(m_state.from, m_state.done, now)) + " %";
    if (!out.health.error.empty() || behind)
        return;
    if (m_names.series == 0)
        warn(out, "none of its series tells of spend");
    else if (m_names.newest != kNoTime && now - m_names.newest > std::max(kOld, 3 * m_pace.interval()))
        warn(out, "no new samples for " + std::to_string((now - m_names.newest) / kMinute) + " min");
}

} // namespace flyball
