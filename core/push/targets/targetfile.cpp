// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/push/targets/targetfile.h"

#include "core/base/wholefile.h"
#include "core/keys/secretfile.h"
#include "core/policy/digest.h"

#include <cstdlib>
#include <filesystem>

#include <sys/stat.h>
#include <unistd.h>

namespace flyball {

namespace {
constexpr std::size_t kMostBytes = std::size_t{4} << 20U;
}

Result<std::string> targetPath(const std::string &path)
{
    std::string full = path;
    if (path.starts_with("~/")) {
        const char *home = std::getenv("HOME");
        full = (home ? std::string(home) : std::string()) + path.substr(1);
    }
    if (full.empty() || full.front() != '/' || full.find('\0') != std::string::npos)
        return Error{ErrorCode::InvalidArgument, "a path must be absolute or begin with ~/"};
    return full;
}

std::string versionOf(const std::optional<std::string> &text) { return text ? sha256Hex(*text) : "absent"; }

Result<std::optional<std::string>> TargetFile::read() const
{
    Result<std::string> text = readWholeFile(m_path, kMostBytes);
    if (text)
        return std::optional<std::string>(std::move(*text));
    if (text.error().code == ErrorCode::NotFound)
        return std::optional<std::string>();
    return Error{ErrorCode::Unreadable, text.error().message};
}

Result<> TargetFile::replace(const std::optional<std::string> &seen, const std::optional<std::string> &text) const
{
    const Result<std::optional<std::string>> now = read();
    if (!now)
        return now.error();
    if (*now != seen)
        return Error{ErrorCode::Locked, m_path + " was changed while we looked at it, nothing was written"};
    std::error_code failed;
    const std::filesystem::path real = std::filesystem::weakly_canonical(m_path, failed);
    if (failed)
        return Error{ErrorCode::Unreadable, m_path + ": " + failed.message()};
    if (!text) {
        if (seen && ::unlink(real.c_str()) != 0)
            return Error{ErrorCode::InvalidArgument, "cannot remove " + real.string()};
        return {};
    }
    struct stat info = {};
    const bool had = ::stat(real.c_str(), &info) == 0;
    if (Result<> r = makeFolder(real.parent_path().string()); !r)
        return Error{ErrorCode::InvalidArgument, r.error().message};
    if (Result<> r = writeFileAtomically(real.string(), *text); !r)
        return Error{ErrorCode::InvalidArgument, r.error().message};
    if (had && ::chmod(real.c_str(), info.st_mode & 0777U) != 0)
        return Error{ErrorCode::Internal, "cannot give " + real.string() + " its mode back"};
    return {};
}

} // namespace flyball
