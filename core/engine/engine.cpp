// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/engine/engine.h"

#include <algorithm>
#include <atomic>
#include <deque>
#include <mutex>
#include <poll.h>
#include <pthread.h>
#include <sys/eventfd.h>
#include <thread>
#include <unistd.h>

#include "core/engine/pipeline.h"
#include "core/engine/queryworker.h"
#include "core/engine/ruletrial.h"
#include "core/pricing/overrides.h"

namespace flyball {

namespace {

constexpr std::int64_t kBudget = 4LL << 20; ///< bytes per source and round
constexpr TimeNs kTick = 80'000'000;        ///< between publications while data arrives
constexpr TimeNs kIdleTick = 2 * kSecond;   ///< health ages are refreshed this often without data
constexpr TimeNs kDiskRetry = kSecond;
constexpr TimeNs kVerifyAfter = 30 * kSecond;

class EngineImpl final : public Engine {
public:
    EngineImpl(EngineOptions options, std::unique_ptr<Ledger> ledger, std::unique_ptr<SymbolTable> symbols,
               std::shared_ptr<const PriceCatalog> base, std::shared_ptr<const PriceCatalog> catalog,
               OverrideStore overrides)
        : m_options(std::move(options)),
          m_symbols(std::move(symbols)),
          m_base(std::move(base)),
          m_catalog(std::move(catalog)),
          m_overrides(std::move(overrides)),
          m_wake(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)),
          m_pipeline(m_options, *m_symbols, std::move(ledger), m_catalog)
    {
        m_latest = m_pipeline.snapshot();
        m_queries = std::make_unique<QueryWorker>(m_options.ledgerPath, *m_symbols);
        m_thread = std::thread([this] { run(); });
    }

    ~EngineImpl() override
    {
        m_stop = true;
        wake();
        m_thread.join();
        m_queries.reset();
        ::close(m_wake);
    }

    std::shared_ptr<const Snapshot> latest() const override
    {
        const std::lock_guard lock(m_mutex);
        return m_latest;
    }
    void onSnapshot(std::function<void()> callback) override
    {
        const std::lock_guard lock(m_mutex);
        m_callback = std::move(callback);
    }
    void query(Query query) override { m_queries->post(std::move(query)); }

    void addSource(SourceConfig source) override
    {
        post([this, source = std::move(source)] { m_pipeline.addSource(source, uninterrupted()); });
    }
    void removeSource(const std::string &id, bool rowsToo) override
    {
        post([this, id, rowsToo] { m_pipeline.removeSource(id, rowsToo); });
    }
    void pauseSource(const std::string &id, bool paused) override
    {
        post([this, id, paused] { m_pipeline.setPaused(id, paused); });
    }
    void retrySource(const std::string &id) override
    {
        post([this, id] {
            for (const auto &feed : m_pipeline.feeds())
                if (feed->config().id == id)
                    return begunAgain(feed->config());
        });
    }
    void changeSource(SourceConfig source) override
    {
        post([this, source = std::move(source)] { begunAgain(source); });
    }
    void cancelImport() override
    {
        post([this] { m_pipeline.cancelImport(); });
    }
    void setRetentionDays(int days) override
    {
        post([this, days] {
            m_options.retentionDays = days;
            (void)m_pipeline.retain(days);
        });
    }
    void reprice(std::function<void(UsdSum, UsdSum)> done) override
    {
        post([this, done = std::move(done)] {
            const UsdSum before = m_pipeline.totals().cost;
            (void)m_pipeline.reprice(prices(), [this] { return publishAndGoOn(); });
            if (done)
                done(before, m_pipeline.totals().cost);
        });
    }
    std::shared_ptr<const PriceCatalog> prices() const override
    {
        const std::lock_guard lock(m_mutex);
        return m_catalog;
    }
    std::string overrides() const override
    {
        const std::lock_guard lock(m_mutex);
        return m_overrides.toJson();
    }
    void changeOverrides(std::string json, std::function<void(Result<>)> done) override
    {
        post([this, json = std::move(json), done = std::move(done)] {
            const Result<> result = exchangeOverrides(json);
            if (done)
                done(result);
        });
    }

    void changeAttribution(AttributionRules rules, std::function<void(Result<>)> done) override
    {
        m_cancelRework = false;
        post([this, rules = std::move(rules), done = std::move(done)] {
            const AttributionRules former = m_pipeline.attribution();
            const Result<> result = m_pipeline.setAttribution(rules, reworkStep());
            if (!result && m_cancelRework)
                (void)m_pipeline.setAttribution(former, uninterrupted());
            if (done)
                done(result);
        });
    }
    void changeSuccess(std::vector<SuccessRule> rules, std::function<void(Result<>)> done) override
    {
        post([this, rules = std::move(rules), done = std::move(done)] {
            const Result<> result = m_pipeline.setSuccess(rules, uninterrupted());
            if (done)
                done(result);
        });
    }
    void changeTold(const std::string &id, bool told, std::function<void(Result<>)> done) override
    {
        post([this, id, told, done = std::move(done)] {
            Result<> result = Error{ErrorCode::NotFound, "there is no such source"};
            for (const auto &feed : m_pipeline.feeds())
                if (feed->config().id == id) {
                    feed->setTold(told);
                    result = m_pipeline.setTold(feed->config().target, told, uninterrupted());
                    break;
                }
            if (done)
                done(result);
        });
    }
    void cancelRework() override { m_cancelRework = true; }
    void tryAttribution(AttributionRules present, AttributionRules draft, std::int64_t most,
                        std::function<void(Result<RuleTrial>)> done) override
    {
        query([this, present = std::move(present), draft = std::move(draft), most, done = std::move(done)](
                  Ledger &reader) { done(tryRules(reader, *m_symbols, prices(), present, draft, most)); });
    }

private:
    void begunAgain(SourceConfig config) // a copy: the feed that has it goes
    {
        if (!m_pipeline.commit())
            return; // rows of this source wait for room on the disk
        std::erase_if(m_pipeline.feeds(), [&](const auto &feed) { return feed->config().id == config.id; });
        m_pipeline.addSource(config, uninterrupted());
    }
    /// But by the end of the engine.
    Pipeline::ReworkStep uninterrupted()
    {
        return [this](std::int64_t, std::int64_t) { return publishAndGoOn(); };
    }
    Pipeline::ReworkStep reworkStep()
    {
        return [this](std::int64_t, std::int64_t) { return publishAndGoOn() && !m_cancelRework; };
    }
    Result<> exchangeOverrides(const std::string &json)
    {
        OverrideStore store;
        if (!json.empty()) {
            auto parsed = OverrideStore::fromJson(json, "overrides");
            if (!parsed)
                return parsed.error();
            store = std::move(*parsed);
        }
        auto catalog = std::make_shared<PriceCatalog>(*m_base);
        if (const Result<> set = catalog->setOverrides(store); !set)
            return set;
        if (!m_options.overridesPath.empty())
            if (const Result<> saved = store.save(m_options.overridesPath); !saved)
                return saved;
        {
            const std::lock_guard lock(m_mutex);
            m_catalog = catalog;
            m_overrides = std::move(store);
        }
        return m_pipeline.reprice(catalog, [this] { return publishAndGoOn(); });
    }

    void post(std::function<void()> command)
    {
        {
            const std::lock_guard lock(m_mutex);
            m_commands.push_back(std::move(command));
        }
        wake();
    }
    void wake() const
    {
        const std::uint64_t one = 1;
        (void)!::write(m_wake, &one, sizeof one);
    }

    void runCommands()
    {
        for (;;) {
            std::function<void()> command;
            {
                const std::lock_guard lock(m_mutex);
                if (m_commands.empty())
                    return;
                command = std::move(m_commands.front());
                m_commands.pop_front();
            }
            command();
            m_dirty = true;
        }
    }

    void publish()
    {
        auto snapshot = m_pipeline.snapshot();
        std::function<void()> callback;
        {
            const std::lock_guard lock(m_mutex);
            m_latest = std::move(snapshot);
            callback = m_callback;
        }
        m_published = monotonicNow();
        m_dirty = false;
        if (callback)
            callback();
    }

    bool publishAndGoOn()
    {
        publish();
        return !m_stop;
    }

    /// A large ledger gets its deep check in the background, once the first numbers are long shown.
    void verifyOnce(TimeNs now)
    {
        if (m_verified || now - m_started < kVerifyAfter)
            return;
        m_verified = true;
        m_queries->post([this](Ledger &reader) {
            if (const Result<> sound = reader.verify(); !sound) {
                const std::lock_guard lock(m_mutex);
                m_commands.push_back([this, message = sound.error().message] { m_pipeline.setError(message); });
            }
        });
    }

    /// Until data, a command, or the next thing that is due.
    void wait(int timeoutMs)
    {
        std::vector<pollfd> fds{{m_wake, POLLIN, 0}};
        // With something to publish the next tick reads anyway: being woken for every line in between would only
        // cost (and, on a full disk, never end). Who sends and waits for an answer is not kept waiting for that.
        const bool tickComes = m_dirty || m_pipeline.hasPending();
        for (const auto &feed : m_pipeline.feeds())
            if ((!tickComes || (feed->answers() && !m_pipeline.stalled())) && !feed->paused() && feed->notifyFd() >= 0)
                fds.push_back({feed->notifyFd(), POLLIN, 0});
        ::poll(fds.data(), fds.size(), timeoutMs);
        std::uint64_t drained = 0;
        (void)!::read(m_wake, &drained, sizeof drained);
    }

    [[nodiscard]] int timeoutMs(TimeNs now) const
    {
        // Rounded up: a wait that ends just short of the tick would be followed by a whole one.
        int timeout = static_cast<int>(std::max<TimeNs>(0, kIdleTick - (now - m_published)) / 1'000'000) + 1;
        for (const auto &feed : const_cast<Pipeline &>(m_pipeline).feeds())
            if (!feed->paused())
                timeout = std::min(timeout, feed->timeoutMs(now));
        if (m_dirty || m_pipeline.hasPending()) {
            const TimeNs due = m_pipeline.stalled() ? kDiskRetry : kTick - (now - m_published);
            timeout = std::min(timeout, static_cast<int>(std::max<TimeNs>(0, due) / 1'000'000));
        }
        return timeout;
    }

    void run()
    {
        pthread_setname_np(pthread_self(), "flyball-ingest");
        if (const Result<> loaded = m_pipeline.load([this] { publish(); }); !loaded)
            m_pipeline.setError(loaded.error().message);
        if (m_pipeline.pricesChanged())
            (void)m_pipeline.reprice(prices(), [this] { return publishAndGoOn(); });
        const Pipeline::ReworkStep goOn = uninterrupted();
        if (m_pipeline.attributionChanged())
            (void)m_pipeline.setAttribution(m_options.attribution, goOn);
        if (m_pipeline.successChanged())
            (void)m_pipeline.setSuccess(m_options.success, goOn);
        for (const SourceConfig &source : m_options.sources)
            m_pipeline.addSource(source, goOn);
        (void)m_pipeline.retain(m_options.retentionDays);
        publish();
        while (!m_stop) {
            runCommands();
            const bool more = m_pipeline.readSome(kBudget, true);
            m_dirty = m_dirty || m_pipeline.hasPending();
            const TimeNs now = monotonicNow();
            const bool due = now - m_published >= (m_dirty ? kTick : kIdleTick);
            if (!due && m_pipeline.awaited())
                m_pipeline.commit(); // whoever sent it is told at once; the window can wait for its tick
            if (due) {
                m_pipeline.commit();
                publish();
            }
            verifyOnce(now);
            if (!more && !m_stop)
                wait(timeoutMs(monotonicNow()));
        }
        m_pipeline.commit();
        m_pipeline.ledger().checkpoint();
    }

    EngineOptions m_options;
    std::unique_ptr<SymbolTable> m_symbols;
    std::shared_ptr<const PriceCatalog> m_base; ///< book and price files, without the operator's overrides
    std::shared_ptr<const PriceCatalog> m_catalog;
    OverrideStore m_overrides;
    int m_wake = -1;
    Pipeline m_pipeline; ///< of the ingest thread once it runs
    std::unique_ptr<QueryWorker> m_queries;
    mutable std::mutex m_mutex; ///< guards the five below
    std::shared_ptr<const Snapshot> m_latest;
    std::function<void()> m_callback;
    std::deque<std::function<void()>> m_commands;
    std::atomic<bool> m_stop{false};
    std::atomic<bool> m_cancelRework{false};
    TimeNs m_published = 0;
    TimeNs m_started = monotonicNow();
    bool m_verified = false;
    bool m_dirty = true;
    std::thread m_thread;
};

} // namespace

Result<std::unique_ptr<Engine>> Engine::start(EngineOptions options)
{
    auto base = PriceCatalog::builtIn();
    if (!base)
        return base.error();
    for (const std::string &file : options.priceFiles)
        if (const Result<> added = base->addFile(file); !added)
            return added.error();
    OverrideStore overrides;
    if (!options.overridesPath.empty()) {
        auto loaded = OverrideStore::load(options.overridesPath);
        if (!loaded)
            return loaded.error();
        overrides = std::move(*loaded);
    }
    auto shared = std::make_shared<const PriceCatalog>(*base);
    auto catalog = std::make_shared<PriceCatalog>(*base);
    if (const Result<> set = catalog->setOverrides(overrides); !set)
        return set.error();
    auto symbols = std::make_unique<SymbolTable>();
    auto ledger = Ledger::open(options.ledgerPath, Ledger::Mode::ReadWrite, *symbols);
    if (!ledger)
        return ledger.error();
    return std::unique_ptr<Engine>(std::make_unique<EngineImpl>(std::move(options), std::move(*ledger),
                                                                std::move(symbols), std::move(shared),
                                                                std::move(catalog), std::move(overrides)));
}

} // namespace flyball
