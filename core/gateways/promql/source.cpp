// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/gateways/options.h"
#include "core/gateways/promql/prombrowse.h"
#include "core/gateways/promql/promsource.h"
#include "core/gateways/registry.h"

namespace flyball {

namespace {

constexpr std::int64_t kInterval = 30;
constexpr Milliseconds kDeadline{30'000};
constexpr std::size_t kMostBytes = std::size_t{16} << 20U;

struct Asked {
    HttpConnection connection;
    std::string base;
    PromqlOptions chosen;
};

Result<Asked> askedOf(const SourceConfig &config)
{
    SourceOptions options(config);
    PromqlOptions chosen;
    chosen.interval = options.seconds("interval_s", kInterval, 1, 3600);
    chosen.match = options.text("match");
    chosen.recorded = options.flag("recorded");
    chosen.meters.workflowLabels = options.list("workflow_label", {});
    if (!parsePromSpan(options.text("since", "1h"), chosen.since))
        options.complain("since is how far back history is taken: 30m, 12h, 7d, 4w");
    if (const Result<> fits = checkPromMatch(chosen.match); !fits)
        options.complain(fits.error().message);
    HttpConnection connection = options.connection(kDeadline, kMostBytes);
    const auto split = splitUrl(config.target);
    if (split && split->path.find('?') != std::string::npos)
        options.complain("the address of the server has no '?'");
    if (const Result<> done = options.done(connection); !done)
        return done.error();
    return Asked{std::move(connection), promBase(split->path), std::move(chosen)};
}

Result<std::unique_ptr<PolledSource>> openPromql(const SourceConfig &config, SymbolTable &symbols)
{
    Result<Asked> asked = askedOf(config);
    if (!asked)
        return asked.error();
    asked->chosen.meters.source = symbols.intern(config.target);
    return std::unique_ptr<PolledSource>(std::make_unique<PromqlSource>(
        std::move(asked->connection), std::move(asked->base), std::move(asked->chosen), symbols));
}

Result<RawPage> browse(const SourceConfig &config)
{
    constexpr Milliseconds kWaits{10'000}; // somebody looks at it
    Result<Asked> asked = askedOf(config);
    if (!asked)
        return asked.error();
    asked->connection.deadline = kWaits;
    return browsePromql(asked->connection, asked->base, asked->chosen);
}

constexpr RemoteOption kOptions[] = {
    {"interval_s", "Seconds between two questions", "30", RemoteOption::Type::Seconds},
    {"since", "History to take", "1h (30m, 12h, 7d, 4w)"},
    {"match", "Only series with", "job=\"litellm\""},
    {"recorded", "Read the recorded sums (flyball:...)", "", RemoteOption::Type::Flag},
    {"workflow_label", "Labels that name the workflow", "workflow, workflow_name, api_key_alias ..."},
    FLYBALL_CONNECTION_OPTIONS,
};

} // namespace

RemoteKind promqlKind()
{
    RemoteKind kind;
    kind.kind = "promql";
    kind.label = "Prometheus server";
    kind.about = "Spend of a fleet: also VictoriaMetrics, Thanos, Mimir";
    kind.target = "http://127.0.0.1:9090";
    kind.options = kOptions;
    kind.meters = true;
    kind.poll = openPromql;
    kind.browse = browse;
    return kind;
}

} // namespace flyball
