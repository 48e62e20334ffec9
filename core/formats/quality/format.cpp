// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/formats/lines.h"
#include "core/formats/quality/csv.h"
#include "core/formats/quality/quality.h"
#include "core/formats/quality/row.h"
#include "core/formats/recordreader.h"

namespace flyball {

namespace {

using namespace quality;

/// The first record or line says what the file is.
bool sniff(std::string_view head)
{
    if (head.substr(0, 3) == "\xEF\xBB\xBF")
        head.remove_prefix(3);
    std::string_view first;
    forEachLine(head, 0, [&](std::string_view line, std::int64_t) {
        if (first.empty())
            first = line;
    });
    std::array<bool, kColumns> present{};
    if (!first.empty() && first.front() == '{') {
        JsonFields fields;
        if (!fields.parse(first) || fields.has("model") || fields.has("duration_ms") || fields.has("usage"))
            return false;
        const Row row = rowOf(fields);
        for (std::size_t i = 0; i < kColumns; ++i)
            present[i] = !row.fields[i].empty();
        return isSignalRow(present);
    }
    std::vector<std::string> names;
    if (first.size() > 16'384 || !splitRecord(first, delimiterOf(first), names))
        return false;
    for (const std::string &text : names)
        if (const auto column = columnOf(text))
            present[static_cast<std::size_t>(*column)] = true;
    return isSignalRow(present);
}

/// Signals are of no group that has calls.
void resolveNothing(const GroupFacts & /*facts*/, const TraitLookup & /*traits*/, ResolvedGroup & /*out*/) {}

bool wantsPath(std::string_view path) { return hasEnding(fileNameOf(path), {".csv", ".tsv", ".jsonl", ".ndjson"}); }

} // namespace

Format qualityFormat()
{
    Format format;
    format.kind = "quality";
    format.label = "Quality signals";
    format.wantsPath = wantsPath;
    format.sniff = sniff;
    format.makeReader = makeQualityReader;
    format.resolve = resolveNothing;
    return format;
}

} // namespace flyball
