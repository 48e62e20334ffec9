// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/gateways/otlp/receiver.h"

#include "core/gateways/otlp/desk.h"

#include <QThread>

#include <mutex>

namespace flyball::otlp {

namespace {

class Receiver final : public RemoteSource {
public:
    Receiver(ReceiverSettings settings, SymbolTable &symbols) : m_settings(std::move(settings)), m_symbols(symbols) {}
    ~Receiver() override { Receiver::stop(); }

    void start(const std::string &, Inbox &inbox) override
    {
        m_context = std::make_unique<QObject>();
        m_context->moveToThread(&m_thread);
        m_thread.setObjectName(QStringLiteral("otlp receiver"));
        m_thread.start();
        inThread([this, &inbox] {
            m_desk = std::make_unique<Desk>(
                m_settings, m_symbols, inbox,
                [this](std::string url) {
                    const std::lock_guard lock(m_mutex);
                    m_url = std::move(url);
                },
                *m_log);
        });
    }

    void stop() override
    {
        if (!m_thread.isRunning())
            return;
        inThread([this] { m_desk.reset(); });
        m_thread.quit();
        m_thread.wait();
        m_context.reset();
        const std::lock_guard lock(m_mutex);
        m_url.clear();
    }

    [[nodiscard]] std::string url() const override
    {
        const std::lock_guard lock(m_mutex);
        return m_url;
    }

    [[nodiscard]] std::shared_ptr<const RequestLog> requests() const override { return m_log; }

private:
    template <typename Work>
    void inThread(Work work)
    {
        QMetaObject::invokeMethod(m_context.get(), std::move(work), Qt::BlockingQueuedConnection);
    }

    ReceiverSettings m_settings;
    SymbolTable &m_symbols;
    std::shared_ptr<RequestLog> m_log = std::make_shared<RequestLog>();
    QThread m_thread;
    std::unique_ptr<QObject> m_context;
    std::unique_ptr<Desk> m_desk; ///< of the thread
    mutable std::mutex m_mutex;
    std::string m_url;
};

} // namespace

std::unique_ptr<RemoteSource> makeReceiver(ReceiverSettings settings, SymbolTable &symbols)
{
    return std::make_unique<Receiver>(std::move(settings), symbols);
}

} // namespace flyball::otlp
