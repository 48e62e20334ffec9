// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QCoreApplication>
#include <memory>

#include "core/engine/engine.h"
#include "core/engine/ruletrial.h"
#include "core/pricing/catalog.h"
#include "tests/models/fakeledger.h"

namespace flyball {

/// The engine without threads: snapshots are set by the test, queries answered when asked for.
class FakeEngine : public Engine {
public:
    FakeLedger ledger;
    SymbolTable symbols;
    std::vector<std::string> log; ///< what the models asked for
    std::string overridesJson;
    std::shared_ptr<PriceCatalog> catalog;
    int retention = -1;
    std::vector<Query> waiting;
    bool hold = false; ///< keep queries until answer()

    FakeEngine()
    {
        auto built = PriceCatalog::builtIn();
        if (built)
            catalog = std::make_shared<PriceCatalog>(std::move(*built));
        auto empty = std::make_shared<Snapshot>();
        empty->symbols = &symbols;
        empty->series = std::make_shared<std::vector<SeriesKey>>();
        empty->quarters.resolution = Resolution::Quarter;
        m_snapshot = empty;
    }

    void publish(std::shared_ptr<const Snapshot> snapshot)
    {
        m_snapshot = std::move(snapshot);
        if (m_callback)
            m_callback();
    }
    void answer()
    {
        auto queries = std::move(waiting);
        waiting.clear();
        for (const Query &q : queries)
            q(ledger);
    }

    std::shared_ptr<const Snapshot> latest() const override { return m_snapshot; }
    void onSnapshot(std::function<void()> callback) override { m_callback = std::move(callback); }
    void query(Query query) override
    {
        if (hold)
            waiting.push_back(std::move(query));
        else
            query(ledger);
    }
    void addSource(SourceConfig s) override { log.push_back("add " + s.target); }
    void removeSource(const std::string &id, bool rows) override
    {
        log.push_back("remove " + id + (rows ? " with rows" : ""));
    }
    void pauseSource(const std::string &id, bool paused) override
    {
        log.push_back((paused ? "pause " : "go on ") + id);
    }
    void retrySource(const std::string &id) override { log.push_back("retry " + id); }
    void cancelImport() override { log.push_back("cancel"); }
    void setRetentionDays(int days) override { retention = days; }
    void reprice(std::function<void(UsdSum, UsdSum)> done) override { done({}, {}); }
    std::shared_ptr<const PriceCatalog> prices() const override { return catalog; }
    void changeOverrides(std::string json, std::function<void(Result<>)> done) override
    {
        const auto store = OverrideStore::fromJson(json, "test");
        if (!json.empty() && !store)
            return done(store.error());
        auto next = std::make_shared<PriceCatalog>(*catalog);
        const auto set = next->setOverrides(store ? *store : OverrideStore());
        if (!set)
            return done(set.error());
        overridesJson = json;
        catalog = next;
        done(Result<>());
    }
    std::string overrides() const override { return overridesJson; }
    void changeAttribution(AttributionRules rules, std::function<void(Result<>)> done) override
    {
        attribution = std::move(rules);
        finish = std::move(done);
        if (!hold)
            std::exchange(finish, nullptr)(Result<>());
    }
    void changeSuccess(std::vector<SuccessRule> rules, std::function<void(Result<>)> done) override
    {
        success = std::move(rules);
        done(Result<>());
    }
    void cancelRework() override { log.push_back("stop"); }
    void changeSource(SourceConfig s) override { log.push_back("change " + s.target); }
    void changeTold(const std::string &id, bool told, std::function<void(Result<>)> done) override
    {
        log.push_back((told ? "told " : "counts ") + id);
        done({});
    }
    void tryAttribution(AttributionRules, AttributionRules draft, std::int64_t,
                        std::function<void(Result<RuleTrial>)> done) override
    {
        RuleTrial answer = trial;
        answer.matched.resize(draft.size());
        done(answer);
    }
    AttributionRules attribution;
    std::vector<SuccessRule> success;
    RuleTrial trial;                      ///< what trying rules answers
    std::function<void(Result<>)> finish; ///< of a held application

private:
    std::shared_ptr<const Snapshot> m_snapshot;
    std::function<void()> m_callback;
};

} // namespace flyball
