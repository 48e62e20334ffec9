// SPDX-License-Identifier: GPL-3.0-or-later
#include <cstdio>

#include "app/flyballctl/arguments.h"
#include "app/flyballctl/commands.h"
#include "app/flyballctl/sourcelist.h"
#include "core/aggregate/report/report.h"
#include "core/engine/paths.h"
#include "core/engine/scan.h"
#include "core/ledger/ledger.h"

namespace flyball::ctl {

namespace {

constexpr const char *kHelp =
    "Usage: flyballctl report [SOURCE...] [options]\n"
    "\n"
    "Sums calls, tokens and cost. SOURCE is a file or folder (format detected), KIND:PATH,\n"
    "auto (traces found on this computer, the default) or ledger: (what the app has stored).\n"
    "\n"
    "  --by KEYS        groups: workflow model provider tier task step agent run session\n"
    "                   segment source status minute hour day month (comma list)\n"
    "  --since T        from T on (2026-11-21 is midnight in --tz)\n"
    "  --until T        up to, not including T\n"
    "  --tz ZONE        Europe/Berlin, +05:30 ... (default UTC)\n"
    "  --prices FILE    price file over the built-in book\n"
    "  --lenient        exit 0 although parts were rejected\n"
    "  --format F       table (default), json or csv\n"
    "  --threads N      decode on N threads (default: all cores)\n"
    "\n"
    "Example: flyballctl report ~/.claude --by day,model --tz Europe/Berlin --format csv\n";

Result<> fillFromFiles(const std::vector<SourceSpec> &sources, unsigned threads, Collator &collator)
{
    std::vector<ScanTarget> targets;
    for (const SourceSpec &source : sources) {
        std::int64_t skipped = 0;
        auto found = findTargets(source, collator.symbols(), skipped);
        if (!found)
            return found.error();
        targets.insert(targets.end(), found->begin(), found->end());
    }
    ScanOptions options;
    options.threads = threads;
    return scan(dropRepeated(std::move(targets)), options, collator);
}

/// `pricer` prices the stored calls anew; null keeps the costs they have.
Result<> fillFromLedger(const ReportOptions &options, SymbolTable &symbols, CallPricer *pricer, ReportBuilder &builder,
                        Coverage &coverage)
{
    auto ledger = Ledger::open(Paths::fromEnvironment().ledger(), Ledger::Mode::ReadOnly, symbols);
    if (!ledger)
        return ledger.error();
    // A whole report is wanted however long it takes; half a million calls need more than the default.
    (*ledger)->setReadDeadline(0);
    CallFilter filter;
    filter.since = options.since;
    filter.until = options.until;
    filter.metered = true;
    const Result<> read = (*ledger)->readCalls(filter, CallOrder::TimeAscending, 0, [&](const Call &call) {
        if (pricer) {
            Call again = call;
            pricer->price(again);
            builder.add(again);
        } else {
            builder.add(call);
        }
        return true;
    });
    if (!read)
        return read;
    if (auto rejects = (*ledger)->loadRejects())
        for (const RejectCount &r : *rejects) {
            coverage.rejects[r.reason] += r.count;
            coverage.rejected += r.count;
        }
    if (auto counters = (*ledger)->loadCounters())
        for (const Ledger::SourceCounters &c : *counters) {
            coverage.ignored += c.ignored;
            coverage.duplicates += c.duplicates;
        }
    return {};
}

int run(const std::vector<std::string> &words)
{
    auto arguments = Arguments::parse(words, {{"--by", true},
                                              {"--since", true},
                                              {"--until", true},
                                              {"--tz", true},
                                              {"--prices", true},
                                              {"--lenient", false},
                                              {"--format", true},
                                              {"--threads", true}});
    if (!arguments)
        return unusable(arguments.error());
    ReportOptions options;
    auto keys = parseReportKeys(arguments->value("--by"));
    auto zone = Zone::named(arguments->value("--tz", "UTC"));
    if (!keys)
        return unusable(keys.error());
    if (!zone)
        return unusable(zone.error());
    options.keys = *keys;
    options.zone = *zone;
    for (const char *bound : {"--since", "--until"})
        if (arguments->has(bound)) {
            auto when = parseWhen(arguments->value(bound), options.zone);
            if (!when)
                return unusable(std::string(bound) + ": " + when.error().message);
            (bound[2] == 's' ? options.since : options.until) = *when;
        }
    const std::string format = arguments->value("--format", "table");
    if (format != "json" && format != "csv" && format != "table")
        return unusable("--format is json, csv or table, not '" + format + "'");
    auto threads = parseCount(arguments->value("--threads", "0"), 256);
    if (!threads)
        return unusable("--threads: " + threads.error().message);
    auto catalog = loadCatalog(arguments->value("--prices"));
    if (!catalog)
        return unusable(catalog.error());
    auto sources = resolveSources(arguments->words());
    if (sources && !sources->remote.empty())
        return unusable("a source of kind " + sources->remote.front().kind
                        + " tells what happens from now on: watch or ingest it, then report ledger:");
    if (!sources)
        return unusable(sources.error());

    SymbolTable symbols;
    CallPricer pricer(*catalog, symbols);
    Collator collator(symbols, pricer);
    ReportBuilder builder(options, symbols);
    Coverage ledgerCoverage;
    if (sources->ledger) {
        if (const Result<> read = fillFromLedger(options, symbols, arguments->has("--prices") ? &pricer : nullptr,
                                                 builder, ledgerCoverage);
            !read)
            return unusable(read.error());
    } else {
        if (const Result<> read = fillFromFiles(sources->files, static_cast<unsigned>(*threads), collator); !read)
            return unusable(read.error());
        collator.resolveAll([&](const Call &call) { builder.add(call); }, [](const RunInfo &) {});
    }
    Report report = builder.finish();
    const Coverage &coverage = sources->ledger ? ledgerCoverage : collator.coverage();
    report.duplicates = coverage.duplicates;
    report.ignored = coverage.ignored;
    report.metrics = coverage.metrics;
    report.rejected = coverage.rejected;
    report.rejects = coverage.rejects;
    const std::string text = format == "json"  ? reportToJson(report)
                             : format == "csv" ? reportToCsv(report)
                                               : reportToTable(report);
    std::fwrite(text.data(), 1, text.size(), stdout);
    const Totals &totals = report.totals;
    if (totals.calls == 0 && totals.inTotal() + totals.outTotal() == 0 && totals.cost.isZero() && report.metrics > 0)
        std::fprintf(
            stderr,
            "flyballctl: note: there are only metrics here, and none of their %lld data points counts tokens or "
            "money in a way that is known; give the producer's spans or log events\n",
            static_cast<long long>(report.metrics));
    return report.rejected > 0 && !arguments->has("--lenient") ? kPartly : kOk;
}

} // namespace

const Command &reportCommand()
{
    static const Command command{"report", "sum calls, tokens and cost", kHelp, run};
    return command;
}

} // namespace flyball::ctl
