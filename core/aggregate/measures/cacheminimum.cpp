// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/aggregate/measures/cacheminimum.h"

#include <algorithm>
#include <string>

namespace flyball {

namespace {

struct Entry {
    std::string_view name; ///< a version of one figure is not the beginning of a longer one: 4-1, not 4-10
    std::int64_t tokens;
};
// The first that is found in the name holds, so versions stand before what they are versions of.
constexpr Entry kClaude[] = {
    {"opus-4-5", 4096}, {"opus-4-6", 4096}, {"haiku-4-5", 4096}, {"opus-4-1", 1024},
    {"opus-4-8", 1024}, {"opus-4", 1024},   {"opus-5", 512},     {"fable-5", 512},
    {"mythos-5", 512},  {"sonnet-5", 1024}, {"sonnet-4", 1024},  {"claude-3", 1024},
};

bool holdsVersion(std::string_view model, std::string_view name)
{
    for (std::size_t at = model.find(name); at != std::string_view::npos; at = model.find(name, at + 1)) {
        const std::size_t end = at + name.size();
        if (end == model.size() || model[end] < '0' || model[end] > '9')
            return true;
    }
    return false;
}

std::optional<std::int64_t> ofClaude(const std::string &model)
{
    for (const Entry &entry : kClaude) {
        if (!holdsVersion(model, entry.name))
            continue;
        // Another minor version of Opus 4 than those listed: not documented.
        const std::size_t end = model.find(entry.name) + entry.name.size();
        const bool minor = entry.name == "opus-4" && model.size() > end + 1 && model[end] == '-'
                           && model[end + 1] >= '1' && model[end + 1] <= '9'
                           && (model.size() == end + 2 || model[end + 2] < '0' || model[end + 2] > '9');
        return minor ? std::nullopt : std::optional(entry.tokens);
    }
    return std::nullopt;
}

} // namespace

std::optional<std::int64_t> cacheMinimum(std::string_view provider, std::string_view model)
{
    std::string name(model);
    std::transform(name.begin(), name.end(), name.begin(), [](char c) {
        return c == '.' ? '-' : c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    });
    if (name.find("claude") != std::string::npos)
        return ofClaude(name);
    if (provider == "openai" || provider == "azure")
        return 1024;
    return std::nullopt;
}

} // namespace flyball
