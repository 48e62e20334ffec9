// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/pricing/overrides.h"

#include "core/base/wholefile.h"
#include "core/pricing/book/readers.h"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace flyball {

namespace {

Result<> checkOverride(const PriceOverride &entry, const Place &place)
{
    if (normaliseName(entry.model).empty() || entry.model.size() > kMaxNameLength
        || entry.provider.size() > kMaxNameLength)
        return place.at("model").error("is missing or too long");
    if (entry.kind == PriceOverride::Kind::SameAs) {
        if (normaliseName(entry.sameAsModel).empty())
            return place.at("same_as").at("model").error("is missing");
        if (normaliseName(entry.sameAsModel) == normaliseName(entry.model)
            && normaliseName(entry.sameAsProvider) == normaliseName(entry.provider))
            return place.at("same_as").error("names the model itself");
    }
    if (entry.kind == PriceOverride::Kind::Rates) {
        if (!entry.rates.has(RateKey::Input) && !entry.rates.has(RateKey::Output))
            return place.at("rates").error("has neither an input nor an output rate");
        for (std::size_t i = 0; i < kRateKeys; ++i) {
            if (entry.rates.atto[i] > kMaxRate || entry.rates.atto[i] < kNoRate)
                return place.at("rates").at(kRateKeyNames[i]).error("is out of bounds", ErrorCode::OutOfRange);
        }
    }
    return {};
}

Result<PriceOverride> readOverride(const Json &object, const Place &place)
{
    if (!object.is_object())
        return place.error("is not an object");
    if (const auto currency = checkCurrency(object, place); !currency)
        return currency.error();
    PriceOverride entry;
    for (const auto &[key, target] :
         {std::pair{"provider", &entry.provider}, std::pair{"model", &entry.model}, std::pair{"note", &entry.note}}) {
        Result<std::string> text = readText(object, key, place);
        if (!text)
            return text.error();
        *target = std::move(text).value();
    }
    const bool free = object.value("free", Json(false)) == Json(true);
    const int kinds = (free ? 1 : 0) + (object.contains("same_as") ? 1 : 0) + (object.contains("rates") ? 1 : 0);
    if (kinds != 1)
        return place.error("needs exactly one of rates, same_as or free");
    if (object.contains("from")) {
        const Result<TimeNs> from = readDate(object["from"], place.at("from"));
        if (!from)
            return from.error();
        entry.from = *from;
    }
    if (free) {
        entry.kind = PriceOverride::Kind::Free;
    } else if (object.contains("same_as")) {
        const Json &target = object["same_as"];
        const Place here = place.at("same_as");
        entry.kind = PriceOverride::Kind::SameAs;
        if (!target.is_object())
            return here.error("is not an object with provider and model");
        Result<std::string> provider = readText(target, "provider", here);
        Result<std::string> model = readText(target, "model", here);
        if (!provider || !model)
            return provider ? model.error() : provider.error();
        entry.sameAsProvider = std::move(provider).value();
        entry.sameAsModel = std::move(model).value();
    } else {
        const Result<Rates> rates = readRates(object["rates"], place.at("rates"));
        if (!rates)
            return rates.error();
        entry.rates = *rates;
    }
    if (const auto valid = checkOverride(entry, place); !valid)
        return valid.error();
    return entry;
}

Result<std::vector<PriceOverride>> readList(const Json &root, const char *key, const Place &place)
{
    std::vector<PriceOverride> out;
    if (!root.contains(key))
        return out;
    const Json &list = root[key];
    if (!list.is_array())
        return place.at(key).error("is not a list");
    for (std::size_t i = 0; i < list.size(); ++i) {
        Result<PriceOverride> entry = readOverride(list[i], place.at(key).at(i));
        if (!entry)
            return entry.error();
        out.push_back(std::move(entry).value());
    }
    return out;
}

Json toJsonList(const std::vector<PriceOverride> &entries)
{
    Json list = Json::array();
    for (const PriceOverride &entry : entries) {
        Json object = {{"model", entry.model}};
        if (!entry.provider.empty())
            object["provider"] = entry.provider;
        if (!entry.note.empty())
            object["note"] = entry.note;
        if (entry.from != kNoTime)
            object["from"] = formatRfc3339(entry.from);
        if (entry.kind == PriceOverride::Kind::Free) {
            object["free"] = true;
        } else if (entry.kind == PriceOverride::Kind::SameAs) {
            object["same_as"] = {{"provider", entry.sameAsProvider}, {"model", entry.sameAsModel}};
        } else {
            Json &rates = object["rates"] = Json::object();
            for (std::size_t i = 0; i < kRateKeys; ++i) {
                if (entry.rates.atto[i] >= 0)
                    rates[std::string(kRateKeyNames[i])] = formatDecimal(entry.rates.atto[i], 12);
            }
        }
        list.push_back(std::move(object));
    }
    return list;
}

bool sameName(const PriceOverride &entry, std::string_view provider, std::string_view model)
{
    return normaliseName(entry.provider) == normaliseName(provider)
           && normaliseName(entry.model) == normaliseName(model);
}

} // namespace

Result<OverrideStore> OverrideStore::fromJson(std::string_view json, std::string_view nameForErrors)
{
    const Result<Json> root = parseJson(json, nameForErrors);
    if (!root)
        return root.error();
    const Place place(nameForErrors);
    if (!root->is_object() || !root->contains("models"))
        return place.at("models").error("is missing");
    if (const auto currency = checkCurrency(*root, place); !currency)
        return currency.error();
    OverrideStore store;
    for (const auto &[key, target] :
         {std::pair{"models", &store.m_entries}, std::pair{"previous", &store.m_previous}}) {
        Result<std::vector<PriceOverride>> list = readList(*root, key, place);
        if (!list)
            return list.error();
        *target = std::move(list).value();
    }
    return store;
}

Result<OverrideStore> OverrideStore::load(const std::string &path)
{
    Result<std::string> text = readWholeFile(path);
    if (!text)
        return text.error().code == ErrorCode::NotFound ? Result<OverrideStore>(OverrideStore()) : text.error();
    return fromJson(*text, fileName(path));
}

std::string OverrideStore::toJson() const
{
    const Json root = {{"format", "flyball.overrides/1"},
                       {"currency", "USD"},
                       {"models", toJsonList(m_entries)},
                       {"previous", toJsonList(m_previous)}};
    return root.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

Result<> OverrideStore::save(const std::string &path) const { return writeFileAtomically(path, toJson()); }

Result<> OverrideStore::set(PriceOverride entry)
{
    if (const auto valid = checkOverride(entry, Place("override")); !valid)
        return valid;
    m_previous = m_entries;
    const auto same = std::find_if(m_entries.begin(), m_entries.end(), [&entry](const PriceOverride &old) {
        return sameName(old, entry.provider, entry.model) && old.from == entry.from;
    });
    if (same == m_entries.end())
        m_entries.push_back(std::move(entry));
    else
        *same = std::move(entry);
    return {};
}

bool OverrideStore::remove(std::string_view provider, std::string_view model)
{
    std::vector<PriceOverride> kept = m_entries;
    std::erase_if(kept, [&](const PriceOverride &entry) { return sameName(entry, provider, model); });
    if (kept.size() == m_entries.size())
        return false;
    m_previous = std::exchange(m_entries, std::move(kept));
    return true;
}

void OverrideStore::revert() { std::swap(m_entries, m_previous); }

} // namespace flyball
