// SPDX-License-Identifier: GPL-3.0-or-later
#include "qml/controls/icondata.h"

#include <algorithm>
#include <array>

namespace flyball {
namespace {

struct IconEntry {
    std::string_view name;
    std::string_view path;
};

// Sorted by name. SVG path data in a 16 x 16 box, drawn as outlines.
constexpr std::array<IconEntry, 46> kIcons{{
    {"bell", "M4 11.5V7a4 4 0 0 1 8 0v4.5l1 1H3zM6.8 14h2.4"},
    {"cache", "M9 1.8 3.5 9H8l-1 5.2L12.5 7H8z"},
    {"check", "m3.2 8.4 3.2 3.2 6.4-7"},
    {"chev", "m6 4 4 4-4 4"},
    {"chevd", "m4 6 4 4 4-4"},
    {"chevl", "m10 4-4 4 4 4"},
    {"clock", "M2.2 8a5.8 5.8 0 1 0 11.6 0a5.8 5.8 0 1 0 -11.6 0zM8 4.6V8l2.4 1.6"},
    {"copy", "M5.5 5.5h8v8h-8zM10.5 5.5v-3h-8v8h3"},
    {"dots", "M2.7 8a0.8 0.8 0 1 0 1.6 0a0.8 0.8 0 1 0 -1.6 0zM7.2 8a0.8 0.8 0 1 0 1.6 0a0.8 0.8 0 1 0 -1.6 0zM11.7 "
             "8a0.8 0.8 0 1 0 1.6 0a0.8 0.8 0 1 0 -1.6 0z"},
    {"down", "M8 3v9M4.5 8.7 8 12.2l3.5-3.5"},
    {"drift", "M2 11c3 0 3-6 6-6s3 6 6 6M8 2v3"},
    {"edit", "M3 13l.6-2.8 7.2-7.2 2.2 2.2-7.2 7.2zM9.4 4.4l2.2 2.2"},
    {"ext", "M6 3H3v10h10v-3M9 3h4v4M13 3 7.5 8.5"},
    {"eyeoff", "M2.5 8c1.6-2.6 3.4-3.8 5.5-3.8s3.9 1.2 5.5 3.8c-1.6 2.6-3.4 3.8-5.5 3.8S4.1 10.6 2.5 8M3 13 13 3"},
    {"file", "M4 1.8h5l3 3v9.4H4zM9 1.8v3h3"},
    {"flag", "M4 14V2.5h7.5L9.8 5.2l1.7 2.8H4"},
    {"flow", "M1.8 4a1.7 1.7 0 1 0 3.4 0a1.7 1.7 0 1 0 -3.4 0zM1.8 12a1.7 1.7 0 1 0 3.4 0a1.7 1.7 0 1 0 -3.4 0zM10.8 "
             "8a1.7 1.7 0 1 0 3.4 0a1.7 1.7 0 1 0 -3.4 0zM5.2 4.3c3 .4 3.2 2 5.6 3.2M5.2 11.7c3-.4 3.2-2 5.6-3.2"},
    {"gate", "M2.5 8h3M10.5 8h3M5.5 3.5h5v9h-5z"},
    {"grip", "M6 4v.1M10 4v.1M6 8v.1M10 8v.1M6 12v.1M10 12v.1"},
    {"incident", "M8 2.2 14.2 13H1.8zM8 6.2v3.4M8 11.3v.2"},
    {"info", "M2.2 8a5.8 5.8 0 1 0 11.6 0a5.8 5.8 0 1 0 -11.6 0zM8 7.4v3.4M8 5.1v.2"},
    {"list", "M2.5 4h11M2.5 8h11M2.5 12h7"},
    {"lock", "M4 7.5h8v6H4zM5.7 7.5V5a2.3 2.3 0 0 1 4.6 0v2.5"},
    {"loop", "M3 7a5 5 0 0 1 9-2.2M13 2v3h-3M13 9a5 5 0 0 1-9 2.2M3 14v-3h3"},
    {"menu", "M2.5 4.5h11M2.5 8h11M2.5 11.5h11"},
    {"minus", "M3 8h10"},
    {"moon", "M13 9.6A5.6 5.6 0 0 1 6.4 3a5.6 5.6 0 1 0 6.6 6.6z"},
    {"overview", "M2 9.5h3v4.5H2zM6.5 5.5h3v8.5h-3zM11 2h3v12h-3z"},
    {"pause", "M5.5 3.5v9M10.5 3.5v9"},
    {"play", "M5 3.2v9.6L12.5 8z"},
    {"plus", "M8 3v10M3 8h10"},
    {"policy",
     "M3 4.2h4.2M10.8 4.2H13M3 8h1.2M7.8 8H13M3 11.8h6.2M12.2 11.8h.8M7.4 4.2a1.6 1.6 0 1 0 3.2 0a1.6 1.6 0 1 0 -3.2 "
     "0zM4.4 8a1.6 1.6 0 1 0 3.2 0a1.6 1.6 0 1 0 -3.2 0zM9.1 11.8a1.6 1.6 0 1 0 3.2 0a1.6 1.6 0 1 0 -3.2 0z"},
    {"price", "M8.4 2.2H13.8V7.6L7.6 13.8 2.2 8.4zM10.1 5a0.9 0.9 0 1 0 1.8 0a0.9 0.9 0 1 0 -1.8 0z"},
    {"push", "M8 13V4M4.5 7.3 8 3.8l3.5 3.5M3 14h10"},
    {"quality", "M2 5.5 6 8l3-3.5 5 7M14 8v3.5h-3.5"},
    {"runs", "M2 3.5h7M5 8h8M3.5 12.5h6"},
    {"search", "M2.8 7a4.2 4.2 0 1 0 8.4 0a4.2 4.2 0 1 0 -8.4 0zM10.2 10.2l3.4 3.4"},
    {"settings", "M5.8 8a2.2 2.2 0 1 0 4.4 0a2.2 2.2 0 1 0 -4.4 0zM8 1.8v2M8 12.2v2M1.8 8h2M12.2 8h2M3.6 3.6 5 5M11 "
                 "11l1.4 1.4M3.6 12.4 5 11M11 5l1.4-1.4"},
    {"source", "M2.8 4a5.2 2 0 1 0 10.4 0a5.2 2 0 1 0 -10.4 0zM2.8 4v8c0 1.1 2.3 2 5.2 2s5.2-.9 5.2-2V4M2.8 8c0 1.1 "
               "2.3 2 5.2 2s5.2-.9 5.2-2"},
    {"stop", "M4.5 4.5h7v7h-7z"},
    {"sun", "M5.2 8a2.8 2.8 0 1 0 5.6 0a2.8 2.8 0 1 0 -5.6 0zM8 1.5v1.6M8 12.9v1.6M1.5 8h1.6M12.9 8h1.6M3.4 3.4l1.1 "
            "1.1M11.5 11.5l1.1 1.1M3.4 12.6l1.1-1.1M11.5 4.5l1.1-1.1"},
    {"table", "M2 3h12v10H2zM2 6.4h12M2 9.7h12M6.4 6.4V13"},
    {"term", "M2 3h12v10H2zM4.5 6l2 2-2 2M8.5 10h3"},
    {"undo", "M5.5 3 2.5 6l3 3M2.8 6H9a4 4 0 0 1 0 8H6"},
    {"up", "M8 12.5v-9M4.5 7 8 3.5 11.5 7"},
    {"x", "m4 4 8 8M12 4l-8 8"},
}};

static_assert(std::is_sorted(kIcons.begin(), kIcons.end(),
                             [](const IconEntry &a, const IconEntry &b) { return a.name < b.name; }));

} // namespace

std::string_view iconPath(std::string_view name)
{
    const auto *found = std::lower_bound(kIcons.begin(), kIcons.end(), name,
                                         [](const IconEntry &entry, std::string_view key) { return entry.name < key; });
    return found != kIcons.end() && found->name == name ? found->path : std::string_view{};
}

std::vector<std::string_view> iconNames()
{
    std::vector<std::string_view> names;
    names.reserve(kIcons.size());
    for (const IconEntry &entry : kIcons)
        names.push_back(entry.name);
    return names;
}

} // namespace flyball
