// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/sources/inotify_watch.h"

#include <array>
#include <cerrno>
#include <cstring>
#include <sys/inotify.h>
#include <unistd.h>

namespace flyball {

namespace {
constexpr std::uint32_t kEntries = IN_CREATE | IN_MOVED_FROM | IN_MOVED_TO | IN_DELETE | IN_DELETE_SELF | IN_MOVE_SELF;
constexpr std::uint32_t kMask = kEntries | IN_MODIFY | IN_CLOSE_WRITE | IN_ATTRIB | IN_ONLYDIR;
constexpr int kMaxRounds = 64;
} // namespace

InotifyWatch::InotifyWatch(bool enabled)
{
    if (enabled) {
        m_fd.reset(::inotify_init1(IN_NONBLOCK | IN_CLOEXEC));
        m_limited = !m_fd;
    }
}

bool InotifyWatch::add(const std::string &folder)
{
    if (!m_fd) {
        return false;
    }
    const int watch = ::inotify_add_watch(m_fd.get(), folder.c_str(), kMask);
    if (watch < 0) {
        m_limited = m_limited || errno == ENOSPC || errno == ENOMEM;
        return false;
    }
    const auto known = m_folders.find(watch);
    if (known != m_folders.end() && known->second != folder) { // a renamed folder keeps its watch
        m_watches.erase(known->second);
    }
    m_folders[watch] = folder;
    m_watches[folder] = watch;
    return true;
}

void InotifyWatch::remove(const std::string &folder)
{
    const auto found = m_watches.find(folder);
    if (found == m_watches.end()) {
        return;
    }
    ::inotify_rm_watch(m_fd.get(), found->second);
    m_folders.erase(found->second);
    m_watches.erase(found);
}

bool InotifyWatch::drain(const std::function<void(const Event &)> &event)
{
    if (!m_fd) {
        return true;
    }
    bool complete = true;
    alignas(inotify_event) std::array<char, 16U << 10> buffer; // filled by read(2)
    for (int round = 0; round < kMaxRounds; ++round) {         // a storm of events must not keep poll() here
        const ssize_t n = ::read(m_fd.get(), buffer.data(), buffer.size());
        if (n <= 0) {
            return complete;
        }
        for (const char *at = buffer.data(); at < buffer.data() + n;) {
            inotify_event head{};
            std::memcpy(&head, at, sizeof head);
            const char *name = at + sizeof head;
            at = name + head.len;
            complete = complete && (head.mask & IN_Q_OVERFLOW) == 0;
            const auto folder = m_folders.find(head.wd);
            if (folder == m_folders.end()) {
                continue;
            }
            const std::string path = folder->second;
            if ((head.mask & IN_IGNORED) != 0) {
                m_watches.erase(path);
                m_folders.erase(folder);
            }
            event({path, head.len == 0 ? std::string_view() : std::string_view(name), (head.mask & kEntries) != 0});
        }
    }
    return complete;
}

} // namespace flyball
