// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <unordered_set>

#include "core/gateways/browse/rawpage.h"
#include "core/gateways/meters/meterreading.h"

namespace flyball {

/// The series of one reading and what a MeterBook would make of each. Add all, then finish.
class RawSeries {
public:
    explicit RawSeries(std::vector<std::string> workflowLabels, std::vector<std::string> secrets);
    void add(std::string_view name, std::span<const MeterLabel> labels, std::string_view value);
    /// A name without a sample.
    void addName(std::string_view name, std::string why, RawTone tone);
    [[nodiscard]] RawPage finish(std::size_t bytes);
    RawPageMaker &page() { return m_page; }

private:
    struct Row {
        std::string name, labels, value, meaning;
        RawTone tone = RawTone::Known;
        const MeterMeaning *meter = nullptr; ///< of those that count
        MeterColumn column = MeterColumn::None;
    };
    void explain(Row &row, std::span<const MeterLabel> labels);

    std::vector<std::string> m_workflowLabels;
    RawPageMaker m_page;
    std::vector<Row> m_rows;
    SeriesIdentity m_identity;
    std::unordered_set<Key128> m_seen;
    /// Of what counts, by meter and column: the family with the lowest rank.
    std::array<std::array<const MeterMeaning *, kMeterColumns>, kMeters> m_best{};
};

} // namespace flyball
