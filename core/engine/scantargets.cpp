// SPDX-License-Identifier: GPL-3.0-or-later
#include <array>
#include <cstdlib>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/uniquefd.h"
#include "core/engine/scan.h"
#include "core/sources/detect.h"
#include "core/sources/file_reader.h"
#include "core/sources/list_files.h"

namespace flyball {

namespace {

constexpr std::size_t kHeadBytes = 64 * 1024;
constexpr std::size_t kFirstLinesBytes = 8 * 1024;

bool isFolder(const std::string &path)
{
    struct stat status {};
    return ::stat(path.c_str(), &status) == 0 && S_ISDIR(status.st_mode);
}

/// Whether the first whole lines of a plain file are of the format that is asked first: then no other one could
/// claim the file. False when they do not tell.
bool beginsAsFirstFormat(const std::string &path)
{
    const UniqueFd file(::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY));
    std::array<char, kFirstLinesBytes> text;
    const ssize_t n = file ? ::read(file.get(), text.data(), text.size()) : 0;
    if (n <= 0)
        return false;
    const std::string_view head(text.data(), static_cast<std::size_t>(n));
    const std::size_t end = head.rfind('\n');
    return end != std::string_view::npos && formats().front().sniff(head.substr(0, end + 1));
}

/// The parts of a folder that are there. None: then the folder is something else, and read as it is.
std::vector<std::string> partsOf(const std::string &folder, std::span<const std::string_view> parts)
{
    std::vector<std::string> found;
    struct stat status {};
    for (const std::string_view part : parts) {
        const std::size_t star = part.find('*');
        const std::string path = joinPath(folder, std::string(part));
        if (star == std::string_view::npos && ::stat(path.c_str(), &status) == 0)
            found.push_back(path);
        if (star != std::string_view::npos)
            (void)readFolder(folder, [&](const FolderEntry &entry) {
                const std::string_view name(entry.name);
                if (name.size() >= part.size() - 1 && name.starts_with(part.substr(0, star))
                    && name.ends_with(part.substr(star + 1)))
                    found.push_back(joinPath(folder, std::string(name)));
            });
    }
    return found;
}

/// Kinds of the outside contract whose readers do not exist yet.
bool isKnownKind(std::string_view kind)
{
    static constexpr std::string_view all[] = {"codex",   "gemini-cli", "opencode",   "otlp-proto", "litellm-log",
                                               "steps",   "api-usage",  "prometheus", "promql",     "litellm",
                                               "bifrost", "portkey",    "clickhouse", "otlp"};
    for (const std::string_view k : all)
        if (k == kind)
            return true;
    return false;
}

} // namespace

Result<SourceSpec> parseSource(const std::string &argument)
{
    SourceSpec spec;
    const std::size_t colon = argument.find(':');
    const std::string head = argument.substr(0, colon == std::string::npos ? 0 : colon);
    struct stat status {};
    const bool exists = ::stat(argument.c_str(), &status) == 0;
    if (!exists && !head.empty() && head.find('/') == std::string::npos) {
        if (!formatOfKind(head))
            return Error{ErrorCode::InvalidArgument,
                         (isKnownKind(head) ? "source kind '" + head + "' is not built yet: "
                                            : "unknown source kind '" + head + "': ")
                             + argument};
        spec.kind = head;
        spec.target = argument.substr(colon + 1);
    } else {
        spec.target = argument;
    }
    if (spec.target.empty())
        return Error{ErrorCode::InvalidArgument, "a source needs a path: '" + argument + "'"};
    if (::stat(spec.target.c_str(), &status) != 0)
        return Error{ErrorCode::Unreadable, "cannot read " + spec.target + ": no such file or folder"};
    if (!S_ISREG(status.st_mode) && !S_ISDIR(status.st_mode))
        return Error{ErrorCode::Unreadable, "cannot read " + spec.target + ": neither a file nor a folder"};
    if (::access(spec.target.c_str(), R_OK) != 0)
        return Error{ErrorCode::Unreadable, "cannot read " + spec.target + ": permission denied"};
    return spec;
}

SourceRoots rootsOf(const std::string &target, const Format *format)
{
    SourceRoots roots;
    std::string path = target;
    if (format && !format->subfolder.empty()) {
        const std::string inner = path + "/" + std::string(format->subfolder);
        if (isFolder(inner))
            path = inner;
    }
    roots.paths = {path};
    if (format && isFolder(target))
        for (std::vector<std::string> parts = partsOf(target, format->parts); !parts.empty(); parts.clear())
            roots.paths = parts;
    if (format)
        roots.filter = format->wantsPath;
    else
        roots.filter = [](std::string_view p) {
            for (const Format &f : formats())
                if (f.wantsPath(p))
                    return true;
            return false;
        };
    return roots;
}

const Format *sniffFile(const std::string &path)
{
    if (beginsAsFirstFormat(path)) // a folder of transcripts has thousands of files: one short look at each
        return &formats().front();
    std::string head;
    bool record = false;
    FileReader::Options options;
    options.handOverUnterminated = true;
    options.blockBytes = static_cast<std::int64_t>(kHeadBytes);
    FileReader reader(options);
    struct Enough {};
    try {
        (void)reader.read(
            path,
            [&](const Chunk &chunk) {
                head.append(chunk.bytes.substr(0, kHeadBytes));
                record = chunk.record;
                throw Enough{};
            },
            [](const Reject &) {});
    } catch (const Enough &) {
        // The first block is all a sniff needs.
    }
    return sniffFormat(head, record);
}

Result<std::vector<ScanTarget>> findTargets(const SourceSpec &source, SymbolTable &symbols, std::int64_t &skipped)
{
    const Format *format = source.kind.empty() ? nullptr : formatOfKind(source.kind);
    const bool folder = isFolder(source.target);
    std::vector<ListProblem> problems;
    const std::vector<ScanFile> files = listFiles(rootsOf(source.target, format), &problems);
    if (!problems.empty())
        return Error{ErrorCode::Unreadable, "cannot read " + problems.front().path + ": " + problems.front().reason};
    std::vector<ScanTarget> targets;
    for (const ScanFile &file : files) {
        const Format *known = format;
        if (!known || folder) {
            const Format *sniffed = file.size > 0 ? sniffFile(file.path) : nullptr;
            // A folder of one kind may hold other things; a named file is read as what it was said to be.
            known = format && sniffed != format ? nullptr : sniffed;
        }
        if (known)
            targets.push_back({file, known, symbols.intern(source.target)});
        else
            ++skipped;
    }
    if (targets.empty() && !folder && !files.empty() && files.front().size > 0)
        return Error{ErrorCode::Unreadable, "cannot tell what " + source.target + " is: name it as KIND:PATH"};
    return targets;
}

} // namespace flyball
