// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/pricing/model_names.h"

#include <algorithm>
#include <array>

namespace flyball {

namespace {

bool allDigits(std::string_view text)
{
    return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

bool isCompactDate(std::string_view d)
{
    return d.size() == 8 && allDigits(d) && d.starts_with("20") && d.substr(4, 2) >= "01" && d.substr(4, 2) <= "12"
           && d.substr(6) >= "01" && d.substr(6) <= "31";
}

bool isDashedDate(std::string_view d)
{
    return d.size() == 10 && d[4] == '-' && d[7] == '-'
           && isCompactDate(std::string(d.substr(0, 4)) + std::string(d.substr(5, 2)) + std::string(d.substr(8)));
}

/// genai-prices' second try: "-20250929" at the end, or before '-' or ':', becomes "-2025-09-29".
std::string withDashedDates(const std::string &name)
{
    std::string out = name;
    for (std::size_t i = out.find("-20"); i != std::string::npos; i = out.find("-20", i + 1)) {
        const bool ends = i + 9 == out.size() || (i + 9 < out.size() && (out[i + 9] == '-' || out[i + 9] == ':'));
        if (ends && isCompactDate(std::string_view(out).substr(i + 1, 8))) {
            out.insert(i + 7, 1, '-');
            out.insert(i + 5, 1, '-');
        }
    }
    return out;
}

/// Removes one decoration at the end; false when there is none left.
bool stripSuffix(std::string &name)
{
    if (name.starts_with("ft:")) {
        const auto colon = name.find(':', 3);
        if (colon == std::string::npos)
            return false;
        name.resize(colon);
        return true;
    }
    const auto cut = [&name](std::size_t at) {
        if (at == 0)
            return false;
        name.resize(at);
        return true;
    };
    if (name.ends_with(']')) {
        const auto open = name.rfind('[');
        return open != std::string::npos && cut(open);
    }
    static constexpr std::array<std::string_view, 4> kVariants = {":latest", ":thinking", ":free", ":beta"};
    for (const std::string_view variant : kVariants) {
        if (name.ends_with(variant))
            return cut(name.size() - variant.size());
    }
    if (const auto at = name.rfind('@'); at != std::string::npos && name.find('/', at) == std::string::npos)
        return cut(at);
    if (const auto colon = name.rfind(':'); colon != std::string::npos && allDigits(name.substr(colon + 1))) {
        const auto version = name.rfind("-v", colon);
        if (version != std::string::npos && allDigits(name.substr(version + 2, colon - version - 2)))
            return cut(version);
    }
    const std::string_view view = name;
    if (view.size() > 9 && view[view.size() - 9] == '-' && isCompactDate(view.substr(view.size() - 8)))
        return cut(view.size() - 9);
    if (view.size() > 11 && view[view.size() - 11] == '-' && isDashedDate(view.substr(view.size() - 10)))
        return cut(view.size() - 11);
    return false;
}

bool stripHostPrefix(std::string &name)
{
    static constexpr std::array<std::string_view, 12> kPrefixes = {
        "us.", "us-gov.", "eu.", "apac.", "jp.", "au.", "ca.", "global.", "anthropic.", "meta.", "cohere.", "mistral."};
    for (const std::string_view prefix : kPrefixes) {
        if (name.size() > prefix.size() && name.starts_with(prefix)) {
            name.erase(0, prefix.size());
            return true;
        }
    }
    return false;
}

} // namespace

NameForms nameForms(const std::string &lowerName)
{
    NameForms out;
    const auto add = [&out](const std::string &form) {
        if (!form.empty() && std::find(out.forms.begin(), out.forms.end(), form) == out.forms.end())
            out.forms.push_back(form);
    };
    add(lowerName);
    add(withDashedDates(lowerName));
    out.exactCount = out.forms.size();
    std::string head = lowerName;
    constexpr int kMaxPathLevels = 8;
    for (int level = 0; level < kMaxPathLevels; ++level) {
        std::string host = head;
        do {
            std::string form = host;
            do {
                add(form);
                add(withDashedDates(form));
            } while (stripSuffix(form));
        } while (stripHostPrefix(host));
        const auto slash = head.find('/');
        if (slash == std::string::npos || slash + 1 == head.size())
            break;
        head.erase(0, slash + 1);
    }
    return out;
}

std::string_view pathHead(std::string_view lowerName)
{
    const auto slash = lowerName.find('/');
    return slash == std::string_view::npos ? std::string_view() : lowerName.substr(0, slash);
}

} // namespace flyball
