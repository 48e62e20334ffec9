// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/gateways/rest/logtail.h"

#include "core/base/key128.h"
#include "core/formats/jsonfields.h"

#include <algorithm>

namespace flyball {

namespace {

constexpr TimeNs kOverlap = 2 * kMinute;
constexpr TimeNs kLateEvery = 2 * kMinute;
constexpr TimeNs kAhead = 5 * kMinute; ///< rows that begin later than this from now do not move the window
constexpr TimeNs kShortestSlice = kSecond;
constexpr TimeNs kLongestSlice = 7 * kDay;
constexpr int kManyPages = 20; ///< more are read in slices
constexpr int kFewPages = 5;
constexpr int kMostPages = 1000;
constexpr int kMostRepeats = 3; ///< of pages in a row that hold only what stood on earlier ones
constexpr int kMostRestarts = 3;
constexpr std::size_t kMostKnown = 200'000;
constexpr std::size_t kMostStored = 2000;
constexpr std::size_t kIdDigits = 16;

} // namespace

struct LogTail::Sweep {
    TimeNs begin = 0;
    TimeNs end = 0;
    bool untilKnown = false; ///< a page without news ends it
    bool mayCut = true;      ///< give up when it is too long
    bool bySize = false;     ///< as its first page says
    bool tooLong = false;
    int pages = 0;
    std::string partial;
    std::unordered_map<std::uint64_t, TimeNs> taken;
    std::unordered_set<std::uint64_t> met;
};

void LogTail::restore(const std::string &state)
{
    if (state == m_state)
        return;
    m_state = state;
    m_known.clear();
    m_newest = m_reached = m_first = m_oldest = kNoTime;
    m_lateRead = kNoTime;
    JsonFields fields;
    if (!fields.parse(state))
        return;
    std::int64_t number = 0;
    if (parseInt64(fields.digits("newest"), number))
        m_newest = number;
    if (parseInt64(fields.digits("reached"), number))
        m_reached = number;
    if (parseInt64(fields.digits("first"), number))
        m_first = number;
    if (parseInt64(fields.digits("oldest"), number))
        m_oldest = number;
    const std::string_view ids = fields.text("known");
    for (std::size_t at = 0; at + kIdDigits <= ids.size(); at += kIdDigits)
        if (const auto id = key64FromHex(ids.substr(at, kIdDigits)))
            m_known.emplace(*id, m_newest);
}

std::string LogTail::save() const
{
    std::vector<std::pair<TimeNs, std::uint64_t>> recent;
    for (const auto &[id, start] : m_known)
        if (m_newest != kNoTime && start >= m_newest - m_late - kOverlap)
            recent.emplace_back(start, id);
    std::sort(recent.begin(), recent.end(), std::greater<>());
    recent.resize(std::min(recent.size(), kMostStored));
    std::string out = "{";
    if (m_newest != kNoTime)
        out += "\"newest\":" + std::to_string(m_newest) + ',';
    if (m_reached != kNoTime)
        out += "\"reached\":" + std::to_string(m_reached) + ',';
    if (m_first != kNoTime)
        out += "\"first\":" + std::to_string(m_first) + ',';
    if (m_oldest != kNoTime)
        out += "\"oldest\":" + std::to_string(m_oldest) + ',';
    out += "\"known\":\"";
    for (const auto &[start, id] : recent)
        out += toHex64(id);
    return out + "\"}";
}

/// True: something on it was not known.
bool LogTail::takePage(const LogPage &page, Sweep &sweep, const Take &take)
{
    bool news = false;
    for (const LogRow &row : page.rows) {
        sweep.met.insert(row.id);
        if (row.open || m_known.contains(row.id))
            continue;
        news = true;
        if (sweep.taken.emplace(row.id, row.start).second)
            take(row);
    }
    return news;
}

Result<> LogTail::sweep(Sweep &sweep, const Fetch &fetch, const Take &take)
{
    std::int64_t total = -1;
    int repeats = 0;
    int restarts = 0;
    for (int number = 0;; ++number) {
        const auto page = fetch(sweep.begin, sweep.end, number);
        if (!page)
            return page.error();
        ++sweep.pages;
        // Rows went away while it was read: what moved onto a page that was read already would be missed.
        if (page->total >= 0 && page->total < total) {
            total = page->total;
            if (restarts < kMostRestarts) {
                ++restarts;
                repeats = 0;
                sweep.met.clear();
                number = -1;
                continue;
            }
            sweep.partial = "rows went away again and again while they were read: calls may be missing";
        }
        total = std::max(total, page->total);
        if (sweep.mayCut && sweep.bySize && page->pages > kManyPages) {
            sweep.tooLong = true;
            return {};
        }
        const std::size_t before = sweep.met.size();
        const bool news = takePage(*page, sweep, take);
        repeats = sweep.met.size() == before ? repeats + 1 : 0;
        if (page->last || page->rows.empty() || (sweep.untilKnown && !news))
            return {};
        if (sweep.mayCut && number + 1 >= kManyPages) {
            sweep.tooLong = true;
            return {};
        }
        const bool endless = sweep.pages >= kMostPages;
        if (repeats < kMostRepeats && !endless)
            continue;
        sweep.partial = (endless ? "there was no end to the pages from " : "the pages repeat themselves from ")
                        + formatRfc3339(sweep.begin) + " on: calls are missing";
        return {};
    }
}

void LogTail::keep(const Sweep &sweep, TimeNs now)
{
    for (const auto &[id, start] : sweep.taken) {
        m_known.emplace(id, start == kNoTime ? now : start);
        if (start != kNoTime)
            m_oldest = m_oldest == kNoTime ? start : std::min(m_oldest, start);
        if (start != kNoTime && start <= now + kAhead)
            m_newest = std::max(m_newest, start);
    }
    if (!sweep.partial.empty())
        m_warning = sweep.partial;
    if (m_newest != kNoTime)
        std::erase_if(m_known, [&](const auto &row) { return row.second < m_newest - m_late - kOverlap; });
    if (m_known.size() > kMostKnown)
        m_known.clear();
}

Result<LogTail::Outcome> LogTail::read(const std::string &state, TimeNs now, const Fetch &fetch, const Take &take)
{
    restore(state);
    Sweep sweep;
    const bool back = m_reached != kNoTime;
    const bool late = !back && m_newest != kNoTime && (m_lateRead == kNoTime || now - m_lateRead >= kLateEvery);
    sweep.bySize = back || m_newest == kNoTime;
    if (back) {
        sweep.begin = m_reached;
        sweep.end = std::min(m_reached + m_slice, now + kDay);
        sweep.mayCut = m_slice > kShortestSlice;
    } else {
        sweep.begin = m_newest == kNoTime ? now - m_since : m_newest - (late ? std::max(m_late, kOverlap) : kOverlap);
        if (m_newest == kNoTime && m_first == kNoTime) // later ones begin there too, as long as there is nothing
            m_first = m_wholeDays ? bucketOf(sweep.begin, kDay) * kDay : sweep.begin;
        if (m_first != kNoTime)
            sweep.begin = m_newest == kNoTime ? m_first : std::max(sweep.begin, m_first);
        sweep.end = now + kDay; // clocks differ
        sweep.untilKnown = !late;
        sweep.mayCut = !late;
    }
    if (const Result<> read = this->sweep(sweep, fetch, take); !read)
        return read.error();
    const bool nothingKnown = m_newest == kNoTime;
    if (sweep.tooLong && back) {
        m_slice = std::max(m_slice / 2, kShortestSlice);
    } else if (sweep.tooLong) {
        m_reached = sweep.begin;
        m_slice = kHour;
    } else if (back) {
        // Beyond our own now there is nothing to slice: the tail reads it.
        m_reached = sweep.end > now ? kNoTime : sweep.end;
        if (sweep.pages <= kFewPages)
            m_slice = std::min(m_slice * 2, kLongestSlice);
    }
    keep(sweep, now);
    if (late || nothingKnown)
        m_lateRead = now;
    Outcome outcome;
    outcome.state = m_state = save();
    outcome.more = m_reached != kNoTime;
    if (outcome.more)
        outcome.progress = "reading back, " + formatRfc3339(m_reached) + " is reached";
    return outcome;
}

} // namespace flyball
