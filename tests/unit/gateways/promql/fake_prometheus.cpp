// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/unit/gateways/promql/fake_prometheus.h"

#include <QRegularExpression>
#include <QUrlQuery>

#include <algorithm>

namespace flyball::test {

namespace {

QRegularExpression capture(const char *pattern) { return QRegularExpression(QString::fromLatin1(pattern)); }

/// A PromQL string literal without its quotes.
QString unescaped(QString text)
{
    text.replace(QStringLiteral("\\\\"), QStringLiteral("\x01"));
    text.replace(QStringLiteral("\\\""), QStringLiteral("\""));
    return text.replace(QStringLiteral("\x01"), QStringLiteral("\\"));
}

/// Whether a label of a series is as the selector wants it, if the selector speaks of it.
bool fits(const QString &query, const QString &label, const std::string &value)
{
    const auto match =
        QRegularExpression(QRegularExpression::escape(label) + QStringLiteral("=(~?)\"((?:[^\"\\\\]|\\\\.)*)\""))
            .match(query);
    if (!match.hasMatch())
        return true;
    const QString wanted = unescaped(match.captured(2));
    if (match.captured(1).isEmpty())
        return wanted == QString::fromStdString(value);
    return QRegularExpression(QRegularExpression::anchoredPattern(wanted))
        .match(QString::fromStdString(value))
        .hasMatch();
}

QByteArray quoted(const std::string &text)
{
    QByteArray out = "\"";
    for (const char c : text) {
        if (c == '"' || c == '\\')
            out += '\\';
        out += c;
    }
    return out + '"';
}

QByteArray pairOf(TimeNs at, const std::string &value)
{
    return '[' + QByteArray::number(static_cast<double>(at / 1'000'000) / 1e3, 'f', 3) + ',' + quoted(value) + ']';
}

QByteArray seriesText(const FakeSeries &series, const std::vector<FakePoint> &points)
{
    QByteArray out = "{\"metric\":{";
    for (const auto &[name, value] : series.labels)
        out += (out.endsWith('{') ? "" : ",") + quoted(name) + ':' + quoted(value);
    out += "},\"values\":[";
    for (const FakePoint &point : points)
        out += (out.endsWith('[') ? "" : ",") + pairOf(point.at, point.value);
    return out + "]}";
}

QByteArray matrixText(const QByteArray &result, const QByteArray &more)
{
    return "{\"status\":\"success\"," + more + "\"data\":{\"resultType\":\"matrix\",\"result\":[" + result + "]}}";
}

TimeNs timeOf(const QByteArray &seconds) { return qRound64(seconds.toDouble() * 1e3) * 1'000'000; }

} // namespace

TimeNs Asked::to() const { return timeOf(fields.at("time")); }

TimeNs Asked::length() const
{
    const auto range = capture("\\[(\\d+)s\\]$").match(QString::fromUtf8(fields.at("query")));
    return range.captured(1).toLongLong() * kSecond;
}

FakePrometheus::FakePrometheus()
{
    QObject::connect(&m_server, &QTcpServer::pendingConnectionAvailable, &m_server, [this] {
        while (QTcpSocket *socket = m_server.nextPendingConnection())
            serve(socket);
    });
    if (!m_server.listen(QHostAddress::LocalHost))
        qFatal("cannot listen");
}

std::string FakePrometheus::url(const std::string &path) const
{
    return "http://127.0.0.1:" + std::to_string(m_server.serverPort()) + path;
}

void FakePrometheus::serve(QTcpSocket *socket)
{
    QObject::connect(socket, &QTcpSocket::disconnected, socket, &QObject::deleteLater);
    QObject::connect(socket, &QTcpSocket::readyRead, socket, [this, socket, seen = QByteArray()]() mutable {
        seen += socket->readAll();
        const qsizetype end = seen.indexOf("\r\n\r\n");
        const auto length = capture("Content-Length: (\\d+)").match(QString::fromLatin1(seen.left(end)));
        if (end >= 0 && seen.size() >= end + 4 + length.captured(1).toLongLong())
            answer(socket, std::exchange(seen, {}));
    });
}

void FakePrometheus::answer(QTcpSocket *socket, const QByteArray &request)
{
    Asked question;
    const qsizetype end = request.indexOf("\r\n\r\n");
    question.head = request.left(end);
    const QList<QByteArray> words = question.head.left(question.head.indexOf("\r\n")).split(' ');
    question.method = words.value(0);
    const QByteArray target = words.value(1);
    const bool isGet = target.contains('?');
    question.path = isGet ? target.left(target.indexOf('?')) : target;
    const QUrlQuery read(QString::fromUtf8(isGet ? target.mid(target.indexOf('?') + 1) : request.mid(end + 4)));
    for (const auto &[name, value] : read.queryItems(QUrl::FullyDecoded))
        question.fields[name.toUtf8()] = value.toUtf8();
    asked.push_back(question);
    const std::optional<Scripted> other = script ? script(question) : std::nullopt;
    const Scripted said = other ? *other : Scripted{"200 OK", evaluated(question)};
    socket->write("HTTP/1.1 " + said.status + "\r\n" + said.head
                  + "Content-Length: " + QByteArray::number(said.body.size()) + "\r\n\r\n" + said.body);
    socket->disconnectFromHost();
}

QByteArray FakePrometheus::evaluated(const Asked &question, const QByteArray &more) const
{
    const QString query = QString::fromUtf8(question.fields.at("query"));
    QByteArray result;
    for (const FakeSeries &one : series) {
        if (!std::all_of(one.labels.begin(), one.labels.end(), [&](const auto &label) {
                return fits(query, QString::fromStdString(label.first), label.second);
            }))
            continue;
        std::vector<FakePoint> points;
        if (question.path.endsWith("query_range")) {
            const TimeNs step = timeOf(question.fields.at("step"));
            for (TimeNs at = timeOf(question.fields.at("start")); at <= timeOf(question.fields.at("end")); at += step) {
                const auto behind = std::upper_bound(one.points.begin(), one.points.end(), at,
                                                     [](TimeNs t, const FakePoint &point) { return t < point.at; });
                if (behind != one.points.begin() && at - std::prev(behind)->at < 5 * kMinute)
                    points.push_back({at, std::prev(behind)->value});
            }
        } else {
            for (const FakePoint &point : one.points)
                if (point.at >= question.to() - question.length() && point.at <= question.to())
                    points.push_back(point);
        }
        if (!points.empty())
            result += (result.isEmpty() ? "" : ",") + seriesText(one, points);
    }
    return matrixText(result, more);
}

void Said::take(const Delivery &delivery)
{
    for (const CallFact &fact : delivery.batch.calls) {
        const auto [it, isNew] = m_facts.emplace(fact.group, fact);
        if (!isNew && fact.origin.offset > it->second.origin.offset)
            it->second = fact;
    }
}

std::map<std::string, std::int64_t> Said::money() const
{
    std::map<std::string, std::int64_t> out;
    for (const auto &[key, fact] : m_facts)
        if (fact.reportedPico >= 0)
            out[std::string(m_symbols.text(fact.names.workflow))] += fact.reportedPico;
    return out;
}

std::int64_t Said::input() const
{
    std::int64_t sum = 0;
    for (const auto &[key, fact] : m_facts)
        for (const TokenClass part : {TokenClass::InFresh, TokenClass::CacheRead, TokenClass::CacheWrite5m,
                                      TokenClass::CacheWrite1h, TokenClass::CacheWriteUntyped})
            sum += fact.raw[part];
    return sum;
}

std::int64_t Said::output() const
{
    std::int64_t sum = 0;
    for (const auto &[key, fact] : m_facts)
        sum += fact.raw[TokenClass::OutText] + fact.raw[TokenClass::OutReasoning];
    return sum;
}

std::int64_t Said::minutes() const { return static_cast<std::int64_t>(m_facts.size()); }

PromAnswer answerOf(const std::vector<FakeSeries> &series)
{
    QByteArray result;
    for (const FakeSeries &one : series)
        result += (result.isEmpty() ? "" : ",") + seriesText(one, one.points);
    return readPromAnswer(200, "application/json", matrixText(result, {}).toStdString());
}

std::string usd(std::int64_t micro)
{
    std::string digits = std::to_string(micro);
    if (digits.size() < 7)
        digits.insert(0, 7 - digits.size(), '0');
    return digits.insert(digits.size() - 6, ".");
}

Counter::Counter(const std::string &workflow, const std::string &instance, const std::string &name)
{
    series.labels = {{"__name__", name.empty() ? "litellm_spend_metric_total" : name},
                     {"api_key_alias", workflow},
                     {"instance", instance},
                     {"job", "litellm"},
                     {"model", "claude-haiku-4-5"}};
}

void Counter::scrape(TimeNs at, std::int64_t more)
{
    value += more;
    if (!series.points.empty())
        grown += more;
    series.points.push_back({at, usd(value)});
}

} // namespace flyball::test
