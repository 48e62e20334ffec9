// SPDX-License-Identifier: GPL-3.0-or-later
// One table of names for all threads.
#include "core/base/symbols.h"

#include <QtTest/QtTest>
#include <algorithm>
#include <atomic>
#include <numeric>
#include <random>
#include <thread>

using namespace flyball;

class TestSymbols : public QObject {
    Q_OBJECT
private slots:
    void emptyIsZero();
    void sameTextSameSymbol();
    void bytesAsTheyAre();
    void growthKeepsTextsInPlace();
    void fourThreads();
    void cacheAgreesWithTheTable();
    void textsApart();
};

void TestSymbols::emptyIsZero()
{
    SymbolTable table;
    QCOMPARE(table.intern(""), Symbol(0));
    QCOMPARE(table.find(""), Symbol(0));
    QVERIFY(table.text(0).empty());
    QCOMPARE(table.size(), std::size_t(1));
    QCOMPARE(SymbolCache(table).intern({}), Symbol(0));
}

void TestSymbols::sameTextSameSymbol()
{
    SymbolTable table;
    const Symbol a = table.intern("claude-opus-4");
    QVERIFY(a != 0);
    QCOMPARE(table.intern(std::string("claude-") + "opus-4"), a);
    QVERIFY(table.intern("claude-opus-4 ") != a);
    QCOMPARE(table.find("claude-opus-4"), a);
    QCOMPARE(table.find("never seen"), Symbol(0));
    QCOMPARE(table.size(), std::size_t(3));
}

void TestSymbols::bytesAsTheyAre()
{
    SymbolTable table;
    const std::string withNul("a\0b", 3);
    const std::string bad("\xFF\xFE", 2);
    const std::string large(3 << 20, 'x'); // larger than one piece of the arena
    const Symbol s1 = table.intern(withNul), s2 = table.intern(bad), s3 = table.intern(large), s4 = table.intern("a");
    QVERIFY(table.text(s1) == withNul);
    QVERIFY(table.text(s2) == bad);
    QVERIFY(table.text(s3) == large);
    QVERIFY(table.text(s4) == "a");
    QVERIFY(s1 != s4);
}

void TestSymbols::growthKeepsTextsInPlace()
{
    SymbolTable table;
    const Symbol first = table.intern("first");
    const char *where = table.text(first).data();
    constexpr int count = 100'000; // several blocks and several sizes of the index
    for (int i = 0; i < count; ++i)
        QCOMPARE(table.intern("name " + std::to_string(i)), Symbol(i + 2));
    QVERIFY(table.text(first).data() == where);
    for (int i = 0; i < count; ++i) {
        const std::string text = "name " + std::to_string(i);
        if (table.text(Symbol(i + 2)) != text || table.find(text) != Symbol(i + 2))
            QFAIL(text.c_str());
    }
    QCOMPARE(table.size(), std::size_t(count + 2));
}

/// Four threads intern overlapping names in different orders, half of them through caches; every
/// name has one symbol, every symbol one name, whoever made it.
void TestSymbols::fourThreads()
{
    constexpr int names = 40'000;
    SymbolTable table;
    std::vector<std::vector<Symbol>> seen(4, std::vector<Symbol>(names));
    std::vector<std::thread> threads;
    std::atomic<int> wrong{0};
    for (std::size_t t = 0; t < 4; ++t)
        threads.emplace_back([&, t] {
            SymbolCache cache(table);
            std::vector<int> order(names);
            std::iota(order.begin(), order.end(), 0);
            std::shuffle(order.begin(), order.end(), std::mt19937(static_cast<unsigned>(t)));
            for (const int i : order) {
                const std::string text = "n" + std::to_string(i);
                const Symbol symbol = t % 2 ? cache.intern(text) : table.intern(text);
                seen[t][static_cast<std::size_t>(i)] = symbol;
                wrong += table.text(symbol) == text && table.find(text) == symbol ? 0 : 1;
            }
        });
    for (std::thread &thread : threads)
        thread.join();
    QCOMPARE(wrong.load(), 0);
    QCOMPARE(table.size(), std::size_t(names + 1));
    for (std::size_t t = 1; t < 4; ++t)
        QVERIFY(seen[t] == seen[0]);
}

void TestSymbols::cacheAgreesWithTheTable()
{
    SymbolTable table;
    SymbolCache cache(table);
    std::mt19937 random(6);
    for (int i = 0; i < 50'000; ++i) { // more names than the cache has places: entries are evicted
        const std::string text = "m" + std::to_string(random() % 5000);
        QCOMPARE(cache.intern(text), table.intern(text));
    }
    const Symbol request = cache.internUnique("req_1");
    QCOMPARE(table.find("req_1"), request);
    QVERIFY(table.size() <= 5002);
}

void TestSymbols::textsApart()
{
    SymbolTable table;
    const Symbol known = table.intern("req_7");
    std::vector<std::vector<std::pair<Symbol, std::string>>> added(3);
    std::vector<std::thread> threads;
    for (std::size_t t = 0; t < added.size(); ++t)
        threads.emplace_back([&table, &mine = added[t], t] {
            SymbolCache cache(table);
            for (int i = 0; i < 20'000; ++i) { // more than a block of the table; every hundredth is a long one
                std::string text = "req_" + std::to_string(i) + std::string(i % 100 == 0 ? 300 : 0, 'x');
                mine.emplace_back(cache.addApart(text), std::move(text));
                if (i % 7 == 0)
                    mine.emplace_back(cache.intern("name" + std::to_string(t)), "name" + std::to_string(t));
            }
        });
    for (std::thread &thread : threads)
        thread.join();
    for (const auto &mine : added)
        for (const auto &[symbol, text] : mine)
            QCOMPARE(table.text(symbol), std::string_view(text));
    QCOMPARE(table.find("req_7"), known); // not one of those added apart
    QCOMPARE(table.find("req_8"), Symbol(0));
    const Symbol later = table.intern("req_8");
    QCOMPARE(table.find("req_8"), later);
    SymbolCache cache(table);
    QCOMPARE(cache.addApart(""), Symbol(0));
}

QTEST_GUILESS_MAIN(TestSymbols)
#include "tst_symbols.moc"
