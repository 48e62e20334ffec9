// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/flyballctl/sourcelist.h"

#include <charconv>
#include <set>

#include "core/engine/paths.h"
#include "core/gateways/registry.h"
#include "core/pricing/overrides.h"
#include "core/sources/detect.h"

namespace flyball::ctl {

Result<SourceChoice> resolveSources(const std::vector<std::string> &words)
{
    SourceChoice choice;
    const std::vector<std::string> named = words.empty() ? std::vector<std::string>{"auto"} : words;
    for (const std::string &word : named) {
        if (word == "ledger:" || word == "ledger") {
            choice.ledger = true;
        } else if (word == "auto") {
            const std::vector<DetectedSource> found = detectLocalSources(DetectEnvironment::ofProcess());
            for (const DetectedSource &source : found)
                choice.files.push_back({source.kind, source.root});
            if (found.empty() && named.size() == 1)
                return Error{ErrorCode::NotFound, "no local traces found; name a file or folder"};
        } else if (auto remote = parseRemoteSource(word)) {
            if (!*remote)
                return remote->error();
            choice.remote.push_back(std::move(**remote));
        } else {
            auto spec = parseSource(word);
            if (!spec)
                return spec.error();
            choice.files.push_back(*spec);
        }
    }
    if (choice.ledger && named.size() > 1)
        return Error{ErrorCode::InvalidArgument,
                     "ledger: cannot be mixed with other sources: its calls would count twice"};
    return choice;
}

std::vector<ScanTarget> dropRepeated(std::vector<ScanTarget> targets)
{
    std::set<FileId> seen;
    std::vector<ScanTarget> unique;
    for (ScanTarget &target : targets)
        if (seen.insert(target.file.id).second)
            unique.push_back(std::move(target));
    return unique;
}

Result<std::shared_ptr<const PriceCatalog>> loadCatalog(const std::string &pricesFile, bool withOverrides)
{
    auto catalog = PriceCatalog::builtIn();
    if (!catalog)
        return catalog.error();
    if (withOverrides) {
        auto store = OverrideStore::load(Paths::fromEnvironment().overrides());
        if (!store)
            return store.error();
        if (const Result<> set = catalog->setOverrides(*store); !set)
            return set.error();
    }
    if (!pricesFile.empty())
        if (const Result<> added = catalog->addFile(pricesFile); !added)
            return added.error();
    return std::shared_ptr<const PriceCatalog>(std::make_shared<PriceCatalog>(std::move(*catalog)));
}

Result<int> parseCount(const std::string &text, int max)
{
    int value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size() || value < 0 || value > max)
        return Error{ErrorCode::InvalidArgument,
                     "'" + text + "' is not a whole number from 0 to " + std::to_string(max)};
    return value;
}

} // namespace flyball::ctl
