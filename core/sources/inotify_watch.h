// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/sources/posix_file.h"

#include <functional>
#include <string>
#include <unordered_map>

namespace flyball {

/// Watches folders with inotify. Only ever a hint: every promise holds without it.
class InotifyWatch {
public:
    struct Event {
        const std::string &folder;
        std::string_view name; ///< empty: the folder itself
        bool entriesChanged;   ///< something was created, renamed or deleted
    };

    explicit InotifyWatch(bool enabled);
    [[nodiscard]] int fd() const { return m_fd.get(); }
    [[nodiscard]] bool limited() const { return m_limited; } ///< a limit of the system was hit
    /// False when not watched (limit, no inotify, folder gone).
    bool add(const std::string &folder);
    void remove(const std::string &folder);
    /// Delivers what is queued without waiting. False when the queue overflowed: look at everything.
    [[nodiscard]] bool drain(const std::function<void(const Event &)> &event);

private:
    UniqueFd m_fd;
    bool m_limited = false;
    std::unordered_map<int, std::string> m_folders;
    std::unordered_map<std::string, int> m_watches;
};

} // namespace flyball
