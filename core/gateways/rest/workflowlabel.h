// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace flyball {

/// What of a gateway's row names the workflow, in the operator's words: "key", "team", "tag:NAME", "metadata:NAME" ...
/// The first that is there wins.
class WorkflowLabel {
public:
    struct Part {
        std::string kind; ///< "tag"
        std::string name; ///< "NAME"; empty for kinds without one
    };

    /// Kinds that take a name end with ':' in `known`. The Error names what is not known.
    [[nodiscard]] static Result<WorkflowLabel> parse(const std::vector<std::string> &words,
                                                     const std::vector<std::string_view> &known);
    [[nodiscard]] bool empty() const { return m_parts.empty(); }
    /// The first text that is not empty; `look` gives what a row has of a part.
    [[nodiscard]] std::string of(const std::function<std::string(const Part &)> &look) const;

private:
    std::vector<Part> m_parts;
};

} // namespace flyball
