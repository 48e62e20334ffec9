// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/formats/otlp_metrics/labels.h"

#include <algorithm>

#include "core/formats/jsonfields.h"

namespace flyball::otlp {

namespace {

constexpr std::size_t kMostLabels = 256;
constexpr std::size_t kLongest = 4096;

/// Numbers stand with quotes and without, lists with spaces and without.
std::string plain(std::string_view raw)
{
    std::string text;
    for (const char c : raw.substr(0, kLongest))
        if (c != '"' && c != ' ' && c != '\t')
            text += c;
    return text;
}

std::string textOfValue(const JsonFields &pair)
{
    const JsonFields value = pair.object("value");
    if (!value.raw("stringValue").empty())
        return std::string(value.text("stringValue").substr(0, kLongest));
    for (const std::string_view form : {"intValue", "boolValue", "doubleValue"})
        if (!value.raw(form).empty())
            return plain(value.raw(form));
    return plain(pair.raw("value"));
}

} // namespace

void Labels::read(std::string_view list)
{
    m_labels.clear();
    (void)forEachElement(list, [this](std::string_view raw) {
        JsonFields pair;
        if (m_labels.size() >= kMostLabels || !pair.parse(raw) || pair.text("key").empty())
            return;
        std::string name(pair.text("key").substr(0, kLongest));
        std::replace(name.begin(), name.end(), '.', '_');
        m_labels.push_back({std::move(name), textOfValue(pair)});
    });
    std::stable_sort(m_labels.begin(), m_labels.end(), [](const Label &a, const Label &b) { return a.name < b.name; });
    const auto last = std::unique(m_labels.rbegin(), m_labels.rend(),
                                  [](const Label &a, const Label &b) { return a.name == b.name; });
    m_labels.erase(m_labels.begin(), last.base());
}

void Labels::inherit(const Labels &wider)
{
    for (const Label &label : wider.m_labels)
        if (value(label.name).empty())
            m_labels.push_back(label);
}

std::string_view Labels::value(std::string_view name) const
{
    for (const Label &label : m_labels)
        if (label.name == name)
            return label.value;
    return {};
}

std::vector<MeterLabel> Labels::views() const
{
    std::vector<MeterLabel> all;
    all.reserve(m_labels.size());
    for (const Label &label : m_labels)
        all.push_back({label.name, label.value});
    return all;
}

void Labels::appendTo(std::string &identity) const
{
    for (const Label &label : m_labels) {
        ((identity += '\x1e') += label.name) += '\x1f';
        identity += label.value;
    }
}

} // namespace flyball::otlp
