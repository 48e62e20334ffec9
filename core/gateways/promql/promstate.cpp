// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/gateways/promql/promstate.h"

#include <nlohmann/json.hpp>

namespace flyball {

namespace {

using nlohmann::json;

constexpr int kVersion = 1;
constexpr std::size_t kMostTargets = 10'000;

} // namespace

std::string PromState::toText() const
{
    json all{{"v", kVersion}, {"origin", origin}, {"from", from}, {"done", done}, {"interval", interval}};
    json &list = all["targets"] = json::array();
    for (const auto &[target, at] : newest)
        list.push_back({target, at});
    return all.dump(-1, ' ', false, json::error_handler_t::replace) + '\n' + book;
}

PromState PromState::fromText(const std::string &text)
{
    const std::size_t line = text.find('\n');
    if (line == std::string::npos)
        return {};
    PromState out;
    try {
        const json all = json::parse(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(line));
        if (all.at("v") != kVersion)
            return {};
        out.origin = all.at("origin").get<TimeNs>();
        out.from = all.at("from").get<TimeNs>();
        out.done = all.at("done").get<TimeNs>();
        out.interval = all.at("interval").get<TimeNs>();
        for (const json &one : all.at("targets"))
            if (out.newest.size() < kMostTargets)
                out.newest[one.at(0).get<std::string>()] = one.at(1).get<TimeNs>();
    } catch (const json::exception &) {
        return {};
    }
    out.book = text.substr(line + 1);
    return out;
}

void PromState::forgetGone()
{
    std::erase_if(newest, [this](const auto &entry) { return entry.second < done - kDay; });
}

} // namespace flyball
