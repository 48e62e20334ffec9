// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/agentsim/policy/body.h"

#include <functional>
#include <initializer_list>

namespace flyball::agentsim {

/// Walks an object field by field and keeps the first thing that is wrong. A pointer into a value is at
/// most 200 characters long, so that hostile names stay short in acknowledgements.
class BodyReader {
public:
    using Take = std::function<void(const Json &, const std::string &path)>;
    using Fields = std::initializer_list<std::pair<std::string_view, Take>>;

    BodyReader(const std::vector<std::string> &tiers, std::vector<std::string> *unknown)
        : m_tiers(tiers), m_unknown(unknown)
    {}
    [[nodiscard]] const std::optional<Refusal> &problem() const { return m_problem; }
    void refuse(const std::string &path, std::string message, const char *code = "invalid");

    void object(const Json &value, const std::string &path, Fields fields);
    void list(const Json &value, const std::string &path, const Take &each);

    // Each makes a Take that checks one kind of value and stores it.
    [[nodiscard]] Take whole(std::optional<std::int64_t> &out, std::int64_t least);
    [[nodiscard]] Take whole(std::int64_t &out, std::int64_t least);
    [[nodiscard]] Take usd(std::optional<PicoUsd> &out, bool positive);
    [[nodiscard]] Take share(double &out);
    [[nodiscard]] Take share(std::optional<double> &out);
    [[nodiscard]] Take flag(bool &out);
    [[nodiscard]] Take flag(std::optional<bool> &out);
    [[nodiscard]] Take text(std::string &out);
    [[nodiscard]] Take text(std::optional<std::string> &out);
    [[nodiscard]] Take texts(std::optional<std::vector<std::string>> &out);
    [[nodiscard]] Take tier(std::string &out);
    /// `set` is given the index of the word among `words`.
    [[nodiscard]] Take word(std::vector<std::string_view> words, std::function<void(std::size_t)> set);

private:
    const std::vector<std::string> &m_tiers;
    std::vector<std::string> *m_unknown;
    std::optional<Refusal> m_problem;
};

} // namespace flyball::agentsim
