// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/aggregate/report/report.h"

#include <algorithm>
#include <array>

namespace flyball {

namespace {

constexpr std::array<std::string_view, 16> kKeyNames = {"workflow", "model", "provider", "tier",    "task",   "step",
                                                        "agent",    "run",   "session",  "segment", "source", "status",
                                                        "minute",   "hour",  "day",      "month"};

bool isTimeKey(ReportKey key) { return key >= ReportKey::Minute; }

} // namespace

std::string_view reportKeyName(ReportKey key) { return kKeyNames[static_cast<std::size_t>(key)]; }

Result<std::vector<ReportKey>> parseReportKeys(const std::string &list)
{
    std::vector<ReportKey> keys;
    std::size_t at = 0;
    while (at <= list.size() && !list.empty()) {
        const std::size_t comma = std::min(list.find(',', at), list.size());
        const std::string name = list.substr(at, comma - at);
        const auto it = std::find(kKeyNames.begin(), kKeyNames.end(), name);
        if (it == kKeyNames.end())
            return Error{ErrorCode::InvalidArgument, "--by: unknown key '" + name + "'"};
        const auto key = static_cast<ReportKey>(it - kKeyNames.begin());
        if (std::find(keys.begin(), keys.end(), key) == keys.end())
            keys.push_back(key);
        at = comma + 1;
    }
    return keys;
}

Result<TimeNs> parseWhen(const std::string &text, const Zone &zone)
{
    if (const auto instant = parseRfc3339(text))
        return *instant;
    const auto asUtc = parseRfc3339(text.size() == 10   ? text + "T00:00:00Z"
                                    : text.size() == 16 ? text + ":00Z"
                                                        : text + "Z");
    if (!asUtc)
        return Error{ErrorCode::InvalidArgument,
                     "not a date or time: '" + text + "' (use 2026-11-21 or 2026-11-21T14:30:00Z)"};
    if (text.size() == 10)
        return zone.dayStart(bucketOf(*asUtc, kDay));
    return *asUtc - zone.offsetAt(*asUtc - zone.offsetAt(*asUtc));
}

ReportBuilder::ReportBuilder(ReportOptions options, const SymbolTable &symbols)
    : m_options(std::move(options)), m_symbols(symbols)
{
    m_report.options = m_options;
}

std::int64_t ReportBuilder::RunSet::count()
{
    std::sort(m_runs.begin(), m_runs.end());
    m_runs.erase(std::unique(m_runs.begin(), m_runs.end()), m_runs.end());
    return static_cast<std::int64_t>(m_runs.size());
}

std::uint32_t ReportBuilder::numberOf(std::string text)
{
    const auto [it, added] = m_textIndex.emplace(text, static_cast<std::uint32_t>(m_texts.size()));
    if (added)
        m_texts.push_back(std::move(text));
    return it->second;
}

/// Every zone's offset is a multiple of a minute, so one minute of UTC lies in one bucket of each kind.
std::uint32_t ReportBuilder::timeBucket(ReportKey key, TimeNs time)
{
    const std::int64_t minute = bucketOf(time, kMinute);
    Minutes &minutes = m_minutes[static_cast<std::size_t>(key) - static_cast<std::size_t>(ReportKey::Minute)];
    if (minutes.last == minute)
        return minutes.lastText;
    auto it = minutes.texts.find(minute);
    if (it == minutes.texts.end()) {
        const TimeNs t = minute * kMinute;
        const Zone &zone = m_options.zone;
        std::string text = key == ReportKey::Minute ? zone.minuteKey(t)
                           : key == ReportKey::Hour ? zone.hourKey(t)
                           : key == ReportKey::Day  ? zone.dayKey(t)
                                                    : zone.monthKey(t);
        it = minutes.texts.emplace(minute, numberOf(std::move(text))).first;
    }
    minutes.last = minute;
    minutes.lastText = it->second;
    return it->second;
}

std::uint64_t ReportBuilder::keyPart(ReportKey key, const Call &call)
{
    switch (key) {
    case ReportKey::Workflow:
        return call.names.workflow;
    case ReportKey::Model:
        return call.model;
    case ReportKey::Provider:
        return call.provider;
    case ReportKey::Tier:
        return call.names.tier;
    case ReportKey::Task:
        return call.names.taskType;
    case ReportKey::Step:
        return call.names.step;
    case ReportKey::Agent:
        return call.names.agent;
    case ReportKey::Session:
        return call.names.session;
    case ReportKey::Segment:
        return call.names.segment;
    case ReportKey::Source:
        return call.source;
    case ReportKey::Status:
        return call.failed() ? 1 : 0;
    case ReportKey::Run: {
        std::string id = toHex(call.run);
        if (call.prompt != 0 || m_symbols.text(call.format) == "claude-code") {
            id = m_symbols.text(call.names.session);
            if (call.prompt != 0)
                id += "/" + std::string(m_symbols.text(call.prompt));
        }
        return numberOf(std::move(id));
    }
    case ReportKey::Minute:
    case ReportKey::Hour:
    case ReportKey::Day:
    case ReportKey::Month:
        break;
    }
    return timeBucket(key, call.time);
}

std::string ReportBuilder::keyText(ReportKey key, std::uint64_t part) const
{
    if (key == ReportKey::Status)
        return part == 0 ? "ok" : "error";
    if (isTimeKey(key) || key == ReportKey::Run)
        return m_texts[part];
    return std::string(m_symbols.text(static_cast<Symbol>(part)));
}

void ReportBuilder::add(const Call &call)
{
    if ((m_options.since != kNoTime && call.time < m_options.since)
        || (m_options.until != kNoTime && call.time >= m_options.until))
        return;
    m_report.totals.add(call);
    m_report.first = m_report.first == kNoTime ? call.time : std::min(m_report.first, call.time);
    m_report.last = std::max(m_report.last, call.time);
    const bool ofRun = !call.metered(); // as RunRow::isRun: an answer from a cache makes a run, too
    if (ofRun)
        m_runs.add(call.run);
    if (call.costOrigin == CostOrigin::Unpriced)
        m_unpriced.insert(call.model);
    if (m_options.keys.empty())
        return;
    std::array<std::uint64_t, kKeyNames.size()> parts{};
    for (std::size_t i = 0; i < m_options.keys.size(); ++i)
        parts[i] = keyPart(m_options.keys[i], call);
    const std::string_view bytes(reinterpret_cast<const char *>(parts.data()),
                                 m_options.keys.size() * sizeof(std::uint64_t));
    const auto [it, added] = m_index.emplace(hashKey(bytes), static_cast<std::uint32_t>(m_groups.size()));
    if (added) {
        m_groups.emplace_back();
        m_groups.back().key.assign(parts.begin(), parts.begin() + static_cast<std::ptrdiff_t>(m_options.keys.size()));
    }
    Group &group = m_groups[it->second];
    group.totals.add(call);
    if (ofRun)
        group.runs.add(call.run);
}

Report ReportBuilder::finish()
{
    m_report.runs = m_runs.count();
    for (Group &group : m_groups) {
        ReportGroup out;
        for (std::size_t i = 0; i < m_options.keys.size(); ++i)
            out.key.push_back(keyText(m_options.keys[i], group.key[i]));
        out.totals = group.totals;
        out.runs = group.runs.count();
        m_report.groups.push_back(std::move(out));
    }
    std::sort(m_report.groups.begin(), m_report.groups.end(),
              [](const ReportGroup &a, const ReportGroup &b) { return a.key < b.key; });
    for (const Symbol model : m_unpriced)
        m_report.unpricedModels.emplace_back(m_symbols.text(model));
    std::sort(m_report.unpricedModels.begin(), m_report.unpricedModels.end());
    return std::move(m_report);
}

} // namespace flyball
