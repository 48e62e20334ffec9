// SPDX-License-Identifier: GPL-3.0-or-later
// Requests and answers of flyball-policy/1 as values, and how their JSON is read.
#pragma once

#include "core/net/httpmessage.h"
#include "core/policy/json/value.h"

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace flyball {

[[nodiscard]] HttpResponse jsonAnswer(JsonValue value, int status = 200);

/// Typed members of a JSON object from outside; remembers the first that is missing or of another type.
class JsonMembers {
public:
    explicit JsonMembers(const JsonValue &object) : m_object(object) {}
    [[nodiscard]] std::string text(const char *name, std::size_t most = 200);
    [[nodiscard]] std::string textOr(const char *name, std::size_t most = 200);
    [[nodiscard]] std::int64_t number(const char *name, std::int64_t least, std::int64_t most);
    [[nodiscard]] std::optional<std::int64_t> numberOr(const char *name, std::int64_t least, std::int64_t most);
    [[nodiscard]] std::vector<std::string> texts(const char *name);        ///< at most 64; absent: none
    [[nodiscard]] const std::string &problem() const { return m_problem; } ///< empty: all were good

private:
    [[nodiscard]] const JsonValue *present(const char *name) const; ///< null counts as absent
    void complain(const char *name, const std::string &what);
    const JsonValue &m_object;
    std::string m_problem;
};

} // namespace flyball
