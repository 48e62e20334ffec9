// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/agentsim/world/prefix_cache.h"
#include "app/agentsim/world/scenario.h"
#include "core/base/money.h"
#include "core/base/time.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace flyball::agentsim {

enum class Tier : std::uint8_t { Cheap, Mid, Frontier };
[[nodiscard]] constexpr std::string_view tierName(Tier t)
{
    return t == Tier::Cheap ? "cheap" : t == Tier::Mid ? "mid" : "frontier";
}

/// What an agent is about to do; everything a policy may decide by.
struct CallIntent {
    std::string_view workflow;
    std::string_view agent;
    std::string_view step;
    std::string_view taskType;
    std::string_view segment;
    Tier wantedTier = Tier::Frontier; ///< the agent's own routing table
    const Model *wantedModel = nullptr;
    CacheMode wantedCache = CacheMode::Full;
    std::int64_t wantedMaxTokens = 4096;
    int iteration = 0;
    int attempt = 0; ///< answers of this step that were rejected so far
    int go = 0;      ///< requests of this attempt that the provider failed
    int level = 0;   ///< answers of this attempt that a cascade gave up
    bool closing = false;
    std::int64_t inputTokens = 0;
    TimeNs now = 0;
};

/// Why a call is not sent.
enum class Denial : std::uint8_t { None, Capped, Stopped, Paused };

/// What is held for a call under way; empty where nothing is.
struct Hold {
    std::int64_t tokens = 0;
    std::optional<PicoUsd> usd;
    std::string lease; ///< of the windows' caps
};

struct Decision {
    Denial denial = Denial::None;
    bool supervisor = false; ///< it is the supervisor's call
    bool mayClose = false;   ///< denied, but one last call may sum up what there is
    Tier tier = Tier::Frontier;
    std::string_view tierLabel; ///< as the span names it; lives as long as the policy view
    const Model *model = nullptr;
    CacheMode cache = CacheMode::Full;
    std::int64_t maxTokens = 4096;
    bool strictOutput = false; ///< maxTokens bounds reasoning too, as a reservation needs it
    int outputPercent = 100;
    int reasoningPercent = 100;
    std::optional<std::int64_t> trimTo; ///< the prompt must be cut to so many tokens
    std::string_view routing = "default";
    std::int64_t revision = 0; ///< 0: no policy revision was seen
    Hold hold;
};

/// How a prompt is made shorter before a call; nothing to do when `keepBlocks` is 0.
struct PromptCut {
    std::size_t keepBlocks = 0;     ///< of the newest; the system prompt stays as well
    std::int64_t summaryTokens = 0; ///< 0: what is cut is gone, else a call sums it up in so many
};

/// What became of a call that was sent.
struct CallResult {
    bool answered = false;
    std::string_view error;
    std::int64_t inputTokens = 0;
    std::int64_t outputTokens = 0;
    std::optional<PicoUsd> usd; ///< the provider's figure; absent: nobody knows
};

/// Who asks: the names under which an operator knows a run.
struct RunNames {
    std::size_t workflow = 0; ///< index in the fleet
    std::string run, trace, conversation;
};

inline constexpr std::string_view kSupervisorStep = "supervisor";

/// The policy of one run, asked before every call, so that a policy that changes while a run is under way
/// takes effect at its next call. One thread.
class RunOrders {
public:
    virtual ~RunOrders() = default;
    /// Decides and reserves; every decision without a denial is settled.
    [[nodiscard]] virtual Decision request(const CallIntent &intent) = 0;
    virtual void settle(const Decision &, const CallResult &) {}
    [[nodiscard]] virtual PromptCut cut(const CallIntent &) { return {}; }
    /// An answer came; whether the next level of a cascade is asked as well.
    [[nodiscard]] virtual bool escalate(const CallIntent &, std::optional<double>) { return false; }
    /// How often a rejected answer may be asked for again.
    [[nodiscard]] virtual int retryLimit(const CallIntent &intent) const = 0;
    /// How often a call is sent when the provider fails it, and the pause before another.
    [[nodiscard]] virtual int sendLimit() const { return 4; }
    [[nodiscard]] virtual std::int64_t backoffMs(int go) const { return 500LL << go; }
    /// Turns after which a loop is ended.
    [[nodiscard]] virtual int iterationCap() const = 0;
    /// After an answer: whether a supervisor is to look at the run now. It is asked by a call of the step
    /// `kSupervisorStep`; what it finds holds from the next request on.
    [[nodiscard]] virtual bool supervisorDue() { return false; }
    /// Asked before a tool is used that adds text to the conversation.
    [[nodiscard]] virtual bool mayRead() { return true; }
    virtual void toolUsed(std::uint64_t) {}
    /// The prompt must begin with what never changes.
    [[nodiscard]] virtual bool staticFirst(TimeNs /*now*/) const { return false; }
    /// Revision under which the run began to call; 0: none.
    [[nodiscard]] virtual std::int64_t revision() const { return 0; }
};

class PolicyView {
public:
    virtual ~PolicyView() = default;
    [[nodiscard]] virtual std::unique_ptr<RunOrders> begin(const RunNames &names) = 0;
    /// False: the operator paused the workflow, nothing of it starts.
    [[nodiscard]] virtual bool admits(std::size_t /*workflow*/, TimeNs /*now*/) { return true; }
};

/// What the fleet does without any policy: its own routing, changed only by the scenario.
class StandingRun final : public RunOrders {
public:
    explicit StandingRun(const Scenario &scenario) : m_scenario(scenario) {}
    [[nodiscard]] Decision request(const CallIntent &intent) override;
    [[nodiscard]] int retryLimit(const CallIntent &intent) const override;
    [[nodiscard]] int iterationCap() const override;

private:
    const Scenario &m_scenario;
};

class StandingOrders final : public PolicyView {
public:
    explicit StandingOrders(const Scenario &scenario) : m_scenario(scenario) {}
    [[nodiscard]] std::unique_ptr<RunOrders> begin(const RunNames &) override
    {
        return std::make_unique<StandingRun>(m_scenario);
    }

private:
    Scenario m_scenario;
};

} // namespace flyball::agentsim
