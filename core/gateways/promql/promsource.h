// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/engine/remotesource.h"
#include "core/gateways/promql/prombudgets.h"
#include "core/gateways/promql/promreadings.h"
#include "core/gateways/promql/promserver.h"

#include <random>

namespace flyball {

struct PromqlOptions {
    TimeNs interval = 30 * kSecond; ///< between two questions
    TimeNs since = kHour;           ///< how far back history is taken
    std::string match;              ///< checked
    bool recorded = false;
    MeterOptions meters;
};

/// Spend that a Prometheus-compatible server has the counters of. It asks for the samples as they were scraped (a
/// range selector in an instant query), so that a restart between two of them is seen and nothing is interpolated: from
/// the newest ones taken to now, window by window while there is more to catch up on. Only where a server refuses raw
/// samples it reads a grid of them, and says so.
class PromqlSource final : public PolledSource {
public:
    PromqlSource(HttpConnection connection, std::string base, PromqlOptions options, SymbolTable &symbols);

    [[nodiscard]] Delivery poll(const std::string &state, TimeNs now) override;
    void stop() override { m_server.stop(); }

private:
    void adopt(const std::string &state);
    /// The first question: is there anything, how often is it scraped. Nothing is taken.
    void look(TimeNs now, Delivery &out);
    void readOn(TimeNs now, Delivery &out);
    [[nodiscard]] PromReply askFor(const PromWindow &window);
    [[nodiscard]] bool take(const PromReply &reply, const PromWindow &window, TimeNs now, Delivery &out);
    void store(Delivery &out);

    /// What an answer that could not be used means for the next attempt.
    void refused(const PromReply &reply, Delivery &out);
    void shorten(const PromReply &reply, Delivery &out);
    [[nodiscard]] TimeNs backOff(const std::string &retryAfter);
    void tell(TimeNs now, Delivery &out) const;

    PromqlOptions m_options;
    std::string m_selector;
    PromServer m_server;
    SymbolCache m_symbols;
    MeterBook m_book;
    PromBudgets m_budgets;
    std::string m_text; ///< what m_state and m_book were last written as
    PromState m_state;
    PromPace m_pace;
    PromNames m_names;      ///< of the last answer that had series
    TimeNs m_gridUntil = 0; ///< monotonic: no raw samples are asked for before
    int m_partial = 0;      ///< answers in a row that were not whole
    TimeNs m_now = 0;       ///< of the poll, wall clock
    int m_failures = 0;     ///< in a row
    std::minstd_rand m_random{std::random_device{}()};
};

} // namespace flyball
