// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/sources/detect.h"
#include "tests/unit/sources/tail_support.h"

#include <QTest>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

using namespace flyball;
using namespace flyball::test;

class TestDetect : public QObject {
    Q_OBJECT
private slots:
    void freshHomeHasNothing();
    void bothDefaultPlaces();
    void xdgConfigHome();
    void configDirListReplacesTheDefaults();
    void sameFolderTwice();
    void codexSessionsAndArchive();
    void geminiChats();
    void contentIsNotRead();

private:
    static DetectEnvironment environment(std::string home, std::map<std::string, std::string> variables = {});
};

DetectEnvironment TestDetect::environment(std::string home, std::map<std::string, std::string> variables)
{
    return {std::move(home), [variables = std::move(variables)](const char *name) -> std::optional<std::string> {
                const auto found = variables.find(name);
                return found == variables.end() ? std::nullopt : std::optional(found->second);
            }};
}

void TestDetect::freshHomeHasNothing()
{
    const TempFolder home;
    QVERIFY(detectLocalSources(environment(home.path())).empty());
    QVERIFY(detectLocalSources(environment("")).empty());
    makeFolder(home.path(".claude/projects/-tmp-x")); // a folder, but no transcript
    writeFile(home.path(".claude/settings.json"), "{}");
    QVERIFY(detectLocalSources(environment(home.path())).empty());
}

void TestDetect::bothDefaultPlaces()
{
    const TempFolder home;
    makeFolder(home.path(".claude/projects/-tmp-x/s1/subagents"));
    makeFolder(home.path(".config/claude/projects/-tmp-y"));
    writeFile(home.path(".claude/projects/-tmp-x/s1.jsonl"), "12345\n");
    writeFile(home.path(".claude/projects/-tmp-x/s1/subagents/agent-1.jsonl"), "123\n");
    writeFile(home.path(".claude/projects/-tmp-x/s1/subagents/agent-1.meta.json"), "{}");
    writeFile(home.path(".config/claude/projects/-tmp-y/s2.jsonl"), "1\n");
    const timespec old[2] = {{1000, 0}, {1000, 0}};
    QCOMPARE(::utimensat(AT_FDCWD, home.path(".claude/projects/-tmp-x/s1.jsonl").c_str(), old, 0), 0);
    const auto found = detectLocalSources(environment(home.path()));
    QCOMPARE(found.size(), std::size_t{2});
    QCOMPARE(found[0].root, home.path(".config/claude"));
    QCOMPARE(found[0].files, std::size_t{1});
    QCOMPARE(found[1].kind, std::string("claude-code"));
    QCOMPARE(found[1].root, home.path(".claude"));
    QCOMPARE(found[1].files, std::size_t{2});
    QCOMPARE(found[1].bytes, 10);
    QCOMPARE(found[1].oldestMtimeNs, 1'000'000'000'000);
    QVERIFY(found[1].newestMtimeNs > found[1].oldestMtimeNs);
}

void TestDetect::xdgConfigHome()
{
    const TempFolder home;
    makeFolder(home.path("cfg/claude/projects"));
    writeFile(home.path("cfg/claude/projects/s.jsonl"), "1\n");
    const auto found = detectLocalSources(environment(home.path(), {{"XDG_CONFIG_HOME", home.path("cfg")}}));
    QCOMPARE(found.size(), std::size_t{1});
    QCOMPARE(found[0].root, home.path("cfg/claude"));
    QVERIFY(detectLocalSources(environment(home.path(), {{"XDG_CONFIG_HOME", "cfg"}})).empty());
}

void TestDetect::configDirListReplacesTheDefaults()
{
    const TempFolder home;
    for (const char *name : {".claude", "one", "two"}) {
        makeFolder(home.path(std::string(name) + "/projects"));
        writeFile(home.path(std::string(name) + "/projects/s.jsonl"), "1\n");
    }
    const std::string list = std::string(" ").append(home.path("one")).append(", ~/two,,").append(home.path("none"));
    const auto found = detectLocalSources(environment(home.path(), {{"CLAUDE_CONFIG_DIR", list}}));
    QCOMPARE(found.size(), std::size_t{2});
    QCOMPARE(found[0].root, home.path("one"));
    QCOMPARE(found[1].root, home.path("two"));
    QCOMPARE(detectLocalSources(environment(home.path(), {{"CLAUDE_CONFIG_DIR", " , "}})).size(), std::size_t{1});
}

void TestDetect::sameFolderTwice()
{
    const TempFolder home;
    makeFolder(home.path(".claude/projects"));
    makeFolder(home.path(".config"));
    writeFile(home.path(".claude/projects/s.jsonl"), "1\n");
    QCOMPARE(::symlink("../.claude", home.path(".config/claude").c_str()), 0);
    QCOMPARE(detectLocalSources(environment(home.path())).size(), std::size_t{1});
}

void TestDetect::codexSessionsAndArchive()
{
    const TempFolder home;
    for (const char *root : {".codex", "other"}) {
        makeFolder(home.path(std::string(root) + "/sessions/2026/11/21"));
        makeFolder(home.path(std::string(root) + "/archived_sessions"));
        makeFolder(home.path(std::string(root) + "/log"));
        writeFile(home.path(std::string(root) + "/sessions/2026/11/21/rollout-1.jsonl"), "12\n");
        writeFile(home.path(std::string(root) + "/archived_sessions/rollout-2.jsonl"), "1234\n");
        writeFile(home.path(std::string(root) + "/sessions/notes.jsonl"), "1\n");
        writeFile(home.path(std::string(root) + "/history.jsonl"), "1\n");
    }
    const auto found = detectLocalSources(environment(home.path()));
    QCOMPARE(found.size(), std::size_t{2});
    QCOMPARE(found[0].kind, std::string("codex"));
    QCOMPARE(found[0].root, home.path(".codex/sessions"));
    QCOMPARE(found[0].files, std::size_t{1});
    QCOMPARE(found[0].bytes, 3);
    QCOMPARE(found[1].root, home.path(".codex/archived_sessions"));
    QCOMPARE(found[1].bytes, 5);
    const auto moved = detectLocalSources(environment(home.path(), {{"CODEX_HOME", "~/other"}}));
    QCOMPARE(moved.size(), std::size_t{2});
    QCOMPARE(moved[0].root, home.path("other/sessions"));
    QVERIFY(detectLocalSources(environment(home.path(), {{"CODEX_HOME", home.path("none")}})).empty());
}

void TestDetect::geminiChats()
{
    const TempFolder home;
    makeFolder(home.path(".gemini/tmp/shop/chats"));
    writeFile(home.path(".gemini/tmp/shop/logs.json"), "[]\n");
    QVERIFY(detectLocalSources(environment(home.path())).empty());
    writeFile(home.path(".gemini/tmp/shop/chats/session-1.json"), "{}\n");
    writeFile(home.path(".gemini/tmp/shop/chats/session-2.jsonl"), "{}\n");
    const auto found = detectLocalSources(environment(home.path()));
    QCOMPARE(found.size(), std::size_t{1});
    QCOMPARE(found[0].kind, std::string("gemini-cli"));
    QCOMPARE(found[0].root, home.path(".gemini/tmp"));
    QCOMPARE(found[0].files, std::size_t{2});
}

void TestDetect::contentIsNotRead()
{
    const TempFolder home;
    makeFolder(home.path(".claude/projects"));
    const std::string path = home.path(".claude/projects/s.jsonl");
    writeFile(path, "1\n");
    const timespec times[2] = {{1000, 0}, {2000, 0}}; // accessed before it was modified: any read would show
    QCOMPARE(::utimensat(AT_FDCWD, path.c_str(), times, 0), 0);
    QCOMPARE(detectLocalSources(environment(home.path())).size(), std::size_t{1});
    struct stat status {};
    QCOMPARE(::stat(path.c_str(), &status), 0);
    QCOMPARE(status.st_atim.tv_sec, 1000);
}

QTEST_GUILESS_MAIN(TestDetect)
#include "tst_detect.moc"
