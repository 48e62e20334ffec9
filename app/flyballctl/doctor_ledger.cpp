// SPDX-License-Identifier: GPL-3.0-or-later
#include <fstream>
#include <sstream>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "app/flyballctl/doctor.h"
#include "app/flyballctl/textout.h"
#include "core/ledger/ledger.h"
#include "core/ledger/ledger_file.h"
#include "core/ledger/schema.h"

namespace flyball::ctl {

namespace {

/// "1234 (flyball)" for a process that holds the lock, "" for a free one. Asks the kernel's list: to try
/// the lock would make a Flyball that starts meanwhile believe it is not alone.
std::string lockHolder(const std::string &path)
{
    struct stat info {};
    if (::stat((path + ".lock").c_str(), &info) != 0)
        return {};
    std::ifstream locks("/proc/locks");
    for (std::string line; std::getline(locks, line);) {
        std::istringstream words(line);
        std::string number, type, mode, access, pid, file;
        if (!(words >> number >> type >> mode >> access >> pid >> file) || type != "FLOCK")
            continue;
        unsigned devMajor = 0, devMinor = 0;
        unsigned long inode = 0;
        if (std::sscanf(file.c_str(), "%x:%x:%lu", &devMajor, &devMinor, &inode) != 3 || inode != info.st_ino
            || devMajor != ::major(info.st_dev) || devMinor != ::minor(info.st_dev))
            continue;
        std::string name;
        std::ifstream command("/proc/" + pid + "/comm");
        std::getline(command, name);
        return name.empty() ? "process " + pid : "process " + pid + " (" + name + ")";
    }
    return {};
}

std::string verdictOf(const std::string &path, Finding &finding)
{
    SymbolTable symbols;
    auto ledger = Ledger::open(path, Ledger::Mode::ReadOnly, symbols);
    if (!ledger) {
        finding = Finding::Broken;
        return ledger.error().message;
    }
    (*ledger)->setReadDeadline(0);
    if (const Result<> sound = (*ledger)->verify(); !sound) {
        finding = Finding::Broken;
        return sound.error().message + "; the next start sets the file aside and reads the sources again";
    }
    return "sound";
}

} // namespace

void checkLedger(const Paths &paths, Checks &out)
{
    const std::string path = paths.ledger();
    Check check{Finding::Ok, "ledger", {}, {{"path", path}}};
    const auto header = readFileHeader(path);
    if (!header) {
        check.finding = Finding::Broken;
        check.text = header.error().message;
        out.push_back(std::move(check));
        return;
    }
    check.facts["exists"] = header->exists;
    if (!header->exists) {
        check.text = "none yet: " + path;
        out.push_back(std::move(check));
        return;
    }
    const std::string verdict = verdictOf(path, check.finding);
    const std::string holder = lockHolder(path);
    check.facts["bytes"] = header->size;
    check.facts["wal_bytes"] = fileSize(path + "-wal");
    check.facts["mode"] = modeText(path);
    check.facts["schema"] = header->userVersion;
    check.facts["schema_known"] = kSchemaVersion;
    check.facts["verify"] = verdict;
    check.facts["held_by"] = holder.empty() ? nlohmann::ordered_json(nullptr) : nlohmann::ordered_json(holder);
    check.text = path + ", " + bytesText(header->size) + ", schema " + std::to_string(header->userVersion) + ", "
                 + (holder.empty() ? "not in use" : "held by " + holder) + ": " + verdict;
    if (check.finding == Finding::Ok && isMarkedDamaged(path)) {
        check.finding = Finding::Broken;
        check.text += "; it was found damaged while in use: the next start sets it aside";
    }
    struct stat info {};
    if (check.finding == Finding::Ok && ::stat(path.c_str(), &info) == 0 && (info.st_mode & 0077) != 0) {
        check.finding = Finding::Warning;
        check.text += "; others can read it: chmod 600 closes it";
    }
    out.push_back(std::move(check));
}

} // namespace flyball::ctl
