// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/gateways/browse/rawseries.h"

#include <algorithm>

#include "core/base/quotes.h"

namespace flyball {

namespace {

std::string_view wordsOf(MeterColumn column, bool cacheIncluded)
{
    switch (column) {
    case MeterColumn::Money:
        return "money";
    case MeterColumn::Input:
        return cacheIncluded ? "input tokens, cached ones included," : "input tokens";
    case MeterColumn::CacheRead:
        return "tokens read from the cache";
    case MeterColumn::CacheWrite:
        return "tokens written to the cache";
    case MeterColumn::CacheWrite5m:
        return "tokens written to the cache for 5 minutes";
    case MeterColumn::CacheWrite1h:
        return "tokens written to the cache for an hour";
    case MeterColumn::Output:
        return "output tokens";
    case MeterColumn::Reasoning:
        return "reasoning tokens, which the output includes,";
    case MeterColumn::ByType:
    case MeterColumn::None:
    case MeterColumn::Unknown:
        break;
    }
    return "";
}

std::string textOf(std::span<const MeterLabel> labels)
{
    std::string out;
    for (const MeterLabel &label : labels) {
        out += out.empty() ? "" : ", ";
        out += label.name;
        out += "=\"";
        out += label.value;
        out += '"';
    }
    return out;
}

/// "of workflow checkout, model gpt-4o"
std::string whoseOf(const MeterNames &names)
{
    std::string out;
    const auto add = [&](std::string_view what, std::string_view name) {
        if (name.empty())
            return;
        out += out.empty() ? " of " : ", ";
        out += what;
        out += name;
    };
    add("workflow ", names.workflow);
    add("model ", names.model);
    add("agent ", names.agent);
    return out;
}

} // namespace

RawSeries::RawSeries(std::vector<std::string> workflowLabels, std::vector<std::string> secrets)
    : m_workflowLabels(std::move(workflowLabels)), m_page({"Series", "Labels", "Value"}, std::move(secrets))
{}

void RawSeries::add(std::string_view name, std::span<const MeterLabel> labels, std::string_view value)
{
    Row &row = m_rows.emplace_back();
    row.name = name;
    row.labels = textOf(labels);
    row.value = value;
    explain(row, labels);
}

void RawSeries::addName(std::string_view name, std::string why, RawTone tone)
{
    Row &row = m_rows.emplace_back();
    row.name = name;
    row.meaning = std::move(why);
    row.tone = tone;
}

/// As MeterBook reads it.
void RawSeries::explain(Row &row, std::span<const MeterLabel> labels)
{
    const MeterName name = meterName(row.name);
    if (!name.meaning) {
        const bool budget = row.name.find("budget") != std::string::npos;
        row.tone = name.quiet || budget ? RawTone::Known : RawTone::Unknown;
        row.meaning = budget       ? "a budget gauge, no spend"
                      : name.quiet ? "known, no spend"
                                   : "no meaning here: family " + std::string(name.family);
        return;
    }
    const MeterMeaning &meaning = *name.meaning;
    MeterColumn column = meaning.column;
    if (column == MeterColumn::ByType) {
        const auto type = std::find_if(labels.begin(), labels.end(),
                                       [&](const MeterLabel &label) { return label.name == meaning.typeLabel; });
        column = type == labels.end() ? MeterColumn::Unknown : columnOfType(type->value);
        if (column == MeterColumn::Unknown) {
            row.tone = RawTone::Unknown;
            row.meaning = type == labels.end()
                              ? "no label " + std::string(meaning.typeLabel) + " that says which tokens"
                              : "a type of token that is not known: " + inQuotes(type->value);
            return;
        }
    }
    if (column == MeterColumn::None) {
        row.meaning = "known, no spend";
        return;
    }
    if (name.created) {
        row.meaning = "when that counter began, no spend";
        return;
    }
    if (!m_seen.insert(m_identity.of({}, meaning.family, labels)).second) {
        row.tone = RawTone::Bad;
        row.meaning = "the same series twice: the first counts";
        return;
    }
    const auto meter = static_cast<std::size_t>(meaning.meter);
    const MeterMeaning *&best = m_best[meter][static_cast<std::size_t>(column)];
    if (!best || meaning.rank < best->rank)
        best = &meaning;
    std::int64_t number = 0;
    if (const BadValue bad = meterValue(row.value, column, number); bad != BadValue::None) {
        row.tone = RawTone::Bad;
        row.meaning = std::string("value ignored: ") + flyball::textOf(bad);
        return;
    }
    row.tone = RawTone::Counts;
    row.meter = &meaning;
    row.column = column;
    row.meaning = "counts as spend: ";
    row.meaning += wordsOf(column, inputIncludesCache(meaning.meter));
    row.meaning += whoseOf(namesOf(meaning.meter, labels, m_workflowLabels));
}

RawPage RawSeries::finish(std::size_t bytes)
{
    for (Row &row : m_rows) {
        if (row.meter) {
            const MeterMeaning *best =
                m_best[static_cast<std::size_t>(row.meter->meter)][static_cast<std::size_t>(row.column)];
            if (row.meter->rank != best->rank) {
                row.tone = RawTone::Known;
                row.meaning = "told by " + std::string(best->family) + " as well, which counts";
            }
        }
        m_page.add({std::move(row.name), std::move(row.labels), std::move(row.value)}, std::move(row.meaning),
                   row.tone);
    }
    m_page.read(bytes);
    return m_page.finish();
}

} // namespace flyball
