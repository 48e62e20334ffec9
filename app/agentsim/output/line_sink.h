// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"
#include "core/base/time.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace flyball::agentsim {

/// Appends whole lines to a trace file, one write(2) a line, so that a reader that tails the file
/// sees half a line only if the kernel splits the write. Rotates by rename, as the Collector does.
class LineSink {
public:
    /// `out`: "-" is stdout, a name that ends in .json or .jsonl is the file, anything else a directory
    /// (made if missing) that gets traces.jsonl. `rotateBytes` 0: never.
    [[nodiscard]] static Result<LineSink> open(const std::string &out, std::int64_t rotateBytes);
    LineSink(LineSink &&other) noexcept;
    LineSink &operator=(LineSink &&) = delete;
    ~LineSink();

    /// `line` ends with its newline; `virtualNow` names a rotated file.
    [[nodiscard]] Result<> write(std::string_view line, TimeNs virtualNow);

    [[nodiscard]] const std::string &path() const { return m_path; }
    [[nodiscard]] std::int64_t bytes() const { return m_bytes; }
    [[nodiscard]] std::int64_t lines() const { return m_lines; }

private:
    LineSink(std::string path, int fd, std::int64_t rotateBytes)
        : m_path(std::move(path)), m_fd(fd), m_rotate(rotateBytes)
    {}
    Result<> rotate(TimeNs virtualNow);

    std::string m_path;
    int m_fd = -1;
    std::int64_t m_rotate = 0;
    std::int64_t m_inFile = 0;
    std::int64_t m_bytes = 0;
    std::int64_t m_lines = 0;
};

} // namespace flyball::agentsim
