// SPDX-License-Identifier: GPL-3.0-or-later
#include <QCoreApplication>
#include <QProcess>
#include <QStandardPaths>
#include <QTemporaryDir>
#include <QTest>

#include "core/models/policy/hostlink.h"
#include "core/models/policy/policydraft.h"
#include "core/models/policy/remotelink.h"
#include "core/policy/document/text.h"

using namespace flyball;

namespace {

PolicyDocument starter()
{
    return *readPolicy(
                R"({"schema_version":1,"policy_id":"p","revision":1,)"
                R"("tiers":[{"id":"mid","models":["openai/gpt-4o"]}],"defaults":{"routing":{"default_tier":"mid"}},)"
                R"("workflows":{"a":{"budget":{"run_hard":{"usd":1}}},"b":{"budget":{"run_hard":{"usd":1}}}}})")
                .document;
}

void cap(PolicyDraft &draft, std::size_t workflow, std::int64_t usd)
{
    QVERIFY(draft.apply(QStringLiteral("cap"), [&](PolicyDocument &document) {
        document.workflows[workflow].second.body.budget->runHard->usd = UsdSum(usd * kPicoPerUsd);
    }));
}

} // namespace

/// Two windows on one policy: the one that serves it and the one that asks it.
class TestRemoteLink : public QObject {
    Q_OBJECT

private:
    QTemporaryDir m_folder;
    std::unique_ptr<HostLink> m_host;
    std::unique_ptr<RemoteLink> m_remote;

    std::string folder() const { return m_folder.path().toStdString(); }
    /// Asks and waits for the answer, events running as in a window.
    template <typename T, typename Ask>
    Result<T> answer(Ask &&ask)
    {
        auto result = std::make_shared<std::optional<Result<T>>>();
        auto mutex = std::make_shared<std::mutex>();
        ask([result, mutex](const Result<T> &r) {
            const std::lock_guard lock(*mutex);
            result->emplace(r);
        });
        const bool came = QTest::qWaitFor(
            [&] {
                const std::lock_guard lock(*mutex);
                return result->has_value();
            },
            15000);
        return came ? **result : Result<T>(Error{ErrorCode::Internal, "no answer"});
    }
    Result<PolicyRevision> push(PolicyLink &link, const PolicyDocument &document, std::int64_t parent)
    {
        return answer<PolicyRevision>([&](PolicyLink::Done<PolicyRevision> done) {
            link.push(document, parent, {"me", "why", wallClockNow()}, std::move(done));
        });
    }

private Q_SLOTS:
    void init()
    {
        auto host = HostLink::start({folder() + "/policy", "127.0.0.1", 0, {}, {}, {}});
        QVERIFY2(host.ok(), host ? "" : host.error().message.c_str());
        m_host = std::move(*host);
        const auto second = HostLink::start({folder() + "/policy", "127.0.0.1", 0, {}, {}, {}});
        QVERIFY(!second);
        QCOMPARE(second.error().code, ErrorCode::Locked);
        auto remote = RemoteLink::open(folder() + "/policy");
        QVERIFY2(remote.ok(), remote ? "" : remote.error().message.c_str());
        m_remote = std::move(*remote);
    }
    void cleanup()
    {
        m_remote.reset();
        m_host.reset();
        QDir(m_folder.path() + QStringLiteral("/policy")).removeRecursively();
    }

    void neitherEditIsLost()
    {
        QVERIFY(push(*m_host, starter(), 0).ok());
        QTRY_COMPARE_WITH_TIMEOUT(m_remote->snapshot()->revision, std::int64_t(1), 5000);
        PolicyDraft first{QString()}, second{QString()};
        first.headMoved(*m_host->snapshot()->revisions->head());
        second.headMoved(*m_remote->snapshot()->revisions->head());
        cap(first, 0, 2);
        cap(second, 1, 3);

        // The window that asks is faster; the other one is told, merges and pushes both.
        const auto pushed = push(*m_remote, second.document(), second.baseRevision());
        QVERIFY2(pushed.ok(), pushed ? "" : pushed.error().message.c_str());
        QCOMPARE(pushed->number, std::int64_t(2));
        QCOMPARE(pushed->author, std::string("me"));
        QCOMPARE(pushed->comment, std::string("why"));
        const auto late = push(*m_host, first.document(), first.baseRevision());
        QVERIFY(!late);
        QCOMPARE(late.error().code, ErrorCode::Locked);
        QTRY_COMPARE_WITH_TIMEOUT(m_host->snapshot()->revision, std::int64_t(2), 5000);
        first.headMoved(*m_host->snapshot()->revisions->head());
        QCOMPARE(first.openConflicts(), 0);
        QVERIFY(push(*m_host, first.document(), first.baseRevision()).ok());
        QTRY_COMPARE_WITH_TIMEOUT(m_host->snapshot()->revision, std::int64_t(3), 5000);
        const PolicyDocument both = *readPolicy(m_host->snapshot()->revisions->head()->text).document;
        QVERIFY(both.workflows[0].second.body.budget->runHard->usd == UsdSum(2 * kPicoPerUsd));
        QVERIFY(both.workflows[1].second.body.budget->runHard->usd == UsdSum(3 * kPicoPerUsd));

        // And the other way round.
        const auto stale = push(*m_remote, second.document(), second.baseRevision());
        QVERIFY(!stale);
        QCOMPARE(stale.error().code, ErrorCode::Locked);
    }

    void showsWhatTheServerShows()
    {
        QVERIFY(push(*m_host, starter(), 0).ok());
        QVERIFY(answer<AgentSecret>([&](PolicyLink::Done<AgentSecret> done) {
                    m_host->registerAgent("one", "a", std::move(done));
                }).ok());
        QTRY_COMPARE_WITH_TIMEOUT(m_remote->snapshot()->agents.size(), std::size_t(1), 5000);
        const AgentStatus agent = m_remote->snapshot()->agents.front();
        QCOMPARE(agent.record.workflow, std::string("a"));
        QCOMPARE(agent.state, AgentState::Pending);
        ControlItem item;
        item.action = ControlItem::Action::PauseWorkflow;
        item.target = "a";
        const auto added = answer<ControlItem>(
            [&](PolicyLink::Done<ControlItem> done) { m_remote->addControl(item, std::move(done)); });
        QVERIFY2(added.ok(), added ? "" : added.error().message.c_str());
        QTRY_COMPARE_WITH_TIMEOUT(m_host->snapshot()->controls.size(), std::size_t(1), 5000);
        QVERIFY(answer<std::int64_t>([&](PolicyLink::Done<std::int64_t> done) {
                    m_remote->endControl(added->id, "me", std::move(done));
                }).ok());
        QTRY_COMPARE_WITH_TIMEOUT(m_host->snapshot()->controls.size(), std::size_t(0), 5000);
        const auto audit = answer<std::vector<AuditEntry>>(
            [&](PolicyLink::Done<std::vector<AuditEntry>> done) { m_remote->audit(std::move(done)); });
        QVERIFY(audit.ok());
        QCOMPARE(audit->size(), std::size_t(4)); // push, register, pause, end
        QVERIFY(!firstBroken(*audit));
    }

    void rollsBack()
    {
        QVERIFY(push(*m_host, starter(), 0).ok());
        PolicyDocument next = starter();
        next.workflows[0].second.body.budget->runHard->usd = UsdSum(5 * kPicoPerUsd);
        QVERIFY(push(*m_host, next, 1).ok());
        QTRY_COMPARE_WITH_TIMEOUT(m_remote->snapshot()->revision, std::int64_t(2), 5000);
        const auto back = answer<PolicyRevision>([&](PolicyLink::Done<PolicyRevision> done) {
            m_remote->rollback(1, 2, {"me", "", wallClockNow()}, std::move(done));
        });
        QVERIFY2(back.ok(), back ? "" : back.error().message.c_str());
        QCOMPARE(*back->rollbackOf, std::int64_t(1));
    }

    void whatTheLedgerSaysAgainstATarget()
    {
        m_remote.reset();
        m_host.reset();
        QFile targets(QString::fromStdString(folder() + "/policy/targets.json"));
        QVERIFY(targets.open(QIODevice::WriteOnly));
        targets.write(R"({"targets":[{"id":"t","kind":"codex","scope":{"workflow":"a"},"path":")"
                      + m_folder.filePath(QStringLiteral("config.toml")).toUtf8()
                      + R"("},{"id":"u","kind":"litellm","scope":{"workflow":"b"},"url":"http://127.0.0.1:9",)"
                        R"("key":"f5d2c7"}]})");
        targets.setPermissions(QFile::ReadOwner | QFile::WriteOwner);
        targets.close();
        auto host = HostLink::start({folder() + "/policy", "127.0.0.1", 0, {}, {}, {}});
        QVERIFY2(host.ok(), host ? "" : host.error().message.c_str());
        auto remote = RemoteLink::open(folder() + "/policy");
        QVERIFY2(remote.ok(), remote ? "" : remote.error().message.c_str());
        QCOMPARE((*host)->targetScopes().size(), std::size_t(2));
        QCOMPARE((*host)->targetScopes()[0].workflow, std::string("a"));
        QCOMPARE((*host)->targetScopes()[0].holder, std::string());
        QCOMPARE((*host)->targetScopes()[1].workflow, std::string("b"));
        QCOMPARE((*host)->targetScopes()[1].holder, std::string("f5d2c7")); // whose budget it sets
        QVERIFY((*remote)->targetScopes().empty());
        QVERIFY(push(**host, starter(), 0).ok());
        const auto state = [](const PolicyLink &link) {
            const auto snapshot = link.snapshot();
            return snapshot->receipts.empty() ? std::string() : snapshot->receipts[0].state;
        };
        QTRY_COMPARE_WITH_TIMEOUT(state(**host), std::string("applied"), 5000);
        (*host)->contradictTarget("t", "spent more");
        QTRY_COMPARE_WITH_TIMEOUT(state(**host), std::string("contradicted"), 5000);
        QTRY_COMPARE_WITH_TIMEOUT(state(**remote), std::string("contradicted"), 5000);
        QCOMPARE((*remote)->snapshot()->receipts[0].detail, std::string("spent more"));
        remote->reset();
    }

    void overTls()
    {
        m_remote.reset();
        m_host.reset();
        const QString openssl = QStandardPaths::findExecutable(QStringLiteral("openssl"));
        QVERIFY2(!openssl.isEmpty(), "the openssl program is needed (packaging/deps.sh)");
        const QString key = m_folder.filePath(QStringLiteral("key.pem"));
        const QString certificate = m_folder.filePath(QStringLiteral("certificate.pem"));
        const QString other = m_folder.filePath(QStringLiteral("other.pem"));
        for (const QString &out : {other, certificate}) {
            QCOMPARE(QProcess::execute(openssl,
                                       {"req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out", out,
                                        "-days", "2", "-subj", "/CN=x", "-addext", "subjectAltName=DNS:localhost"}),
                     0);
        }
        QVERIFY(QFile::setPermissions(key, QFile::ReadOwner | QFile::WriteOwner));
        ChannelOptions options;
        options.folder = folder() + "/policy";
        options.tlsCertificate = certificate.toStdString();
        options.tlsKey = key.toStdString();
        {
            auto host = HostLink::start(options);
            QVERIFY2(host.ok(), host ? "" : host.error().message.c_str());
            QVERIFY((*host)->host().url().starts_with("https://localhost:"));
            auto remote = RemoteLink::open(options.folder);
            QVERIFY2(remote.ok(), remote ? "" : remote.error().message.c_str());
            QVERIFY(push(**remote, starter(), 0).ok());
            QTRY_COMPARE_WITH_TIMEOUT((*host)->snapshot()->revision, std::int64_t(1), 5000);
        }
        options.caFile = other.toStdString();
        const auto host = HostLink::start(options);
        QVERIFY2(host.ok(), host ? "" : host.error().message.c_str());
        const auto stranger = RemoteLink::open(options.folder);
        QVERIFY2(!stranger, "nobody vouches for that certificate");
        QCOMPARE(stranger.error().code, ErrorCode::Unreadable);
    }

    void nobodyAnswers()
    {
        m_remote.reset();
        m_host.reset();
        const auto none = RemoteLink::open(folder() + "/policy");
        QVERIFY(!none);
        QCOMPARE(none.error().code, ErrorCode::NotFound);
    }
};

QTEST_GUILESS_MAIN(TestRemoteLink)
#include "tst_remotelink.moc"
