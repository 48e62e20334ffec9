// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/keys/keychain.h"

#include <QDBusArgument>
#include <QDBusConnection>
#include <QDBusMessage>
#include <QDBusMetaType>
#include <QDBusObjectPath>
#include <QLibrary>
#include <QThread>

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <optional>

#include <qt6keychain/keychain.h>

namespace flyball {

namespace {

constexpr std::chrono::seconds kProbe{5};
constexpr std::chrono::seconds kPerson{60}; ///< somebody may have to find and type a password
constexpr const char *kService = "flyball";

struct Answer {
    std::mutex mutex;
    std::condition_variable wake;
    std::optional<Result<std::string>> result;
};

std::string refused(const std::string &name)
{
    return "the keychain entry '" + name + "' was not to be had: the keychain is locked, or somebody said no";
}

Error errorOf(const QKeychain::Job &job, const std::string &name)
{
    const std::string entry = "the keychain entry '" + name + "'";
    switch (job.error()) {
    case QKeychain::EntryNotFound:
        return {ErrorCode::NotFound, entry + " does not exist"};
    case QKeychain::AccessDenied:
    case QKeychain::AccessDeniedByUser:
        return {ErrorCode::Locked, refused(name)};
    case QKeychain::NoBackendAvailable:
    case QKeychain::NotImplemented:
        return {ErrorCode::Unreadable, "this session has no keychain"};
    default:
        return {ErrorCode::Internal, entry + ": the keychain failed, or stopped answering"};
    }
}

struct Found {
    bool open = false, locked = false;
};

/// Where an entry is; nothing: the Secret Service does not say. QtKeychain says "not found" of a locked one that
/// nobody opened, and "deleted" of that and of one that never was.
std::optional<Found> find(const std::string &name)
{
    constexpr int kBusMs = 3000;
    qDBusRegisterMetaType<QMap<QString, QString>>();
    const QMap<QString, QString> attributes{{QStringLiteral("user"), QString::fromStdString(name)},
                                            {QStringLiteral("server"), QString::fromLatin1(kService)}};
    QDBusMessage search = QDBusMessage::createMethodCall(
        QStringLiteral("org.freedesktop.secrets"), QStringLiteral("/org/freedesktop/secrets"),
        QStringLiteral("org.freedesktop.Secret.Service"), QStringLiteral("SearchItems"));
    search << QVariant::fromValue(attributes);
    const QDBusMessage answer = QDBusConnection::sessionBus().call(search, QDBus::Block, kBusMs);
    if (answer.type() != QDBusMessage::ReplyMessage || answer.arguments().size() != 2)
        return std::nullopt;
    const auto any = [&](int index) {
        return !qdbus_cast<QList<QDBusObjectPath>>(answer.arguments().at(index)).isEmpty();
    };
    return Found{any(0), any(1)};
}

/// QtKeychain runs its jobs one after the other and remembers the thread of the first: so there is one thread, and it
/// never ends.
QObject &keychainThread()
{
    static QObject *const context = [] {
        auto *thread = new QThread;
        thread->setObjectName(QStringLiteral("keychain"));
        auto *object = new QObject;
        object->moveToThread(thread);
        thread->start();
        return object;
    }();
    return *context;
}

/// A service that was begun anew knows nothing of the session libsecret has with the one before, and libsecret does
/// not notice.
void reconnect()
{
    QMetaObject::invokeMethod(
        &keychainThread(),
        [] {
            QLibrary library(QStringLiteral("secret-1"), 0); // QtKeychain loads it in this way, too
            if (const auto disconnect = library.resolve("secret_service_disconnect"))
                disconnect();
        },
        Qt::QueuedConnection); // before the next question
}

class SystemKeychain final : public Keychain {
public:
    Result<> probe() override
    {
        const std::lock_guard lock(m_probing);
        if (m_there)
            return {};
        // Looking for what is not there opens nothing, so nobody is asked for a password.
        const Result<std::string> found = ask<QKeychain::ReadPasswordJob>("flyball-probe", kProbe);
        m_there = found || found.error().code == ErrorCode::NotFound;
        if (!m_there && found.error().code == ErrorCode::Cancelled)
            return found.error();
        return m_there ? Result<>() : Result<>(Error{ErrorCode::Unreadable, "this session has no keychain"});
    }

    Result<std::string> read(const std::string &name) override
    {
        return checked(name, [&] { return ask<QKeychain::ReadPasswordJob>(name, kPerson); });
    }

    Result<> write(const std::string &name, const std::string &value) override
    {
        const Result<std::string> done =
            checked(name, [&] { return ask<QKeychain::WritePasswordJob>(name, kPerson, value); });
        return done ? Result<>() : Result<>(done.error());
    }

    Result<> remove(const std::string &name) override
    {
        if (const Result<std::string> there = read(name); !there)
            return there.error();
        const Result<std::string> done =
            checked(name, [&] { return ask<QKeychain::DeletePasswordJob>(name, kPerson); });
        if (!done)
            return done.error();
        const Found left = find(name).value_or(Found());
        if (left.locked)
            return Error{ErrorCode::Locked, refused(name)};
        return left.open ? Result<>(Error{ErrorCode::Internal, "the keychain still has the entry '" + name + "'"})
                         : Result<>();
    }

    void cancel() override
    {
        const std::lock_guard lock(m_mutex);
        if (const auto waiting = m_waiting.lock())
            give(*waiting, Error{ErrorCode::Cancelled, "stopped"});
    }

private:
    static void give(Answer &answer, Result<std::string> result)
    {
        {
            const std::lock_guard lock(answer.mutex);
            if (!answer.result)
                answer.result = std::move(result);
        }
        answer.wake.notify_all();
    }

    template <typename Ask>
    Result<std::string> checked(const std::string &name, Ask &&ask)
    {
        if (name.empty())
            return Error{ErrorCode::InvalidArgument, "a keychain entry needs a name"};
        if (Result<> r = probe(); !r)
            return r.error();
        Result<std::string> answer = ask();
        if (!answer && answer.error().code == ErrorCode::Internal) {
            reconnect();
            answer = ask();
        }
        if (!answer && answer.error().code == ErrorCode::NotFound && find(name).value_or(Found()).locked)
            return Error{ErrorCode::Locked, refused(name)};
        return answer;
    }

    template <typename Job>
    Result<std::string> ask(const std::string &name, std::chrono::seconds deadline, const std::string &value = {})
    {
        const std::lock_guard one(m_asking);
        const auto answer = std::make_shared<Answer>();
        {
            const std::lock_guard lock(m_mutex);
            m_waiting = answer;
        }
        QObject &context = keychainThread();
        QMetaObject::invokeMethod(&context, [answer, name, value] { begin<Job>(answer, name, value); });
        std::unique_lock lock(answer->mutex);
        if (!answer->wake.wait_for(lock, deadline, [&] { return answer->result.has_value(); }))
            answer->result = Error{ErrorCode::OutOfRange, "the keychain did not answer in time; is it locked?"};
        return *answer->result;
    }

    /// In the keychain's thread.
    template <typename Job>
    static void begin(const std::shared_ptr<Answer> &answer, const std::string &name, const std::string &value)
    {
        {
            const std::lock_guard lock(answer->mutex);
            if (answer->result)
                return; // nobody waits any more; a late write would surprise
        }
        auto *job = new Job(QString::fromLatin1(kService));
        job->setKey(QString::fromStdString(name));
        if constexpr (std::is_same_v<Job, QKeychain::WritePasswordJob>)
            job->setTextData(QString::fromStdString(value));
        QObject::connect(job, &QKeychain::Job::finished, job, [answer, name](QKeychain::Job *done) {
            if (done->error() != QKeychain::NoError)
                return give(*answer, errorOf(*done, name));
            std::string text;
            if (const auto *read = qobject_cast<QKeychain::ReadPasswordJob *>(done))
                text = read->textData().toStdString();
            give(*answer, std::move(text));
        });
        job->start();
    }

    std::mutex m_asking; ///< one question at a time
    std::mutex m_probing;
    bool m_there = false; ///< it answered once
    std::mutex m_mutex;
    std::weak_ptr<Answer> m_waiting;
};

struct Slot {
    std::mutex mutex;
    std::weak_ptr<Keychain> used, system;
};

Slot &slot()
{
    static Slot one;
    return one;
}

} // namespace

void setKeychain(const std::weak_ptr<Keychain> &keychain)
{
    const std::lock_guard lock(slot().mutex);
    slot().used = keychain;
}

std::shared_ptr<Keychain> keychain()
{
    const std::lock_guard lock(slot().mutex);
    return slot().used.lock();
}

std::shared_ptr<Keychain> systemKeychain()
{
    const std::lock_guard lock(slot().mutex);
    std::shared_ptr<Keychain> found = slot().system.lock();
    if (!found) {
        found = std::make_shared<SystemKeychain>();
        slot().system = found;
    }
    return found;
}

std::shared_ptr<Keychain> useSystemKeychain()
{
    std::shared_ptr<Keychain> keychain = systemKeychain();
    setKeychain(keychain);
    return keychain;
}

} // namespace flyball
