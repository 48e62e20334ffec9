// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/push/host.h"

#include "core/base/wholefile.h"
#include "core/keys/secretfile.h"
#include "core/push/channelserver.h"
#include "core/push/filetransport.h"

#include <QThread>

#include <filesystem>
#include <mutex>

#include <unistd.h>

namespace flyball {

namespace {

constexpr int kSnapshotMs = 100;
constexpr int kAgeMs = 1000; ///< agents fall silent without any request
constexpr int kFolderMs = 500;

Result<std::string> operatorTokenOf(const std::string &path)
{
    Result<std::string> known = readSecretFile(path);
    if (!known && known.error().code == ErrorCode::NotFound) {
        const std::string made = randomHex();
        if (made.empty())
            return Error{ErrorCode::Internal, "the system gives no random numbers"};
        if (Result<> r = writeFileAtomically(path, made + '\n'); !r)
            return r.error();
        return made;
    }
    if (!known)
        return known;
    while (!known->empty() && (known->back() == '\n' || known->back() == '\r'))
        known->pop_back();
    if (known->size() < 16)
        return Error{ErrorCode::Unreadable, path + " holds no token of at least 16 characters"};
    return known;
}

} // namespace

class PolicyChannelHost::Worker {
public:
    ~Worker() { stop(); }

    Result<> start(const ChannelOptions &options, std::function<void()> onChange)
    {
        m_options = options;
        m_onChange = std::move(onChange);
        m_context = std::make_unique<QObject>();
        m_context->moveToThread(&m_thread);
        m_thread.setObjectName(QStringLiteral("policy channel"));
        m_thread.start();
        Result<> result;
        QMetaObject::invokeMethod(
            m_context.get(), [&] { result = open(); }, Qt::BlockingQueuedConnection);
        if (!result)
            stop();
        return result;
    }

    void stop()
    {
        if (!m_thread.isRunning())
            return;
        QMetaObject::invokeMethod(
            m_context.get(), [this] { close(); }, Qt::BlockingQueuedConnection);
        m_thread.quit();
        m_thread.wait();
    }

    void perform(Task task)
    {
        QMetaObject::invokeMethod(
            m_context.get(),
            [this, task = std::move(task)] {
                if (!m_channel)
                    return;
                task(*m_store, *m_channel);
                m_server->wake();
                publishSoon();
            },
            Qt::QueuedConnection);
    }

    std::shared_ptr<const ChannelSnapshot> snapshot() const
    {
        const std::lock_guard lock(m_mutex);
        return m_snapshot;
    }

    std::string m_token;
    std::string m_url;
    std::string m_setAside;

private:
    Result<> open()
    {
        std::optional<TlsIdentity> tls;
        if (!m_options.tlsCertificate.empty() || !m_options.tlsKey.empty()) {
            Result<TlsIdentity> identity = loadTls(m_options.tlsCertificate, m_options.tlsKey, wallClockNow());
            if (!identity)
                return identity.error();
            tls = std::move(*identity);
        }
        auto store = PolicyStore::open(m_options.folder, PolicyStore::Access::ReadWrite);
        if (!store)
            return store.error();
        m_store = std::move(*store);
        m_setAside = m_store->setAside();
        const std::string file =
            m_options.tokenFile.empty() ? m_options.folder + "/operator.token" : m_options.tokenFile;
        const Result<std::string> token = operatorTokenOf(file);
        if (!token)
            return token.error();
        m_token = *token;
        m_channel = std::make_unique<PolicyChannel>(*m_store, m_token, m_options.rates, wallClockNow());
        m_server = std::make_unique<ChannelServer>(*m_store, *m_channel, HttpLimits(), [this] { publishSoon(); });
        if (Result<> r = m_server->listen(m_options.address, m_options.port, tls); !r)
            return r;
        m_url = m_server->url();
        JsonValue note{JsonValue::Object()};
        note.set("url", m_url);
        note.set("pid", static_cast<std::int64_t>(::getpid()));
        note.set("token_file", file);
        if (tls)
            note.set("ca_file",
                     std::filesystem::absolute(m_options.caFile.empty() ? m_options.tlsCertificate : m_options.caFile)
                         .string());
        if (Result<> r = writeFileAtomically(noteFile(), note.pretty()); !r)
            return r;
        startTimers();
        publish();
        return {};
    }

    void startTimers()
    {
        m_soon = std::make_unique<QTimer>();
        m_soon->setSingleShot(true);
        QObject::connect(m_soon.get(), &QTimer::timeout, m_soon.get(), [this] { publish(); });
        m_age = std::make_unique<QTimer>();
        QObject::connect(m_age.get(), &QTimer::timeout, m_age.get(), [this] { publishSoon(); });
        m_age->start(kAgeMs);
        if (m_options.exchangeFolder.empty())
            return;
        m_exchange = std::make_unique<FileExchange>(*m_store, *m_channel, m_options.exchangeFolder);
        m_files = std::make_unique<QTimer>();
        QObject::connect(m_files.get(), &QTimer::timeout, m_files.get(), [this] { m_exchange->run(wallClockNow()); });
        m_files->start(kFolderMs);
    }

    void close()
    {
        if (m_server)
            ::unlink(noteFile().c_str());
        m_files.reset();
        m_exchange.reset();
        m_age.reset();
        m_soon.reset();
        m_server.reset();
        m_channel.reset();
        m_store.reset();
    }

    void publishSoon()
    {
        if (m_soon && !m_soon->isActive())
            m_soon->start(kSnapshotMs);
    }

    void publish()
    {
        Result<ChannelSnapshot> now = m_channel->snapshot(wallClockNow());
        if (!now)
            return; // the store's trouble shows in the answers; the last snapshot stays
        now->url = m_url;
        const HttpCounters &counters = m_server->counters();
        now->requests = counters.requests;
        now->refusedRequests = counters.refused + counters.timedOut + counters.overCap;
        now->refusedFiles = m_exchange ? m_exchange->refused() : 0;
        {
            const std::lock_guard lock(m_mutex);
            m_snapshot = std::make_shared<const ChannelSnapshot>(std::move(*now));
        }
        if (m_onChange)
            m_onChange();
    }

    [[nodiscard]] std::string noteFile() const { return m_options.folder + "/channel.json"; }

    ChannelOptions m_options;
    std::function<void()> m_onChange;
    QThread m_thread;
    std::unique_ptr<QObject> m_context;
    std::unique_ptr<PolicyStore> m_store;
    std::unique_ptr<PolicyChannel> m_channel;
    std::unique_ptr<ChannelServer> m_server;
    std::unique_ptr<FileExchange> m_exchange;
    std::unique_ptr<QTimer> m_soon, m_age, m_files;
    mutable std::mutex m_mutex;
    std::shared_ptr<const ChannelSnapshot> m_snapshot;
};

PolicyChannelHost::PolicyChannelHost() = default;
PolicyChannelHost::~PolicyChannelHost() = default;

Result<> PolicyChannelHost::start(const ChannelOptions &options, std::function<void()> onChange)
{
    m_worker = std::make_unique<Worker>();
    Result<> result = m_worker->start(options, std::move(onChange));
    if (!result)
        m_worker.reset();
    return result;
}

void PolicyChannelHost::stop() { m_worker.reset(); }
bool PolicyChannelHost::running() const { return m_worker != nullptr; }
std::string PolicyChannelHost::url() const { return m_worker ? m_worker->m_url : std::string(); }
std::string PolicyChannelHost::operatorToken() const { return m_worker ? m_worker->m_token : std::string(); }
std::string PolicyChannelHost::setAside() const { return m_worker ? m_worker->m_setAside : std::string(); }

std::shared_ptr<const ChannelSnapshot> PolicyChannelHost::snapshot() const
{
    return m_worker ? m_worker->snapshot() : nullptr;
}

void PolicyChannelHost::perform(Task task)
{
    if (m_worker)
        m_worker->perform(std::move(task));
}

std::future<Result<PolicyRevision>> PolicyChannelHost::push(PolicyDocument document, std::int64_t parent,
                                                            RevisionNote note)
{
    auto promise = std::make_shared<std::promise<Result<PolicyRevision>>>();
    perform([promise, document = std::move(document), parent, note = std::move(note)](
                PolicyStore &store, PolicyChannel &) { promise->set_value(store.push(document, parent, note)); });
    return promise->get_future();
}

std::future<Result<PolicyRevision>> PolicyChannelHost::rollback(std::int64_t number, std::int64_t parent,
                                                                RevisionNote note)
{
    auto promise = std::make_shared<std::promise<Result<PolicyRevision>>>();
    perform([promise, number, parent, note = std::move(note)](PolicyStore &store, PolicyChannel &) {
        promise->set_value(store.rollback(number, parent, note));
    });
    return promise->get_future();
}

} // namespace flyball
