// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef Q_MOC_RUN // moc does not understand <future>
#include "core/push/targets/targetlink.h"
#endif

#include "tests/unit/push/push_support.h"

#include "core/keys/keychain.h"

#include <QElapsedTimer>
#include <QFile>
#include <QTcpServer>
#include <QTest>
#include <QThread>

using namespace flyball;

namespace {

/// One that waits for somebody to unlock it, until it is opened or nobody waits any more.
class SlowKeychain final : public Keychain {
public:
    std::atomic<bool> open = false;
    std::atomic<int> cancelled = 0;

    Result<> probe() override { return {}; }
    Result<std::string> read(const std::string &) override
    {
        for (const int before = cancelled; cancelled == before; QThread::msleep(2))
            if (open)
                return std::string("the key");
        return Error{ErrorCode::Cancelled, "stopped"};
    }
    Result<> write(const std::string &, const std::string &) override { return {}; }
    Result<> remove(const std::string &) override { return {}; }
    void cancel() override { ++cancelled; }
};

} // namespace

/// Targets in their own thread, over a real file target.
class TestTargetsHost : public QObject {
    Q_OBJECT

    std::unique_ptr<QTemporaryDir> m_folder;
    std::atomic<TimeNs> m_now = 0;
    std::mutex m_mutex;
    std::vector<std::string> m_reports;
    static constexpr TimeNs kStart = 1'000'000 * kSecond;

    [[nodiscard]] std::string config() const { return m_folder->filePath(QStringLiteral("config.toml")).toStdString(); }
    void write(const std::string &path, const std::string &text) const
    {
        QFile file(QString::fromStdString(path));
        QVERIFY(file.open(QIODevice::WriteOnly | QIODevice::Truncate));
        file.write(QByteArray::fromStdString(text).replace('\'', '"'));
        file.setPermissions(QFile::ReadOwner | QFile::WriteOwner);
    }
    [[nodiscard]] QByteArray text() const
    {
        QFile file(QString::fromStdString(config()));
        return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
    }
    std::string last()
    {
        const std::lock_guard lock(m_mutex);
        return m_reports.empty() ? std::string() : m_reports.back();
    }
    TargetHost::Options options()
    {
        TargetHost::Options out;
        out.folder = m_folder->path().toStdString();
        out.now = [this] { return m_now.load(); };
        out.look = Milliseconds(5);
        out.report = [this](const TargetReceipt &receipt, const std::string &action, const std::string &author) {
            const std::lock_guard lock(m_mutex);
            m_reports.push_back(action + ' ' + receipt.id + ' ' + receipt.state + ' ' + author);
        };
        return out;
    }

private Q_SLOTS:
    void init()
    {
        m_folder = std::make_unique<QTemporaryDir>();
        m_reports.clear();
        m_now = kStart;
        write(m_folder->path().toStdString() + "/targets.json",
              "{'targets':[{'id':'t','kind':'codex','path':'" + config() + "'}]}");
    }

    void pushesLooksAgainAndRestores()
    {
        TargetHost host;
        QVERIFY(host.start(options()).ok());
        host.push(testPolicy(), 1, "me");
        QTRY_COMPARE(last(), std::string("target_push t applied me"));
        QCOMPARE(text(), QByteArray("model = \"gpt-4o\"\n"));
        host.push(testPolicy(), 1, "me"); // known already
        m_now = kStart + 61 * kSecond;
        QTest::qWait(50);
        QCOMPARE(last(), std::string("target_push t applied me"));
        m_now = kStart + 150 * kSecond;
        QTRY_COMPARE(last(), std::string("target_check t verified "));
        write(config(), "model = \"mine\"\n");
        QTest::qWait(50);
        QCOMPARE(last(), std::string("target_check t verified ")); // it is not time yet
        m_now = kStart + 211 * kSecond;
        QTRY_COMPARE(last(), std::string("target_check t drifted "));
        host.restore("t", "you");
        QTRY_COMPARE(last(), std::string("target_restore t applied you"));
        QCOMPARE(text(), QByteArray("model = \"gpt-4o\"\n"));
        host.contradict("t", "spend passed the cap");
        QTRY_COMPARE(last(), std::string("target_check t contradicted "));
        host.stop();
        QVERIFY(!host.running());
        host.push(testPolicy(), 2, "me"); // too late, and harmless
    }

    void plansADraft()
    {
        TargetHost host;
        QVERIFY(host.start(options()).ok());
        std::promise<std::vector<TargetReceipt>> planned;
        host.plan(testPolicy(), [&](std::vector<TargetReceipt> receipts) { planned.set_value(std::move(receipts)); });
        const std::vector<TargetReceipt> receipts = planned.get_future().get();
        QCOMPARE(receipts.size(), std::size_t{1});
        QVERIFY(receipts[0].state.empty());
        const auto knob = std::find_if(receipts[0].knobs.begin(), receipts[0].knobs.end(),
                                       [](const KnobReceipt &k) { return k.path == "/routing/default_tier"; });
        QVERIFY(knob != receipts[0].knobs.end() && knob->outcome == KnobReceipt::Outcome::Applied);
        QVERIFY(text().isEmpty());
    }

    void goesOnAfterARestart()
    {
        {
            TargetHost host;
            QVERIFY(host.start(options()).ok());
            host.push(testPolicy(), 1, "me");
            QTRY_COMPARE(last(), std::string("target_push t applied me"));
        }
        write(config(), "model = \"mine\"\n");
        TargetHost host;
        m_now = kStart + 1000 * kSecond;
        QVERIFY(host.start(options()).ok());
        QTRY_COMPARE(last(), std::string("target_check t drifted "));
        host.push(testPolicy(), 1, "me");
        QTest::qWait(50);
        QCOMPARE(text(), QByteArray("model = \"mine\"\n"));
    }

    void triesAgainWhereNobodyAnswered()
    {
        write(m_folder->path().toStdString() + "/targets.json",
              "{'targets':[{'id':'t','kind':'bifrost','url':'http://127.0.0.1:1','virtual_key':'v'}]}");
        TargetHost host;
        QVERIFY(host.start(options()).ok());
        host.push(testPolicy(), 1, "me");
        const auto pushes = [&] {
            const std::lock_guard lock(m_mutex);
            return m_reports.size();
        };
        QTRY_COMPARE_WITH_TIMEOUT(pushes(), std::size_t{1}, 15'000);
        QCOMPARE(last(), std::string("target_push t unreachable me"));
        QTest::qWait(50);
        QCOMPARE(pushes(), std::size_t{1});
        m_now = kStart + 61 * kSecond;
        QTRY_COMPARE_WITH_TIMEOUT(pushes(), std::size_t{2}, 15'000);
    }

    void aLockedKeychainHoldsNobodyUp()
    {
        const auto keys = std::make_shared<SlowKeychain>();
        setKeychain(keys);
        write(m_folder->path().toStdString() + "/targets.json",
              "{'targets':[{'id':'t','kind':'bifrost','url':'http://127.0.0.1:1','virtual_key':'v',"
              "'secret':['keychain:x','env:NOT_ASKED'],'scope':{'workflow':'w'}}]}");
        QElapsedTimer clock;
        clock.start();
        TargetHost host;
        QVERIFY(host.start(options()).ok());
        QVERIFY2(clock.elapsed() < 1000, "the window is there before the key is");
        QCOMPARE(host.scopes().at(0).workflow, std::string("w"));
        host.push(testPolicy(), 1, "me");
        QTest::qWait(50);
        QCOMPARE(last(), std::string());
        keys->open = true;
        QTRY_COMPARE_WITH_TIMEOUT(last(), std::string("target_push t unreachable me"), 15'000);
        host.stop();
        keys->open = false;
        QVERIFY(host.start(options()).ok());
        QTest::qWait(20);
        clock.restart();
        host.stop();
        QVERIFY2(clock.elapsed() < 1000, "nor does it end before");
        QVERIFY(keys->cancelled > 0);
        setKeychain({});
    }

    void ordersAreAnswered()
    {
        TargetHost host;
        QVERIFY(host.start(options()).ok());
        const auto order = [&](const char *action, const char *id) {
            auto answer = std::make_shared<std::promise<Result<std::vector<TargetReceipt>>>>();
            host.order({action, id, "me"}, testPolicy(), 3,
                       [answer](Result<std::vector<TargetReceipt>> r) { answer->set_value(std::move(r)); });
            return answer->get_future().get();
        };
        Result<std::vector<TargetReceipt>> done = order("push", "");
        QVERIFY(done.ok());
        QCOMPARE(done->at(0).state, std::string("applied"));
        QCOMPARE(done->at(0).revision, std::int64_t{3});
        QCOMPARE(last(), std::string("target_push t applied me"));
        write(config(), "model = 'mine'\n");
        QCOMPARE(order("verify", "t")->at(0).state, std::string("drifted"));
        QCOMPARE(last(), std::string("target_check t drifted "));
        QCOMPARE(order("restore", "t")->at(0).state, std::string("applied"));
        QVERIFY(order("release", "t").ok());
        QVERIFY(text().isEmpty() || text() == QByteArray("model = \"mine\"\n"));
        QCOMPARE(order("push", "other").error().code, ErrorCode::NotFound);
        write(m_folder->path().toStdString() + "/targets.json", "{");
        QVERIFY(!order("verify", ""));
    }

    void stopsWhileOneWaits()
    {
        QTcpServer silent;
        QVERIFY(silent.listen(QHostAddress::LocalHost));
        write(m_folder->path().toStdString() + "/targets.json",
              "{'targets':[{'id':'t','kind':'bifrost','deadline_s':100,'virtual_key':'v','url':'http://127.0.0.1:"
                  + std::to_string(silent.serverPort()) + "'}]}");
        TargetHost host;
        QVERIFY(host.start(options()).ok());
        host.push(testPolicy(), 1, "me");
        QVERIFY(silent.waitForNewConnection(5000));
        QElapsedTimer clock;
        clock.start();
        host.stop();
        QVERIFY(clock.elapsed() < 3000);
    }

    void readsItsFileAgain()
    {
        const std::string file = m_folder->path().toStdString() + "/targets.json";
        const std::string good = "{'targets':[{'id':'t','kind':'codex','path':'" + config() + "'}]}";
        write(file, "{'targets':[]}");
        TargetHost host;
        QVERIFY(host.start(options()).ok());
        write(file, "{'targets':[{'id':'t','kind':'no such kind'}]}");
        host.push(testPolicy(), 1, "me");
        QTRY_COMPARE(last(), std::string("target_push t rejected me"));
        write(file, good);
        host.push(testPolicy(), 1, "me");
        QTRY_COMPARE(last(), std::string("target_push t applied me"));
        write(file, "{");
        write(config(), "model = \"mine\"\n");
        host.restore("t", "you");
        QTRY_COMPARE(last(), std::string("target_restore t applied you"));
    }

    void damagedFilesAreNamed()
    {
        write(m_folder->path().toStdString() + "/targets.json", "{");
        TargetHost host;
        QVERIFY(!host.start(options()));
        QVERIFY(!host.running());
    }

    void withTheChannel()
    {
        PolicyChannelHost channel;
        ChannelOptions served;
        served.folder = m_folder->path().toStdString();
        served.rates = [](const PolicyDocument &) { return JsonValue(JsonValue::Object()); };
        auto link = std::make_shared<TargetLink>(channel, served.folder);
        const auto changed = [targets = std::weak_ptr<TargetLink>(link)] {
            if (const auto alive = targets.lock())
                alive->changed();
        };
        QVERIFY(channel.start(served, changed).ok());
        QVERIFY(link->start().ok());
        const auto pushed = channel.push(testPolicy(), 0, {"me", "why", wallClockNow()}).get();
        QVERIFY(pushed.ok());
        const auto state = [&] {
            const auto snapshot = channel.snapshot();
            return snapshot->receipts.empty() ? std::string() : snapshot->receipts.front().state;
        };
        QTRY_COMPARE(state(), std::string("applied"));
        QCOMPARE(text(), QByteArray("model = \"gpt-4o\"\n"));
        std::promise<std::vector<AuditEntry>> audit;
        channel.perform([&](PolicyStore &store, PolicyChannel &) { audit.set_value(*store.audit()); });
        const std::vector<AuditEntry> entries = audit.get_future().get();
        QCOMPARE(entries.back().action, std::string("target_push"));
        QCOMPARE(entries.back().operatorName, std::string("me"));
        QVERIFY(!firstBroken(entries));
        link.reset();
        channel.stop();
    }
};

QTEST_GUILESS_MAIN(TestTargetsHost)
#include "tst_targets_host.moc"
