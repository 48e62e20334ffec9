// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/wholefile.h"
#include "push_support.h"

#include <QTest>

#include <csignal>
#include <filesystem>
#include <fstream>

#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace flyball;

class TestStoreFile : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void killed();
    void oneWriter();
    void rolledBackBatch();
    void keysThatOthersMayRead();
    void newerVersion();
    void cutKeys();
};

namespace {

/// Pushes and audits until it is killed; tells after each what was promised.
[[noreturn]] void pushForEver(const std::string &folder, int tell)
{
    auto store = PolicyStore::open(folder, PolicyStore::Access::ReadWrite);
    if (!store)
        ::_exit(1);
    for (;;) {
        const PolicyRevision *head = (*store)->revisions().head();
        const std::int64_t next = (head ? head->number : 0) + 1;
        const auto pushed = (*store)->push(testPolicy(std::to_string(next)), next - 1, {"me", "", kSecond});
        if (!pushed || ::write(tell, &pushed->number, sizeof pushed->number) != sizeof pushed->number)
            ::_exit(1);
    }
}

} // namespace

void TestStoreFile::killed()
{
    QTemporaryDir folder;
    const std::string path = folder.path().toStdString() + "/data";
    std::int64_t promised = 0;
    for (int turn = 0; turn < 40; ++turn) {
        int pipes[2];
        QCOMPARE(::pipe(pipes), 0);
        const pid_t child = ::fork();
        if (child == 0)
            pushForEver(path, pipes[1]);
        ::close(pipes[1]);
        ::usleep(static_cast<useconds_t>(15'000 + turn * 1'371 % 20'000));
        ::kill(child, SIGKILL);
        int status = 0;
        ::waitpid(child, &status, 0);
        QVERIFY(WIFSIGNALED(status)); // it ended by our hand, not by an error
        std::int64_t number = 0;
        while (::read(pipes[0], &number, sizeof number) == sizeof number)
            promised = number;
        ::close(pipes[0]);
        const auto store = PolicyStore::open(path, PolicyStore::Access::ReadWrite);
        QVERIFY(store.ok());
        QCOMPARE((*store)->setAside(), std::string());
        const PolicyRevision *head = (*store)->revisions().head();
        const std::int64_t kept = head ? head->number : 0;
        QVERIFY2(kept == promised || kept == promised + 1, "a promised revision is missing");
        promised = kept;
        const auto audit = (*store)->audit();
        QCOMPARE(static_cast<std::int64_t>(audit->size()), kept);
        QVERIFY(!firstBroken(*audit));
    }
    QVERIFY(promised > 0);
}

void TestStoreFile::oneWriter()
{
    TestStore test;
    QVERIFY(test.store->push(testPolicy(), 0, {}).ok());
    const auto second = PolicyStore::open(test.path(), PolicyStore::Access::ReadWrite);
    QVERIFY(!second.ok());
    QCOMPARE(second.error().code, ErrorCode::Locked);
    const auto reader = PolicyStore::open(test.path(), PolicyStore::Access::ReadOnly);
    QVERIFY(reader.ok());
    QCOMPARE((*reader)->revisions().head()->number, std::int64_t{1});
    QVERIFY(!(*reader)->push(testPolicy("6"), 1, {}).ok());
    QCOMPARE(test.store->push(testPolicy("7"), 0, {}).error().code, ErrorCode::Locked);
}

void TestStoreFile::rolledBackBatch()
{
    TestStore test;
    QVERIFY(test.store->push(testPolicy(), 0, {}).ok());
    const std::uint64_t before = test.store->generation();
    QVERIFY(test.store->beginBatch().ok());
    QVERIFY(test.store->push(testPolicy("6"), 1, {}).ok());
    QVERIFY(!test.store->push(testPolicy("7"), 1, {}).ok());
    test.store->rollbackBatch();
    QCOMPARE(test.store->revisions().head()->number, std::int64_t{1});
    QCOMPARE(test.store->audit()->size(), std::size_t{1});
    QVERIFY(test.store->generation() > before);
    QVERIFY(test.store->push(testPolicy("8"), 1, {}).ok());
}

void TestStoreFile::keysThatOthersMayRead()
{
    TestStore test;
    const auto secret = test.store->registerAgent("a", "", kSecond);
    QVERIFY(!test.store->registerAgent("a", "", kSecond).ok());
    QCOMPARE(*test.store->agentOfToken(secret->token), std::string("a"));
    QVERIFY(!test.store->agentOfToken("").ok());
    const std::string file = test.path() + "/policy-keys.json";
    struct stat info = {};
    QCOMPARE(::stat(file.c_str(), &info), 0);
    QCOMPARE(info.st_mode & 0777U, 0600U);
    test.reopen();
    QCOMPARE(test.store->signingKey("a"), secret->hmac);
    QCOMPARE(::chmod(file.c_str(), 0640), 0);
    test.reopen();
    QVERIFY(!test.store);
}

void TestStoreFile::newerVersion()
{
    TestStore test;
    test.store.reset();
    std::fstream file(test.path() + "/policy.db", std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(60); // user_version, big endian
    file.write("\0\0\0\x63", 4);
    file.close();
    const auto opened = PolicyStore::open(test.path(), PolicyStore::Access::ReadWrite);
    QVERIFY(!opened.ok());
    QCOMPARE(opened.error().code, ErrorCode::TooNew);
    QVERIFY(std::filesystem::exists(test.path() + "/policy.db"));
}

void TestStoreFile::cutKeys()
{
    TestStore test;
    QVERIFY(test.store->registerAgent("a", "", kSecond).ok());
    QVERIFY(writeFileAtomically(test.path() + "/policy-keys.json", "{\"a\":").ok());
    test.reopen();
    QVERIFY(!test.store); // never silently without its keys
}

QTEST_GUILESS_MAIN(TestStoreFile)
#include "tst_push_store.moc"
