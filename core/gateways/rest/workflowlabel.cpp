// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/gateways/rest/workflowlabel.h"

#include "core/base/quotes.h"

#include <algorithm>

namespace flyball {

Result<WorkflowLabel> WorkflowLabel::parse(const std::vector<std::string> &words,
                                           const std::vector<std::string_view> &known)
{
    WorkflowLabel label;
    for (const std::string &word : words) {
        const std::size_t colon = word.find(':');
        const std::string kind = word.substr(0, colon == std::string::npos ? colon : colon + 1);
        const bool named = colon != std::string::npos && colon + 1 < word.size();
        if (std::find(known.begin(), known.end(), kind) == known.end() || (kind.back() == ':') != named) {
            std::string list;
            for (const std::string_view one : known)
                list += (list.empty() ? "" : ", ") + std::string(one) + (one.back() == ':' ? "NAME" : "");
            return Error{ErrorCode::InvalidArgument,
                         "\"workflow_label\" does not know " + inQuotes(word) + "; it knows " + list};
        }
        label.m_parts.push_back({word.substr(0, colon), named ? word.substr(colon + 1) : std::string()});
    }
    return label;
}

std::string WorkflowLabel::of(const std::function<std::string(const Part &)> &look) const
{
    for (const Part &part : m_parts)
        if (std::string text = look(part); !text.empty())
            return text;
    return {};
}

} // namespace flyball
