// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "core/ledger/ledger.h"

namespace flyball {

/// Runs drill-down queries in order on a thread of its own, over a read-only connection that is
/// opened when the first one comes.
class QueryWorker {
public:
    QueryWorker(std::string ledgerPath, SymbolTable &symbols);
    ~QueryWorker();
    QueryWorker(const QueryWorker &) = delete;
    QueryWorker &operator=(const QueryWorker &) = delete;

    void post(std::function<void(Ledger &)> query);

private:
    void run();

    std::string m_path;
    SymbolTable &m_symbols;
    std::mutex m_mutex;
    std::condition_variable m_wake;
    std::deque<std::function<void(Ledger &)>> m_queue;
    bool m_stop = false;
    std::thread m_thread; ///< last: it uses everything above
};

} // namespace flyball
