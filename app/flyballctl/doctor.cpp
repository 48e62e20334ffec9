// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/flyballctl/doctor.h"

#include "app/flyballctl/arguments.h"
#include "app/flyballctl/commands.h"
#include "app/flyballctl/configfile.h"
#include "app/flyballctl/sourcelist.h"
#include "app/flyballctl/textout.h"
#include "core/base/time.h"
#include "core/sources/detect.h"

namespace flyball::ctl {

namespace {

using Json = nlohmann::ordered_json;

constexpr std::int64_t kOldBookDays = 30;

constexpr const char *kHelp =
    "Usage: flyballctl doctor [--format json|table]\n"
    "\n"
    "Checks folders and file modes, the ledger (structure included: minutes for a large\n"
    "one), config.json, the price book, where the keys of push targets lie, the traces\n"
    "found here, inotify limits and disk space. Shows neither trace content nor secrets and repairs nothing.\n"
    "\n"
    "Exit 0 when all is well or only warned about, 2 when something is broken.\n"
    "\n"
    "Example: flyballctl doctor --format json\n";

const char *word(Finding finding)
{
    switch (finding) {
    case Finding::Ok:
        return "ok";
    case Finding::Warning:
        return "warning";
    case Finding::Broken:
        return "broken";
    }
    return "broken";
}

int run(const std::vector<std::string> &words)
{
    auto arguments = Arguments::parse(words, {{"--format", true}});
    if (!arguments)
        return unusable(arguments.error());
    const std::string format = arguments->value("--format", "table");
    if (format != "json" && format != "table")
        return unusable("--format is json or table, not '" + format + "'");
    if (!arguments->words().empty())
        return unusable("doctor takes no further words: '" + arguments->words()[0] + "'");
    const Paths paths = Paths::fromEnvironment();
    Checks checks;
    checkFolders(paths, checks);
    checkLedger(paths, checks);
    checkConfig(paths, checks);
    checkPrices(paths, checks);
    checkKeys(paths, checks);
    checkTraces(checks);
    checkInotify(checks);
    checkDisk(paths, checks);
    Json list = Json::array();
    TextTable table({"state", "check", "finding"});
    Finding worst = Finding::Ok;
    for (const Check &check : checks) {
        worst = std::max(worst, check.finding);
        Json row = {{"check", check.name}, {"state", word(check.finding)}, {"text", check.text}};
        row.update(check.facts);
        list.push_back(std::move(row));
        table.add({word(check.finding), check.name, check.text});
    }
    if (format == "json")
        printJson({{"version", FLYBALL_VERSION}, {"state", word(worst)}, {"checks", list}});
    else
        print(table.text());
    return worst == Finding::Broken ? kUnusable : kOk;
}

} // namespace

void checkConfig(const Paths &paths, Checks &out)
{
    const std::string path = paths.configFile();
    const auto config = readConfigFile(path);
    Check check{Finding::Ok, "config", {}, {{"path", path}}};
    if (!config) {
        check.finding = Finding::Broken;
        check.text = config.error().message;
    } else if (!config->exists) {
        check.text = "none yet: " + path;
    } else {
        check.text = path + ", " + std::to_string(config->sources.size()) + " sources";
        check.facts["mode"] = modeText(path);
        check.facts["sources"] = config->sources.size();
    }
    out.push_back(std::move(check));
}

void checkPrices(const Paths &paths, Checks &out)
{
    const auto builtIn = loadCatalog({}, false);
    const auto catalog = loadCatalog({});
    if (!builtIn || !catalog) {
        const std::string where = builtIn ? paths.overrides() + ": " : "";
        out.push_back(
            {Finding::Broken, "prices", where + (builtIn ? catalog : builtIn).error().message, Json::object()});
        return;
    }
    Check check{Finding::Ok, "prices", {}, {}};
    const std::string date = (*builtIn)->date();
    check.facts = {{"version", (*catalog)->version()},
                   {"date", date},
                   {"models", (*catalog)->modelCount()},
                   {"overrides", (*catalog)->overrides().size()}};
    check.text = "book " + (*builtIn)->version() + " of " + date + ", " + std::to_string((*catalog)->modelCount())
                 + " models, " + std::to_string((*catalog)->overrides().size()) + " own prices";
    const auto day = parseRfc3339(date + "T00:00:00Z");
    if (!day) {
        check.finding = Finding::Warning;
        check.text += "; its age is not known";
    } else {
        const std::int64_t age = bucketOf(wallClockNow() - *day, kDay);
        check.facts["age_days"] = age;
        if (age > kOldBookDays) {
            check.finding = Finding::Warning;
            check.text += "; " + std::to_string(age) + " days old: newer models and changed prices are missing";
        }
    }
    out.push_back(std::move(check));
}

void checkTraces(Checks &out)
{
    const std::vector<DetectedSource> found = detectLocalSources(DetectEnvironment::ofProcess());
    if (found.empty())
        out.push_back({Finding::Ok, "traces", "none found on this computer", {{"files", 0}}});
    for (const DetectedSource &source : found)
        out.push_back(
            {Finding::Ok,
             "traces",
             source.kind + " " + source.root + ", " + std::to_string(source.files) + " files, "
                 + bytesText(source.bytes),
             {{"kind", source.kind}, {"target", source.root}, {"files", source.files}, {"bytes", source.bytes}}});
}

const Command &doctorCommand()
{
    static const Command command{"doctor", "check this installation", kHelp, run};
    return command;
}

} // namespace flyball::ctl
