// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/gateways/browse/rawrecord.h"
#include "core/gateways/otlp/intake.h"
#include "core/gateways/otlp/receiver.h"
#include "core/gateways/otlp/settlement.h"
#include "core/net/httplistener.h"

#include <QTimer>

#include <unordered_map>

namespace flyball::otlp {

/// The receiver inside its thread: listens, hands requests to the inbox and answers them once they are stored.
class Desk : public QObject {
public:
    Desk(const ReceiverSettings &settings, SymbolTable &symbols, Inbox &inbox, std::function<void(std::string)> atUrl,
         RequestLog &log);
    /// Whoever still waits is told to come again.
    ~Desk() override;

private:
    struct Waiting {
        ServerConnection *connection = nullptr; ///< null: it went away, or was told to come again
        Encoding encoding = Encoding::Json;
        HttpResponse answer; ///< once it is stored
        TimeNs since = 0;    ///< monotonic
    };
    struct Answer {
        ServerConnection *connection = nullptr;
        HttpResponse response;
    };
    void tryToListen();
    void note(const HttpRequest &request, const Asked *asked, std::int64_t bytes, int status, RawMeaning meaning);
    void receive(ServerConnection &from, HttpRequest request);
    void forget(ServerConnection &closed);
    void settle();
    void answerLater(ServerConnection *connection, HttpResponse response);
    void sendAnswers();
    void everySecond();
    void tellHealth();
    [[nodiscard]] RemoteHealth health() const;

    ReceiverSettings m_settings;
    Inbox &m_inbox;
    std::function<void(std::string)> m_atUrl;
    SymbolTable &m_symbols;
    RequestLog &m_log;
    Intake m_intake;
    std::unordered_map<std::uint64_t, Waiting> m_waiting; ///< delivered, and not heard of yet
    std::uint64_t m_nextId = 1;
    std::vector<Answer> m_answers; ///< sent from the event loop: an answer may bring in the next request
    std::string m_problem;         ///< why nobody can reach us; empty: they can
    std::string m_trouble;         ///< why the last delivery was not stored
    std::int64_t m_refused = 0;    ///< requests whose body was of no use
    std::int64_t m_putOff = 0;     ///< answered 503
    TimeNs m_nextTry = 0;
    bool m_stopping = false;
    RemoteHealth m_told;
    std::shared_ptr<Settlement> m_settlement;
    QTimer m_second;
    std::unique_ptr<HttpListener> m_listener;
};

} // namespace flyball::otlp
