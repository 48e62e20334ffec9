// SPDX-License-Identifier: GPL-3.0-or-later
// What opening a run costs in the real window: flyball_bench_run [--calls N] [--rounds N] [--shot FILE].
// Time from the wish to the frame that shows the calls, and the longest stretch of this thread's work that an input
// event had to wait for, in processor time: what other programs do meanwhile is not this one's. Frames are drawn on
// this thread when there is no graphics card (offscreen, software); their time is shown apart, since a card's render
// thread does that work elsewhere. Ends with 1 when a limit is missed.
#include <QAtomicInteger>
#include <QCommandLineParser>
#include <QElapsedTimer>
#include <QGuiApplication>
#include <QTest>
#include <QThread>
#include <QTimer>
#include <algorithm>
#include <cstdio>
#include <pthread.h>
#include <time.h>

#include "tests/bench/run/biggesttrace.h"
#include "tests/qml/pages/windowfixture.h"

using namespace flyball;
using namespace flyball::test;

namespace {

constexpr double kOpenLimitMs = 300, kWaitLimitMs = 16;

/// Processor time of the GUI thread, from any thread.
TimeNs workOf(clockid_t clock)
{
    timespec spent{};
    clock_gettime(clock, &spent);
    return spent.tv_sec * kSecond + spent.tv_nsec;
}

clockid_t clockOfThisThread()
{
    clockid_t clock{};
    pthread_getcpuclockid(pthread_self(), &clock);
    return clock;
}

double msSince(TimeNs since) { return static_cast<double>(monotonicNow() - since) / 1e6; }

/// Time this thread spends on frames.
class Drawing {
public:
    explicit Drawing(QQuickWindow &window) : m_clock(clockOfThisThread())
    {
        QObject::connect(
            &window, &QQuickWindow::beforeSynchronizing, &window, [this] { m_since = workOf(m_clock); },
            Qt::DirectConnection);
        QObject::connect(
            &window, &QQuickWindow::frameSwapped, &window,
            [this] {
                if (m_since != 0 && QThread::currentThread() == qApp->thread())
                    m_ns += workOf(m_clock) - m_since;
                m_since = 0;
                ++m_frames;
            },
            Qt::DirectConnection);
    }
    [[nodiscard]] TimeNs spent() const { return m_ns; }
    [[nodiscard]] TimeNs work() const { return workOf(m_clock); }
    [[nodiscard]] int frames() const { return m_frames; }

private:
    clockid_t m_clock;
    TimeNs m_ns = 0, m_since = 0;
    int m_frames = 0;
};

/// Knocks like a key press every two milliseconds and notes how long the answer took, frames left out.
class Knocker : public QObject {
public:
    explicit Knocker(const Drawing &drawing) : m_drawing(drawing)
    {
        m_thread.reset(QThread::create([this] {
            while (!m_stop.loadAcquire()) {
                if (m_answered.testAndSetAcquire(1, 0))
                    QCoreApplication::postEvent(this, new Knock(m_drawing.work(), m_drawn.loadAcquire()),
                                                Qt::HighEventPriority);
                QThread::usleep(1000);
            }
        }));
        m_thread->start();
    }
    ~Knocker() override
    {
        m_stop.storeRelease(1);
        m_thread->wait();
    }
    void begin() { m_longest = m_longestDrawn = 0; }
    [[nodiscard]] double longest() const { return m_longest; }
    [[nodiscard]] double longestWithFrames() const { return m_longestDrawn; }

protected:
    bool event(QEvent *event) override
    {
        if (event->type() != QEvent::User)
            return QObject::event(event);
        const auto *knock = static_cast<const Knock *>(event);
        const double waited = static_cast<double>(m_drawing.work() - knock->at) / 1e6;
        const double drawn = static_cast<double>(m_drawing.spent() - knock->drawn) / 1e6;
        m_longest = std::max(m_longest, waited - drawn);
        m_longestDrawn = std::max(m_longestDrawn, waited);
        m_drawn.storeRelease(m_drawing.spent());
        m_answered.storeRelease(1);
        return true;
    }

private:
    struct Knock : QEvent {
        Knock(TimeNs when, TimeNs spent) : QEvent(QEvent::User), at(when), drawn(spent) {}
        TimeNs at, drawn;
    };
    const Drawing &m_drawing;
    std::unique_ptr<QThread> m_thread;
    QAtomicInteger<int> m_stop = 0, m_answered = 1;
    QAtomicInteger<qint64> m_drawn = 0;
    double m_longest = 0, m_longestDrawn = 0;
};

struct Opening {
    double ms = 0, wait = 0, waitWithFrames = 0;
};

class Bench {
public:
    explicit Bench(WindowFixture &window) : m_window(window), m_drawing(window.window()), m_knocker(m_drawing) {}
    Opening open(const QString &id)
    {
        Session &session = m_window.session();
        session.navigation()->show(QStringLiteral("overview"));
        QTest::qWait(400);
        m_knocker.begin();
        Opening opening;
        const TimeNs began = monotonicNow();
        session.navigation()->openRun(id);
        while (!shown(session, id) && msSince(began) < 60'000)
            QCoreApplication::processEvents(QEventLoop::WaitForMoreEvents);
        const int frames = m_drawing.frames();
        m_window.window().update();
        while (m_drawing.frames() == frames)
            QCoreApplication::processEvents(QEventLoop::WaitForMoreEvents);
        opening.ms = msSince(began);
        QTest::qWait(300);
        opening.wait = m_knocker.longest();
        opening.waitWithFrames = m_knocker.longestWithFrames();
        return opening;
    }

private:
    static bool shown(Session &session, const QString &id)
    {
        return session.run()->id() == id && session.run()->state() == u"ready" && session.run()->calls()->count() > 0
               && session.run()->calls()->count() == session.run()->calls()->totalCount();
    }
    WindowFixture &m_window;
    Drawing m_drawing;
    Knocker m_knocker;
};

bool show(const char *what, double value, double limit)
{
    if (limit <= 0) {
        std::printf("  %-58s %8.1f ms\n", what, value);
        return true;
    }
    std::printf("  %-58s %8.1f ms   limit %g ms, ratio %.2f  %s\n", what, value, limit, value / limit,
                value <= limit ? "ok" : "MISSED");
    return value <= limit;
}

double median(std::vector<double> values)
{
    std::sort(values.begin(), values.end());
    return values[values.size() / 2];
}

bool measure(WindowFixture &window, int calls, int rounds, const QString &shot)
{
    Bench bench(window);
    const QString big = QStringLiteral("%1").arg(1, 32, 16, QLatin1Char('0'));
    const QString small = QStringLiteral("%1").arg(2, 32, 16, QLatin1Char('0'));
    const Opening first = bench.open(small);
    show("a run of 9 calls, the page is made", first.ms, 0);
    show("  longest work that input waits for", first.wait, 0);
    std::vector<double> times, waits, frames, smallWaits;
    for (int i = 0; i < rounds; ++i) {
        smallWaits.push_back(bench.open(small).wait);
        const Opening opening = bench.open(big);
        times.push_back(opening.ms);
        waits.push_back(opening.wait);
        frames.push_back(opening.waitWithFrames);
    }
    std::printf("  a run of %d calls (%d rows at first), median of %d\n", calls,
                window.session().run()->calls()->count(), rounds);
    const bool opened = show("from the wish to the frame with its calls", median(times), kOpenLimitMs);
    const bool free = show("longest work that input waits for", median(waits), kWaitLimitMs);
    show("  the same with frames drawn on this thread", median(frames), 0);
    show("  for the run of 9 calls", median(smallWaits), 0);
    if (!shot.isEmpty())
        window.window().grabWindow().save(shot);
    return opened && free;
}

} // namespace

int main(int argc, char **argv)
{
    if (qEnvironmentVariableIsEmpty("QT_QPA_PLATFORM")) {
        qputenv("QT_QPA_PLATFORM", "offscreen");
        qputenv("QT_QUICK_BACKEND", "software");
    }
    QGuiApplication app(argc, argv);
    QCommandLineParser parser;
    const QCommandLineOption callsOption("calls", "Calls of the large run.", "N", "20000");
    const QCommandLineOption roundsOption("rounds", "Openings measured.", "N", "5");
    const QCommandLineOption shotOption("shot", "Writes a picture of the page.", "FILE");
    parser.addOptions({callsOption, roundsOption, shotOption});
    parser.addHelpOption();
    parser.process(app);
    const int calls = std::max(1, parser.value(callsOption).toInt());
    WindowFixture window(biggestTrace(calls, 24, wallClockNow() - kMinute));
    const auto read = [&] { return window.session().view().totals.calls == calls + 9; };
    if (!window.ready()
        || !QTest::qWaitFor(
            [&] {
                window.session().refreshNow();
                return read();
            },
            60'000)) {
        std::fprintf(stderr, "the runs were not read\n");
        return 2;
    }
    return measure(window, calls, std::max(1, parser.value(roundsOption).toInt()), parser.value(shotOption)) ? 0 : 1;
}
