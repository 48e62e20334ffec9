// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/net/httpstream.h"

#include <QElapsedTimer>
#include <QEventLoop>
#include <QNetworkReply>
#include <QTimer>

#include <algorithm>

namespace flyball {

namespace {

constexpr int kStopLookMs = 50;
constexpr qint64 kMostAtOnce = qint64{1} << 20U;

/// Runs the thread's event loop until `done` or for `most`; whoever stopped us is noticed in between.
template <typename Done>
void pump(QNetworkReply &reply, std::chrono::milliseconds most, const std::atomic<bool> &stopped, Done done)
{
    QEventLoop loop;
    QTimer limit;
    limit.setSingleShot(true);
    QTimer look;
    const auto check = [&] {
        if (stopped || reply.isFinished() || done())
            loop.quit();
    };
    QObject::connect(&limit, &QTimer::timeout, &loop, &QEventLoop::quit);
    QObject::connect(&look, &QTimer::timeout, &loop, check);
    QObject::connect(&reply, &QNetworkReply::readyRead, &loop, check);
    QObject::connect(&reply, &QNetworkReply::metaDataChanged, &loop, check);
    QObject::connect(&reply, &QNetworkReply::finished, &loop, &QEventLoop::quit);
    limit.start(most);
    look.start(kStopLookMs);
    if (!stopped && !reply.isFinished() && !done())
        loop.exec();
}

} // namespace

struct HttpStream::State {
    struct Later {
        void operator()(QNetworkReply *reply) const
        {
            reply->abort();
            reply->deleteLater();
        }
    };
    std::unique_ptr<QNetworkReply, Later> reply;
    std::chrono::milliseconds silence;
    const std::atomic<bool> &stopped;
    QElapsedTimer heard;
};

HttpStream::HttpStream(QNetworkReply *reply, std::chrono::milliseconds silence, const std::atomic<bool> &stopped)
    : m_state(new State{std::unique_ptr<QNetworkReply, State::Later>(reply), silence, stopped, {}})
{
    m_state->heard.start();
}
HttpStream::~HttpStream() = default;

void HttpStream::awaitHead(QNetworkReply &reply, std::chrono::milliseconds left, const std::atomic<bool> &stopped)
{
    pump(reply, left, stopped,
         [&] { return reply.attribute(QNetworkRequest::HttpStatusCodeAttribute).toInt() >= 200; });
}

Result<std::string> HttpStream::read(std::chrono::milliseconds most)
{
    QNetworkReply &reply = *m_state->reply;
    const std::chrono::milliseconds left(
        std::max<std::int64_t>(0, m_state->silence.count() - m_state->heard.elapsed()));
    pump(reply, std::min(most, left), m_state->stopped, [&] { return reply.bytesAvailable() > 0; });
    if (m_state->stopped)
        return Error{ErrorCode::Cancelled, "stopped"};
    const QByteArray bytes = reply.read(kMostAtOnce);
    if (!bytes.isEmpty()) {
        m_state->heard.restart();
        return bytes.toStdString();
    }
    if (reply.isFinished()) {
        const bool cut = reply.error() != QNetworkReply::NoError;
        return Error{ErrorCode::Unreadable, cut ? reply.errorString().toStdString() : "the server ended the stream"};
    }
    if (m_state->heard.elapsed() >= m_state->silence.count())
        return Error{ErrorCode::OutOfRange,
                     "nothing was heard for " + std::to_string(m_state->silence.count() / 1000) + " s"};
    return std::string();
}

} // namespace flyball
