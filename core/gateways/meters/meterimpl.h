// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/gateways/meters/meterbook.h"
#include "core/gateways/meters/meterreading.h"

namespace flyball {

/// Whether a start that is told twice is another one: more than the rounding of its text apart.
[[nodiscard]] bool startMoved(TimeNs before, TimeNs now);

struct MeterBook::Impl {
    Impl(MeterOptions with, SymbolCache &cache) : options(std::move(with)), symbols(cache) {}

    MeterOptions options;
    SymbolCache &symbols;
    MeterState state;
    OpenReading open;
    std::uint32_t instance = 0;
    std::uint64_t reading = 0;
    SeriesIdentity identity;
    KnownNames names;
    std::array<std::int64_t, kBadValues> bad{};
    std::set<Key128> useless; ///< series whose value counts for nothing, and that was told

    void abandon();
    [[nodiscard]] std::uint32_t freeNumber() const; ///< of an instance
    void dropGroups();
    [[nodiscard]] KnownName &nameOf(std::string_view name);
    void readAbout(const MeterReading &told);
    void read(const MeterReading &told);
    [[nodiscard]] MeterGroup &groupOf(Meter meter, std::span<const MeterLabel> labels);

    /// The steps of end().
    [[nodiscard]] Result<> checkRoom(std::size_t mostInstances);
    void take(MeterSummary &summary, FactBatch &out);
    [[nodiscard]] bool isUseless(const MeterValue &value, bool &wasBefore, FactBatch &out);
    /// The process that answers, against the one that answered before.
    enum class Process : std::uint8_t { Same, Anew, Another };
    [[nodiscard]] std::int64_t growthOf(const MeterValue &value, bool counting, Process process, bool &restarted);
    void add(MeterGroup &group, const MeterValue &value, std::int64_t growth);
    void look(const MeterValue &value, MeterSummary &summary);
    [[nodiscard]] Process processNow(bool &byTurns);
    void park(MeterInstance &own, TimeNs process, TimeNs lastRead);
    [[nodiscard]] bool unpark(MeterInstance &own, TimeNs process);
    void forgetInstances();
    void forgetGone();
    void say(MeterSummary &summary, FactBatch &out);
    void summarise(MeterSummary &summary);
    /// Whether the meter itself tells what the model of a group costs.
    [[nodiscard]] bool countsMoney(const MeterGroup &group) const;

    /// By meter: the models whose money this reading has counted, sorted; 0 where a series of money names no model.
    std::array<std::vector<Symbol>, kMeters> priced;
    std::array<bool, kMeters> cacheTold{};
    std::array<std::array<std::uint8_t, kMeterColumns>, kMeters> best{}; ///< rank
};

} // namespace flyball
