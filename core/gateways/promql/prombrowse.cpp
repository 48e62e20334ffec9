// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/gateways/promql/prombrowse.h"

#include "core/base/jsoncursor.h"
#include "core/formats/jsonfields.h"
#include "core/formats/meters/meanings.h"
#include "core/gateways/browse/rawseries.h"

#include <set>

namespace flyball {

namespace {

constexpr std::size_t kMostName = 1024;

/// The names of series of the last hour, or why they are not known.
Result<std::set<std::string>> namesOf(const HttpConnection &connection, const std::string &base,
                                      const std::string &match, std::size_t &bytes)
{
    const auto client = HttpClient::open(connection);
    if (!client)
        return client.error();
    const std::int64_t now = wallClockNow() / kSecond;
    PromFields fields{{"start", std::to_string(now - 3600)}, {"end", std::to_string(now)}};
    if (!match.empty())
        fields.emplace_back("match[]", '{' + match + '}');
    const Result<HttpReply> reply = (*client)->get(base + "/api/v1/label/__name__/values?" + promForm(fields));
    if (!reply)
        return reply.error();
    bytes += reply->body.size();
    JsonFields answer;
    std::set<std::string> names;
    const bool read = reply->status == 200 && answer.parse(reply->body)
                      && forEachElement(answer.raw("data"), [&](std::string_view raw) {
                             if (raw.size() < 2 || raw.size() > kMostName || raw.front() != '"')
                                 return;
                             std::string name;
                             decodeJsonString(raw.substr(1, raw.size() - 2), name);
                             names.insert(std::move(name));
                         });
    if (!read)
        return Error{ErrorCode::Malformed, "HTTP " + std::to_string(reply->status)};
    return names;
}

void addSamples(const PromAnswer &answer, RawSeries &rows, std::set<std::string> &told)
{
    std::vector<MeterLabel> labels;
    for (const PromSeries &series : answer.series) {
        labels.clear();
        for (const auto &[name, value] : series.labels)
            if (name != "__name__")
                labels.push_back({name, value});
        const std::string_view name = series.label("__name__");
        told.emplace(name);
        rows.add(name, labels, series.count > 0 ? answer.value(answer.samples[series.first]) : std::string_view());
    }
}

void addNames(const std::set<std::string> &names, const std::set<std::string> &told, bool recorded, RawSeries &rows)
{
    for (const std::string &name : names) {
        if (told.contains(name))
            continue;
        const MeterName what = meterName(name);
        if (what.meaning && what.meaning->column != MeterColumn::None && !what.created)
            rows.addName(name,
                         recorded == name.starts_with("flyball:") ? "no sample in the last 5 minutes"
                         : recorded                               ? "not asked for: the recorded sums are read"
                                                                  : "not asked for: a recorded sum of what is read",
                         RawTone::Known);
        else
            rows.add(name, {}, {});
    }
}

} // namespace

Result<RawPage> browsePromql(const HttpConnection &connection, const std::string &base, const PromqlOptions &options)
{
    PromServer server(connection, base);
    server.open();
    const PromReply reply =
        server.ask("query", {{"query", promSelector(meterFamilies(), options.recorded, options.match)},
                             {"time", std::to_string(wallClockNow() / kSecond)}});
    server.close();
    if (reply.answer.fault != PromFault::None)
        return Error{ErrorCode::Unreadable, reply.answer.fault == PromFault::Denied
                                                ? "it refuses the key, or asks for one (" + reply.answer.error + ')'
                                                : reply.answer.error};
    if (reply.answer.type != PromType::Vector)
        return Error{ErrorCode::Malformed, "not the samples it was asked for, but a single value"};
    RawSeries rows(options.meters.workflowLabels, secretsOf(connection));
    std::set<std::string> told;
    std::size_t bytes = reply.bytes;
    addSamples(reply.answer, rows, told);
    for (const std::string &warning : reply.answer.warnings)
        rows.page().note("not all data: " + promLine(warning));
    if (const auto names = namesOf(connection, base, options.match, bytes))
        addNames(*names, told, options.recorded, rows);
    else
        rows.page().note("the names of its other series are not known: " + names.error().message);
    return rows.finish(bytes);
}

} // namespace flyball
