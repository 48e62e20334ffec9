// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"
#include "core/base/time.h"
#include "core/pricing/book/rates.h"

#include <string>
#include <string_view>
#include <vector>

namespace flyball {

/// What the operator says one model costs. Matches the exact name only (in any case).
struct PriceOverride {
    enum class Kind {
        Rates,  ///< own rates
        SameAs, ///< prices of another model, for deployments with free names
        Free,   ///< own hardware: 0 for every class
    };
    std::string provider; ///< empty: whatever provider is recorded
    std::string model;
    Kind kind = Kind::Rates;
    Rates rates;
    std::string sameAsProvider;
    std::string sameAsModel;
    TimeNs from = kNoTime; ///< contract start; earlier calls keep the book's price
    std::string note;

    friend bool operator==(const PriceOverride &, const PriceOverride &) = default;
};

/// The operator's overrides and the state before the last change, so that a change can be taken back.
/// File format: {"format":"flyball.overrides/1","currency":"USD","models":[{"provider":"openai",
/// "model":"x","rates":{"input":"3","output":"15"},"from":"2026-01-01","note":"..."} |
/// {"model":"y","same_as":{"provider":"openai","model":"gpt-4o"}} | {"model":"z","free":true}],
/// "previous":[...]}. A value; one owner; not thread-safe.
class OverrideStore {
public:
    [[nodiscard]] static Result<OverrideStore> fromJson(std::string_view json, std::string_view nameForErrors);
    /// A file that does not exist is an empty store. A broken one is an Error and stays untouched.
    [[nodiscard]] static Result<OverrideStore> load(const std::string &path);
    /// Writes beside the file, syncs and renames; mode 0600.
    [[nodiscard]] Result<> save(const std::string &path) const;
    [[nodiscard]] std::string toJson() const;

    [[nodiscard]] const std::vector<PriceOverride> &entries() const { return m_entries; }
    [[nodiscard]] const std::vector<PriceOverride> &previous() const { return m_previous; }

    /// Adds, or replaces the entry of the same provider, model and start. Refuses an empty name, rates
    /// out of bounds, no input or output rate, or an alias of itself.
    [[nodiscard]] Result<> set(PriceOverride entry);
    /// False when there is no such entry.
    bool remove(std::string_view provider, std::string_view model);
    /// Exchanges the entries with the state before the last change; doing it twice changes nothing.
    void revert();

private:
    std::vector<PriceOverride> m_entries;
    std::vector<PriceOverride> m_previous;
};

} // namespace flyball
