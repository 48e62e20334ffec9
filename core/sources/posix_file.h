// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"
#include "core/base/uniquefd.h"
#include "core/sources/source_types.h"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <sys/types.h>

struct stat;

namespace flyball {

/// pread(2) or a stand-in that fails on purpose (tests): bytes read, 0 at the end, -1 with errno.
using ReadAt = std::function<ssize_t(int fd, char *to, std::size_t bytes, std::int64_t offset)>;
/// pread(2), again after EINTR.
[[nodiscard]] ssize_t readAtOnce(int fd, char *to, std::size_t bytes, std::int64_t offset);

/// Opens a regular file for reading; never waits on a FIFO or a device. errno in `error` when it fails
/// (ENOTSUP: not a regular file).
[[nodiscard]] UniqueFd openRegular(const std::string &path, struct stat &status, int &error);

[[nodiscard]] FileId idOf(const struct stat &status);
[[nodiscard]] std::int64_t mtimeNsOf(const struct stat &status);
/// Short stable word for an errno: permission_denied, io_error, too_many_open_files, ...
[[nodiscard]] std::string errorWord(int error);
/// An Error naming `path`.
[[nodiscard]] Error fileError(int error, const std::string &path);

/// What the end of a gz says about the length of its text (of its last member, modulo 2^32).
[[nodiscard]] std::optional<std::uint32_t> gzipTextLength(int fd);
[[nodiscard]] std::string parentFolder(const std::string &path);
/// "folder/name", without doubling the slash.
[[nodiscard]] std::string joinPath(const std::string &folder, const std::string &name);

} // namespace flyball
