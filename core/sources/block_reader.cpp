// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/sources/block_reader.h"

#include <algorithm>
#include <array>
#include <cerrno>

namespace flyball {

int windowBefore(const ReadAt &readAt, int fd, std::int64_t offset, MarkerWindow &window)
{
    std::array<char, kMarkerBytes> text{};
    const std::int64_t bytes = std::min<std::int64_t>(offset, static_cast<std::int64_t>(kMarkerBytes));
    const ssize_t n = bytes == 0 ? 0 : readAt(fd, text.data(), static_cast<std::size_t>(bytes), offset - bytes);
    if (n < 0) {
        return errno;
    }
    window.append({text.data(), static_cast<std::size_t>(n)});
    return 0;
}

} // namespace flyball
