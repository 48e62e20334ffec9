// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QTcpServer>
#include <QTcpSocket>

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/engine/remotesource.h"
#include "core/gateways/promql/promanswer.h"

namespace flyball::test {

inline constexpr TimeNs kStart = 1'795'363'200 * kSecond; ///< 2026-11-22T16:00:00Z

struct FakePoint {
    TimeNs at = 0;
    std::string value;
};
struct FakeSeries {
    std::map<std::string, std::string> labels;
    std::vector<FakePoint> points;
};

/// What was asked of the server.
struct Asked {
    QByteArray method;
    QByteArray path; ///< without query
    QByteArray head;
    std::map<QByteArray, QByteArray> fields; ///< of the body or the query, decoded

    [[nodiscard]] bool isFor(const char *name) const { return fields.at("query").contains(name); }
    [[nodiscard]] TimeNs to() const;     ///< of an instant query
    [[nodiscard]] TimeNs length() const; ///< of its range
};

struct Scripted {
    QByteArray status = "200 OK";
    QByteArray body;
    QByteArray head = "Content-Type: application/json\r\n";
};

/// The part of a Prometheus that one source asks, over series in memory: range selectors by exact name, pattern or
/// instance at one time, and range queries with a lookback of five minutes. On the thread of the test, which the client
/// lets run while it waits.
class FakePrometheus {
public:
    FakePrometheus();

    [[nodiscard]] std::string url(const std::string &path = {}) const;
    std::vector<FakeSeries> series;
    std::vector<Asked> asked;
    /// Answers in place of the series; nothing: they do.
    std::function<std::optional<Scripted>(const Asked &)> script;

    [[nodiscard]] QByteArray evaluated(const Asked &question, const QByteArray &more = {}) const;

private:
    void serve(QTcpSocket *socket);
    void answer(QTcpSocket *socket, const QByteArray &request);

    QTcpServer m_server;
};

/// What a source said: of each minute and set of names the last fact, in words.
class Said {
public:
    explicit Said(SymbolTable &symbols) : m_symbols(symbols) {}
    void take(const Delivery &delivery);
    /// Money in pico-USD by workflow.
    [[nodiscard]] std::map<std::string, std::int64_t> money() const;
    /// Input tokens (all of them) and output tokens.
    [[nodiscard]] std::int64_t input() const;
    [[nodiscard]] std::int64_t output() const;
    [[nodiscard]] std::int64_t minutes() const; ///< that have a fact

private:
    SymbolTable &m_symbols;
    std::map<Key128, CallFact> m_facts;
};

/// A matrix of these series, as the server would send it.
[[nodiscard]] PromAnswer answerOf(const std::vector<FakeSeries> &series);

/// A counter of micro-USD as an exporter shows it: "0.000123".
[[nodiscard]] std::string usd(std::int64_t micro);

/// Spend of one workflow at one instance, scraped every `interval`; what it grew by since its first sample, with each
/// fall as a beginning from 0, is in `grown` (micro-USD).
struct Counter {
    FakeSeries series;
    std::int64_t grown = 0;
    std::int64_t value = 0;

    Counter(const std::string &workflow, const std::string &instance, const std::string &name = {});
    void scrape(TimeNs at, std::int64_t more);
    void restart() { value = 0; }
};

} // namespace flyball::test
