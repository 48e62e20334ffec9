// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/formats/quality/csv.h"

#include <algorithm>

namespace flyball::quality {

void CsvRecords::restore(std::string_view pending, std::int64_t at)
{
    m_pending = pending;
    m_pendingAt = at;
    m_quoted = std::count(pending.begin(), pending.end(), '"') % 2 != 0;
}

bool splitRecord(std::string_view record, char delimiter, std::vector<std::string> &fields)
{
    fields.clear();
    std::size_t at = 0;
    for (;;) {
        std::string &field = fields.emplace_back();
        if (at < record.size() && record[at] == '"') {
            for (++at;; ++at) {
                if (at == record.size())
                    return false;
                if (record[at] == '"' && (at + 1 == record.size() || record[at + 1] != '"'))
                    break;
                at += record[at] == '"' ? 1U : 0U;
                field += record[at];
            }
            ++at;
        } else {
            const std::size_t end = std::min(record.find(delimiter, at), record.size());
            field = record.substr(at, end - at);
            at = end;
        }
        if (at == record.size())
            return true;
        if (record[at++] != delimiter)
            return false;
    }
}

char delimiterOf(std::string_view header)
{
    char best = ',';
    for (const char c : {';', '\t'})
        if (std::count(header.begin(), header.end(), c) > std::count(header.begin(), header.end(), best))
            best = c;
    return best;
}

} // namespace flyball::quality
