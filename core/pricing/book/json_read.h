// SPDX-License-Identifier: GPL-3.0-or-later
// Internal to core/pricing: checked reading of price files. Not for other folders.
#pragma once

#include "core/base/result.h"
#include "core/base/time.h"
#include "core/pricing/book/rates.h"

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

namespace flyball {

using Json = nlohmann::json;

/// Where in a file we are, for errors: "prices.json: providers[2].models[0].rates.input".
class Place {
public:
    explicit Place(std::string_view file) : m_file(file) {}
    [[nodiscard]] Place at(std::string_view field) const;
    [[nodiscard]] Place at(std::size_t index) const;
    [[nodiscard]] Error error(std::string_view why, ErrorCode code = ErrorCode::Malformed) const;
    [[nodiscard]] std::string text() const { return m_path.empty() ? m_file : m_file + ": " + m_path; }

private:
    std::string m_file;
    std::string m_path;
};

/// At most 64 MiB and 64 levels; anything else that is not JSON is Malformed.
[[nodiscard]] Result<Json> parseJson(std::string_view text, std::string_view file);

/// A rate within 0..kMaxRate. Strings hold plain decimals; `scale` 12 is per million tokens, 18 per
/// token, 15 per thousand. Numbers only when `numbersOnly` (LiteLLM: a string there is a broken file).
struct RateFormat {
    int scale = 12;
    bool numbersOnly = false;
    AttoUsd limit = kMaxRate;
};
[[nodiscard]] Result<AttoUsd> readRate(const Json &value, const Place &place, RateFormat format);
/// "2026-09-23" (midnight UTC) or RFC 3339.
[[nodiscard]] Result<TimeNs> readDate(const Json &value, const Place &place);
/// A member's text; empty when absent; an Error when it is something else or longer than 300 bytes.
[[nodiscard]] Result<std::string> readText(const Json &object, const char *key, const Place &place);
/// An Error when `object` carries a currency other than USD.
[[nodiscard]] Result<> checkCurrency(const Json &object, const Place &place);

} // namespace flyball
