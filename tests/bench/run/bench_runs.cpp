// SPDX-License-Identifier: GPL-3.0-or-later
// What the list of runs costs with many of them: flyball_bench_runs [RUNS]. One answer with every built-in filter
// counted (the query thread's work), and what the GUI thread does with it. Ends with 1 when the GUI thread's part
// misses its limit.
#include <QGuiApplication>
#include <algorithm>
#include <cstdio>
#include <cstdlib>

#include "core/models/session/session.h"
#include "tests/models/snapshotmaker.h"

using namespace flyball;

namespace {

constexpr TimeNs kNow = 1'790'000'000 * kSecond;
constexpr double kLimitMs = 16;

double msSince(TimeNs since) { return static_cast<double>(monotonicNow() - since) / 1e6; }

void addRuns(FakeEngine &engine, SnapshotMaker &maker, std::uint64_t runs)
{
    static const char *const kWorkflows[] = {"research_agent", "support_triage", "code_review", "contract_qa"};
    for (std::uint64_t i = 0; i < runs; ++i)
        maker.runs.push_back(makeRun(engine, i, kWorkflows[i % 4], kNow - kHour + static_cast<TimeNs>(i),
                                     kNow - kMinute, i % 9 == 0 ? Outcome::Capped : Outcome::Success,
                                     static_cast<PicoUsd>(i % 5000) * 1'000'000));
}

} // namespace

int main(int argc, char **argv)
{
    qputenv("QT_QPA_PLATFORM", "offscreen");
    QGuiApplication app(argc, argv);
    const std::uint64_t runs = argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 300'000;
    FakeEngine engine;
    SnapshotMaker maker(engine);
    addRuns(engine, maker, runs);
    engine.publish(maker.make({makeCall(engine, kNow - kMinute, "research_agent", "claude-opus-4-5", 1)}));
    SessionOptions options;
    options.configPath = QStringLiteral("/nonexistent/config.json");
    options.temporary = true;
    options.clock = [] { return kNow; };
    Session session(engine, options);
    engine.hold = true;
    session.navigation()->show(QStringLiteral("runs"));
    const auto settle = [&] {
        while (!engine.waiting.empty()) {
            engine.answer();
            QCoreApplication::processEvents();
        }
    };
    settle();
    double asked = 0, answered = 0, shown = 0;
    for (int round = 0; round < 7; ++round) {
        TimeNs since = monotonicNow();
        session.runs()->setSegment(round % 2 == 0 ? QStringLiteral("capped") : QStringLiteral("all"));
        asked = std::max(asked, msSince(since));
        since = monotonicNow();
        engine.answer();
        answered = std::max(answered, msSince(since));
        since = monotonicNow();
        QCoreApplication::processEvents();
        shown = std::max(shown, msSince(since));
        settle();
        if (session.runs()->table()->count() != 200) {
            std::fprintf(stderr, "%d rows are shown\n", session.runs()->table()->count());
            return 2;
        }
    }
    std::printf("%llu runs, longest of 7\n", static_cast<unsigned long long>(runs));
    std::printf("  query thread: filtered, counted by %d filters, sorted  %8.1f ms\n",
                static_cast<int>(session.runs()->filters()->chips().size()), answered);
    std::printf("  GUI thread: asked                                      %8.2f ms\n", asked);
    std::printf("  GUI thread: shown                                      %8.2f ms   limit %g ms, ratio %.2f  %s\n",
                shown, kLimitMs, shown / kLimitMs, shown <= kLimitMs ? "ok" : "MISSED");
    return shown <= kLimitMs && asked <= kLimitMs ? 0 : 1;
}
