// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/money.h"
#include "core/base/result.h"
#include "core/domain/facts.h"
#include "core/formats/jsonfields.h"
#include "core/gateways/rest/workflowlabel.h"

#include <map>
#include <string>
#include <string_view>
#include <utility>

namespace flyball {

/// One day of a LiteLLM proxy as /user/daily/activity tells it, for days that its spend log does not reach any more.
///
/// What it tells are sums, so a day becomes metered facts: per model, and per key where the model's sums are split by
/// key. What the day has beyond its models, and a model beyond its keys, is a fact without that name: nothing is lost
/// and nothing counted twice. Money is the proxy's. Facts stand at noon (UTC) of their day, which no zone moves far.
/// A page holds rows of the table behind it, not days: one day may be told in parts, which are added up.
/// Which days may be asked for at all is LogSource's rule: whole days (UTC, by when calls began) before the first row
/// of the log, so that no call is in both.
class DailyActivity {
public:
    /// A page of the answer for one day, "2026-11-20". True: there are more. Malformed: it is no such page.
    [[nodiscard]] Result<bool> add(std::string_view body, std::string_view day);
    struct Target {
        Symbol source = 0;
        SymbolCache *symbols = nullptr;
        const WorkflowLabel *label = nullptr; ///< kinds it knows: key_alias, key, team; else as if none was asked for
        TimeNs day = 0;                       ///< its midnight
        std::int64_t sequence = 0;            ///< grows when the same day is told again
    };
    void tell(const Target &target, FactBatch &out) const;

private:
    struct Sums {
        PicoUsd money = 0;
        std::int64_t input = 0, output = 0, read = 0, write = 0;
        bool bad = false; ///< a number in it cannot be true
        void add(const Sums &other, std::int64_t sign);
    };
    struct Key {
        std::string hash, alias, team;
        friend auto operator<=>(const Key &, const Key &) = default;
    };
    [[nodiscard]] static Sums sumsOf(const JsonFields &metrics);
    void addModel(const std::string &model, const JsonFields &told);
    void say(const Target &target, const std::string &model, const Key &key, const Sums &sums, FactBatch &out) const;

    Sums m_day;
    std::map<std::string, Sums> m_models;
    std::map<std::pair<std::string, Key>, Sums> m_keys;
};

} // namespace flyball
