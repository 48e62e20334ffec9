// SPDX-License-Identifier: GPL-3.0-or-later
// What of the system Flyball stands on: folders and their modes, inotify, disk space.
#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "app/flyballctl/doctor.h"
#include "app/flyballctl/textout.h"

namespace flyball::ctl {

namespace {

constexpr std::int64_t kFewWatches = 8192;
constexpr std::int64_t kLowDisk = std::int64_t{1} << 30;
constexpr std::int64_t kNoDisk = std::int64_t{16} << 20;
constexpr mode_t kOthers = S_IRWXG | S_IRWXO;

/// The folder itself or the nearest one above it that exists.
std::string existingFolder(const std::string &path)
{
    std::filesystem::path folder = path;
    std::error_code ignored;
    while (!folder.empty() && !std::filesystem::exists(folder, ignored) && folder != folder.parent_path())
        folder = folder.parent_path();
    return folder.empty() ? "." : folder.string();
}

std::int64_t numberIn(const std::string &path)
{
    std::ifstream file(path);
    std::int64_t value = -1;
    return file >> value ? value : -1;
}

} // namespace

std::string modeText(const std::string &path)
{
    struct stat info {};
    if (::stat(path.c_str(), &info) != 0)
        return {};
    std::array<char, 8> text{};
    std::snprintf(text.data(), text.size(), "%04o", static_cast<unsigned>(info.st_mode & 07777));
    return text.data();
}

void checkFolders(const Paths &paths, Checks &out)
{
    const std::array<std::pair<const char *, const std::string *>, 3> all = {
        {{"config folder", &paths.config}, {"data folder", &paths.data}, {"state folder", &paths.state}}};
    for (const auto &[name, path] : all) {
        Check check{Finding::Ok, name, *path, {{"path", *path}}};
        struct stat info {};
        if (::stat(path->c_str(), &info) != 0) {
            const int number = errno;
            check.finding = number == ENOENT ? Finding::Ok : Finding::Broken;
            check.text = number == ENOENT ? "none yet: " + *path : *path + ": " + std::strerror(number);
            const std::string above = existingFolder(*path);
            if (number == ENOENT && ::access(above.c_str(), W_OK | X_OK) != 0) {
                check.finding = Finding::Broken;
                check.text = "cannot be created: " + above + " is not writable";
            }
        } else if (!S_ISDIR(info.st_mode)) {
            check.finding = Finding::Broken;
            check.text = *path + " is not a folder";
        } else {
            check.facts["mode"] = modeText(*path);
            check.text += ", mode " + modeText(*path);
            if (::access(path->c_str(), R_OK | W_OK | X_OK) != 0) {
                check.finding = Finding::Broken;
                check.text += ": not readable and writable for you";
            } else if ((info.st_mode & kOthers) != 0) {
                check.finding = Finding::Warning;
                check.text += ": others can look into it; chmod 700 closes it";
            }
        }
        out.push_back(std::move(check));
    }
}

void checkInotify(Checks &out)
{
    const std::int64_t watches = numberIn("/proc/sys/fs/inotify/max_user_watches");
    const std::int64_t instances = numberIn("/proc/sys/fs/inotify/max_user_instances");
    Check check{Finding::Ok,
                "inotify",
                std::to_string(watches) + " watches, " + std::to_string(instances) + " instances allowed",
                {{"max_user_watches", watches}, {"max_user_instances", instances}}};
    const int fd = ::inotify_init1(IN_CLOEXEC);
    if (fd < 0) {
        check.finding = Finding::Warning;
        check.text += "; none is free (" + std::string(std::strerror(errno)) + "): files are looked at by the clock";
    } else {
        ::close(fd);
        if (watches >= 0 && watches < kFewWatches) {
            check.finding = Finding::Warning;
            check.text += "; few for many folders: raise fs.inotify.max_user_watches";
        }
    }
    out.push_back(std::move(check));
}

void checkDisk(const Paths &paths, Checks &out)
{
    const std::string folder = existingFolder(paths.data);
    struct statvfs info {};
    if (::statvfs(folder.c_str(), &info) != 0) {
        out.push_back({Finding::Broken, "disk", folder + ": " + std::strerror(errno), {{"path", folder}}});
        return;
    }
    const auto free = static_cast<std::int64_t>(info.f_bavail) * static_cast<std::int64_t>(info.f_frsize);
    Check check{Finding::Ok, "disk", bytesText(free) + " free at " + folder, {{"path", folder}, {"bytes_free", free}}};
    if (free < kLowDisk)
        check.finding = free < kNoDisk ? Finding::Broken : Finding::Warning;
    out.push_back(std::move(check));
}

} // namespace flyball::ctl
