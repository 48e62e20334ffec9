// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/engine/queryworker.h"

#include <pthread.h>

namespace flyball {

QueryWorker::QueryWorker(std::string ledgerPath, SymbolTable &symbols)
    : m_path(std::move(ledgerPath)), m_symbols(symbols), m_thread([this] { run(); })
{}

QueryWorker::~QueryWorker()
{
    {
        const std::lock_guard lock(m_mutex);
        m_stop = true;
        m_queue.clear();
    }
    m_wake.notify_all();
    m_thread.join();
}

void QueryWorker::post(std::function<void(Ledger &)> query)
{
    {
        const std::lock_guard lock(m_mutex);
        m_queue.push_back(std::move(query));
    }
    m_wake.notify_one();
}

void QueryWorker::run()
{
    pthread_setname_np(pthread_self(), "flyball-query");
    std::unique_ptr<Ledger> reader;
    for (;;) {
        std::function<void(Ledger &)> query;
        {
            std::unique_lock lock(m_mutex);
            m_wake.wait(lock, [&] { return m_stop || !m_queue.empty(); });
            if (m_stop)
                return;
            query = std::move(m_queue.front());
            m_queue.pop_front();
        }
        if (!reader) {
            auto opened = Ledger::open(m_path, Ledger::Mode::ReadOnly, m_symbols);
            if (!opened)
                continue; // the writer reports why the ledger cannot be read
            reader = std::move(*opened);
        }
        query(*reader);
    }
}

} // namespace flyball
