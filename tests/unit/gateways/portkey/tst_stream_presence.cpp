// SPDX-License-Identifier: GPL-3.0-or-later
// What is said about calls that nobody heard.
#include <QtTest/QtTest>

#include "core/gateways/portkey/presence.h"

using namespace flyball;

namespace {

constexpr TimeNs kStart = 1'795'363'200 * kSecond; ///< 2026-11-22T16:00:00Z

/// Heard calls 0 to 7, then was away for twelve seconds.
StreamPresence awayAfterSeven()
{
    StreamPresence presence;
    presence.opened(kStart);
    for (int i = 0; i <= 7; ++i)
        (void)presence.told(i);
    presence.heard(kStart + 5 * kSecond);
    StreamPresence next;
    next.restore(presence.save());
    next.opened(kStart + 17 * kSecond);
    return next;
}

} // namespace

class TestStreamPresence : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void nothingIsMissedBeforeTheFirstTime();
    void awayBeforeAnythingWasTold();
    void notKnownUntilItSpeaks();
    void nothingWasMissed();
    void someWereMissed();
    void theGatewayBeganAnew();
    void withoutNumbers();
    void severalAbsences();
    void missedWhileConnected();
    void statesThatAreNone();
};

void TestStreamPresence::nothingIsMissedBeforeTheFirstTime()
{
    StreamPresence presence;
    presence.restore({});
    presence.opened(kStart);
    QVERIFY(presence.warning().empty());
    const auto missed = presence.told(4000); // told to others before
    QCOMPARE(missed.calls, std::int64_t{0});
    QVERIFY(!missed.unknown);
    QVERIFY(presence.warning().empty());
}

void TestStreamPresence::awayBeforeAnythingWasTold()
{
    for (const int first : {0, 2}) {
        StreamPresence presence;
        presence.opened(kStart);
        presence.heard(kStart + kMinute);
        presence.opened(kStart + kHour);
        const auto missed = presence.told(first);
        QCOMPARE(missed.unknown, first > 0); // 0 is the first one there was
        QCOMPARE(missed.calls, std::int64_t{0});
        QCOMPARE(presence.warning().empty(), first == 0);
    }
}

void TestStreamPresence::notKnownUntilItSpeaks()
{
    StreamPresence presence = awayAfterSeven();
    const std::string words = "the stream was away for 12 s until 2026-11-22T16:00:17Z: calls in between are not known";
    QCOMPARE(presence.warning(), words);
    // Not forgotten with the process, and not shortened by a sign of life.
    presence.heard(kStart + kMinute);
    StreamPresence again;
    again.restore(presence.save());
    QCOMPARE(again.warning(), words);
}

void TestStreamPresence::nothingWasMissed()
{
    StreamPresence presence = awayAfterSeven();
    const auto missed = presence.told(8);
    QCOMPARE(missed.calls, std::int64_t{0});
    QVERIFY(!missed.unknown);
    QVERIFY(presence.warning().empty());
}

void TestStreamPresence::someWereMissed()
{
    StreamPresence presence = awayAfterSeven();
    const auto missed = presence.told(12);
    QCOMPARE(missed.calls, std::int64_t{4});
    QVERIFY(!missed.unknown);
    QCOMPARE(presence.warning(),
             std::string("the stream was away for 12 s until 2026-11-22T16:00:17Z: 4 calls were missed"));
    QCOMPARE(presence.told(13).calls, std::int64_t{0});
}

void TestStreamPresence::theGatewayBeganAnew()
{
    StreamPresence presence = awayAfterSeven();
    auto missed = presence.told(3);
    QCOMPARE(missed.calls, std::int64_t{3});
    QVERIFY(missed.unknown);
    QVERIFY(presence.warning().ends_with("at least 3 calls were missed"));
    presence = awayAfterSeven();
    missed = presence.told(0);
    QCOMPARE(missed.calls, std::int64_t{0});
    QVERIFY(missed.unknown);
    QVERIFY(presence.warning().ends_with("calls in between are not known"));
}

void TestStreamPresence::withoutNumbers()
{
    StreamPresence presence = awayAfterSeven();
    QVERIFY(presence.told(std::nullopt).unknown);
    QVERIFY(!presence.warning().empty());
    QVERIFY(!presence.told(std::nullopt).unknown); // nobody was away any more
}

void TestStreamPresence::severalAbsences()
{
    StreamPresence presence = awayAfterSeven();
    presence.heard(kStart + 20 * kSecond);
    presence.opened(kStart + 65 * kSecond);
    QVERIFY(presence.warning().starts_with("the stream was away for 60 s until 2026-11-22T16:01:05Z"));
    QCOMPARE(presence.told(10).calls, std::int64_t{2});
}

void TestStreamPresence::missedWhileConnected()
{
    StreamPresence presence;
    presence.opened(kStart);
    (void)presence.told(1);
    QCOMPARE(presence.told(5).calls, std::int64_t{3});
    QVERIFY(!presence.warning().empty());
    // Too short for a word; the number decides.
    presence = StreamPresence();
    presence.opened(kStart);
    (void)presence.told(1);
    presence.opened(kStart + kSecond / 10);
    QVERIFY(presence.warning().empty());
    QCOMPARE(presence.told(3).calls, std::int64_t{1});
}

void TestStreamPresence::statesThatAreNone()
{
    for (const char *state : {"", "{", "[]", R"({"number":"x","heard":[]})", R"({"number":-5,"heard":-9,"since":-1})",
                              R"({"number":9223372036854775807,"heard":9223372036854775807,"since":0,"until":-1})"}) {
        StreamPresence presence;
        presence.restore(state);
        presence.opened(kStart);
        const auto missed = presence.told(0);
        QVERIFY(missed.calls >= 0);
        (void)presence.told(std::numeric_limits<std::int64_t>::max());
        QVERIFY(presence.told(std::numeric_limits<std::int64_t>::max()).calls >= 0);
    }
}

QTEST_APPLESS_MAIN(TestStreamPresence)
#include "tst_stream_presence.moc"
