// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/flyballctl/arguments.h"

#include <algorithm>
#include <cstdio>

#include "app/flyballctl/textout.h"

namespace flyball::ctl {

Result<Arguments> Arguments::parse(const std::vector<std::string> &words, const std::vector<Option> &options)
{
    Arguments arguments;
    bool onlyWords = false;
    for (std::size_t i = 0; i < words.size(); ++i) {
        const std::string &word = words[i];
        if (onlyWords || word.size() < 2 || word[0] != '-') {
            arguments.m_words.push_back(word);
            continue;
        }
        if (word == "--") {
            onlyWords = true;
            continue;
        }
        const std::size_t equals = word.find('=');
        const std::string name = word.substr(0, equals);
        const auto known =
            std::find_if(options.begin(), options.end(), [&](const Option &o) { return o.name == name; });
        if (known == options.end())
            return Error{ErrorCode::InvalidArgument, "unknown option " + name};
        if (!known->takesValue) {
            if (equals != std::string::npos)
                return Error{ErrorCode::InvalidArgument, "option " + name + " takes no value"};
            arguments.m_values[name] = "";
        } else if (equals != std::string::npos) {
            arguments.m_values[name] = word.substr(equals + 1);
        } else if (i + 1 < words.size()) {
            arguments.m_values[name] = words[++i];
        } else {
            return Error{ErrorCode::InvalidArgument, "option " + name + " needs a value"};
        }
    }
    return arguments;
}

int unusable(const std::string &message)
{
    std::fprintf(stderr, "flyballctl: %s\n", safeText(message).c_str());
    return kUnusable;
}

int unusable(const Error &error) { return unusable(error.message); }

} // namespace flyball::ctl
