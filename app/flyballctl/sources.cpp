// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <fstream>
#include <map>
#include <sys/stat.h>
#include <unistd.h>

#include "app/flyballctl/arguments.h"
#include "app/flyballctl/budgets.h"
#include "app/flyballctl/commands.h"
#include "app/flyballctl/configfile.h"
#include "app/flyballctl/qtprocess.h"
#include "app/flyballctl/sourcelist.h"
#include "app/flyballctl/textout.h"
#include "core/aggregate/report/report.h"
#include "core/engine/paths.h"
#include "core/gateways/registry.h"
#include "core/keys/keychain.h"
#include "core/sources/detect.h"

namespace flyball::ctl {

namespace {

using Json = nlohmann::ordered_json;

constexpr const char *kHelp =
    "Usage: flyballctl sources detect | list | test SOURCE | raw SOURCE  [--format json|table]\n"
    "                          [--most N] [--only TEXT]\n"
    "\n"
    "  detect           folders where known tools keep traces; opens none of their files\n"
    "  list             the sources of the app's config.json and whether they can be read\n"
    "  test SOURCE      reads a source once and says what is in it; stores nothing\n"
    "  raw SOURCE       what a source says right now and what is made of each piece of it:\n"
    "                   series of metrics, rows of a log, the last records of a file\n"
    "  --most N         at most so many rows (raw; 0: all; else 100 in a table, all in JSON)\n"
    "  --only TEXT      rows with this text in them (raw)\n"
    "\n"
    "Exit 3 when parts of a tested source were rejected.\n"
    "\n"
    "Example: flyballctl sources test otlp-json:spans.jsonl --format json\n";

int detect(bool json)
{
    const std::vector<DetectedSource> found = detectLocalSources(DetectEnvironment::ofProcess());
    Json list = Json::array();
    TextTable table({"kind", "folder", "files", "size", "newest"});
    for (const DetectedSource &source : found) {
        list.push_back({{"kind", source.kind},
                        {"target", source.root},
                        {"files", source.files},
                        {"bytes", source.bytes},
                        {"oldest_change", formatRfc3339(source.oldestMtimeNs)},
                        {"newest_change", formatRfc3339(source.newestMtimeNs)}});
        table.add({source.kind, source.root, std::to_string(source.files), bytesText(source.bytes),
                   formatRfc3339(source.newestMtimeNs / kSecond * kSecond)});
    }
    if (json)
        printJson({{"sources", list}});
    else
        print(found.empty() ? "no local traces found\n" : table.text());
    return kOk;
}

std::string stateOf(const SourceConfig &source)
{
    if (remoteKind(source.kind) != nullptr)
        return source.paused ? "paused" : "ready"; // asked with `sources test`
    struct stat info {};
    if (::stat(source.target.c_str(), &info) != 0)
        return "missing";
    if (::access(source.target.c_str(), S_ISDIR(info.st_mode) ? R_OK | X_OK : R_OK) != 0)
        return "unreadable";
    return source.paused ? "paused" : "ready";
}

int list(bool json)
{
    const auto config = readConfigFile(Paths::fromEnvironment().configFile());
    if (!config)
        return unusable(config.error());
    Json all = Json::array();
    TextTable table({"id", "kind", "target", "state"});
    for (const SourceConfig &source : config->sources) {
        all.push_back({{"id", source.id},
                       {"kind", source.kind},
                       {"target", source.target},
                       {"paused", source.paused},
                       {"state", stateOf(source)}});
        table.add({source.id, source.kind.empty() ? "(detected)" : source.kind, source.target, stateOf(source)});
    }
    if (json)
        printJson({{"sources", all}});
    else
        print(config->sources.empty() ? "no sources configured\n" : table.text());
    return kOk;
}

/// What reading a source once says about it.
struct Trial {
    std::map<std::string, std::int64_t> kinds; ///< files by format
    std::int64_t skipped = 0;                  ///< files that no format claims
    std::int64_t bytes = 0;
    std::int64_t unfinished = 0; ///< files whose last line has no end yet: it counts once it has
    Coverage coverage;
    Report report;
};

bool endsInMidLine(const ScanFile &file)
{
    std::ifstream stream(file.path, std::ios::binary | std::ios::ate);
    char last = '\n';
    if (file.path.ends_with(".gz") || stream.tellg() <= 0)
        return false;
    stream.seekg(-1, std::ios::end);
    stream.get(last);
    return last != '\n';
}

Result<Trial> tryOut(const std::string &word)
{
    auto spec = parseSource(word);
    if (!spec)
        return spec.error();
    auto catalog = loadCatalog({});
    if (!catalog)
        return catalog.error();
    SymbolTable symbols;
    Trial trial;
    auto found = findTargets(*spec, symbols, trial.skipped);
    if (!found)
        return found.error();
    const std::vector<ScanTarget> targets = dropRepeated(std::move(*found));
    for (const ScanTarget &target : targets) {
        ++trial.kinds[std::string(target.format->kind)];
        trial.bytes += target.file.size;
        trial.unfinished += endsInMidLine(target.file) ? 1 : 0;
    }
    CallPricer pricer(*catalog, symbols);
    Collator collator(symbols, pricer);
    if (const Result<> read = scan(targets, ScanOptions(), collator); !read)
        return read.error();
    ReportBuilder builder(ReportOptions(), symbols);
    collator.resolveAll([&](const Call &call) { builder.add(call); }, [](const RunInfo &) {});
    trial.report = builder.finish();
    trial.coverage = collator.coverage();
    return trial;
}

int testRemote(const SourceConfig &config, const std::string &word, bool json)
{
    const QtProcess qt;
    const std::shared_ptr<Keychain> keychain = useSystemKeychain();
    const Result<RemoteTrial> trial = tryRemoteSource(config);
    if (!trial)
        return unusable(trial.error());
    const GatewayBudgets *budgets = trial->budgets.get();
    if (json)
        printJson({{"source", word},
                   {"readable", true},
                   {"answer", trial->answer},
                   {"budgets", budgets ? budgetsJson(*budgets, wallClockNow()) : Json(nullptr)}});
    else
        print(trial->answer + '\n' + (budgets ? budgetsText(*budgets) : std::string()));
    return kOk;
}

int test(const std::string &word, bool json)
{
    if (const auto remote = parseRemoteSource(word))
        return *remote ? testRemote(**remote, word, json) : unusable(remote->error());
    const auto trial = tryOut(word);
    if (!trial)
        return unusable(trial.error());
    const auto when = [](TimeNs t) { return t == kNoTime ? Json(nullptr) : Json(formatRfc3339(t)); };
    const Report &report = trial->report;
    if (json) {
        printJson({{"source", word},
                   {"readable", true},
                   {"files", Json(trial->kinds)},
                   {"files_skipped", trial->skipped},
                   {"bytes", trial->bytes},
                   {"lines", trial->coverage.lines},
                   {"calls", report.totals.calls},
                   {"calls_without_usage", report.totals.callsWithoutUsage},
                   {"calls_unpriced", report.totals.callsUnpriced},
                   {"first", when(report.first)},
                   {"last", when(report.last)},
                   {"files_unfinished", trial->unfinished},
                   {"ignored", trial->coverage.ignored},
                   {"rejected", Json(trial->coverage.rejects)}});
    } else {
        TextTable table({"what", "found"});
        for (const auto &[kind, count] : trial->kinds)
            table.add({"files of " + kind, std::to_string(count)});
        table.add({"other files", std::to_string(trial->skipped)});
        table.add({"size", bytesText(trial->bytes)});
        table.add({"lines", std::to_string(trial->coverage.lines)});
        table.add({"calls", std::to_string(report.totals.calls)});
        table.add({"without counts", std::to_string(report.totals.callsWithoutUsage)});
        table.add({"without price", std::to_string(report.totals.callsUnpriced)});
        if (trial->unfinished > 0)
            table.add({"last line unfinished", std::to_string(trial->unfinished) + " files: not counted yet"});
        if (report.first != kNoTime)
            table.add({"events", formatRfc3339(report.first) + " to " + formatRfc3339(report.last)});
        for (const auto &[reason, count] : trial->coverage.rejects)
            table.add({"rejected: " + reason, std::to_string(count)});
        print(table.text());
    }
    return trial->coverage.rejected > 0 ? kPartly : kOk;
}

const char *nameOf(RawTone tone)
{
    switch (tone) {
    case RawTone::Counts:
        return "counts";
    case RawTone::Known:
        return "known";
    case RawTone::Unknown:
        return "unknown";
    case RawTone::Bad:
        return "refused";
    }
    return "";
}

bool has(const RawRow &row, const std::string &text)
{
    return row.meaning.find(text) != std::string::npos
           || std::any_of(row.cells.begin(), row.cells.end(),
                          [&](const std::string &cell) { return cell.find(text) != std::string::npos; });
}

void printRaw(const RawPage &page, const std::vector<const RawRow *> &rows, std::size_t matching)
{
    std::vector<std::string> head = page.columns;
    head.emplace_back("What is made of it");
    TextTable table(head);
    const auto shortened = [](const std::string &text) {
        constexpr std::size_t kMost = 100; // the whole is in the JSON
        return text.size() <= kMost ? text : text.substr(0, kMost) + "...";
    };
    for (const RawRow *row : rows) {
        std::vector<std::string> cells;
        for (const std::string &cell : row->cells)
            cells.push_back(shortened(cell));
        cells.push_back(shortened(row->meaning));
        table.add(std::move(cells));
    }
    std::string text = rows.empty() ? std::string() : table.text();
    text += std::to_string(rows.size()) + " of " + std::to_string(matching) + " rows shown, " + bytesText(page.bytes)
            + " in " + std::to_string(page.took / 1'000'000) + " ms\n";
    for (const std::string &note : page.notes)
        text += safeText(note) + '\n';
    print(text);
}

void printRawJson(const RawPage &page, const std::vector<const RawRow *> &rows, const std::string &word)
{
    Json all = Json::array();
    for (const RawRow *row : rows) {
        Json one;
        for (std::size_t i = 0; i < page.columns.size(); ++i)
            one[page.columns[i]] = row->cells[i];
        one["meaning"] = row->meaning;
        one["is"] = nameOf(row->tone);
        all.push_back(std::move(one));
    }
    Json is;
    for (const RawTone tone : {RawTone::Counts, RawTone::Known, RawTone::Unknown, RawTone::Bad})
        is[nameOf(tone)] = page.count(tone);
    printJson({{"source", word},
               {"at", formatRfc3339(page.at)},
               {"took_ms", page.took / 1'000'000},
               {"bytes", page.bytes},
               {"total", page.total},
               {"truncated", page.truncated()},
               {"is", is},
               {"notes", page.notes},
               {"rows", all}});
}

int browse(const std::string &word, bool json, int most, const std::string &only)
{
    SourceConfig config;
    if (const auto remote = parseRemoteSource(word)) {
        if (!*remote)
            return unusable(remote->error());
        config = **remote;
    } else {
        const auto spec = parseSource(word);
        if (!spec)
            return unusable(spec.error());
        config.kind = spec->kind;
        config.target = spec->target;
    }
    const QtProcess qt;
    const std::shared_ptr<Keychain> keychain = useSystemKeychain();
    const Result<RawPage> page = browseSource(config);
    if (!page)
        return unusable(page.error());
    std::vector<const RawRow *> rows;
    std::size_t matching = 0;
    for (const RawRow &row : page->rows) {
        if (!only.empty() && !has(row, only))
            continue;
        ++matching;
        if (most == 0 || rows.size() < static_cast<std::size_t>(most))
            rows.push_back(&row);
    }
    json ? printRawJson(*page, rows, word) : printRaw(*page, rows, matching);
    return kOk;
}

int run(const std::vector<std::string> &words)
{
    auto arguments = Arguments::parse(words, {{"--format", true}, {"--most", true}, {"--only", true}});
    if (!arguments)
        return unusable(arguments.error());
    const std::string format = arguments->value("--format", "table");
    if (format != "json" && format != "table")
        return unusable("--format is json or table, not '" + format + "'");
    const std::vector<std::string> &rest = arguments->words();
    const std::string action = rest.empty() ? "" : rest[0];
    if (action == "test" && rest.size() == 2)
        return test(rest[1], format == "json");
    if (action == "raw" && rest.size() == 2) {
        const auto most = parseCount(arguments->value("--most", format == "json" ? "0" : "100"), 1'000'000);
        return most ? browse(rest[1], format == "json", *most, arguments->value("--only", "")) : unusable(most.error());
    }
    if (action == "test" || action == "raw")
        return unusable("sources " + action + " needs one source");
    if (action != "detect" && action != "list")
        return unusable("sources needs detect, list, test or raw" + (action.empty() ? "" : ", not '" + action + "'"));
    if (rest.size() > 1)
        return unusable("sources " + action + " takes no further words: '" + rest[1] + "'");
    return action == "detect" ? detect(format == "json") : list(format == "json");
}

} // namespace

const Command &sourcesCommand()
{
    static const Command command{"sources", "find, list and test sources", kHelp, run};
    return command;
}

} // namespace flyball::ctl
