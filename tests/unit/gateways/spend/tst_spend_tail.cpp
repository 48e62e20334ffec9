// SPDX-License-Identifier: GPL-3.0-or-later
// A log in pages that move while they are read.
#include <QtTest/QtTest>

#include <map>
#include <set>

#include "core/base/key128.h"
#include "core/gateways/rest/logtail.h"

using namespace flyball;

namespace {

constexpr TimeNs kNow = 1'795'363'200 * kSecond;

/// A log by start, and a reader of it.
struct Log {
    explicit Log(TimeNs since = kDay, TimeNs late = 15 * kMinute) : tail(since, late), since_(since), late_(late) {}

    void add(std::uint64_t id, TimeNs start, bool open = false) { rows[id] = {id, start, open, {}}; }
    Result<LogPage> fetch(TimeNs begin, TimeNs end, int number)
    {
        ++fetched;
        if (before)
            before(number);
        if (failing)
            return Error{ErrorCode::Unreadable, "gone"};
        std::vector<LogRow> in;
        for (const auto &[id, row] : rows)
            if (row.start >= begin && row.start <= end)
                in.push_back(row);
        std::stable_sort(in.begin(), in.end(), [](const LogRow &a, const LogRow &b) { return a.start > b.start; });
        LogPage page;
        const auto from = std::min(in.size(), static_cast<std::size_t>(number) * size);
        page.rows.assign(in.begin() + static_cast<std::ptrdiff_t>(from),
                         in.begin() + static_cast<std::ptrdiff_t>(std::min(in.size(), from + size)));
        page.total = static_cast<std::int64_t>(in.size());
        page.pages = static_cast<std::int64_t>((in.size() + size - 1) / size);
        page.last = number + 1 >= page.pages;
        return page;
    }
    Result<LogTail::Outcome> read(TimeNs now = kNow)
    {
        std::vector<std::uint64_t> got;
        auto out = tail.read(
            state, now, [this](TimeNs b, TimeNs e, int n) { return fetch(b, e, n); },
            [&](const LogRow &row) { got.push_back(row.id); });
        if (!out)
            return out;
        state = out->state;
        for (const std::uint64_t id : got)
            ++taken[id];
        return out;
    }
    int readToEnd(TimeNs now = kNow)
    {
        for (int reads = 1; reads < 5000; ++reads)
            if (const auto out = read(now); !out || !out->more)
                return reads;
        qFatal("no end");
    }
    void restart() { tail = LogTail(since_, late_); }
    [[nodiscard]] std::size_t missing() const
    {
        return static_cast<std::size_t>(
            std::count_if(rows.begin(), rows.end(), [this](const auto &row) { return !taken.contains(row.first); }));
    }
    [[nodiscard]] int repeats() const
    {
        int sum = 0;
        for (const auto &[id, times] : taken)
            sum += times - 1;
        return sum;
    }

    std::map<std::uint64_t, LogRow> rows;
    std::map<std::uint64_t, int> taken;
    std::function<void(int)> before;
    LogTail tail;
    std::string state;
    std::size_t size = 10;
    int fetched = 0;
    bool failing = false;

private:
    TimeNs since_, late_;
};

} // namespace

class TestSpendTail : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void newRowsOnce();
    void nothingNewIsOnePage();
    void growsWhileItIsRead();
    void shrinksWhileItIsReadR3();
    void pagesThatRepeatR3();
    void pagesWithoutEndR3();
    void longStretchesInSlices();
    void aRestartGoesOnInTheMiddle();
    void aRestartRepeatsNothing();
    void aLongCallIsFoundWhenItEnds();
    void openRowsAreTakenWhenTheyAreDone();
    void errorsLoseNothing();
    void clocksThatDiffer();
    void aRowOfNextCenturyBlocksNothing();
    void hostileState();
    void manyAtOneInstant();
};

void TestSpendTail::newRowsOnce()
{
    Log log;
    std::uint64_t id = 0;
    for (int minute = 0; minute < 30; ++minute) {
        for (int i = 0; i < 7; ++i)
            log.add(++id, kNow + minute * kMinute - i * kSecond);
        log.readToEnd(kNow + minute * kMinute);
        QCOMPARE(log.missing(), std::size_t{0});
    }
    QCOMPARE(log.repeats(), 0);
    QVERIFY(log.tail.warning().empty());
}

void TestSpendTail::nothingNewIsOnePage()
{
    Log log;
    for (std::uint64_t i = 1; i <= 50; ++i)
        log.add(i, kNow - static_cast<TimeNs>(i) * kSecond);
    log.readToEnd();
    log.fetched = 0;
    (void)log.read(kNow + 10 * kSecond);
    QCOMPARE(log.fetched, 1);
    QCOMPARE(log.repeats(), 0);
}

void TestSpendTail::growsWhileItIsRead()
{
    Log log;
    for (std::uint64_t i = 1; i <= 95; ++i)
        log.add(i, kNow - static_cast<TimeNs>(i) * kSecond);
    std::uint64_t next = 1000;
    log.before = [&](int) { // three more on top with each page
        for (int i = 0; i < 3; ++i, ++next)
            log.add(next, kNow + static_cast<TimeNs>(next) * kSecond / 1000);
    };
    log.readToEnd();
    log.before = {};
    log.readToEnd(kNow + 10 * kSecond);
    QCOMPARE(log.missing(), std::size_t{0});
    QCOMPARE(log.repeats(), 0);
    QVERIFY(log.tail.warning().empty());
}

void TestSpendTail::shrinksWhileItIsReadR3()
{
    Log log;
    for (std::uint64_t i = 1; i <= 95; ++i)
        log.add(i, kNow - static_cast<TimeNs>(i) * kSecond);
    int once = 0;
    log.before = [&](int number) { // what was on page 5 moves to page 4, which was read
        if (number == 5 && once++ == 0)
            for (std::uint64_t i = 1; i <= 12; ++i)
                log.rows.erase(i);
    };
    log.readToEnd();
    QCOMPARE(log.missing(), std::size_t{0});
    QCOMPARE(log.repeats(), 0);
    // Again and again: it ends, and says so.
    Log worse;
    for (std::uint64_t i = 1; i <= 150; ++i)
        worse.add(i, kNow - static_cast<TimeNs>(i) * kSecond);
    worse.before = [&](int number) {
        if (number > 0 && worse.rows.size() > 20)
            worse.rows.erase(worse.rows.begin());
    };
    worse.readToEnd();
    QVERIFY(worse.tail.warning().find("went away") != std::string::npos);
}

void TestSpendTail::pagesThatRepeatR3()
{
    LogTail tail(kDay, kMinute);
    int fetched = 0;
    std::set<std::uint64_t> got;
    int repeats = 0;
    const auto out = tail.read(
        {}, kNow,
        [&](TimeNs, TimeNs, int) -> Result<LogPage> {
            ++fetched;
            LogPage page;
            for (std::uint64_t i = 1; i <= 10; ++i)
                page.rows.push_back({i, kNow - static_cast<TimeNs>(i) * kSecond, false, {}});
            return page; // whichever was asked for
        },
        [&](const LogRow &row) { repeats += got.insert(row.id).second ? 0 : 1; });
    QVERIFY(out.ok());
    QCOMPARE(got.size(), std::size_t{10});
    QCOMPARE(repeats, 0);
    QVERIFY(fetched <= 5);
    // Without news it ends as a tail does; with a page count that never comes it is partial.
    LogTail lateTail(kDay, kHour);
    std::uint64_t id = 0;
    const auto endless = [&](TimeNs, TimeNs, int number) -> Result<LogPage> {
        LogPage page;
        for (int i = 0; i < 10; ++i)
            page.rows.push_back({number < 3 ? ++id : 1, kNow - kSecond, false, {}});
        page.total = 1000;
        return page;
    };
    const auto drop = [](const LogRow &) {};
    const auto first = lateTail.read({}, kNow, endless, drop);
    QVERIFY(first.ok());
    const auto second = lateTail.read(first->state, kNow + 3 * kMinute, endless, drop);
    QVERIFY(second.ok());
    QVERIFY(lateTail.warning().find("repeat") != std::string::npos);
}

void TestSpendTail::pagesWithoutEndR3()
{
    LogTail tail(kDay, kMinute);
    int fetched = 0;
    std::uint64_t id = 0;
    std::string state;
    const auto fetch = [&](TimeNs begin, TimeNs, int) -> Result<LogPage> {
        ++fetched;
        LogPage page;
        for (int i = 0; i < 5; ++i)
            page.rows.push_back({++id, begin, false, {}});
        return page;
    };
    for (int reads = 0; reads < 40 && tail.warning().empty(); ++reads) {
        const auto out = tail.read(state, kNow, fetch, [](const LogRow &) {});
        QVERIFY(out.ok());
        state = out->state;
    }
    QVERIFY(tail.warning().find("no end") != std::string::npos);
    QVERIFY2(fetched < 1600, qPrintable(QString::number(fetched)));
}

void TestSpendTail::longStretchesInSlices()
{
    Log log;
    std::uint64_t id = 0;
    for (; id < 3000; ++id) // a busy hour at the beginning, and a quiet rest
        log.add(id, kNow - kDay + static_cast<TimeNs>(id) * kSecond);
    for (int hour = 1; hour < 23; ++hour)
        log.add(++id, kNow - hour * kHour);
    const auto first = log.read();
    QVERIFY(first->more && first->progress.starts_with("reading back, 2026-11-21T16:00:00Z"));
    const int reads = log.readToEnd();
    QCOMPARE(log.missing(), std::size_t{0});
    QVERIFY2(reads < 60, qPrintable(QString::number(reads)));
    QVERIFY(log.tail.warning().empty());
    log.add(++id, kNow + kSecond);
    log.readToEnd(kNow + 2 * kSecond);
    QCOMPARE(log.missing(), std::size_t{0});
}

void TestSpendTail::aRestartGoesOnInTheMiddle()
{
    Log log;
    for (std::uint64_t i = 0; i < 5000; ++i)
        log.add(i, kNow - kDay + static_cast<TimeNs>(i) * 17 * kSecond);
    log.size = 20;
    for (int i = 0; i < 8; ++i)
        (void)log.read();
    const std::size_t had = log.taken.size();
    QVERIFY(had > 200 && had < 4000);
    log.restart();
    const auto next = log.read();
    QVERIFY(next->more);
    QVERIFY(log.repeats() < 450); // of the one slice that was not committed, at the most
    log.readToEnd();
    QCOMPARE(log.missing(), std::size_t{0});
}

void TestSpendTail::aRestartRepeatsNothing()
{
    Log log;
    for (std::uint64_t i = 1; i <= 180; ++i)
        log.add(i, kNow - static_cast<TimeNs>(i) * 4 * kSecond);
    log.readToEnd();
    log.restart();
    log.add(500, kNow + kSecond);
    log.readToEnd(kNow + 2 * kSecond);
    QCOMPARE(log.missing(), std::size_t{0});
    QCOMPARE(log.repeats(), 0);
    QVERIFY(log.state.size() < 40'000);
}

void TestSpendTail::aLongCallIsFoundWhenItEnds()
{
    Log log;
    for (std::uint64_t i = 1; i <= 300; ++i)
        log.add(i, kNow - static_cast<TimeNs>(i) * kSecond);
    log.readToEnd();
    // It began ten minutes ago, far behind the newest rows, and is written now.
    log.add(999, kNow - 10 * kMinute);
    for (int i = 1; i <= 13; ++i)
        log.readToEnd(kNow + i * 10 * kSecond);
    QCOMPARE(log.missing(), std::size_t{0});
    QCOMPARE(log.repeats(), 0);
}

void TestSpendTail::openRowsAreTakenWhenTheyAreDone()
{
    Log log;
    for (std::uint64_t i = 1; i <= 5; ++i)
        log.add(i, kNow - static_cast<TimeNs>(i) * kSecond, i == 2);
    log.readToEnd();
    QCOMPARE(log.missing(), std::size_t{1});
    log.rows[2].open = false;
    log.readToEnd(kNow + 10 * kSecond);
    QCOMPARE(log.missing(), std::size_t{0});
    QCOMPARE(log.repeats(), 0);
}

void TestSpendTail::errorsLoseNothing()
{
    Log log;
    for (std::uint64_t i = 1; i <= 95; ++i)
        log.add(i, kNow - static_cast<TimeNs>(i) * kSecond);
    log.before = [&](int number) { log.failing = number == 4; };
    QVERIFY(!log.read());
    QVERIFY(log.taken.empty() && log.state.empty());
    log.before = {};
    log.failing = false;
    log.readToEnd();
    QCOMPARE(log.missing(), std::size_t{0});
    QCOMPARE(log.repeats(), 0);
}

void TestSpendTail::clocksThatDiffer()
{
    for (const TimeNs skew : {-20 * kMinute, 20 * kMinute, 3 * kHour}) { // of the gateway's clock
        Log log;
        std::uint64_t id = 0;
        for (int minute = 0; minute < 20; ++minute) {
            log.add(++id, kNow + skew + minute * kMinute);
            log.readToEnd(kNow + minute * kMinute + kSecond);
            QCOMPARE(log.missing(), std::size_t{0});
        }
    }
}

void TestSpendTail::aRowOfNextCenturyBlocksNothing()
{
    Log log;
    log.add(1, kNow + 12 * kHour);
    log.add(2, kNow - kMinute);
    log.readToEnd();
    log.add(3, kNow + kSecond);
    log.readToEnd(kNow + 10 * kSecond);
    QCOMPARE(log.missing(), std::size_t{0});
}

void TestSpendTail::hostileState()
{
    for (const char *state : {"", "{", "[]", R"({"newest":"x","known":5})", R"({"known":"zzzz"})",
                              R"({"newest":99999999999999999999})", "\xff\xfe"}) {
        Log log;
        log.state = state;
        log.add(1, kNow - kMinute);
        log.readToEnd();
        QCOMPARE(log.missing(), std::size_t{0});
    }
}

void TestSpendTail::manyAtOneInstant()
{
    Log log;
    for (std::uint64_t i = 1; i <= 900; ++i)
        log.add(i, kNow - kHour);
    log.readToEnd();
    QCOMPARE(log.missing(), std::size_t{0});
    QVERIFY(log.tail.warning().empty());
}

QTEST_GUILESS_MAIN(TestSpendTail)
#include "tst_spend_tail.moc"
