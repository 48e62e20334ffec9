// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/unit/engine/pipeline_bench.h"

#include <QDir>
#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <map>
#include <sstream>

#include "core/aggregate/report/report.h"
#include "core/aggregate/views/runstats.h"

namespace flyball::test {

Result<> FullDiskLedger::commit(const LedgerWrite &write)
{
    const Result<> may = m_faults.written();
    return may ? m_inner->commit(write) : may;
}

Result<> FullDiskLedger::readCalls(const CallFilter &filter, CallOrder order, std::int64_t limit,
                                   const std::function<bool(const Call &)> &sink)
{
    if (const Result<> may = m_faults.read(); !may)
        return may;
    return m_inner->readCalls(filter, order, limit, [&](const Call &call) {
        ++m_faults.rowsRead;
        return sink(call);
    });
}

std::string describe(const Totals &t)
{
    std::ostringstream out;
    out << "calls " << t.calls << " errors " << t.errors << " without " << t.callsWithoutUsage << " partial "
        << t.callsPartial << " placeholder " << t.callsPlaceholder << " unpriced " << t.callsUnpriced << " reported "
        << t.callsCostReported << '/' << t.callsReportingCost << ' ' << t.costReported.toDecimal() << " tokens";
    for (const std::int64_t n : t.tokens)
        out << ' ' << n;
    out << " (unpriced " << t.tokensUnpriced << ", cache known " << t.cacheKnownIn << ") USD " << t.cost.usd() << '+'
        << t.cost.picoRemainder();
    return out.str();
}

Totals sumOf(const CellStore &store)
{
    Totals totals;
    store.forEach(INT64_MIN, INT64_MAX, [&](const Cell &cell) { totals += cell.totals; });
    return totals;
}

PipelineBench::PipelineBench() = default;

std::string PipelineBench::path(const std::string &name) const { return m_dir.path().toStdString() + "/" + name; }

void PipelineBench::write(const std::string &name, const std::string &text) const
{
    const std::string full = path(name);
    QDir().mkpath(QString::fromStdString(full.substr(0, full.rfind('/'))));
    std::ofstream(full, std::ios::binary | std::ios::trunc) << text;
}

void PipelineBench::append(const std::string &name, const std::string &text) const
{
    std::ofstream(path(name), std::ios::binary | std::ios::app) << text;
}

void PipelineBench::open()
{
    m_symbols = std::make_unique<SymbolTable>();
    EngineOptions options;
    options.ledgerPath = path("state/ledger.db");
    options.attribution = attribution;
    options.success = success;
    options.openRemote = openRemote;
    auto ledger = Ledger::open(options.ledgerPath, Ledger::Mode::ReadWrite, *m_symbols);
    if (!ledger) {
        std::fprintf(stderr, "%s\n", ledger.error().message.c_str());
        std::abort();
    }
    m_pipeline = std::make_unique<Pipeline>(options, *m_symbols,
                                            std::make_unique<FullDiskLedger>(std::move(*ledger), *this), catalog);
    if (const Result<> loaded = m_pipeline->load([] {}); !loaded) {
        std::fprintf(stderr, "%s\n", loaded.error().message.c_str());
        std::abort();
    }
    for (const SourceConfig &source : sources)
        m_pipeline->addSource(source);
}

void PipelineBench::close()
{
    m_pipeline.reset();
    m_symbols.reset();
}

void PipelineBench::restart()
{
    close();
    open();
}

void PipelineBench::addSource(const std::string &id, const std::string &name, const std::string &kind)
{
    SourceConfig config;
    config.id = id;
    config.kind = kind;
    config.target = path(name);
    sources.push_back(config);
    if (m_pipeline)
        m_pipeline->addSource(config);
}

void PipelineBench::drain()
{
    for (int quiet = 0; quiet < 3;) {
        const bool more = m_pipeline->readSome(1 << 20);
        if (m_pipeline->hasPending() && !m_pipeline->commit())
            return;
        quiet = more ? 0 : quiet + 1;
    }
}

std::vector<Call> PipelineBench::calls()
{
    std::vector<Call> calls;
    CallFilter all;
    all.metered = true;
    const Result<> read = m_pipeline->ledger().readCalls(all, CallOrder::TimeAscending, 0, [&](const Call &call) {
        calls.push_back(call);
        return true;
    });
    if (!read)
        std::abort();
    return calls;
}

std::string PipelineBench::disagreement()
{
    Totals rows;
    Totals ofRuns; // what meters tell is of no run
    ReportBuilder report({}, *m_symbols);
    for (const Call &call : calls()) {
        report.add(call);
        rows.add(call);
        if (!call.metered())
            ofRuns.add(call);
    }
    const auto snapshot = m_pipeline->snapshot();
    std::map<std::string, Totals> sums{{"snapshot.totals", snapshot->totals},
                                       {"snapshot.quarters", sumOf(snapshot->quarters)},
                                       {"snapshot.minutes", sumOf(snapshot->minutes)}};
    for (const Resolution r : {Resolution::Minute, Resolution::Quarter}) {
        Totals &sum = sums[r == Resolution::Minute ? "stored minutes" : "stored quarters"];
        (void)m_pipeline->ledger().loadCells(r, INT64_MIN, INT64_MAX, [&](const Cell &cell) { sum += cell.totals; });
    }
    snapshot->runs.forEach([&](const RunRow &row) { sums["snapshot.runs"] += row.totals; });
    (void)m_pipeline->ledger().loadRuns([&](const RunRow &row) { sums["stored runs"] += row.totals; });
    std::string out;
    for (const auto &[name, sum] : sums)
        if (!(sum == (name.ends_with("runs") ? ofRuns : rows)))
            out += name + ": " + describe(sum) + "\n";
    const std::int64_t reported = report.finish().runs;
    const RunStats window = RunScanner().stats(snapshot->runs, {INT64_MIN, INT64_MAX}).all;
    const std::int64_t shown = window.count + window.open;
    if (snapshot->runCount != reported || shown != reported)
        out += "runs: " + std::to_string(snapshot->runCount) + " counted, " + std::to_string(reported) + " reported, "
               + std::to_string(shown) + " shown\n";
    return out.empty() ? out : "rows: " + describe(rows) + "\n" + out;
}

std::string PipelineBench::byWorkflow()
{
    const auto snapshot = m_pipeline->snapshot();
    std::map<std::string, Totals> sums;
    snapshot->quarters.forEach(INT64_MIN, INT64_MAX, [&](const Cell &cell) {
        sums[text((*snapshot->series)[cell.series].workflow)] += cell.totals;
    });
    std::string out;
    for (const auto &[name, sum] : sums)
        if (!sum.isZero())
            out += (out.empty() ? "" : " ") + name + "=" + std::to_string(sum.calls) + ":"
                   + std::to_string(sum.cost.nanoUsd());
    return out;
}

namespace {

/// A call in words that do not depend on where it was read from.
std::string words(const Call &call, const SymbolTable &symbols)
{
    std::ostringstream out;
    out << toHex(call.group) << ' ' << toHex64(call.sub) << ' ' << toHex(call.run) << ' ' << call.time << ' '
        << call.latencyNs << ' ' << call.cost << '/' << static_cast<int>(call.costOrigin) << ' ' << call.flags << ' '
        << static_cast<int>(call.usage.quality) << " [" << tokensOf(call.usage) << ']';
    for (const Symbol s : {call.model, call.provider, call.request, call.prompt, call.errorType, call.names.workflow,
                           call.names.agent, call.names.step, call.names.session, call.parentAgent})
        out << '|' << symbols.text(s);
    return out.str();
}

std::string sorted(std::vector<std::string> lines)
{
    std::sort(lines.begin(), lines.end());
    std::string out;
    for (const std::string &line : lines)
        out += line + "\n";
    return out;
}

} // namespace

std::string PipelineBench::fresh(const std::vector<std::pair<std::string, std::string>> &kindsAndNames) const
{
    World w;
    for (const auto &[kind, name] : kindsAndNames) {
        std::ifstream file(path(name), std::ios::binary);
        std::ostringstream content;
        content << file.rdbuf();
        w.file(kind, path(name), content.str());
    }
    CallPricer pricer(catalog, w.symbols);
    w.collator.setPricer(pricer);
    std::vector<std::string> lines;
    w.collator.resolveAll([&](const Call &call) { lines.push_back(words(call, w.symbols)); }, [](const RunInfo &) {});
    return sorted(std::move(lines));
}

std::string PipelineBench::stored()
{
    std::vector<std::string> lines;
    for (const Call &call : calls())
        lines.push_back(words(call, *m_symbols));
    return sorted(std::move(lines));
}

std::string traceId(unsigned trace)
{
    OtlpSpan span;
    span.trace = trace;
    const std::string text = spanText(span);
    return text.substr(text.find("traceId\":\"") + 10, 32);
}

} // namespace flyball::test
