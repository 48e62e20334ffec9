// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

namespace flyball {

/// Whether there is a session bus. Without an address libdbus would try to launch one, which takes long
/// and leaves it behind.
[[nodiscard]] bool hasSessionBus();

} // namespace flyball
