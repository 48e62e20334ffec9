// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/unit/gateways/gateway_bench.h"

#include <QFile>
#include <QSemaphore>
#include <algorithm>
#include <sstream>

#include "tests/unit/formats/format_world.h"

namespace flyball::test {

void SampleLog::sample(const PromSample &sample)
{
    ++count;
    text += sample.name;
    text += '{';
    for (std::size_t i = 0; i < sample.labels.size(); ++i) {
        text += i > 0 ? "," : "";
        text += sample.labels[i].name;
        text += '=';
        text += sample.labels[i].value;
    }
    text += "} ";
    text += sample.value;
    text += " @" + std::to_string((sample.at - kNow) / 1'000'000) + '\n';
}

std::string pageOf(std::string_view text, PromText::Flavour flavour, std::size_t piece)
{
    SampleLog log;
    PromText parser(log, flavour, kNow);
    Result<> read;
    for (std::size_t at = 0; at < text.size() && read; at += piece == 0 ? text.size() : piece)
        read = parser.feed(text.substr(at, piece == 0 ? text.size() : piece));
    if (read)
        read = parser.finish();
    return read ? log.text : "error: " + read.error().message;
}

BookBench::BookBench(std::vector<std::string> workflowLabels)
{
    m_options.source = symbols.intern("gateway");
    m_options.workflowLabels = std::move(workflowLabels);
    m_book = std::make_unique<MeterBook>(m_options, m_cache);
}

void BookBench::restart()
{
    const std::string state = m_book->save();
    m_book = std::make_unique<MeterBook>(m_options, m_cache);
    m_book->restore(state);
}

Result<MeterSummary> BookBench::tryRead(const std::string &page, std::int64_t seconds, std::string_view instance)
{
    const TimeNs now = kNow + seconds * kSecond;
    m_book->begin(instance, now);
    PromToBook sink(*m_book);
    PromText parser(sink, PromText::Flavour::Text, now);
    Result<> read = parser.feed(page);
    if (read)
        read = parser.finish();
    if (!read) {
        m_book->abandon();
        return read.error();
    }
    FactBatch batch;
    auto summary = m_book->end(batch);
    for (const CallFact &fact : batch.calls) {
        const auto [it, isNew] = facts.emplace(fact.group, fact);
        if (!isNew && fact.origin.offset > it->second.origin.offset)
            it->second = fact;
    }
    for (const RejectFact &reject : batch.rejects)
        rejects.push_back(text(reject.reason));
    return summary;
}

MeterSummary BookBench::read(const std::string &page, std::int64_t seconds, std::string_view instance)
{
    const auto summary = tryRead(page, seconds, instance);
    if (!summary)
        qFatal("%s", summary.error().message.c_str());
    return *summary;
}

std::string BookBench::spend(bool minutes) const
{
    struct Sum {
        std::int64_t pico = -1;
        Usage usage;
    };
    std::map<std::string, Sum> sums;
    for (const auto &[key, fact] : facts) {
        std::string who = minutes ? std::to_string((fact.time - kNow) / kMinute) + ' ' : std::string();
        who += text(fact.names.workflow) + '/' + text(fact.modelServed);
        Sum &sum = sums[who];
        if (fact.reportedPico >= 0)
            sum.pico = std::max<std::int64_t>(0, sum.pico) + fact.reportedPico;
        for (std::size_t i = 0; i < kTokenClasses; ++i)
            sum.usage.tokens[i] += fact.raw.tokens[i];
    }
    std::ostringstream out;
    for (const auto &[who, sum] : sums) {
        out << who << " money=" << (sum.pico < 0 ? std::string("-") : UsdSum(sum.pico).toDecimal());
        const std::string tokens = tokensOf(sum.usage);
        out << (tokens.empty() ? "" : " ") << tokens << '\n';
    }
    return out.str();
}

std::int64_t BookBench::pico() const
{
    std::int64_t sum = 0;
    for (const auto &[key, fact] : facts)
        sum += std::max<std::int64_t>(0, fact.reportedPico);
    return sum;
}

Usage BookBench::usage() const
{
    Usage sum;
    for (const auto &[key, fact] : facts)
        for (std::size_t i = 0; i < kTokenClasses; ++i)
            sum.tokens[i] += fact.raw.tokens[i];
    return sum;
}

HostileServer::HostileServer(Answer answer) : m_answer(std::move(answer))
{
    QSemaphore ready;
    setObjectName(QStringLiteral("server"));
    QObject::connect(
        this, &QThread::objectNameChanged, this, [&ready] { ready.release(); }, Qt::DirectConnection);
    start();
    ready.acquire();
    disconnect(this, &QThread::objectNameChanged, nullptr, nullptr);
}

HostileServer::~HostileServer()
{
    quit();
    wait();
}

std::string HostileServer::url(const char *path) const { return "http://127.0.0.1:" + std::to_string(m_port) + path; }

QList<QByteArray> HostileServer::requests() const
{
    const std::lock_guard lock(m_mutex);
    return m_requests;
}

void HostileServer::reply(QTcpSocket &socket, const QByteArray &body, const QByteArray &head, const QByteArray &status)
{
    socket.write("HTTP/1.1 " + status + "\r\n" + head + "Content-Length: " + QByteArray::number(body.size())
                 + "\r\nConnection: close\r\n\r\n" + body);
    socket.disconnectFromHost();
}

void HostileServer::run()
{
    QTcpServer server;
    QObject::connect(&server, &QTcpServer::pendingConnectionAvailable, &server, [&] {
        while (QTcpSocket *socket = server.nextPendingConnection()) {
            QObject::connect(socket, &QTcpSocket::disconnected, socket, &QObject::deleteLater);
            QObject::connect(socket, &QTcpSocket::readyRead, socket, [this, socket, seen = QByteArray()]() mutable {
                seen += socket->readAll();
                if (!seen.contains("\r\n\r\n"))
                    return;
                {
                    const std::lock_guard lock(m_mutex);
                    m_requests.append(seen);
                }
                m_answer(std::exchange(seen, {}), *socket);
            });
        }
    });
    if (!server.listen(QHostAddress::LocalHost))
        qFatal("cannot listen");
    m_port = server.serverPort();
    setObjectName(QStringLiteral("listening"));
    exec();
}

std::string fixture(const std::string &name)
{
    QFile file(QString::fromStdString(FLYBALL_FIXTURES "/gateways/" + name));
    if (!file.open(QIODevice::ReadOnly))
        qFatal("no fixture %s", name.c_str());
    return file.readAll().toStdString();
}

} // namespace flyball::test
