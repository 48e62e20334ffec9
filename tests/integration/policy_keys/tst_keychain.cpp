// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/keys/key.h"
#include "core/keys/keychain.h"

#include <QDBusConnection>
#include <QDBusMessage>
#include <QDBusObjectPath>
#include <QDBusVariant>
#include <QDBusVirtualObject>
#include <QElapsedTimer>
#include <QProcess>
#include <QStandardPaths>
#include <QTemporaryDir>
#include <QTest>

#include <atomic>
#include <csignal>
#include <thread>

#include <sys/prctl.h>

using namespace flyball;

namespace {

/// The window that asks for the password, and nobody in front of it.
class NobodyThere : public QDBusVirtualObject {
public:
    QString introspect(const QString &) const override { return {}; }
    bool handleMessage(const QDBusMessage &message, const QDBusConnection &) override
    {
        message.setDelayedReply(true);
        return true;
    }
};

} // namespace

/// One process on a session bus of its own, while gnome-keyring comes, goes and is locked. See session.conf.
class TestKeychain : public QObject {
    Q_OBJECT

    QTemporaryDir m_home;
    std::unique_ptr<QProcess> m_bus, m_daemon;
    std::shared_ptr<Keychain> m_keys;

    /// Ends with this process, even when it is killed.
    static std::unique_ptr<QProcess> process()
    {
        auto process = std::make_unique<QProcess>();
        process->setChildProcessModifier([] { ::prctl(PR_SET_PDEATHSIG, SIGKILL); });
        return process;
    }
    void startDaemon()
    {
        m_daemon = process();
        m_daemon->setStandardErrorFile(QProcess::nullDevice());
        m_daemon->start(
            QStringLiteral("gnome-keyring-daemon"),
            {QStringLiteral("--foreground"), QStringLiteral("--unlock"), QStringLiteral("--components=secrets")});
        QVERIFY2(m_daemon->waitForStarted(), "gnome-keyring-daemon is needed (packaging/deps.sh)");
        m_daemon->write("password");
        m_daemon->closeWriteChannel();
        QTRY_VERIFY_WITH_TIMEOUT(isOpen(), 20'000);
    }
    void stopDaemon()
    {
        if (m_daemon) {
            m_daemon->kill();
            m_daemon->waitForFinished();
        }
        m_daemon.reset();
    }
    static bool call(const QString &method, const QVariant &value)
    {
        QDBusMessage message = QDBusMessage::createMethodCall(QStringLiteral("org.freedesktop.secrets"),
                                                              QStringLiteral("/org/freedesktop/secrets"),
                                                              QStringLiteral("org.freedesktop.Secret.Service"), method);
        message << value;
        return QDBusConnection::sessionBus().call(message).type() == QDBusMessage::ReplyMessage;
    }
    static bool isOpen()
    {
        QDBusMessage message = QDBusMessage::createMethodCall(
            QStringLiteral("org.freedesktop.secrets"), QStringLiteral("/org/freedesktop/secrets/collection/login"),
            QStringLiteral("org.freedesktop.DBus.Properties"), QStringLiteral("Get"));
        message << QStringLiteral("org.freedesktop.Secret.Collection") << QStringLiteral("Locked");
        const QDBusMessage answer = QDBusConnection::sessionBus().call(message);
        return answer.type() == QDBusMessage::ReplyMessage
               && !answer.arguments().constFirst().value<QDBusVariant>().variant().toBool();
    }
    static void lock()
    {
        const QDBusObjectPath login(QStringLiteral("/org/freedesktop/secrets/collection/login"));
        QVERIFY(call(QStringLiteral("Lock"), QVariant::fromValue(QList<QDBusObjectPath>{login})));
    }

private Q_SLOTS:
    void initTestCase()
    {
        const QString program = QStandardPaths::findExecutable(QStringLiteral("dbus-daemon"));
        if (program.isEmpty() || QStandardPaths::findExecutable(QStringLiteral("dbus-run-session")).isEmpty())
            QSKIP("no dbus-run-session here: the keychain is NOT tested");
        for (const char *name : {"HOME", "XDG_DATA_HOME", "XDG_RUNTIME_DIR", "XDG_CONFIG_HOME", "XDG_CACHE_HOME"})
            qputenv(name, m_home.path().toLocal8Bit());
        m_bus = process();
        m_bus->start(program, {QStringLiteral("--nofork"), QStringLiteral("--print-address"),
                               QStringLiteral("--config-file=") + QFINDTESTDATA("session.conf")});
        QVERIFY(m_bus->waitForStarted());
        QTRY_VERIFY(m_bus->canReadLine() || m_bus->waitForReadyRead(100));
        qputenv("DBUS_SESSION_BUS_ADDRESS", m_bus->readLine().trimmed());
        QVERIFY(QDBusConnection::sessionBus().isConnected());
        m_keys = useSystemKeychain();
        QCOMPARE(systemKeychain(), m_keys);
        QCOMPARE(keychain(), m_keys);
    }
    void cleanupTestCase()
    {
        stopDaemon();
        if (m_bus) {
            m_bus->kill();
            m_bus->waitForFinished();
        }
    }

    void nobodyAnswers()
    {
        qputenv("FLYBALL_TEST_KEY", "spare");
        QElapsedTimer clock;
        clock.start();
        QCOMPARE(m_keys->probe().error().code, ErrorCode::Unreadable);
        QCOMPARE(m_keys->read("x").error().code, ErrorCode::Unreadable);
        QCOMPARE(m_keys->write("x", "y").error().code, ErrorCode::Unreadable);
        QVERIFY2(clock.elapsed() < 2000, "it is known at once");
        const auto found = findKey({"keychain:x", "env:FLYBALL_TEST_KEY"});
        QVERIFY(found.ok());
        QCOMPARE(keyPlace(found->reference), std::string("from $FLYBALL_TEST_KEY"));
    }

    void keepsGivesAndForgets()
    {
        startDaemon();
        QVERIFY2(m_keys->probe().ok(), "it came later, and is seen");
        QCOMPARE(m_keys->read("x").error().code, ErrorCode::NotFound);
        QVERIFY(m_keys->write("x", "one").ok());
        QCOMPARE(*m_keys->read("x"), std::string("one"));
        QVERIFY(keepInKeychain("x", "zw\xc3\xb6lf").ok()); // replaced
        QCOMPARE(*m_keys->read("x"), std::string("zw\xc3\xb6lf"));
        QVERIFY(m_keys->write("y", "two").ok());
        QVERIFY(m_keys->remove("x").ok());
        QCOMPARE(m_keys->read("x").error().code, ErrorCode::NotFound);
        QCOMPARE(m_keys->remove("x").error().code, ErrorCode::NotFound);
        QCOMPARE(m_keys->write("", "y").error().code, ErrorCode::InvalidArgument);
    }

    void itDiesInBetween()
    {
        stopDaemon();
        const auto gone = findKey({"keychain:y", "env:FLYBALL_TEST_KEY"});
        QVERIFY2(!gone, "it was there before: that is no reason to take another key");
        QCOMPARE(gone.error().code, ErrorCode::Internal);
        QVERIFY(!keepInKeychain("y", "three"));
        QVERIFY(!m_keys->remove("y"));
        startDaemon();
        QCOMPARE(*m_keys->read("y"), std::string("two"));
    }

    void lockedAndRefused()
    {
        lock();
        // Nobody opens it: the window that asks for the password does not come up here.
        const auto read = m_keys->read("y");
        for (const Result<> &r :
             {read ? Result<>() : Result<>(read.error()), m_keys->remove("y"), m_keys->write("y", "three")}) {
            QVERIFY(!r);
            QCOMPARE(r.error().code, ErrorCode::Locked);
        }
        QCOMPARE(findKey({"keychain:y", "env:FLYBALL_TEST_KEY"}).error().code, ErrorCode::Locked);
        QVERIFY2(m_keys->probe().ok(), "a locked one is there all the same");
        stopDaemon();
        startDaemon();
        QCOMPARE(*m_keys->read("y"), std::string("two"));
    }

    void whoWaitsCanBeStopped()
    {
        lock();
        NobodyThere prompter;
        QDBusConnection bus = QDBusConnection::sessionBus();
        QVERIFY(bus.registerVirtualObject(QStringLiteral("/"), &prompter, QDBusConnection::SubPath));
        QVERIFY(bus.registerService(QStringLiteral("org.gnome.keyring.SystemPrompter")));
        std::atomic<bool> ended = false;
        Result<std::string> answer = std::string();
        std::thread asks([&] {
            answer = m_keys->read("y");
            ended = true;
        });
        QTest::qWait(500);
        const bool early = ended;
        m_keys->cancel();
        const bool cancelled = QTest::qWaitFor([&] { return ended.load(); }, 5000);
        asks.join();
        QVERIFY2(!early, "it waits for somebody to open it");
        QVERIFY(cancelled);
        QCOMPARE(answer.error().code, ErrorCode::Cancelled);
        bus.unregisterObject(QStringLiteral("/"), QDBusConnection::UnregisterTree);
    }
};

QTEST_GUILESS_MAIN(TestKeychain)
#include "tst_keychain.moc"
