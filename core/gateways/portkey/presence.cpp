// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/gateways/portkey/presence.h"

#include "core/formats/jsonfields.h"

#include <algorithm>

namespace flyball {

namespace {

std::string lengthText(TimeNs length)
{
    const std::int64_t seconds = std::max<std::int64_t>(1, (length + kSecond / 2) / kSecond);
    if (seconds < 120)
        return std::to_string(seconds) + " s";
    return seconds < 7200 ? std::to_string(seconds / 60) + " min" : std::to_string(seconds / 3600) + " h";
}

std::string awayText(TimeNs since, TimeNs until)
{
    return "the stream was away for " + lengthText(until - since) + " until "
           + formatRfc3339(bucketOf(until, kSecond) * kSecond);
}

} // namespace

void StreamPresence::restore(std::string_view state)
{
    std::string judged = std::move(m_judged); // it stays true
    *this = {};
    m_judged = std::move(judged);
    JsonFields fields;
    if (!fields.parse(state))
        return;
    const auto number = [&](std::string_view key, std::int64_t &to) {
        std::int64_t value = 0;
        if (parseInt64(fields.digits(key), value) && value >= 0 && value <= kLatestTime)
            to = value;
    };
    number("number", m_number);
    number("heard", m_heard);
    number("since", m_since);
    number("until", m_until);
}

std::string StreamPresence::save() const
{
    std::string out = "{\"number\":" + std::to_string(m_number);
    for (const auto &[key, value] : {std::pair{"heard", m_heard}, {"since", m_since}, {"until", m_until}})
        if (value != kNoTime)
            out.append(",\"").append(key).append("\":").append(std::to_string(value));
    return out + '}';
}

void StreamPresence::opened(TimeNs now)
{
    if (m_heard != kNoTime) {
        if (m_since == kNoTime)
            m_since = m_heard;
        m_until = std::max(now, m_since);
    }
    m_heard = now;
}

StreamPresence::Missed StreamPresence::told(std::optional<std::int64_t> number)
{
    Missed missed;
    const bool away = m_since != kNoTime;
    const bool first = m_number < 0;
    if (!number || *number < 0) {
        missed.unknown = away;
    } else {
        if (*number > m_number)
            missed.calls = first ? 0 : *number - m_number - 1;
        else
            missed = {*number, true}; // it began anew
        if (first && *number > 0)     // the first one of all is the first one told: nobody was away for it
            missed.unknown = away;
        m_number = *number;
    }
    if (missed.calls > 0 || missed.unknown)
        m_judged =
            (away ? awayText(m_since, m_until) : std::string("the gateway began to count anew"))
            + (missed.calls == 0 ? ": calls in between are not known"
                                 : ": " + std::string(missed.unknown ? "at least " : "") + std::to_string(missed.calls)
                                       + (missed.calls == 1 ? " call was missed" : " calls were missed"));
    else if (away)
        m_judged.clear();
    m_since = m_until = kNoTime;
    return missed;
}

std::string StreamPresence::warning() const
{
    // An absence too short for a call is not worth a word until a number says otherwise.
    if (m_since != kNoTime && m_until - m_since >= kSecond)
        return awayText(m_since, m_until) + ": calls in between are not known";
    return m_judged;
}

} // namespace flyball
