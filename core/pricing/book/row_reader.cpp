// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/pricing/book/readers.h"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace flyball {

namespace {

/// Rates of classes that no usage record here carries; allowed in files, not used.
constexpr std::array<std::string_view, 5> kOtherUnits = {"input_image", "input_video", "output_image", "output_video",
                                                         "output_citation"};

std::optional<std::int32_t> minuteOfDay(const Json &value)
{
    if (!value.is_string())
        return std::nullopt;
    const auto &text = value.get_ref<const std::string &>();
    const auto digit = [&text](std::size_t i) { return text[i] >= '0' && text[i] <= '9' ? text[i] - '0' : 99; };
    if (text.size() != 5 || text[2] != ':')
        return std::nullopt;
    const std::int32_t hour = digit(0) * 10 + digit(1), minute = digit(3) * 10 + digit(4);
    if (hour > 24 || minute > 59 || hour * 60 + minute > 1440)
        return std::nullopt;
    return hour * 60 + minute;
}

Result<> readTimes(const Json &object, const Place &place, PriceRow &row)
{
    for (const auto &[key, target] : {std::pair{"from", &row.from}, std::pair{"until", &row.until}}) {
        if (!object.contains(key))
            continue;
        const Result<TimeNs> time = readDate(object[key], place.at(key));
        if (!time)
            return time.error();
        *target = *time;
    }
    if (object.contains("hours_utc")) {
        const Json &hours = object["hours_utc"];
        const bool pair = hours.is_array() && hours.size() == 2;
        const auto from = pair ? minuteOfDay(hours[0]) : std::nullopt;
        const auto until = pair ? minuteOfDay(hours[1]) : std::nullopt;
        if (!from || !until)
            return place.at("hours_utc").error("is not a pair like [\"16:30\", \"00:30\"]");
        row.minuteFrom = *from;
        row.minuteUntil = *until;
    }
    if (object.contains("weekdays_utc")) {
        static constexpr std::array<std::string_view, 7> kDays = {"mon", "tue", "wed", "thu", "fri", "sat", "sun"};
        row.weekdays = 0;
        for (const Json &day : object["weekdays_utc"]) {
            const auto found = day.is_string()
                                   ? std::find(kDays.begin(), kDays.end(), day.get_ref<const std::string &>())
                                   : kDays.end();
            if (found == kDays.end())
                return place.at("weekdays_utc").error("is not a list of mon..sun");
            row.weekdays = static_cast<std::uint8_t>(row.weekdays | (1U << (found - kDays.begin())));
        }
    }
    return {};
}

Result<RateSet> readRateSet(const Json &object, const Place &place)
{
    RateSet set;
    if (!object.contains("rates"))
        return place.at("rates").error("is missing");
    const Result<Rates> standard = readRates(object["rates"], place.at("rates"));
    if (!standard)
        return standard.error();
    set.standard = *standard;
    if (object.contains("service")) {
        const Json &service = object["service"];
        if (!service.is_object())
            return place.at("service").error("is not an object");
        for (const auto &[name, rates] : service.items()) {
            const ServiceTier tier = serviceTierOf(name);
            if (tier == ServiceTier::Standard || tier == ServiceTier::Unknown)
                return place.at("service").at(name).error("is not batch, flex or priority");
            const Result<Rates> read = readRates(rates, place.at("service").at(name));
            if (!read)
                return read.error();
            set.service.emplace_back(tier, *read);
        }
    }
    return set;
}

Result<> readTiers(const Json &object, const Place &place, PriceRow &row)
{
    if (!object.contains("tiers"))
        return {};
    const Json &tiers = object["tiers"];
    if (!tiers.is_array() || tiers.size() > kMaxTiers)
        return place.at("tiers").error("is not a list of at most 7 tiers");
    for (std::size_t i = 0; i < tiers.size(); ++i) {
        const Place here = place.at("tiers").at(i);
        const Json &tier = tiers[i];
        if (!tier.is_object() || !tier.contains("above") || !tier["above"].is_number_integer()
            || tier["above"].get<std::int64_t>() < 0)
            return here.at("above").error("is not a token count");
        ContextTier out;
        out.above = tier["above"].get<std::int64_t>();
        out.inclusive = tier.value("inclusive", Json(false)) == Json(true);
        Result<RateSet> rates = readRateSet(tier, here);
        if (!rates)
            return rates.error();
        out.rates = std::move(rates).value();
        if (!row.tiers.empty() && row.tiers.back().above >= out.above)
            return here.at("above").error("does not ascend");
        row.tiers.push_back(std::move(out));
    }
    return {};
}

Result<> readFees(const Json &object, const Place &place, PriceRow &row)
{
    if (!object.contains("fees"))
        return {};
    const Json &fees = object["fees"];
    if (!fees.is_object())
        return place.at("fees").error("is not an object");
    for (const auto &[name, value] : fees.items()) {
        if (name != "web_search" && name != "request")
            return place.at("fees").at(name).error("is not a known fee");
        const Result<AttoUsd> fee = readRate(value, place.at("fees").at(name), {15, false, kMaxFee});
        if (!fee)
            return fee.error();
        (name == "request" ? row.requestFee : row.webSearchFee) = *fee;
    }
    return {};
}

} // namespace

Result<PriceRow> readRow(const Json &object, const Place &place)
{
    if (!object.is_object())
        return place.error("is not an object");
    PriceRow row;
    if (const auto currency = checkCurrency(object, place); !currency)
        return currency.error();
    Result<RateSet> rates = readRateSet(object, place);
    if (!rates)
        return rates.error();
    row.rates = std::move(rates).value();
    for (const auto read : {readTimes, readTiers, readFees}) {
        if (const auto done = read(object, place, row); !done)
            return done.error();
    }
    return row;
}

Result<Rates> readRates(const Json &object, const Place &place)
{
    if (!object.is_object())
        return place.error("is not an object of rates");
    Rates rates;
    for (const auto &[name, value] : object.items()) {
        if (std::find(kOtherUnits.begin(), kOtherUnits.end(), name) != kOtherUnits.end())
            continue;
        const auto found = std::find(kRateKeyNames.begin(), kRateKeyNames.end(), name);
        if (found == kRateKeyNames.end())
            return place.at(name).error("is not a known rate");
        const Result<AttoUsd> rate = readRate(value, place.at(name), {});
        if (!rate)
            return rate.error();
        rates.atto[static_cast<std::size_t>(found - kRateKeyNames.begin())] = *rate;
    }
    return rates;
}

} // namespace flyball
