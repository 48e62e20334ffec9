// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/sources/file_reader.h"
#include "tests/unit/sources/tail_support.h"

#include <QTest>
#include <sqlite3.h>

using namespace flyball;
using namespace flyball::test;

namespace {

/// A database as OpenCode makes it: the tables of its migrations that its messages need, WAL mode.
class Database {
public:
    explicit Database(const std::string &path)
    {
        sqlite3_open(path.c_str(), &m_db);
        run("PRAGMA journal_mode = WAL");
        run("PRAGMA synchronous = NORMAL");
        run("CREATE TABLE IF NOT EXISTS `project` (`id` text PRIMARY KEY, `worktree` text NOT NULL, `vcs` text,"
            " `name` text, `time_created` integer NOT NULL, `time_updated` integer NOT NULL, `sandboxes` text NOT "
            "NULL)");
        run("CREATE TABLE IF NOT EXISTS `session` (`id` text PRIMARY KEY, `project_id` text NOT NULL, `parent_id` text,"
            " `slug` text NOT NULL, `directory` text NOT NULL, `title` text NOT NULL, `version` text NOT NULL,"
            " `time_created` integer NOT NULL, `time_updated` integer NOT NULL,"
            " CONSTRAINT `fk_session_project` FOREIGN KEY (`project_id`) REFERENCES `project`(`id`) ON DELETE "
            "CASCADE)");
        run("CREATE TABLE IF NOT EXISTS `message` (`id` text PRIMARY KEY, `session_id` text NOT NULL,"
            " `time_created` integer NOT NULL, `time_updated` integer NOT NULL, `data` text NOT NULL,"
            " CONSTRAINT `fk_message_session` FOREIGN KEY (`session_id`) REFERENCES `session`(`id`) ON DELETE "
            "CASCADE)");
        run("CREATE INDEX IF NOT EXISTS `message_session_idx` ON `message` (`session_id`)");
    }
    ~Database() { sqlite3_close(m_db); }
    Database(const Database &) = delete;
    Database &operator=(const Database &) = delete;

    void session(const std::string &id, const std::string &parent = {})
    {
        run("INSERT INTO session VALUES('" + id + "', 'p1', " + (parent.empty() ? "NULL" : "'" + parent + "'")
            + ", 'slug', '/home/dev/shop', 'title', '1.2.3', 1, 1)");
    }
    void message(const std::string &id, std::int64_t updated, const std::string &data,
                 const std::string &session = "ses_1")
    {
        run("INSERT INTO message VALUES('" + id + "', '" + session + "', 1, " + std::to_string(updated) + ", '" + data
            + "') ON CONFLICT(id) DO UPDATE SET time_updated = excluded.time_updated, data = excluded.data");
    }
    void run(const std::string &sql)
    {
        if (sqlite3_exec(m_db, sql.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK) {
            qFatal("%s: %s", sql.c_str(), sqlite3_errmsg(m_db));
        }
    }

private:
    sqlite3 *m_db = nullptr;
};

std::string line(const std::string &id, const std::string &rest, const std::string &session = "ses_1")
{
    return R"({"id":")" + id + R"(","sessionID":")" + session + R"(",)" + rest + "}";
}

Lines scanOf(const std::string &path, FilePosition *after = nullptr)
{
    Ledger ledger;
    FileReader reader;
    const auto outcome = reader.read(
        path, [&](const Chunk &chunk) { ledger.take(chunk); },
        [&](const Reject &reject) { ledger.rejects.push_back(reject); });
    if (after != nullptr && outcome) {
        *after = outcome->after;
    }
    std::sort(ledger.lines.begin(), ledger.lines.end());
    return ledger.lines;
}

TailRig rigFor(const TempFolder &dir) { return TailRig({dir.path()}, {}, ".db"); }

} // namespace

/// Messages of OpenCode, read from a database that its owner goes on writing.
class TestOpenCodeDatabase : public QObject {
    Q_OBJECT
private slots:
    void rowsBecomeLines();
    void whatIsOnlyInTheLogIsRead();
    void aChangedRowComesAgainOthersDoNot();
    void restartGoesOnWhereItWas();
    void smallBudgets();
    void aLockIsWaitedFor();
    void theWriterIsNeverHeldUp();
    void otherDatabasesAreNamed();
    void hostileRowsStayRows();
    void replacedByAnother();
    void twoLargeOnesTakeTurns();
    void aChangeInTheFutureHidesNothing();
};

void TestOpenCodeDatabase::rowsBecomeLines()
{
    const TempFolder dir;
    Database db(dir.path("opencode.db"));
    db.session("ses_1");
    db.session("ses_2", "ses_1");
    db.message("m1", 1000, R"({"role":"user"})");
    db.message("m2", 2000, "{\n \"role\": \"assistant\"\n}");
    db.message("m3", 3000, "{}", "ses_2");
    const Lines expected = {line("m1", R"("role":"user")"), line("m2", "  \"role\": \"assistant\" "),
                            R"({"id":"m3","sessionID":"ses_2","parentSessionID":"ses_1"})"};
    QCOMPARE(scanOf(dir.path("opencode.db")), expected);
    TailRig rig = rigFor(dir);
    QCOMPARE(rig.newSorted(), expected);
    QVERIFY(rig.ledger.rejects.empty());
}

void TestOpenCodeDatabase::whatIsOnlyInTheLogIsRead()
{
    const TempFolder dir;
    Database db(dir.path("opencode.db"));
    db.run("PRAGMA wal_autocheckpoint = 0");
    db.session("ses_1");
    db.message("m1", 1000, R"({"role":"user"})");
    TailRig rig = rigFor(dir);
    QCOMPARE(rig.newLines().size(), std::size_t{1});
    for (int i = 2; i < 6; ++i) {
        db.message("m" + std::to_string(i), 1000 * i, R"({"n":1})");
        rig.wait(kSecond);
        QCOMPARE(rig.newLines(), Lines({line("m" + std::to_string(i), R"("n":1)")}));
    }
    rig.wait(kSecond);
    QVERIFY(rig.newLines().empty());
}

void TestOpenCodeDatabase::aChangedRowComesAgainOthersDoNot()
{
    const TempFolder dir;
    Database db(dir.path("opencode.db"));
    db.session("ses_1");
    for (int i = 0; i < 50; ++i) {
        db.message("m" + std::to_string(i), 100'000 + i, R"({"n":1})");
    }
    TailRig rig = rigFor(dir);
    QCOMPARE(rig.newLines().size(), std::size_t{50});
    db.message("m7", 100'100, R"({"n":2})");
    rig.wait(kSecond);
    QCOMPARE(rig.newLines(), Lines({line("m7", R"("n":2)")}));
    db.message("late", 100'000 - 30'000, R"({"n":3})"); // a clock that went back a little
    rig.wait(kSecond);
    QCOMPARE(rig.newLines(), Lines({line("late", R"("n":3)")}));
    db.run("DELETE FROM message WHERE id = 'm9'"); // what is deleted there stays here
    rig.wait(kSecond);
    QVERIFY(rig.newLines().empty());
}

void TestOpenCodeDatabase::restartGoesOnWhereItWas()
{
    const TempFolder dir;
    Database db(dir.path("opencode.db"));
    db.session("ses_1");
    db.message("old", 1'000'000, R"({"n":1})");
    db.message("new", 2'000'000, R"({"n":1})");
    TailRig rig = rigFor(dir);
    QCOMPARE(rig.newLines().size(), std::size_t{2});
    db.message("newer", 2'000'500, R"({"n":1})");
    rig.restart();
    // The last minute comes again, what is older does not.
    QCOMPARE(rig.newSorted(), Lines({line("new", R"("n":1)"), line("newer", R"("n":1)")}));
    FilePosition after;
    QCOMPARE(scanOf(dir.path("opencode.db"), &after).size(), std::size_t{3});
    TailRig other = rigFor(dir);
    other.ledger.positions[after.id] = after;
    other.restart();
    QCOMPARE(other.newLines().size(), std::size_t{2});
}

void TestOpenCodeDatabase::smallBudgets()
{
    const TempFolder dir;
    Database db(dir.path("opencode.db"));
    db.session("ses_1");
    db.run("BEGIN");
    for (int i = 0; i < 2000; ++i) {
        db.message("m" + std::to_string(i), 1000 + i, R"({"text":")" + std::string(300, 'x') + R"("})");
    }
    db.run("COMMIT");
    TailRig rig = rigFor(dir);
    int polls = 1;
    while (rig.poll(20'000).more) {
        ++polls;
    }
    QVERIFY(polls > 20);
    QCOMPARE(rig.ledger.lines.size(), std::size_t{2000});
}

void TestOpenCodeDatabase::aLockIsWaitedFor()
{
    const TempFolder dir;
    Database db(dir.path("opencode.db"));
    db.session("ses_1");
    db.message("m1", 1000, R"({"n":1})");
    db.run("PRAGMA locking_mode = EXCLUSIVE");
    db.run("BEGIN EXCLUSIVE");
    db.message("m2", 2000, R"({"n":1})");
    TailRig rig = rigFor(dir);
    (void)rig.poll();
    db.run("COMMIT");
    db.run("PRAGMA locking_mode = NORMAL");
    (void)rig.poll();
    db.message("m3", 3000, R"({"n":1})");
    rig.wait(2 * kSecond);
    (void)rig.poll();
    rig.wait(2 * kSecond);
    (void)rig.poll();
    QCOMPARE(rig.ledger.lines.size(), std::size_t{3});
    QVERIFY(rig.ledger.rejects.empty());
}

void TestOpenCodeDatabase::theWriterIsNeverHeldUp()
{
    const TempFolder dir;
    Database db(dir.path("opencode.db"));
    db.session("ses_1");
    for (int i = 0; i < 200; ++i) {
        db.message("m" + std::to_string(i), 1000 + i, R"({"text":")" + std::string(2000, 'x') + R"("})");
    }
    TailRig rig = rigFor(dir);
    (void)rig.poll(1000);                      // a pass has begun
    db.message("between", 5000, R"({"n":1})"); // ends the process if it were locked
    while (rig.poll(100'000).more) {
    }
    rig.wait(kSecond);
    while (rig.poll(100'000).more) {
    }
    QCOMPARE(rig.ledger.lines.size(), std::size_t{201});
}

void TestOpenCodeDatabase::otherDatabasesAreNamed()
{
    const TempFolder dir;
    sqlite3 *other = nullptr;
    sqlite3_open(dir.path("opencode.db").c_str(), &other);
    sqlite3_exec(other, "CREATE TABLE notes(text)", nullptr, nullptr, nullptr);
    sqlite3_close(other);
    TailRig rig = rigFor(dir);
    (void)rig.poll();
    QCOMPARE(rig.ledger.rejects.at(0).reason, std::string("database_schema"));
    rig.wait(5 * kSecond);
    (void)rig.poll();
    QCOMPARE(rig.ledger.rejects.size(), std::size_t{1});
    FileReader reader;
    const auto outcome = reader.read(
        dir.path("opencode.db"), [](const Chunk &) {}, [](const Reject &) {});
    QVERIFY(!outcome.ok() && outcome.error().message.ends_with("database_schema"));
    writeFile(dir.path("b.db"), std::string("SQLite format 3\0", 16) + std::string(5000, 'x'));
    (void)rig.poll();
    QVERIFY(rig.ledger.rejects.at(1).reason.starts_with("database_"));
}

void TestOpenCodeDatabase::hostileRowsStayRows()
{
    const TempFolder dir;
    Database db(dir.path("opencode.db"));
    db.session("ses_1");
    db.message(R"(a","role":"assistant)", 1000, R"({"n":1})");
    db.message("b", 1000, "[1]");
    db.message("c", 1000, "text\nwith lines\n");
    db.run("INSERT INTO message VALUES('d', 'ses_1', 1, 1, x'7B0A00FF7D')");
    const Lines lines = scanOf(dir.path("opencode.db"));
    const Lines expected = {"not an object", "not an object", R"({"id":"a,role:assistant","sessionID":"ses_1","n":1})",
                            line("d", std::string(" \0\xFF", 3))};
    QCOMPARE(lines, expected);
}

void TestOpenCodeDatabase::replacedByAnother()
{
    const TempFolder dir;
    {
        Database db(dir.path("opencode.db"));
        db.session("ses_1");
        db.message("m1", 9'000'000, R"({"n":1})");
    }
    TailRig rig = rigFor(dir);
    QCOMPARE(rig.newLines().size(), std::size_t{1});
    {
        Database db(dir.path("other"));
        db.session("ses_1");
        db.message("m2", 1000, R"({"n":1})");
    }
    renameFile(dir.path("other"), dir.path("opencode.db"));
    rig.wait(2 * kSecond);
    QCOMPARE(rig.newLines(), Lines({line("m2", R"("n":1)")}));
}

void TestOpenCodeDatabase::twoLargeOnesTakeTurns()
{
    const TempFolder dir;
    for (const char *name : {"a.db", "b.db"}) {
        Database db(dir.path(name));
        db.session("ses_1");
        db.run("BEGIN");
        for (int i = 0; i < 300; ++i) {
            db.message(name + std::to_string(i), 1000 + i, R"({"text":")" + std::string(300, 'x') + R"("})");
        }
        db.run("COMMIT");
    }
    TailRig rig = rigFor(dir);
    for (int polls = 0; polls < 200 && (rig.poll(20'000).more || polls < 100); ++polls) {
        rig.wait(kSecond);
    }
    Lines lines = rig.ledger.lines;
    QCOMPARE(lines.size(), std::size_t{600}); // each once
    std::sort(lines.begin(), lines.end());
    QCOMPARE(std::unique(lines.begin(), lines.end()), lines.end());
    deleteFile(dir.path("a.db")); // nothing waits for one that has gone
    Database db(dir.path("b.db"));
    db.message("last", 2000, R"({"n":1})");
    rig.wait(100 * kSecond);
    QCOMPARE(rig.newLines().back(), line("last", R"("n":1)"));
}

/// One row of a clock that runs ahead: it is read, and so is all that comes later.
void TestOpenCodeDatabase::aChangeInTheFutureHidesNothing()
{
    constexpr std::int64_t kFuture = 4'102'444'800'000; // 2100
    const std::int64_t now = wallClockNow() / 1'000'000;
    const TempFolder dir;
    Database db(dir.path("opencode.db"));
    db.session("ses_1");
    db.message("old", now - 3'600'000, R"({"n":1})");
    db.message("ahead", kFuture, R"({"n":1})");
    TailRig rig = rigFor(dir);
    QCOMPARE(rig.newLines().size(), std::size_t{2});
    db.message("m1", now, R"({"n":1})");
    rig.wait(10 * kSecond);
    QCOMPARE(rig.newLines(), Lines({line("m1", R"("n":1)")}));
    rig.restart();
    (void)rig.newLines();
    db.message("m2", now + 1, R"({"n":1})");
    rig.wait(10 * kSecond);
    QCOMPARE(rig.newLines(), Lines({line("m2", R"("n":1)")}));
    FilePosition after; // a scan leaves the same mark
    QCOMPARE(scanOf(dir.path("opencode.db"), &after).size(), std::size_t{4});
    QVERIFY(after.marker >= static_cast<std::uint64_t>(now) && after.marker < static_cast<std::uint64_t>(kFuture));
    // What one that an earlier version stored has hidden is read after all.
    after.marker = static_cast<std::uint64_t>(kFuture);
    TailRig other = rigFor(dir);
    other.ledger.positions[after.id] = after;
    other.restart();
    QCOMPARE(other.newLines().size(), std::size_t{4});
    db.message("m3", now + 2, R"({"n":1})");
    other.wait(10 * kSecond);
    QCOMPARE(other.newLines(), Lines({line("m3", R"("n":1)")}));
}

QTEST_GUILESS_MAIN(TestOpenCodeDatabase)
#include "tst_opencode_database.moc"
