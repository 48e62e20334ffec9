// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/base/result.h"

namespace flyball::ctl {

/// Options and positional words of one command. Every option is declared; unknown ones are refused.
class Arguments {
public:
    struct Option {
        std::string name; ///< with dashes
        bool takesValue = false;
    };
    [[nodiscard]] static Result<Arguments> parse(const std::vector<std::string> &words,
                                                 const std::vector<Option> &options);

    [[nodiscard]] bool has(const std::string &name) const { return m_values.contains(name); }
    [[nodiscard]] std::string value(const std::string &name, const std::string &otherwise = {}) const
    {
        const auto it = m_values.find(name);
        return it == m_values.end() ? otherwise : it->second;
    }
    [[nodiscard]] const std::vector<std::string> &words() const { return m_words; }

private:
    std::map<std::string, std::string> m_values;
    std::vector<std::string> m_words;
};

inline constexpr int kOk = 0;
inline constexpr int kUnusable = 2; ///< wrong arguments or an unreadable source; nothing was changed
inline constexpr int kPartly = 3;   ///< a result, but parts of the input were rejected

/// Prints "flyballctl: message" and gives kUnusable.
int unusable(const std::string &message);
int unusable(const Error &error);

} // namespace flyball::ctl
