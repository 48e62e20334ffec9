// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/sources/list_files.h"

#include "core/sources/posix_file.h"

#include <algorithm>
#include <cerrno>
#include <dirent.h>
#include <memory>
#include <sys/stat.h>
#include <unordered_set>

namespace flyball {

namespace {

FolderEntry::Kind kindOf(unsigned char type)
{
    switch (type) {
    case DT_REG:
        return FolderEntry::Kind::File;
    case DT_DIR:
        return FolderEntry::Kind::Folder;
    case DT_LNK:
    case DT_UNKNOWN:
        return FolderEntry::Kind::Unknown;
    default:
        return FolderEntry::Kind::Other;
    }
}

class Lister {
public:
    Lister(const SourceRoots &roots, std::vector<ListProblem> *problems) : m_filter(roots.filter), m_problems(problems)
    {
        for (const std::string &path : roots.paths) {
            visit(path, 0, true);
        }
        std::sort(m_files.begin(), m_files.end(), [](const ScanFile &a, const ScanFile &b) { return a.path < b.path; });
        std::unordered_set<FileId, FileIdHash> seen;
        for (ScanFile &file : m_files) {
            if (seen.insert(file.id).second) {
                m_unique.push_back(std::move(file));
            }
        }
    }
    std::vector<ScanFile> take() { return std::move(m_unique); }

private:
    void problem(const std::string &path, std::string reason)
    {
        if (m_problems != nullptr) {
            m_problems->push_back({path, std::move(reason)});
        }
    }

    void visit(const std::string &path, int depth, bool root)
    {
        struct stat status {};
        if (::stat(path.c_str(), &status) != 0) {
            if (root || errno != ENOENT) { // a dangling symlink or a file just deleted is no news
                problem(path, errorWord(errno));
            }
            return;
        }
        if (S_ISREG(status.st_mode) && (root || !m_filter || m_filter(path))) {
            m_files.push_back({path, idOf(status), status.st_size, mtimeNsOf(status)});
        } else if (S_ISDIR(status.st_mode) && m_entered.insert(idOf(status)).second) {
            enter(path, depth);
        }
    }

    void enter(const std::string &path, int depth)
    {
        if (depth > kMaxFolderDepth) {
            problem(path, "too_deep");
            return;
        }
        std::vector<std::string> children;
        const int error = readFolder(path, [&](const FolderEntry &entry) {
            std::string child = joinPath(path, std::string(entry.name));
            const bool refused = entry.kind == FolderEntry::Kind::File && m_filter && !m_filter(child);
            if (entry.kind != FolderEntry::Kind::Other && !refused) {
                children.push_back(std::move(child));
            }
        });
        if (error != 0) {
            problem(path, errorWord(error));
        }
        // Sorted, so that of two ways into one folder the same one is taken every time.
        std::sort(children.begin(), children.end());
        for (const std::string &child : children) {
            visit(child, depth + 1, false);
        }
    }

    const PathFilter &m_filter;
    std::vector<ListProblem> *m_problems;
    std::vector<ScanFile> m_files;
    std::vector<ScanFile> m_unique;
    std::unordered_set<FileId, FileIdHash> m_entered;
};

} // namespace

int readFolder(const std::string &path, const std::function<void(const FolderEntry &)> &entry)
{
    struct Close {
        void operator()(DIR *folder) const { ::closedir(folder); }
    };
    const std::unique_ptr<DIR, Close> folder(::opendir(path.c_str()));
    if (!folder) {
        return errno;
    }
    while (true) {
        errno = 0;
        const dirent *item = ::readdir(folder.get());
        if (item == nullptr) {
            return errno;
        }
        const std::string_view name(item->d_name);
        if (name != "." && name != "..") {
            entry({name, static_cast<std::uint64_t>(item->d_ino), kindOf(item->d_type)});
        }
    }
}

std::vector<ScanFile> listFiles(const SourceRoots &roots, std::vector<ListProblem> *problems)
{
    return Lister(roots, problems).take();
}

} // namespace flyball
