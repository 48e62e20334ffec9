// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/flyballctl/configfile.h"

#include <cerrno>
#include <cstring>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>
#include <sys/stat.h>

namespace flyball::ctl {

namespace {

constexpr off_t kMaxBytes = 4 << 20;

Result<SourceConfig> readSource(const nlohmann::json &entry, const std::string &place)
{
    if (!entry.is_object())
        return Error{ErrorCode::Malformed, place + " is not an object"};
    SourceConfig source;
    for (const auto &[key, target] :
         {std::pair{"id", &source.id}, std::pair{"kind", &source.kind}, std::pair{"target", &source.target}}) {
        const auto found = entry.find(key);
        if (found == entry.end())
            continue;
        if (!found->is_string())
            return Error{ErrorCode::Malformed, place + "/" + key + " is not a text"};
        *target = found->get<std::string>();
    }
    if (const auto paused = entry.find("paused"); paused != entry.end()) {
        if (!paused->is_boolean())
            return Error{ErrorCode::Malformed, place + "/paused is neither true nor false"};
        source.paused = paused->get<bool>();
    }
    if (const auto options = entry.find("options"); options != entry.end())
        for (const auto &[name, value] : options->items()) {
            if (!options->is_object() || !value.is_string())
                return Error{ErrorCode::Malformed, place + "/options/" + name + " is not a text"};
            source.options[name] = value.get<std::string>();
        }
    if (source.id.empty() || source.target.empty())
        return Error{ErrorCode::Malformed, place + (source.id.empty() ? "/id" : "/target") + " is missing"};
    return source;
}

} // namespace

Result<ConfigFile> readConfigFile(const std::string &path)
{
    ConfigFile config;
    struct stat info {};
    if (::stat(path.c_str(), &info) != 0) {
        if (errno == ENOENT)
            return config;
        return Error{ErrorCode::Unreadable, path + ": " + std::strerror(errno)};
    }
    config.exists = true;
    if (!S_ISREG(info.st_mode))
        return Error{ErrorCode::Unreadable, path + ": not a regular file"};
    if (info.st_size > kMaxBytes)
        return Error{ErrorCode::OutOfRange, path + ": larger than 4 MiB"};
    std::ifstream file(path, std::ios::binary);
    std::stringstream text;
    text << file.rdbuf();
    if (!file)
        return Error{ErrorCode::Unreadable, path + ": cannot be read"};
    const auto json = nlohmann::json::parse(text.str(), nullptr, false);
    if (json.is_discarded())
        return Error{ErrorCode::Malformed, path + ": is not JSON"};
    if (!json.is_object())
        return Error{ErrorCode::Malformed, path + ": is not an object"};
    const auto list = json.find("sources");
    if (list == json.end())
        return config;
    if (!list->is_array())
        return Error{ErrorCode::Malformed, path + ": /sources is not a list"};
    for (std::size_t i = 0; i < list->size(); ++i) {
        auto source = readSource((*list)[i], path + ": /sources/" + std::to_string(i));
        if (!source)
            return source.error();
        config.sources.push_back(std::move(*source));
    }
    return config;
}

} // namespace flyball::ctl
