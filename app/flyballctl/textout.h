// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace flyball::ctl {

/// One line for a terminal: control characters and marks that turn the writing direction become '?'.
/// Names come from traces and files of others.
[[nodiscard]] std::string safeText(const std::string &text);

/// Columns padded to their widest cell; cells pass through safeText.
class TextTable {
public:
    explicit TextTable(std::vector<std::string> head) { m_rows.push_back(std::move(head)); }
    void add(std::vector<std::string> cells) { m_rows.push_back(std::move(cells)); }
    [[nodiscard]] std::string text() const;

private:
    std::vector<std::vector<std::string>> m_rows;
};

/// One line on stdout; invalid UTF-8 is replaced.
void printJson(const nlohmann::ordered_json &json);
void print(const std::string &text);

/// "12 B", "3.4 MiB".
[[nodiscard]] std::string bytesText(std::int64_t bytes);

} // namespace flyball::ctl
