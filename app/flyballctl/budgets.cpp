// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/flyballctl/budgets.h"

#include "app/flyballctl/textout.h"

namespace flyball::ctl {

namespace {

using Json = nlohmann::ordered_json;

/// All twelve decimals, less the zeros behind the cents.
std::string exactUsd(PicoUsd pico)
{
    const bool negative = pico < 0;
    const auto size = negative ? 0 - static_cast<std::uint64_t>(pico) : static_cast<std::uint64_t>(pico);
    std::string part = std::to_string(size % std::uint64_t{kPicoPerUsd});
    part.insert(0, 12 - part.size(), '0');
    part.erase(std::max<std::size_t>(2, part.find_last_not_of('0') + 1));
    return (negative ? "-" : "") + std::to_string(size / std::uint64_t{kPicoPerUsd}) + '.' + part;
}

Json money(const std::optional<PicoUsd> &pico) { return pico ? Json(exactUsd(*pico)) : Json(nullptr); }
Json time(TimeNs at) { return at == kNoTime ? Json(nullptr) : Json(formatRfc3339(at)); }
Json text(const std::string &words) { return words.empty() ? Json(nullptr) : Json(words); }
std::string cell(const std::optional<PicoUsd> &pico) { return pico ? exactUsd(*pico) : "unknown"; }

} // namespace

Json budgetsJson(const GatewayBudgets &budgets, TimeNs now)
{
    Json list = Json::array();
    for (const GatewayBudget &one : budgets.list)
        list.push_back({{"scope", nameOf(one.scope)},
                        {"id", one.id},
                        {"name", text(one.name)},
                        {"workflow", text(one.workflow)},
                        {"model", text(one.model)},
                        {"spent_usd", money(one.spent)},
                        {"cap_usd", money(one.cap)},
                        {"soft_usd", money(one.soft)},
                        {"left_usd", money(one.left)},
                        {"uncapped", one.uncapped},
                        {"period", text(one.period)},
                        {"reset_at", time(one.resetAt)},
                        {"reset_about", one.resetAbout}});
    return {{"at", time(budgets.at)},
            {"stale", budgets.stale(now)},
            {"problem", text(budgets.problem)},
            {"note", text(budgets.note)},
            {"total", budgets.known() ? Json(budgets.total) : Json(nullptr)},
            {"list", list}};
}

std::string budgetsText(const GatewayBudgets &budgets)
{
    TextTable table({"budget of", "name", "spent", "cap", "left", "period", "reset"});
    for (const GatewayBudget &one : budgets.list)
        table.add({std::string(nameOf(one.scope)),
                   (one.name.empty() ? one.id : one.name) + (one.model.empty() ? "" : ", " + one.model),
                   cell(one.spent), one.uncapped ? "none" : cell(one.cap), one.uncapped ? "no end" : cell(one.left),
                   one.period, one.resetAt == kNoTime ? "" : (one.resetAbout ? "~" : "") + formatRfc3339(one.resetAt)});
    return budgets.list.empty() ? std::string() : table.text();
}

} // namespace flyball::ctl
