// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/gateways/browse/rawpage.h"

#include <algorithm>

#include "core/base/jsoncursor.h"
#include "core/gateways/browse/rawfile.h"
#include "core/gateways/browse/rawrecord.h"
#include "core/gateways/registry.h"

namespace flyball {

namespace {

constexpr std::size_t kShortestSecret = 4; ///< a shorter one stands in too many words
constexpr std::string_view kMask = "***";
constexpr TimeNs kMillisecond = kSecond / 1000;

bool isWord(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '-' || c == '_'
           || c == '.' || c == '+' || c == '/' || c == '=';
}

} // namespace

void maskKeys(std::string &text)
{
    for (const std::string_view mark : {"sk-", "Bearer ", "bearer "})
        for (std::size_t at = text.find(mark); at != std::string::npos; at = text.find(mark, at)) {
            const bool inside = at > 0 && isWord(text[at - 1]) && mark == "sk-"; // "task-12" is no key
            at += mark.size();
            if (inside)
                continue;
            std::size_t end = at;
            while (end < text.size() && isWord(text[end]))
                ++end;
            text.replace(at, end - at, kMask);
        }
}

std::vector<std::string> secretsOf(const HttpConnection &connection)
{
    constexpr std::string_view kBearer = "Bearer ";
    std::vector<std::string> out;
    for (const auto &[name, value] : connection.headers)
        if (name != "X-Scope-OrgID")
            out.push_back(value.starts_with(kBearer) ? value.substr(kBearer.size()) : value);
    return out;
}

RawPageMaker::RawPageMaker(std::vector<std::string> columns, std::vector<std::string> secrets)
    : m_secrets(std::move(secrets))
{
    m_page.columns = std::move(columns);
    std::erase_if(m_secrets, [](const std::string &secret) { return secret.size() < kShortestSecret; });
}

std::string RawPageMaker::clean(std::string_view text) const
{
    std::string out;
    sanitiseUtf8(text, out); // whole, so that no half of a secret stays at the cut
    for (const std::string &secret : m_secrets)
        for (std::size_t at = out.find(secret); at != std::string::npos; at = out.find(secret, at + kMask.size()))
            out.replace(at, secret.size(), kMask);
    maskKeys(out);
    for (char &c : out)
        if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f)
            c = ' ';
    if (out.size() <= kMostRawCell)
        return out;
    std::size_t end = kMostRawCell;
    while (end > 0 && (static_cast<unsigned char>(out[end]) & 0xC0U) == 0x80U)
        --end;
    return out.substr(0, end) + "...";
}

void RawPageMaker::add(std::vector<std::string> cells, std::string meaning, RawTone tone)
{
    ++m_page.total;
    ++m_page.tones[static_cast<std::size_t>(tone)];
    if (m_page.rows.size() >= kMostRawRows || m_used >= kMostRawBytes)
        return;
    RawRow row;
    for (const std::string &cell : cells) {
        row.cells.push_back(clean(cell));
        m_used += row.cells.back().size();
    }
    row.cells.resize(m_page.columns.size());
    row.meaning = clean(meaning);
    m_used += row.meaning.size();
    row.tone = tone;
    m_page.rows.push_back(std::move(row));
}

RawPage RawPageMaker::finish()
{
    m_page.at = wallClockNow();
    return std::move(m_page);
}

Result<RawPage> browseByPolling(PolledSource &source, const SymbolTable &symbols, TimeNs most)
{
    RawPageMaker page({"Time", "Model", "Workflow"});
    FactBatch one;
    std::string state;
    const TimeNs begun = monotonicNow();
    Delivery told;
    do {
        told = source.poll(state, wallClockNow());
        if (!told.health.error.empty())
            return Error{ErrorCode::Unreadable, told.health.error};
        if (!told.state.empty())
            state = told.state;
    } while (told.batch.calls.empty() && told.batch.rejects.empty() && monotonicNow() - begun < most);
    const auto name = [&](Symbol symbol) { return symbol == 0 ? std::string() : std::string(symbols.text(symbol)); };
    for (const CallFact &call : told.batch.calls) {
        one.clear();
        one.calls.push_back(call);
        RawMeaning meaning = meaningOf(one, symbols);
        page.add({formatRfc3339(call.time), name(call.modelServed != 0 ? call.modelServed : call.modelRequested),
                  name(call.names.workflow)},
                 std::move(meaning.text), meaning.tone);
    }
    for (const RejectFact &reject : told.batch.rejects)
        page.add({}, "refused: " + name(reject.reason), RawTone::Bad);
    page.read(static_cast<std::size_t>(std::max<std::int64_t>(0, told.batch.bytes)));
    if (!told.health.detail.empty())
        page.note(told.health.detail);
    if (!told.health.warning.empty())
        page.note(told.health.warning);
    return page.finish();
}

RawPage browseRequests(const RequestLog &log)
{
    RawPageMaker page({"Time", "Path", "Encoding", "Bytes", "Status"});
    std::int64_t total = 0;
    const std::vector<ReceivedRequest> requests = log.newest(total);
    for (const ReceivedRequest &request : requests)
        page.add({formatRfc3339(request.at / kMillisecond * kMillisecond), request.path, request.encoding,
                  std::to_string(request.bytes), std::to_string(request.status)},
                 request.meaning,
                 request.status != 200 ? RawTone::Bad
                 : request.counts      ? RawTone::Counts
                                       : RawTone::Known);
    if (total > static_cast<std::int64_t>(requests.size()))
        page.note("the newest " + std::to_string(requests.size()) + " of " + std::to_string(total) + " requests");
    return page.finish();
}

namespace {

Result<RawPage> polled(const RemoteKind &kind, const SourceConfig &config)
{
    constexpr TimeNs kLooks = 3 * kSecond;
    const TimeNs begun = monotonicNow();
    SymbolTable symbols; // of its own: what is looked at is not to stay in memory
    const auto source = kind.poll(config, symbols);
    if (!source)
        return source.error();
    Result<RawPage> page = browseByPolling(**source, symbols, kLooks);
    if (page)
        page->took = monotonicNow() - begun;
    return page;
}

} // namespace

Result<RawPage> browseSource(const SourceConfig &config)
{
    const TimeNs begun = monotonicNow();
    const RemoteKind *kind = remoteKind(config.kind);
    if (kind && !kind->browse && kind->poll)
        return polled(*kind, config);
    if (kind && !kind->browse)
        return Error{ErrorCode::InvalidArgument,
                     "a source of kind " + config.kind + " is sent to: there is nothing to ask it"};
    Result<RawPage> page = kind ? kind->browse(config) : browseFiles(config);
    if (page)
        page->took = monotonicNow() - begun;
    return page;
}

} // namespace flyball
