// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/flyballctl/prices.h"

#include "app/flyballctl/commands.h"
#include "app/flyballctl/sourcelist.h"
#include "app/flyballctl/textout.h"
#include "core/aggregate/report/report.h"
#include "core/base/time.h"

namespace flyball::ctl {

using Json = nlohmann::ordered_json;

Json ratesJson(const Rates &rates)
{
    Json out = Json::object();
    for (std::size_t i = 0; i < kRateKeys; ++i)
        if (rates.atto[i] >= 0)
            out[std::string(kRateKeyNames[i])] = formatDecimal(rates.atto[i], 12);
    return out;
}

const PriceRow *rowAt(const PriceMatch &match, TimeNs at)
{
    for (const auto &list : match.lists)
        for (auto row = list->rows.rbegin(); row != list->rows.rend(); ++row)
            if (at == kNoTime ? row->until == kNoTime : row->holdsAt(at))
                return &*row;
    return nullptr;
}

namespace {

constexpr const char *kHelp =
    "Usage: flyballctl prices show | find MODEL | import FILE  [options]\n"
    "\n"
    "  show             the price lists in force, their dates, and the operator's own prices\n"
    "  find MODEL       what one model costs and which row says so\n"
    "    --provider P   as the traces name it (default: told from the name)\n"
    "    --at T         at a time (default: now), such as 2026-11-21\n"
    "  import FILE      puts the prices of a file over the built-in book, for good; prints what changes\n"
    "    --yes          also when a known price changes more than five-fold\n"
    "    --lenient      exit 0 although some entries were left out\n"
    "  --prices FILE    show and find: price file over the built-in book\n"
    "  --format F       table (default) or json\n"
    "\n"
    "FILE is a price book, an override file or LiteLLM's model_prices_and_context_window.json.\n"
    "\n"
    "Example: flyballctl prices find claude-sonnet-4-5 --provider anthropic --format json\n";

Json booksJson(const PriceCatalog &catalog)
{
    Json books = Json::array();
    for (const BookInfo &book : catalog.books())
        books.push_back({{"name", book.name},
                         {"source", book.source},
                         {"version", book.version},
                         {"date", book.date},
                         {"licence", book.licence}});
    return books;
}

int show(const PriceCatalog &catalog, bool json)
{
    Json own = Json::array();
    TextTable ownTable({"own price of", "provider", "is"});
    for (const PriceOverride &entry : catalog.overrides()) {
        Json row = {{"provider", entry.provider}, {"model", entry.model}};
        if (entry.from != kNoTime)
            row["from"] = formatRfc3339(entry.from);
        if (entry.kind == PriceOverride::Kind::Free)
            row["free"] = true;
        else if (entry.kind == PriceOverride::Kind::SameAs)
            row["same_as"] = {{"provider", entry.sameAsProvider}, {"model", entry.sameAsModel}};
        else
            row["rates"] = ratesJson(entry.rates);
        ownTable.add({entry.model, entry.provider.empty() ? "(any)" : entry.provider,
                      row.contains("free")      ? "free"
                      : row.contains("same_as") ? "as " + entry.sameAsModel
                                                : row["rates"].dump()});
        own.push_back(std::move(row));
    }
    if (json) {
        printJson({{"version", catalog.version()},
                   {"date", catalog.date()},
                   {"models", catalog.modelCount()},
                   {"books", booksJson(catalog)},
                   {"overrides", own},
                   {"warnings", catalog.warnings()}});
        return kOk;
    }
    TextTable books({"list", "version", "date", "source"});
    for (const BookInfo &book : catalog.books())
        books.add({book.name, book.version, book.date, book.source});
    print(books.text() + std::to_string(catalog.modelCount()) + " models; USD per million tokens\n");
    if (!catalog.overrides().empty())
        print(ownTable.text());
    for (const std::string &warning : catalog.warnings())
        print("warning: " + safeText(warning) + "\n");
    return kOk;
}

Json tiersJson(const PriceRow &row)
{
    Json tiers = Json::array();
    for (const ContextTier &tier : row.tiers)
        tiers.push_back({{"above_input_tokens", tier.above},
                         {"inclusive", tier.inclusive},
                         {"rates", ratesJson(tier.rates.standard)}});
    return tiers;
}

int find(const PriceCatalog &catalog, const std::string &model, const std::string &provider, TimeNs at, bool json)
{
    const PriceMatch match = catalog.match(provider, model);
    const PriceRow *row = match.found() ? rowAt(match, at) : nullptr;
    const Unpriced reason = !match.found() ? match.status : row ? Unpriced::No : Unpriced::NoRateAtTime;
    Json out = {{"model", model}, {"provider", provider}, {"at", formatRfc3339(at)}, {"priced", row != nullptr}};
    if (row) {
        out["rule"] = catalog.describeRule(row->ruleId);
        out["assumed"] = describeFlags(match.flags);
        out["usd_per_million"] = ratesJson(row->rates.standard);
        out["tiers"] = tiersJson(*row);
    } else {
        out["reason"] = std::string(unpricedReason(reason));
        out["nearest"] = catalog.nearestName(model);
    }
    if (json) {
        printJson(out);
        return kOk;
    }
    if (!row) {
        const std::string nearest = out["nearest"].get<std::string>();
        print("no price for " + safeText(model) + ": " + out["reason"].get<std::string>()
              + (nearest.empty() ? "" : "; the nearest name is " + safeText(nearest)) + "\n");
        return kOk;
    }
    print(safeText(out["rule"].get<std::string>()) + "\n");
    if (match.flags != 0)
        print("assumed: " + describeFlags(match.flags) + "\n");
    TextTable table({"class", "USD per million tokens"});
    for (const auto &[name, rate] : out["usd_per_million"].items())
        table.add({name, rate.get<std::string>()});
    for (const ContextTier &tier : row->tiers)
        table.add({std::string(tier.inclusive ? "from " : "above ") + std::to_string(tier.above) + " input tokens",
                   ratesJson(tier.rates.standard).dump()});
    print(table.text());
    return kOk;
}

/// Options that belong to another action of the command, or an empty text.
std::string misplaced(const Arguments &arguments, const std::string &action)
{
    static const std::vector<std::pair<std::string, std::string>> owners = {
        {"--provider", "find"}, {"--at", "find"}, {"--yes", "import"}, {"--lenient", "import"}};
    for (const auto &[option, owner] : owners)
        if (arguments.has(option) && action != owner)
            return option + " belongs to prices " + owner;
    if (arguments.has("--prices") && action == "import")
        return "--prices does not go with prices import: name the file itself";
    return {};
}

int run(const std::vector<std::string> &words)
{
    auto arguments = Arguments::parse(words, {{"--format", true},
                                              {"--provider", true},
                                              {"--at", true},
                                              {"--prices", true},
                                              {"--yes", false},
                                              {"--lenient", false}});
    if (!arguments)
        return unusable(arguments.error());
    const std::string format = arguments->value("--format", "table");
    if (format != "json" && format != "table")
        return unusable("--format is json or table, not '" + format + "'");
    const std::vector<std::string> &rest = arguments->words();
    const std::string action = rest.empty() ? "" : rest[0];
    if (action != "show" && action != "find" && action != "import")
        return unusable("prices needs show, find MODEL or import FILE"
                        + (action.empty() ? "" : ", not '" + action + "'"));
    if (const std::string wrong = misplaced(*arguments, action); !wrong.empty())
        return unusable(wrong);
    if (rest.size() != (action == "show" ? 1U : 2U))
        return unusable(action == "show" ? "prices show takes no further words"
                                         : "prices " + action + " needs one name");
    if (action == "import")
        return importPrices(*arguments, format == "json");
    const auto catalog = loadCatalog(arguments->value("--prices"));
    if (!catalog)
        return unusable(catalog.error());
    if (action == "show")
        return show(**catalog, format == "json");
    TimeNs at = wallClockNow();
    if (arguments->has("--at")) {
        const auto when = parseWhen(arguments->value("--at"), Zone());
        if (!when)
            return unusable("--at: " + when.error().message);
        at = *when;
    }
    return find(**catalog, rest[1], arguments->value("--provider"), at, format == "json");
}

} // namespace

const Command &pricesCommand()
{
    static const Command command{"prices", "show, look up and import prices", kHelp, run};
    return command;
}

} // namespace flyball::ctl
