// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/sources/detect.h"

#include "core/sources/list_files.h"
#include "core/sources/posix_file.h"

#include <algorithm>
#include <cstdlib>
#include <set>
#include <string_view>
#include <sys/stat.h>

namespace flyball {

namespace {

bool isTranscript(std::string_view path) { return path.ends_with(".jsonl"); }

std::string_view fileName(std::string_view path) { return path.substr(path.rfind('/') + 1); }

bool isRollout(std::string_view path) { return fileName(path).starts_with("rollout-") && isTranscript(path); }

bool isChat(std::string_view path)
{
    return path.find("/chats/") != std::string_view::npos && (isTranscript(path) || path.ends_with(".json"));
}

bool isOpenCode(std::string_view path)
{
    const std::string_view name = fileName(path);
    return (name.starts_with("opencode") && name.ends_with(".db"))
           || (path.find("/storage/message/") != std::string_view::npos && path.ends_with(".json"));
}

/// Where a tool keeps its traces.
struct Place {
    std::string_view kind;
    std::string root;   ///< to read as that kind
    std::string folder; ///< that or one in it: where the traces are
    bool (*isTrace)(std::string_view path);
    std::vector<std::string> within = {}; ///< all that is looked at, where the folder holds much else
};

/// Its databases and the messages of older versions; beside them stand whole repositories of snapshots.
std::vector<std::string> openCodeParts(const std::string &folder)
{
    std::vector<std::string> parts{joinPath(folder, "storage/message")};
    (void)readFolder(folder, [&](const FolderEntry &entry) {
        if (entry.kind != FolderEntry::Kind::Folder && isOpenCode(entry.name))
            parts.push_back(joinPath(folder, std::string(entry.name)));
    });
    return parts;
}

std::string_view trimmed(std::string_view text)
{
    const std::size_t first = text.find_first_not_of(" \t");
    const std::size_t last = text.find_last_not_of(" \t");
    return first == std::string_view::npos ? std::string_view() : text.substr(first, last - first + 1);
}

std::string expandHome(std::string_view path, const std::string &home)
{
    if (!home.empty() && (path == "~" || path.substr(0, 2) == "~/")) {
        return home + std::string(path.substr(1));
    }
    return std::string(path);
}

std::vector<std::string> claudeFolders(const DetectEnvironment &environment)
{
    std::vector<std::string> folders;
    const std::string listed = environment.variable("CLAUDE_CONFIG_DIR").value_or("");
    for (std::size_t at = 0; at < listed.size();) {
        const std::size_t comma = std::min(listed.find(',', at), listed.size());
        const std::string_view part = trimmed(std::string_view(listed).substr(at, comma - at));
        if (!part.empty()) {
            folders.push_back(expandHome(part, environment.home));
        }
        at = comma + 1;
    }
    if (!folders.empty()) {
        return folders;
    }
    const std::string config = environment.variable("XDG_CONFIG_HOME").value_or("");
    if (!config.empty() && config.front() == '/') { // the XDG specification: relative paths are ignored
        folders.push_back(joinPath(config, "claude"));
    } else if (!environment.home.empty()) {
        folders.push_back(joinPath(environment.home, ".config/claude"));
    }
    if (!environment.home.empty()) {
        folders.push_back(joinPath(environment.home, ".claude"));
    }
    return folders;
}

std::vector<Place> placesOf(const DetectEnvironment &environment)
{
    std::vector<Place> places;
    for (const std::string &root : claudeFolders(environment))
        places.push_back({"claude-code", root, joinPath(root, "projects"), isTranscript});
    std::string codex(trimmed(environment.variable("CODEX_HOME").value_or("")));
    if (codex.empty() && !environment.home.empty())
        codex = joinPath(environment.home, ".codex");
    codex = expandHome(codex, environment.home);
    const auto add = [&](std::string_view kind, const std::string &folder, auto isTrace) {
        places.push_back({kind, folder, folder, isTrace});
    };
    if (!codex.empty()) { // one by one: the folder they stand in can hold whole work trees beside them
        add("codex", joinPath(codex, "sessions"), isRollout);
        add("codex", joinPath(codex, "archived_sessions"), isRollout);
    }
    if (!environment.home.empty())
        add("gemini-cli", joinPath(environment.home, ".gemini/tmp"), isChat);
    std::string data(trimmed(environment.variable("OPENCODE_DATA_DIR").value_or("")));
    const std::string shared = environment.variable("XDG_DATA_HOME").value_or("");
    if (data.empty() && !shared.empty() && shared.front() == '/')
        data = joinPath(shared, "opencode");
    else if (data.empty() && !environment.home.empty())
        data = joinPath(environment.home, ".local/share/opencode");
    if (!data.empty())
        places.push_back({"opencode", expandHome(data, environment.home), expandHome(data, environment.home),
                          isOpenCode, openCodeParts(expandHome(data, environment.home))});
    return places;
}

} // namespace

DetectEnvironment DetectEnvironment::ofProcess()
{
    const auto variable = [](const char *name) -> std::optional<std::string> {
        const char *value = std::getenv(name);
        return value == nullptr ? std::nullopt : std::optional<std::string>(value);
    };
    return {variable("HOME").value_or(""), variable};
}

std::vector<DetectedSource> detectLocalSources(const DetectEnvironment &environment)
{
    std::vector<DetectedSource> sources;
    std::set<FileId> seen;
    for (const Place &place : placesOf(environment)) {
        struct stat status {};
        if (::stat(place.folder.c_str(), &status) != 0 || !S_ISDIR(status.st_mode) || !seen.insert(idOf(status)).second)
            continue;
        const auto files =
            listFiles(SourceRoots{place.within.empty() ? std::vector{place.folder} : place.within, place.isTrace});
        if (files.empty())
            continue;
        DetectedSource source{std::string(place.kind), place.root,           files.size(), 0,
                              files.front().mtimeNs,   files.front().mtimeNs};
        for (const ScanFile &file : files) {
            source.bytes += file.size;
            source.newestMtimeNs = std::max(source.newestMtimeNs, file.mtimeNs);
            source.oldestMtimeNs = std::min(source.oldestMtimeNs, file.mtimeNs);
        }
        sources.push_back(std::move(source));
    }
    return sources;
}

} // namespace flyball
