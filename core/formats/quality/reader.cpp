// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <charconv>

#include "core/formats/lines.h"
#include "core/formats/quality/csv.h"
#include "core/formats/quality/quality.h"
#include "core/formats/quality/row.h"

namespace flyball {

namespace {

using namespace quality;

constexpr std::size_t kMostFields = 256;
constexpr int kMostPlaces = 200; ///< refused rows whose line is told; each is a text of its own

class QualityReader final : public LineReader {
public:
    explicit QualityReader(ReaderContext context)
        : m_context(std::move(context)), m_path(m_context.symbols->internChecked(m_context.path))
    {}

    void read(std::string_view lines, std::int64_t offset, FactBatch &out) override
    {
        out.bytes += static_cast<std::int64_t>(lines.size());
        if (m_form == Form::Unknown)
            m_form = formOf(lines);
        if (m_form == Form::Csv)
            readCsv(lines, offset, out);
        else
            readJson(lines, offset, out);
    }
    [[nodiscard]] std::string saveState() const override;
    void restoreState(std::string_view state) override;

private:
    enum class Form : char { Unknown = '?', Csv = 'c', Json = 'j' };

    static Form formOf(std::string_view lines)
    {
        if (lines.substr(0, 3) == "\xEF\xBB\xBF")
            lines.remove_prefix(3);
        const std::string_view text = trimmed(lines);
        return text.empty() ? Form::Unknown : text.front() == '{' ? Form::Json : Form::Csv;
    }
    void readCsv(std::string_view lines, std::int64_t offset, FactBatch &out);
    void readHeader(std::string_view record, std::int64_t at, FactBatch &out);
    void readJson(std::string_view lines, std::int64_t offset, FactBatch &out);
    void take(const Row &row, std::int64_t at, std::size_t length, FactBatch &out);
    void reject(std::string_view reason, std::int64_t at, std::size_t length, FactBatch &out);
    [[nodiscard]] Symbol name(std::string_view text) { return m_context.symbols->internChecked(text); }

    ReaderContext m_context;
    Symbol m_path = 0;
    Form m_form = Form::Unknown;
    std::vector<int> m_columns; ///< Column of each field of the file, -1 = none of ours
    char m_delimiter = ',';
    bool m_headed = false;  ///< the header was read and is one of ours
    bool m_refused = false; ///< it was not: nothing below it can be understood
    std::int64_t m_line = 0;
    int m_places = 0;
    CsvRecords m_records;
    std::vector<std::string> m_fields;
};

void QualityReader::reject(std::string_view reason, std::int64_t at, std::size_t length, FactBatch &out)
{
    const bool tell = ++m_places <= kMostPlaces;
    const Symbol path = tell ? name(m_context.path + ":" + std::to_string(m_line)) : m_path;
    out.rejects.push_back({name(reason), path, at, static_cast<std::int64_t>(length)});
}

void QualityReader::readCsv(std::string_view lines, std::int64_t offset, FactBatch &out)
{
    m_records.feed(lines, offset,
                   [&](CsvRecords::Found found, std::string_view record, std::int64_t at, std::size_t length) {
                       ++out.lines;
                       ++m_line;
                       if (found != CsvRecords::Found::Record) {
                           reject(found == CsvRecords::Found::TooLong ? "too_long" : "open_quote", at, length, out);
                       } else if (!m_headed && !m_refused) {
                           readHeader(record, at, out);
                       } else if (m_refused) {
                           reject("no_header", at, length, out);
                       } else if (!splitRecord(record, m_delimiter, m_fields)) {
                           reject("bad_quotes", at, length, out);
                       } else if (m_fields.size() != m_columns.size()) {
                           reject("wrong_number_of_fields", at, length, out);
                       } else {
                           Row row;
                           for (std::size_t i = 0; i < m_fields.size(); ++i)
                               if (m_columns[i] >= 0)
                                   row[static_cast<Column>(m_columns[i])] = std::move(m_fields[i]);
                           take(row, at, length, out);
                       }
                       m_line += std::count(record.begin(), record.end(), '\n');
                   });
}

void QualityReader::readHeader(std::string_view record, std::int64_t at, FactBatch &out)
{
    if (record.substr(0, 3) == "\xEF\xBB\xBF")
        record.remove_prefix(3);
    m_delimiter = delimiterOf(record);
    std::array<bool, kColumns> present{};
    const bool split = splitRecord(record, m_delimiter, m_fields) && m_fields.size() <= kMostFields;
    m_columns.clear();
    for (std::size_t i = 0; split && i < m_fields.size(); ++i) {
        const auto column = columnOf(m_fields[i]);
        const bool first = column && !present[static_cast<std::size_t>(*column)];
        m_columns.push_back(first ? static_cast<int>(*column) : -1);
        if (column)
            present[static_cast<std::size_t>(*column)] = true;
    }
    m_headed = split && isSignalRow(present);
    m_refused = !m_headed;
    if (m_refused)
        reject("no_header", at, record.size(), out);
    else
        ++out.ignored;
}

void QualityReader::readJson(std::string_view lines, std::int64_t offset, FactBatch &out)
{
    const char *counted = lines.data();
    forEachLine(lines, offset, [&](std::string_view line, std::int64_t at) {
        ++out.lines;
        m_line += 1 + std::count(counted, line.data(), '\n');
        counted = line.data() + line.size();
        if (counted < lines.data() + lines.size())
            counted = std::min(std::find(counted, lines.data() + lines.size(), '\n') + 1, lines.data() + lines.size());
        JsonFields fields;
        if (fields.parse(line))
            take(rowOf(fields), at, line.size(), out);
        else
            reject(kindOfBadLine(line), at, line.size(), out);
    });
    m_line += std::count(counted, lines.data() + lines.size(), '\n');
}

void QualityReader::take(const Row &row, std::int64_t at, std::size_t length, FactBatch &out)
{
    SignalFact signal;
    const std::string_view problem = signalOf(row, *m_context.symbols, m_context.arrival, signal);
    if (!problem.empty()) {
        reject(problem, at, length, out);
        return;
    }
    signal.source = m_context.source;
    out.signals.push_back(signal);
}

/// form, delimiter, header state, line, places, place of the open record, columns; then the open record as it is.
std::string QualityReader::saveState() const
{
    std::string state;
    state += static_cast<char>(m_form);
    state += m_delimiter;
    state += m_headed ? 'h' : m_refused ? 'r' : '-';
    for (const std::int64_t number : {m_line, std::int64_t{m_places}, m_records.pendingAt()})
        state += std::to_string(number) + ',';
    state += ';';
    for (const int column : m_columns)
        state += std::to_string(column) + ',';
    state += ';';
    state += m_records.pending();
    return state;
}

void QualityReader::restoreState(std::string_view state)
{
    if (state.size() < 3)
        return;
    m_form = static_cast<Form>(state[0]);
    m_delimiter = state[1];
    m_headed = state[2] == 'h';
    m_refused = state[2] == 'r';
    state.remove_prefix(3);
    const auto numbers = [&] {
        std::vector<std::int64_t> list;
        while (!state.empty() && state.front() != ';') {
            std::int64_t number = 0;
            const auto [end, error] = std::from_chars(state.data(), state.data() + state.size(), number);
            if (error != std::errc() || end == state.data() + state.size() || *end != ',')
                return list;
            list.push_back(number);
            state.remove_prefix(static_cast<std::size_t>(end - state.data()) + 1);
        }
        state.remove_prefix(std::min<std::size_t>(1, state.size()));
        return list;
    };
    const auto counts = numbers();
    m_columns.clear();
    for (const std::int64_t column : numbers())
        m_columns.push_back(column >= 0 && column < static_cast<std::int64_t>(kColumns) ? static_cast<int>(column)
                                                                                        : -1);
    if (counts.size() != 3)
        return;
    m_line = counts[0];
    m_places = static_cast<int>(std::clamp<std::int64_t>(counts[1], 0, kMostPlaces));
    m_records.restore(state, counts[2]);
}

} // namespace

std::unique_ptr<LineReader> makeQualityReader(ReaderContext context)
{
    return std::make_unique<QualityReader>(std::move(context));
}

} // namespace flyball
