// SPDX-License-Identifier: GPL-3.0-or-later
// Prints what reading pages of metrics costs on this machine: flyball_bench_scrape PAGE [POLLS]. PAGE is a file in the
// text format, such as one of tests/fixtures/gateways. `promtool check metrics`, where it is installed, reads the same
// bytes with Prometheus' own parser; what it needs to start is taken off.
#include <QCoreApplication>
#include <QFile>
#include <QProcess>
#include <QStandardPaths>
#include <QTcpServer>
#include <QTcpSocket>
#include <algorithm>
#include <cstdio>
#include <ctime>
#include <malloc.h>
#include <sys/resource.h>

#include "core/gateways/prometheus/promtext.h"
#include "core/gateways/registry.h"

using namespace flyball;

namespace {

constexpr std::int64_t kTargets = 50;
constexpr double kEverySeconds = 5;
constexpr int kRepeats = 7;

double cpuSeconds(int who)
{
    rusage used{};
    getrusage(who, &used);
    return static_cast<double>(used.ru_utime.tv_sec + used.ru_stime.tv_sec)
           + static_cast<double>(used.ru_utime.tv_usec + used.ru_stime.tv_usec) / 1e6;
}

double residentMiB()
{
    QFile file(QStringLiteral("/proc/self/statm"));
    return file.open(QIODevice::ReadOnly) ? file.readAll().split(' ').value(1).toDouble() * 4096 / (1 << 20) : 0;
}

class Counting final : public PromSink {
public:
    void sample(const PromSample &sample) override { bytes += sample.value.size() + sample.labels.size(); }
    std::size_t bytes = 0;
};

/// MB per second of CPU, the best of some repeats.
template <typename Read>
double speedOf(const std::string &page, const Read &read)
{
    const auto rounds = std::max<std::size_t>(1, (std::size_t{64} << 20U) / page.size());
    double best = 0;
    for (int i = 0; i < kRepeats; ++i) {
        const double start = cpuSeconds(RUSAGE_SELF);
        for (std::size_t n = 0; n < rounds; ++n)
            if (!read()) {
                std::fprintf(stderr, "the page cannot be read\n");
                std::exit(1);
            }
        const double seconds = cpuSeconds(RUSAGE_SELF) - start;
        best = std::max(best, static_cast<double>(rounds * page.size()) / 1e6 / seconds);
    }
    return best;
}

/// CPU seconds of promtool with a page on its standard input; nothing when it is not there.
double promtoolSeconds(const QString &promtool, const QByteArray &page)
{
    double best = 1e9;
    for (int i = 0; i < kRepeats; ++i) {
        const double before = cpuSeconds(RUSAGE_CHILDREN);
        QProcess process;
        process.start(promtool, {QStringLiteral("check"), QStringLiteral("metrics")});
        process.write(page);
        process.closeWriteChannel();
        process.waitForFinished(-1);
        best = std::min(best, cpuSeconds(RUSAGE_CHILDREN) - before);
    }
    return best;
}

/// Other labels in each copy: a page of about `bytes` without series that repeat.
QByteArray largePage(const std::string &page, std::size_t bytes)
{
    QByteArray out;
    for (int copy = 0; static_cast<std::size_t>(out.size()) < bytes; ++copy)
        for (const QByteArray &line : QByteArray::fromStdString(page).split('\n'))
            if (!line.startsWith('#') && line.contains('{'))
                out += QByteArray(line).replace("{", "{copy=\"" + QByteArray::number(copy) + "\",") + '\n';
    return out;
}

void parsing(const std::string &page)
{
    const TimeNs now = wallClockNow();
    const double parser = speedOf(page, [&] {
        Counting sink;
        PromText text(sink, PromText::Flavour::Text, now);
        return text.feed(page).ok() && text.finish().ok() && sink.bytes > 0;
    });
    SymbolTable symbols;
    SymbolCache cache(symbols);
    MeterBook book({symbols.intern("bench"), {}}, cache);
    TimeNs at = now;
    const double whole = speedOf(page, [&] {
        PromToBook sink(book);
        at += kSecond;
        PromText text(sink, PromText::Flavour::Text, at);
        book.begin({}, at);
        FactBatch batch;
        return text.feed(page).ok() && text.finish().ok() && book.end(batch).ok() && !book.save().empty();
    });
    BudgetGauges gauges;
    const double both = speedOf(page, [&] {
        PromToBook sink(book, &gauges);
        at += kSecond;
        PromText text(sink, PromText::Flavour::Text, at);
        book.begin({}, at);
        gauges.begin();
        FactBatch batch;
        return text.feed(page).ok() && text.finish().ok() && book.end(batch).ok() && !book.save().empty()
               && gauges.end(at, kMinute).total > 0;
    });
    std::printf("parser             %8.0f MB/s of CPU\nwith the meters    %8.0f MB/s of CPU\n"
                "and the budgets    %8.0f MB/s of CPU\n",
                parser, whole, both);
    const QString promtool = QStandardPaths::findExecutable(QStringLiteral("promtool"));
    if (promtool.isEmpty()) {
        std::printf("promtool           not installed\n");
        return;
    }
    const QByteArray large = largePage(page, std::size_t{12} << 20U);
    const double seconds = promtoolSeconds(promtool, large) - promtoolSeconds(promtool, "a 1\n");
    const double theirs = static_cast<double>(large.size()) / 1e6 / seconds;
    std::printf("promtool           %8.0f MB/s of CPU; the parser is %.1f times as fast\n", theirs, parser / theirs);
}

/// As many series of money as a source may have, each of which grew.
void crowded()
{
    SymbolTable symbols;
    SymbolCache cache(symbols);
    MeterBook book({symbols.intern("bench"), {}}, cache);
    double best = 1e9;
    std::size_t state = 0;
    for (int round = 0; round < kRepeats; ++round) {
        std::string page;
        for (std::size_t i = 0; i < kMostMeterSeries; ++i)
            page += "litellm_spend_metric_total{api_key_alias=\"w" + std::to_string(i) + "\",model=\"m\"} "
                    + std::to_string(round) + ".5\n";
        const TimeNs at = wallClockNow();
        const double start = cpuSeconds(RUSAGE_SELF);
        PromToBook sink(book);
        PromText text(sink, PromText::Flavour::Text, at);
        book.begin({}, at);
        FactBatch batch;
        if (!text.feed(page) || !text.finish() || !book.end(batch))
            std::exit(1);
        state = book.save().size();
        if (round > 0)
            best = std::min(best, (cpuSeconds(RUSAGE_SELF) - start) * 1e3);
    }
    std::printf("%zu series that all grew %8.1f ms of CPU, a state of %.1f MB\n", kMostMeterSeries, best,
                static_cast<double>(state) / 1e6);
}

/// The whole way, over loopback, from a server in another process.
void polling(const QString &page, std::int64_t bytes, int polls)
{
    QProcess server;
    server.start(QCoreApplication::applicationFilePath(), {page, QStringLiteral("--serve")});
    if (!server.waitForReadyRead(10'000))
        std::exit(1);
    SourceConfig config;
    config.kind = "prometheus";
    config.target = "http://127.0.0.1:" + server.readLine().trimmed().toStdString() + "/metrics";
    SymbolTable symbols;
    auto source = remoteKind("prometheus")->poll(config, symbols);
    if (!source)
        std::exit(1);
    std::string state;
    double warm = 0;
    double cpu = 0;
    for (int i = 0; i < polls + 20; ++i) {
        if (i == 20) { // whatever is made once is made
            malloc_trim(0);
            warm = residentMiB();
            cpu = cpuSeconds(RUSAGE_SELF);
        }
        const Delivery delivery = (*source)->poll(state, wallClockNow());
        if (!delivery.health.error.empty()) {
            std::fprintf(stderr, "%s\n", delivery.health.error.c_str());
            std::exit(1);
        }
        if (!delivery.state.empty())
            state = delivery.state;
    }
    const double each = (cpuSeconds(RUSAGE_SELF) - cpu) / polls;
    malloc_trim(0);
    std::printf("a poll of %lld kB   %8.2f ms of CPU: %lld targets every %.0f s take %.1f %% of a core\n"
                "memory over %d polls %+.1f MiB\n",
                static_cast<long long>(bytes / 1000), each * 1e3, static_cast<long long>(kTargets), kEverySeconds,
                100 * each * static_cast<double>(kTargets) / kEverySeconds, polls, residentMiB() - warm);
    server.kill();
    server.waitForFinished();
}

/// Serves a page whose money grows with each answer; prints its port.
int serve(QCoreApplication &app, const QByteArray &page)
{
    QTcpServer server;
    QObject::connect(&server, &QTcpServer::pendingConnectionAvailable, &server, [&, count = 0]() mutable {
        while (QTcpSocket *socket = server.nextPendingConnection()) {
            QObject::connect(socket, &QTcpSocket::disconnected, socket, &QObject::deleteLater);
            QObject::connect(socket, &QTcpSocket::readyRead, socket, [&page, socket, n = ++count] {
                if (!socket->readAll().endsWith("\r\n\r\n"))
                    return;
                const QByteArray body = page + "litellm_spend_metric_total{api_key_alias=\"bench\",model=\"m\"} "
                                        + QByteArray::number(n) + '\n';
                socket->write("HTTP/1.1 200 OK\r\nContent-Length: " + QByteArray::number(body.size()) + "\r\n\r\n"
                              + body);
                socket->disconnectFromHost();
            });
        }
    });
    if (!server.listen(QHostAddress::LocalHost))
        return 1;
    std::printf("%d\n", server.serverPort());
    std::fflush(stdout);
    return app.exec();
}

} // namespace

int main(int argc, char **argv)
{
    QCoreApplication app(argc, argv);
    const QStringList words = app.arguments();
    QFile file(words.value(1));
    if (words.size() < 2 || !file.open(QIODevice::ReadOnly)) {
        std::fprintf(stderr, "usage: flyball_bench_scrape PAGE [POLLS]\n");
        return 2;
    }
    const std::string page = file.readAll().toStdString();
    const QByteArray large = largePage(page, 300'000);
    if (words.value(2) == QStringLiteral("--serve"))
        return serve(app, large);
    parsing(page);
    crowded();
    polling(words[1], large.size(), std::max(1, words.value(2, QStringLiteral("200")).toInt()));
    return 0;
}
