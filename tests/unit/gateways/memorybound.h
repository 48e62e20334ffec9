// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

namespace flyball::test {

/// A bound of memory in MiB. A sanitizer keeps for a while what was given back.
[[nodiscard]] constexpr double memoryBound(double mib)
{
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
    return mib + 512;
#else
    return mib;
#endif
}

} // namespace flyball::test
