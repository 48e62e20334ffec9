// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QTcpServer>
#include <QTcpSocket>
#include <QThread>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "core/gateways/meters/meterbook.h"
#include "core/gateways/prometheus/promtext.h"

namespace flyball::test {

inline constexpr TimeNs kNow = 1'795'363'200 * kSecond; ///< 2026-11-22T16:00:00Z

/// What a parser hands on, one line each: name{a=b,c=d} value @milliseconds after kNow.
class SampleLog final : public PromSink {
public:
    void sample(const PromSample &sample) override;
    std::string text;
    std::int64_t count = 0;
};

/// Reads a page in pieces of `piece` bytes (0: as a whole) and gives the log, or "error: " and why.
[[nodiscard]] std::string pageOf(std::string_view text, PromText::Flavour flavour = PromText::Flavour::Text,
                                 std::size_t piece = 0);

/// A book that is read from pages of text, and what it said: money and tokens as the ledger would have them.
class BookBench {
public:
    explicit BookBench(std::vector<std::string> workflowLabels = {});

    /// One reading of a page `seconds` after kNow. The result is the summary; a page that cannot be read is none.
    MeterSummary read(const std::string &page, std::int64_t seconds, std::string_view instance = {});
    [[nodiscard]] Result<MeterSummary> tryRead(const std::string &page, std::int64_t seconds,
                                               std::string_view instance = {});
    /// A new process: another book with what the last one saved.
    void restart();

    /// Of all facts, the last of each minute: "workflow/model money=1.5 in=1 read=2 ...", sorted, one per line. With
    /// the minute first if `minutes`. Money is "-" where there is none.
    [[nodiscard]] std::string spend(bool minutes = false) const;
    [[nodiscard]] std::int64_t pico() const; ///< all money that was said
    [[nodiscard]] Usage usage() const;       ///< all tokens that were said
    [[nodiscard]] MeterBook &book() { return *m_book; }
    [[nodiscard]] std::string text(Symbol symbol) const { return std::string(symbols.text(symbol)); }

    SymbolTable symbols;
    std::map<Key128, CallFact> facts;
    std::vector<std::string> rejects;

private:
    MeterOptions m_options;
    SymbolCache m_cache{symbols};
    std::unique_ptr<MeterBook> m_book;
};

/// A server on loopback with a thread of its own. `answer` gets what was asked and the socket.
class HostileServer : public QThread {
public:
    using Answer = std::function<void(const QByteArray &request, QTcpSocket &socket)>;
    explicit HostileServer(Answer answer);
    ~HostileServer() override;

    [[nodiscard]] std::string url(const char *path = "/metrics") const;
    [[nodiscard]] QList<QByteArray> requests() const;

    /// Answers a whole page and closes.
    static void reply(QTcpSocket &socket, const QByteArray &body, const QByteArray &head = {},
                      const QByteArray &status = "200 OK");

protected:
    void run() override;

private:
    Answer m_answer;
    quint16 m_port = 0;
    mutable std::mutex m_mutex;
    QList<QByteArray> m_requests;
};

[[nodiscard]] std::string fixture(const std::string &name);

} // namespace flyball::test
