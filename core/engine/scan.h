// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <map>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "core/engine/collator.h"
#include "core/sources/source_types.h"

namespace flyball {

/// A source as named on a command line: "PATH", "KIND:TARGET" or "auto".
struct SourceSpec {
    std::string kind; ///< empty = detect per file
    std::string target;
    std::map<std::string, std::string> options{}; ///< of a remote kind; parseSource() makes none
};
/// InvalidArgument for an unknown kind or one whose reader is not built; Unreadable for a path that
/// cannot be read.
[[nodiscard]] Result<SourceSpec> parseSource(const std::string &argument);

/// One file to read and the format it is in.
struct ScanTarget {
    ScanFile file;
    const Format *format = nullptr;
    Symbol source = 0;
};
/// The files of a source, formats detected by content where `kind` is empty. Files of a folder that no
/// format claims are left out and counted in `skipped`.
[[nodiscard]] Result<std::vector<ScanTarget>> findTargets(const SourceSpec &source, SymbolTable &symbols,
                                                          std::int64_t &skipped);
/// Folder of a source's traces and the filter for its files; used by scans and by the tail.
[[nodiscard]] SourceRoots rootsOf(const std::string &target, const Format *format);
/// The format of one file by its first bytes (decompressed if need be), or nullptr.
[[nodiscard]] const Format *sniffFile(const std::string &path);

struct ScanOptions {
    unsigned threads = 0; ///< 0 = one per core
    std::int64_t pieceBytes = 16LL << 20;
};
/// Reads every target to its end on several threads and merges what they say. The totals are the same
/// for any number of threads. The first unreadable file is an error unless `unreadable` is given.
[[nodiscard]] Result<> scan(const std::vector<ScanTarget> &targets, const ScanOptions &options, Collator &collator,
                            std::vector<std::string> *unreadable = nullptr);

} // namespace flyball
