// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/gateways/promql/prombody.h"

#include "core/base/jsoncursor.h"

#include <cmath>

namespace flyball {

namespace {

constexpr std::size_t kMostLabels = 64;
constexpr std::size_t kLongestName = 1024;
constexpr std::size_t kLongestLabel = 4096;
constexpr std::size_t kLongestNumber = 128;
constexpr std::size_t kLongestString = 4096; ///< the result of a query that is a string
constexpr std::size_t kMostSeries = 200'000;
constexpr std::size_t kMostWarnings = 100;
constexpr std::size_t kLongestWarning = 1000;
constexpr double kLastSecond = 7'258'118'400; ///< the year 2200

/// Walks one body. Every function is false at the first thing that is not as it should be; `why` names it.
class Reader {
public:
    Reader(std::string_view body, PromBody &out) : m_json(body), m_body(out), m_out(out.answer) {}

    std::string why;

    bool read()
    {
        if (!m_json.beginObject())
            return fail("no JSON object");
        std::string_view key;
        while (m_json.nextKey(key)) {
            const bool fine = key == "status"      ? text(m_body.status)
                              : key == "data"      ? data()
                              : key == "error"     ? text(m_out.error)
                              : key == "errorType" ? text(m_out.errorType)
                              : key == "warnings"  ? list(m_out.warnings)
                              : key == "infos"     ? list(m_out.infos)
                                                   : m_json.skipValue();
            if (!fine)
                return fail("broken JSON");
        }
        if (m_json.failed() || !m_json.atEnd())
            return fail("broken JSON");
        return true;
    }

private:
    bool fail(const char *what)
    {
        if (why.empty())
            why = what;
        return false;
    }

    bool text(std::string &into)
    {
        if (m_json.peek() != '"')
            return m_json.skipValue();
        std::string_view seen;
        if (!m_json.readText(seen, m_scratch))
            return false;
        into.assign(seen.substr(0, kLongestWarning));
        return true;
    }

    bool list(std::vector<std::string> &into)
    {
        if (m_json.peek() != '[')
            return m_json.skipValue();
        if (!m_json.beginArray())
            return false;
        while (m_json.nextElement()) {
            std::string one;
            if (!text(one))
                return false;
            if (!one.empty() && into.size() < kMostWarnings)
                into.push_back(std::move(one));
        }
        return !m_json.failed();
    }

    bool data()
    {
        if (m_json.peek() != '{')
            return m_json.skipValue();
        if (m_dataSeen)
            return fail("data twice");
        m_dataSeen = true;
        std::string_view key;
        if (!m_json.beginObject())
            return false;
        std::string type;
        bool resultSeen = false;
        while (m_json.nextKey(key)) { // in any order
            if (key == "result" && resultSeen)
                return fail("result twice");
            resultSeen = resultSeen || key == "result";
            if (!(key == "resultType" ? text(type) : key == "result" ? result() : m_json.skipValue()))
                return false;
        }
        if (m_json.failed())
            return false;
        if (resultSeen && !typeFits(type))
            return fail("a result that is not of the type it is said to be");
        return true;
    }

    bool typeFits(const std::string &type)
    {
        m_out.type = type == "vector"   ? PromType::Vector
                     : type == "matrix" ? PromType::Matrix
                     : type == "scalar" ? PromType::Scalar
                     : type == "string" ? PromType::String
                                        : PromType::None;
        const bool isPair = m_out.type == PromType::Scalar || m_out.type == PromType::String;
        return m_out.type != PromType::None && m_pair == isPair && !(m_values && m_out.type == PromType::Vector)
               && !(m_value && m_out.type == PromType::Matrix);
    }

    /// A list of series, or the bare pair of a scalar or a string.
    bool result()
    {
        if (m_json.peek() == 'n')
            return m_json.takeNull() && !m_json.failed();
        if (!m_json.beginArray())
            return false;
        while (m_json.nextElement()) {
            if (m_json.peek() != '{')
                return m_out.series.empty() && restOfPair();
            if (m_out.series.size() >= kMostSeries)
                return fail("more than 200,000 series");
            if (!series())
                return false;
        }
        return !m_json.failed();
    }

    bool restOfPair()
    {
        m_pair = true;
        PromSeries &only = m_out.series.emplace_back();
        only.first = m_out.samples.size();
        only.count = 1;
        return restOfSample(kLongestString);
    }

    bool series()
    {
        PromSeries &one = m_out.series.emplace_back();
        one.first = m_out.samples.size();
        std::string_view key;
        if (!m_json.beginObject())
            return false;
        while (m_json.nextKey(key)) {
            const bool fine = key == "metric"       ? labels(one)
                              : key == "value"      ? m_json.beginArray() && sample()
                              : key == "values"     ? values()
                              : key == "histogram"  ? histogram()
                              : key == "histograms" ? histogram()
                                                    : m_json.skipValue();
            m_value = m_value || key == "value";
            m_values = m_values || key == "values";
            if (!fine)
                return false;
        }
        one.count = m_out.samples.size() - one.first;
        return !m_json.failed();
    }

    bool histogram()
    {
        ++m_out.histograms;
        return m_json.skipValue();
    }

    bool labels(PromSeries &one)
    {
        std::string_view key;
        if (!m_json.beginObject())
            return false;
        while (m_json.nextKey(key)) {
            if (one.labels.size() >= kMostLabels)
                return fail("a series with more than 64 labels");
            if (key.size() > kLongestName)
                return fail("a label name of more than 1 KiB");
            std::string name;
            decodeJsonString(key, name);
            std::string_view value;
            if (!m_json.readText(value, m_scratch))
                return false;
            if (value.size() > kLongestLabel)
                return fail("a label value of more than 4 KiB");
            one.labels.emplace_back(std::move(name), value);
        }
        return !m_json.failed();
    }

    bool values()
    {
        if (!m_json.beginArray())
            return false;
        while (m_json.nextElement())
            if (!m_json.beginArray() || !sample())
                return false;
        return !m_json.failed();
    }

    /// [time, "value"], its bracket consumed.
    bool sample() { return m_json.nextElement() && restOfSample(kLongestNumber); }
    bool restOfSample(std::size_t longest)
    {
        std::string_view digits;
        double seconds = 0;
        if (!m_json.readNumber(digits) || !parseDouble(digits, seconds))
            return false;
        if (!(seconds >= 0 && seconds < kLastSecond))
            return fail("a time outside 1970..2200");
        std::string_view value;
        if (!m_json.nextElement() || !m_json.readText(value, m_scratch))
            return false;
        if (value.size() > longest || m_out.text.size() + value.size() > UINT32_MAX)
            return fail("a value that is too long");
        m_out.samples.push_back({std::llround(seconds * 1e3) * 1'000'000, static_cast<std::uint32_t>(m_out.text.size()),
                                 static_cast<std::uint32_t>(value.size())});
        m_out.text += value;
        return !m_json.nextElement() && !m_json.failed();
    }

    JsonCursor m_json;
    PromBody &m_body;
    PromAnswer &m_out;
    std::string m_scratch;
    bool m_dataSeen = false;
    bool m_pair = false;
    bool m_value = false;
    bool m_values = false;
};

} // namespace

std::string readPromBody(std::string_view body, PromBody &out)
{
    Reader reader(body, out);
    return reader.read() ? std::string() : reader.why;
}

} // namespace flyball
