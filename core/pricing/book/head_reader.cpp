// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/pricing/book/readers.h"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace flyball {

Result<> readInfo(const Json &root, const Place &place, PriceBook &book)
{
    if (const auto currency = checkCurrency(root, place); !currency)
        return currency;
    if (!root.contains("book"))
        return {};
    const Json &info = root["book"];
    const Place here = place.at("book");
    if (!info.is_object())
        return here.error("is not an object");
    if (const auto currency = checkCurrency(info, here); !currency)
        return currency;
    for (const auto &[key, target] : {std::pair{"source", &book.info.source}, std::pair{"version", &book.info.version},
                                      std::pair{"date", &book.info.date}, std::pair{"licence", &book.info.licence}}) {
        Result<std::string> text = readText(info, key, here);
        if (!text)
            return text.error();
        *target = std::move(text).value();
    }
    if (!book.info.date.empty()) {
        if (const auto date = readDate(info["date"], here.at("date")); !date)
            return date.error();
    }
    book.info.replaces = info.value("replaces", Json(false)) == Json(true);
    return {};
}

namespace {

Result<Factor> readFactor(const Json &value, const Place &place)
{
    if (value == Json(false) || value.is_null())
        return Factor{};
    const Json &x = value.is_object() && value.contains("x") ? value["x"] : value;
    std::optional<Factor> factor;
    if (x.is_string())
        factor = parseFactor(x.get_ref<const std::string &>());
    else if (x.is_number()) {
        const Result<AttoUsd> micro = readRate(x, place, {6, false, 1'000'000'000});
        if (micro)
            factor = parseFactor(formatDecimal(*micro, 6));
    }
    if (!factor)
        return place.error("is not a factor between 1/1000 and 1000");
    factor->onCache = !value.is_object() || value.value("cache", Json(true)) != Json(false);
    return *factor;
}

} // namespace

Result<> readFactors(const Json &root, const Place &place, FactorTables &tables)
{
    const Json multipliers = root.value("multipliers", Json::object());
    for (const auto &[kind, table] : multipliers.items()) {
        const Place here = place.at("multipliers").at(kind);
        static constexpr std::array<std::string_view, 5> kKinds = {"batch", "flex", "priority", "fast", "geo"};
        if (std::find(kKinds.begin(), kKinds.end(), kind) == kKinds.end())
            return here.error("is not a known multiplier");
        const Json entries = table.is_object() ? table : Json{{"default", table}};
        for (const auto &[key, value] : entries.items()) {
            const Result<Factor> factor = readFactor(value, here.at(key));
            if (!factor)
                return factor.error();
            tables.kinds[kind][key] = *factor;
        }
    }
    const Json fees = root.value("fees", Json::object());
    const Json searches = fees.is_object() ? fees.value("web_search", Json::object()) : Json::object();
    for (const auto &[provider, value] : searches.items()) {
        const Result<AttoUsd> fee =
            readRate(value, place.at("fees").at("web_search").at(provider), {15, false, kMaxFee});
        if (!fee)
            return fee.error();
        tables.webSearchFee[provider] = *fee;
    }
    return {};
}

Result<> readNames(const Json &root, const char *key, const Place &place,
                   std::map<std::string, std::string, std::less<>> &out)
{
    const Json names = root.value(key, Json::object());
    for (const auto &[name, id] : names.items()) {
        if (!id.is_string())
            return place.at(key).at(name).error("is not a text");
        out[normaliseName(name)] = id.get<std::string>();
    }
    return {};
}

} // namespace flyball
