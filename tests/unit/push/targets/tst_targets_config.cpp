// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/keys/keychain.h"
#include "core/push/targets/config.h"
#include "core/push/targets/registry.h"
#include "core/push/targets/targetset.h"

#include <QFile>
#include <QTemporaryDir>
#include <QTest>

#include "tests/unit/push/targets/fakekeychain.h"

using namespace flyball;
using namespace flyball::test;

class TestTargetsConfig : public QObject {
    Q_OBJECT

    QTemporaryDir m_folder;

    std::string folder() const { return m_folder.path().toStdString(); }
    void write(const QString &name, const QByteArray &text, bool closed = true) const
    {
        QFile file(m_folder.filePath(name));
        QVERIFY(file.open(QIODevice::WriteOnly | QIODevice::Truncate));
        file.write(text);
        file.setPermissions(QFile::ReadOwner | QFile::WriteOwner
                            | (closed ? QFile::Permissions() : QFile::Permissions(QFile::ReadOther)));
    }

private Q_SLOTS:
    void noFileNoTargets()
    {
        const QTemporaryDir empty;
        QVERIFY(readTargets(empty.path().toStdString())->empty());
        QVERIFY((*TargetSet::open(empty.path().toStdString()))->empty());
    }

    void reads()
    {
        write(QStringLiteral("targets.json"),
              R"({"targets":[{"id":"a","kind":"k","url":"u","scope":{"workflow":"w",)"
              R"("agent":"x","user_segment":"s","step":"t","tags":["one","two"]}},{"id":"b","kind":"k"}]})");
        const auto targets = readTargets(folder());
        QVERIFY(targets.ok());
        QCOMPARE(targets->size(), std::size_t{2});
        QCOMPARE((*targets)[0].scope, (PolicyScope{"w", "x", "s", "t", {"one", "two"}}));
        QCOMPARE((*targets)[0].options.compact(), std::string(R"({"url":"u"})"));
    }

    void refuses_data()
    {
        QTest::addColumn<QByteArray>("text");
        QTest::newRow("no JSON") << QByteArray("{");
        QTest::newRow("no list") << QByteArray(R"({"targets":{}})");
        QTest::newRow("no id") << QByteArray(R"({"targets":[{"kind":"k"}]})");
        QTest::newRow("id with a slash") << QByteArray(R"({"targets":[{"id":"a/b","kind":"k"}]})");
        QTest::newRow("twice") << QByteArray(R"({"targets":[{"id":"a","kind":"k"},{"id":"a","kind":"k"}]})");
        QTest::newRow("secret in the clear") << QByteArray(R"({"targets":[{"id":"a","kind":"k","api_key":"x"}]})");
        QTest::newRow("scope of another kind")
            << QByteArray(R"({"targets":[{"id":"a","kind":"k","scope":{"team":"x"}}]})");
    }
    void refuses()
    {
        QFETCH(QByteArray, text);
        write(QStringLiteral("targets.json"), text);
        QVERIFY(!readTargets(folder()));
    }

    void othersMustNotRead()
    {
        write(QStringLiteral("targets.json"), R"({"targets":[]})", false);
        QCOMPARE(readTargets(folder()).error().code, ErrorCode::Unreadable);
    }

    void secrets()
    {
        qputenv("FLYBALL_TEST_KEY", "from the environment");
        QCOMPARE(*secretOf("env:FLYBALL_TEST_KEY"), std::string("from the environment"));
        QVERIFY(!secretOf("env:FLYBALL_NO_SUCH_KEY"));
        write(QStringLiteral("key"), "from a file\n");
        const std::string path = "file:" + m_folder.filePath(QStringLiteral("key")).toStdString();
        QCOMPARE(*secretOf(path), std::string("from a file"));
        write(QStringLiteral("key"), "from a file\n", false);
        QVERIFY(!secretOf(path));
        write(QStringLiteral("key"), "two\nlines\n");
        QVERIFY(!secretOf(path));
        for (const char *reference : {"", "env:", "plain", "keychain:x", "http://x"})
            QVERIFY2(!secretOf(reference), reference);
    }

    void theKeychainAndWhatStandsInForIt()
    {
        const auto keys = std::make_shared<FakeKeychain>();
        setKeychain(keys);
        keys->entries["x"] = "kept";
        qputenv("FLYBALL_TEST_KEY", "spare");
        const std::vector<std::string> both{"keychain:x", "env:FLYBALL_TEST_KEY"};
        QCOMPARE(findKey(both)->value, std::string("kept"));
        QCOMPARE(keyPlace(findKey(both)->reference), std::string("in the keychain"));
        QCOMPARE(keyPlace("file:/x"), std::string("in a file only you can read"));
        QCOMPARE(keyPlace("sk-1"), std::string());
        for (const ErrorCode gone : {ErrorCode::Unreadable, ErrorCode::NotFound}) {
            keys->failure = Error{gone, "not to be had"};
            QCOMPARE(keyPlace(findKey(both)->reference), std::string("from $FLYBALL_TEST_KEY"));
        }
        // Somebody said no, or nobody answered: that is not "there is none".
        for (const ErrorCode no : {ErrorCode::Locked, ErrorCode::OutOfRange, ErrorCode::Internal}) {
            keys->failure = Error{no, "no"};
            QCOMPARE(findKey(both).error().code, no);
        }
        keys->failure.reset();
        QVERIFY(keepInKeychain("y", "new").ok());
        QCOMPARE(*secretOf("keychain:y"), std::string("new"));
        keys->forgetful = true;
        QCOMPARE(keepInKeychain("y", "newer").error().code, ErrorCode::Internal);
        setKeychain({});
        QCOMPARE(findKey(both)->value, std::string("spare"));
        QVERIFY(!findKey({}));
        QVERIFY(!findKey({"keychain:x", "env:FLYBALL_NO_SUCH_KEY"}));
    }

    void aKeyIsRenamedWhereverItIsNamed()
    {
        write(QStringLiteral("targets.json"),
              R"({"targets":[{"id":"a","kind":"k","secret":"file:/k","probe":{"secret":"file:/k","model":"file:/k"}},)"
              R"({"id":"b","kind":"k","secret":["file:/k","env:E"]},)"
              R"({"id":"c","kind":"k","secret":["keychain:n","file:/k"]},{"id":"d","kind":"k","secret":"file:/kk"}]})");
        QVERIFY(renameKey(folder(), "file:/k", "keychain:n").ok());
        const auto targets = readTargets(folder());
        QVERIFY(targets.ok());
        QCOMPARE((*targets)[0].options.compact(),
                 std::string(R"({"secret":"keychain:n","probe":{"secret":"keychain:n","model":"file:/k"}})"));
        QCOMPARE(keyReferences((*targets)[1]), (std::vector<std::string>{"keychain:n", "env:E"}));
        QCOMPARE(keyReferences((*targets)[2]), (std::vector<std::string>{"keychain:n"}));
        QCOMPARE(keyReferences((*targets)[3]), (std::vector<std::string>{"file:/kk"}));
        QVERIFY(!renameKey(folder() + "/nowhere", "a", "b"));
    }

    void unusableTargetsAreNamed()
    {
        QByteArray text("{'targets':[{'id':'a','kind':'no such kind'},{'id':'b','kind':'claude-code-route"
                        "r'},{'id':'c','kind':'claude-code-router','url':'http://127.0.0.1:1','colour':'r"
                        "ed'},{'id':'d','kind':'claude-code-router','url':'http://127.0.0.1:1','secret':'"
                        "env:FLYBALL_NO_SUCH_KEY'},{'id':'e','kind':'claude-code-router','url':'http://12"
                        "7.0.0.1:1'}]}");
        write(QStringLiteral("targets.json"), text.replace('\'', '"')); // moc trips over raw strings here
        const auto set = TargetSet::open(folder());
        QVERIFY(set.ok());
        const char *words[] = {"no kind", "'url' is missing", "no option 'colour'", "FLYBALL_NO_SUCH_KEY"};
        for (std::size_t i = 0; i < std::size(words); ++i) {
            const TargetSet::Member &member = (*set)->members()[i];
            QVERIFY(!member.pusher);
            QVERIFY2(member.problem.find(words[i]) != std::string::npos, member.problem.c_str());
        }
        QVERIFY((*set)->members()[4].pusher);
    }

    void errorsOfServers()
    {
        const auto text = [](int status, const char *body) { return replyText({status, body, "", {}}); };
        QCOMPARE(text(400, R"({"error":{"message":"no such key"}})"), std::string("400: no such key"));
        QCOMPARE(text(400, R"({"detail":{"error":"negative"}})"), std::string("400: negative"));
        QCOMPARE(text(401, "APIKEY is missing"), std::string("401: APIKEY is missing"));
        QCOMPARE(text(401, "Received API Key = sk-1234_x-y, sk-"),
                 std::string("401: Received API Key = sk-***, sk-***"));
        QCOMPARE(text(502, "<html>bad</html>"), std::string("502"));
        QCOMPARE(text(500, R"({"message":"a\nb"})"), std::string("500: a"));
        QCOMPARE(replyError({409, "", "", {}}, "x").code, ErrorCode::Locked);
        QCOMPARE(replyError({429, "", "", {}}, "x").code, ErrorCode::InvalidArgument);
        QCOMPARE(replyError({500, "", "", {}}, "x").code, ErrorCode::Internal);
        QCOMPARE(replyJson(HttpReply{200, "<html>log in</html>", "", {}}, "x").error().code, ErrorCode::Malformed);
    }
};

QTEST_GUILESS_MAIN(TestTargetsConfig)
#include "tst_targets_config.moc"
