// SPDX-License-Identifier: GPL-3.0-or-later
#include <cerrno>
#include <cstdio>
#include <cstring>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/ledger/schema.h"
#include "core/ledger/sqlite_ledger.h"

namespace flyball {

namespace {

Result<> createPrivateFile(const std::string &path)
{
    const int fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0) {
        const ErrorCode code = errno == ENOSPC || errno == EDQUOT ? ErrorCode::DiskFull : ErrorCode::Unreadable;
        return Error{code, "cannot create " + path + ": " + std::strerror(errno)};
    }
    ::fchmod(fd, 0600);
    ::close(fd);
    return {};
}

} // namespace

Result<> SqliteLedger::createFresh()
{
    // Built beside and renamed, so that a crash here never leaves half a ledger that looks damaged.
    const std::string fresh = m_path + ".new";
    for (const char *suffix : {"", "-wal", "-shm", "-journal"})
        ::unlink((fresh + suffix).c_str());
    if (Result<> r = createPrivateFile(fresh); !r)
        return r;
    Database db;
    Result<> r = db.open(fresh, Database::Access::ReadWrite);
    if (r)
        r = db.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL");
    if (r)
        r = createSchema(db);
    db.close();
    if (r && ::rename(fresh.c_str(), m_path.c_str()) != 0)
        r = Error{ErrorCode::Unreadable, "cannot create " + m_path + ": " + std::strerror(errno)};
    if (!r)
        ::unlink(fresh.c_str());
    return r;
}

Result<> SqliteLedger::configure(bool writer)
{
    // Bounded: the WAL is written back every 32 MiB and cut to that afterwards.
    static constexpr const char *kWriter = "PRAGMA synchronous = NORMAL; PRAGMA cache_size = -65536;"
                                           "PRAGMA wal_autocheckpoint = 8192; PRAGMA journal_size_limit = 33554432;"
                                           "PRAGMA temp_store = MEMORY";
    static constexpr const char *kReader = "PRAGMA query_only = ON; PRAGMA cache_size = -16384;"
                                           "PRAGMA temp_store = MEMORY";
    if (!writer)
        return m_db.exec(kReader);
    const Result<std::string> journal = m_db.scalar("PRAGMA journal_mode = WAL");
    if (!journal)
        return journal.error();
    if (*journal != "wal")
        return Error{ErrorCode::Unreadable, "the file system of " + m_path + " cannot hold a write-ahead log"};
    return m_db.exec(kWriter);
}

} // namespace flyball
