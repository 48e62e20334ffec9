// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/money.h"
#include "core/domain/usage.h"

#include <cstdint>
#include <string_view>

namespace flyball::agentsim {

enum class ModelId : std::uint8_t {
    Opus,
    Sonnet,
    Haiku,
    Gpt5,
    Gpt5Mini,
    Gpt41Mini,
    GeminiFlash,
    QwenLocal,
    // Not in use by the fleet itself: what a policy may send it to.
    Opus46,
    Sonnet46,
    Gpt41,
    Gpt41Nano,
    Gpt4o,
    Gpt4oMini,
    Gpt5Nano,
    GeminiFlashLite,
    GeminiPro,
};
inline constexpr std::size_t kModelCount = 17;

/// A model as its provider serves and bills it. Rates are pico-USD per token, which is also
/// micro-USD per million tokens: $3 per million is 3,000,000. The simulator prices by this table
/// alone, so that a fault in the product's price book cannot cancel itself out.
struct Model {
    ModelId id;
    std::string_view asked;    ///< alias an agent asks for
    std::string_view served;   ///< dated name the provider answers with
    std::string_view provider; ///< gen_ai.provider.name
    std::string_view host;
    bool priced; ///< false: nobody publishes a rate; the true cost is unknown, not zero
    std::int64_t input;
    std::int64_t cacheRead;
    std::int64_t cacheWrite; ///< five-minute write
    std::int64_t output;
    std::int64_t cacheMinimum; ///< shortest cacheable prefix in tokens; 0: no prompt cache
    std::int64_t cacheGranule; ///< hits come in multiples of this
    bool explicitCache;        ///< writes are asked for, billed and reported
    bool reasons;              ///< spends and reports reasoning tokens
    std::int64_t firstTokenMs;
    std::int64_t tokensPerSecond;
    std::size_t strength; ///< index into StepSpec::pass when a policy chose it: 0 weak, 2 strong
};

[[nodiscard]] const Model &modelOf(ModelId id);
/// "provider/model" or a model alone, as asked for or as served; null: the fleet has no access to it.
[[nodiscard]] const Model *modelNamed(std::string_view name);
/// Exact; 0 for a model without a rate (ask Model::priced first).
[[nodiscard]] PicoUsd costOf(const Model &model, const Usage &usage);

} // namespace flyball::agentsim
