// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/pricing/book/readers.h"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace flyball {

namespace {

Result<MatchClause> readClause(const Json &value, const Place &place, bool trusted, int depth = 0)
{
    using Kind = MatchClause::Kind;
    if (value.is_string())
        return MatchClause::text(Kind::Equals, value.get_ref<const std::string &>());
    if (!value.is_object() || value.size() != 1 || depth > 8)
        return place.error("is not a match clause");
    const std::string key = value.begin().key();
    const Json &operand = value.begin().value();
    if (key == "or" || key == "and") {
        if (!operand.is_array() || operand.empty())
            return place.at(key).error("is not a list of clauses");
        std::vector<MatchClause> parts;
        for (const Json &part : operand) {
            Result<MatchClause> clause = readClause(part, place.at(key), trusted, depth + 1);
            if (!clause)
                return clause;
            parts.push_back(std::move(clause).value());
        }
        return MatchClause::group(key == "or" ? Kind::Any : Kind::All, std::move(parts));
    }
    if (!operand.is_string() || operand.get_ref<const std::string &>().empty())
        return place.at(key).error("is not a text");
    const auto &text = operand.get_ref<const std::string &>();
    if (key == "regex") {
        Result<MatchClause> clause = MatchClause::regex(text, trusted);
        return clause ? clause : Result<MatchClause>(place.at(key).error(clause.error().message));
    }
    for (const auto &[name, kind] : {std::pair{"equals", Kind::Equals}, std::pair{"starts_with", Kind::StartsWith},
                                     std::pair{"ends_with", Kind::EndsWith}, std::pair{"contains", Kind::Contains}}) {
        if (key == name)
            return MatchClause::text(kind, text);
    }
    return place.at(key).error("is not a known kind of match clause");
}

Result<ModelEntry> readModel(const Json &object, const Place &place, const std::string &provider, bool trusted)
{
    if (!object.is_object())
        return place.error("is not an object");
    const Result<std::string> id = readText(object, "id", place);
    if (!id)
        return id.error();
    if (id->empty() || id->size() > kMaxNameLength)
        return place.at("id").error("is missing or too long");
    ModelEntry entry;
    entry.prices = std::make_shared<ModelPrices>();
    entry.prices->provider = provider;
    entry.prices->id = *id;
    if (const auto currency = checkCurrency(object, place); !currency)
        return currency.error();
    if (object.contains("context") && object["context"].is_number_integer())
        entry.prices->context = object["context"].get<std::int64_t>();
    Result<MatchClause> clause = object.contains("match")
                                     ? readClause(object["match"], place.at("match"), trusted)
                                     : Result<MatchClause>(MatchClause::text(MatchClause::Kind::Equals, *id));
    if (!clause)
        return clause.error();
    entry.match = std::move(clause).value();
    const Json rows = object.contains("prices") ? object["prices"] : Json::array({object});
    if (!rows.is_array() || rows.empty() || rows.size() > 1000)
        return place.at("prices").error("is not a list of 1 to 1000 rows");
    for (std::size_t i = 0; i < rows.size(); ++i) {
        Result<PriceRow> row = readRow(rows[i], place.at("prices").at(i));
        if (!row)
            return row.error();
        entry.prices->rows.push_back(std::move(row).value());
    }
    return entry;
}

Result<ProviderPrices> readProvider(const Json &object, const Place &place, bool trusted,
                                    std::vector<std::string> &warnings)
{
    if (!object.is_object() || !object.contains("models") || !object["models"].is_array())
        return place.at("models").error("is not a list");
    ProviderPrices out;
    for (const auto &[key, target] :
         {std::pair{"id", &out.id}, std::pair{"name", &out.name}, std::pair{"api_pattern", &out.apiPattern}}) {
        Result<std::string> text = readText(object, key, place);
        if (!text)
            return text.error();
        *target = std::move(text).value();
    }
    out.id = normaliseName(out.id);
    if (out.name.empty())
        out.name = out.id;
    out.firstParty = object.value("first_party", Json(!trusted)) == Json(true);
    for (const auto &[key, target] : {std::pair{"match", &out.match}, std::pair{"model_match", &out.modelMatch}}) {
        if (!object.contains(key))
            continue;
        Result<MatchClause> clause = readClause(object[key], place.at(key), trusted);
        if (!clause)
            return clause.error();
        *target = std::move(clause).value();
    }
    for (const Json &name : object.value("fallback", Json::array())) {
        if (!name.is_string())
            return place.at("fallback").error("is not a list of provider ids");
        out.fallback.push_back(name.get<std::string>());
    }
    const Json &models = object["models"];
    for (std::size_t i = 0; i < models.size(); ++i) {
        Result<ModelEntry> model = readModel(models[i], place.at("models").at(i), out.id, trusted);
        if (!model)
            return model.error();
        warnOddRates(*model->prices, place.at("models").at(i), warnings);
        out.models.push_back(std::move(model).value());
    }
    return out;
}

} // namespace

Result<PriceBook> readFlyballBook(const Json &root, const Place &place, bool trusted)
{
    PriceBook book;
    if (const auto info = readInfo(root, place, book); !info)
        return info.error();
    if (const auto factors = readFactors(root, place, book.factors); !factors)
        return factors.error();
    if (const auto names = readNames(root, "provider_aliases", place, book.aliases); !names)
        return names.error();
    if (const auto names = readNames(root, "model_prefixes", place, book.modelPrefixes); !names)
        return names.error();
    const Json &providers = root["providers"];
    if (!providers.is_array())
        return place.at("providers").error("is not a list");
    for (std::size_t i = 0; i < providers.size(); ++i) {
        Result<ProviderPrices> provider =
            readProvider(providers[i], place.at("providers").at(i), trusted, book.warnings);
        if (!provider)
            return provider.error();
        book.providers.push_back(std::move(provider).value());
    }
    if (book.modelCount() == 0)
        return place.at("providers").error("names no model");
    return book;
}

} // namespace flyball
