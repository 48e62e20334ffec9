// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/flyballctl/liveengine.h"

#include <csignal>
#include <cstdlib>
#include <filesystem>

#include "app/flyballctl/sourcelist.h"

namespace flyball::ctl {

namespace {

volatile std::sig_atomic_t g_stop = 0;

void onStop(int) { g_stop = 1; }

} // namespace

TemporaryFolder::TemporaryFolder()
{
    const char *base = std::getenv("TMPDIR");
    std::string pattern = std::string(base && *base ? base : "/tmp") + "/flyball-XXXXXX";
    if (::mkdtemp(pattern.data()))
        m_path = pattern;
}

TemporaryFolder::~TemporaryFolder()
{
    std::error_code ignored;
    if (!m_path.empty())
        std::filesystem::remove_all(m_path, ignored);
}

void catchStopSignals()
{
    struct sigaction action {};
    action.sa_handler = onStop;
    sigaction(SIGINT, &action, nullptr);
    sigaction(SIGTERM, &action, nullptr);
    // A reader that goes away must not leave temporary files behind.
    std::signal(SIGPIPE, SIG_IGN);
}

bool stopRequested() { return g_stop != 0; }

Result<std::vector<SourceConfig>> engineSources(const std::vector<std::string> &words)
{
    auto choice = resolveSources(words);
    if (!choice)
        return choice.error();
    if (choice->ledger)
        return Error{ErrorCode::InvalidArgument, "ledger: is not something to read from here"};
    std::vector<SourceConfig> sources;
    for (const SourceSpec &spec : choice->files) {
        // The ledger outlives the working folder, and one folder must not have two names in it.
        std::error_code unknown;
        const std::filesystem::path whole = std::filesystem::absolute(spec.target, unknown).lexically_normal();
        const std::string target =
            unknown ? spec.target : (whole.has_filename() ? whole : whole.parent_path()).string();
        sources.push_back({std::to_string(sources.size() + 1), spec.kind, target, false});
    }
    for (SourceConfig &remote : choice->remote) {
        remote.id = std::to_string(sources.size() + 1);
        sources.push_back(std::move(remote));
    }
    return sources;
}

} // namespace flyball::ctl
