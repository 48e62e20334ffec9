// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/gateways/otlp/intake.h"

#include "core/formats/lines.h"
#include "core/formats/otlp_json/otlpjson.h"
#include "core/formats/otlp_metrics/pointfact.h"
#include "core/gateways/otlp/gunzip.h"

#include <algorithm>
#include <array>
#include <map>

namespace flyball::otlp {

namespace {

constexpr TimeNs kFutureAllowed = kHour; ///< clocks of other machines
constexpr std::size_t kLarge = 1 << 20;
/// An empty span takes three bytes of a body and ten times that as a fact; real ones hold an object every 17 bytes.
constexpr std::ptrdiff_t kMostObjects = 2'000'000;
constexpr TimeNs kFresh = kSecond; ///< the arrival that readers are made with may be that old

struct Signal {
    std::string_view path;
    OtlpSignal signal;
};
constexpr std::array<Signal, 3> kSignals{
    {{"/v1/traces", OtlpSignal::Traces}, {"/v1/logs", OtlpSignal::Logs}, {"/v1/metrics", OtlpSignal::Metrics}}};

/// Reasons by which a reader refuses a request as a whole; all others are about a part of it.
constexpr std::array<std::string_view, 8> kWhole{"invalid_json", "truncated_line", "html",  "not_an_object",
                                                 "binary",       "not_json",       "empty", "not_an_export"};

bool isWhole(std::string_view reason) { return std::find(kWhole.begin(), kWhole.end(), reason) != kWhole.end(); }

/// In time that does not tell how much of it is right.
bool sameToken(std::string_view a, std::string_view b)
{
    unsigned different = a.size() == b.size() ? 0 : 1;
    for (std::size_t i = 0; i < a.size(); ++i)
        different |= static_cast<unsigned>(static_cast<unsigned char>(a[i]))
                     ^ static_cast<unsigned>(static_cast<unsigned char>(b.empty() ? '\0' : b[i % b.size()]));
    return different == 0;
}

/// "Application/JSON; charset=utf-8" -> "application/json"
std::string mediaType(std::string_view field)
{
    field = field.substr(0, field.find(';'));
    while (!field.empty() && (field.back() == ' ' || field.back() == '\t'))
        field.remove_suffix(1);
    std::string out(field);
    for (char &c : out)
        if (c >= 'A' && c <= 'Z')
            c = static_cast<char>(c - 'A' + 'a');
    return out;
}

/// A request may stand on several lines, and readers take a line at a time. False: a line ends inside a text, which is
/// no JSON.
bool toOneLine(std::string &json)
{
    if (json.find('\n') == std::string::npos)
        return true;
    bool text = false;
    bool escaped = false;
    for (char &c : json) {
        if (c == '\n') {
            if (text)
                return false;
            c = ' ';
        } else if (escaped) {
            escaped = false;
        } else if (text && c == '\\') {
            escaped = true;
        } else if (c == '"') {
            text = !text;
        }
    }
    return true;
}

bool isEmptyObject(std::string_view json)
{
    std::string_view rest = json.substr(std::min(json.find_first_not_of(" \t\r"), json.size()));
    if (!rest.starts_with('{'))
        return false;
    rest.remove_prefix(1);
    const std::size_t close = rest.find_first_not_of(" \t\r");
    return close != std::string_view::npos && rest[close] == '}'
           && rest.find_first_not_of(" \t\r", close + 1) == std::string_view::npos;
}

} // namespace

std::variant<Asked, HttpResponse> askedOf(const HttpRequest &head, std::string_view token)
{
    Asked asked;
    const std::string type = mediaType(head.contentType);
    asked.encoding = type == "application/x-protobuf" ? Encoding::Protobuf : Encoding::Json;
    const auto no = [&](int status, const char *message) { return refused(asked.encoding, status, message); };
    if (head.method == "OPTIONS") // what a web page asks first
        return no(403, "requests of web pages are refused");
    if (!token.empty() && !sameToken(head.token, token))
        return no(401, "a bearer token is needed, and it must be the right one");
    const auto *const signal =
        std::find_if(kSignals.begin(), kSignals.end(), [&](const Signal &s) { return s.path == head.path; });
    if (signal == kSignals.end())
        return no(404, "there are /v1/traces, /v1/logs and /v1/metrics");
    if (head.method != "POST")
        return no(405, "only POST");
    if (type != "application/json" && type != "application/x-protobuf")
        return no(415, "Content-Type is application/json or application/x-protobuf");
    if (!head.contentEncoding.empty() && head.contentEncoding != "identity" && head.contentEncoding != "gzip")
        return no(415, "Content-Encoding is gzip or identity");
    if (!head.framed)
        return no(411, "how long is the body?");
    asked.signal = signal->signal;
    asked.packed = head.contentEncoding == "gzip";
    return asked;
}

/// Of one signal: it remembers how its producers write. What it stands in for missing times does not change, so it does
/// not live long.
struct Intake::Reader {
    std::unique_ptr<LineReader> json;
    TimeNs madeAt = 0;
};

Intake::Intake(SymbolTable &symbols, std::string target)
    : m_symbols(symbols), m_target(std::move(target)), m_readers(std::make_unique<Reader[]>(kSignals.size()))
{}
Intake::~Intake() = default;

LineReader &Intake::readerOf(OtlpSignal signal, TimeNs arrived)
{
    Reader &reader = m_readers[static_cast<std::size_t>(signal)];
    if (!reader.json || arrived - reader.madeAt > kFresh || arrived < reader.madeAt) {
        ReaderContext context;
        context.symbols = &m_symbols;
        context.source = m_symbols.internChecked(m_target);
        context.path = m_target + std::string(kSignals[static_cast<std::size_t>(signal)].path);
        context.arrival = arrived;
        reader = {makeOtlpJsonReader(context), arrived};
    }
    return *reader.json;
}

Symbol Intake::placeOf(OtlpSignal signal)
{
    return m_symbols.internChecked(m_target + std::string(kSignals[static_cast<std::size_t>(signal)].path));
}

Taken Intake::unreadable(const Asked &asked, int status, std::string_view reason, std::size_t size,
                         const std::string &message)
{
    Taken taken;
    taken.batch.lines = 1;
    taken.batch.bytes = static_cast<std::int64_t>(size);
    taken.batch.rejects.push_back(
        {m_symbols.intern(reason), placeOf(asked.signal), 0, static_cast<std::int64_t>(size)});
    taken.answer = refused(asked.encoding, status, message);
    return taken;
}

void Intake::read(const Asked &asked, std::string_view json, TimeNs arrived, FactBatch &batch)
{
    if (isEmptyObject(json))
        batch.lines = batch.ignored = 1; // an export of nothing
    else
        readerOf(asked.signal, arrived).read(json, 0, batch);
    if (json.size() > kLarge) // what a reader keeps for its next request may be as large
        m_readers[static_cast<std::size_t>(asked.signal)].json.reset();
    // What a counter says has its place in time or none.
    const auto early = [&](const CallFact &call) {
        return (call.flags & CallMetered) != 0 && toldAt(call) > arrived + kFutureAllowed;
    };
    if (std::erase_if(batch.calls, early) > 0)
        batch.rejects.push_back({m_symbols.intern("time_in_future"), placeOf(asked.signal), 0, 0});
    for (CallFact &call : batch.calls) {
        if (call.time > arrived + kFutureAllowed && (call.flags & CallMetered) == 0) {
            call.time = arrived;
            call.flags |= CallTimeAssumed;
        }
    }
    batch.newest = std::min(batch.newest, arrived + kFutureAllowed);
}

HttpResponse Intake::answerOf(const Asked &asked, const FactBatch &batch)
{
    std::map<std::string_view, std::int64_t> reasons;
    for (const RejectFact &reject : batch.rejects)
        ++reasons[m_symbols.table().text(reject.reason)];
    std::string words;
    bool whole = !reasons.empty() && batch.rejects.size() == batch.size();
    for (const auto &[reason, count] : reasons) {
        whole = whole && isWhole(reason);
        words += (words.empty() ? "not taken: " : ", ") + std::string(reason) + ' ' + std::to_string(count);
    }
    if (whole)
        return refused(asked.encoding, 400, "the body is no request: " + std::string(reasons.begin()->first));
    return accepted(asked.encoding, asked.signal, static_cast<std::int64_t>(batch.rejects.size()), words);
}

Taken Intake::take(const Asked &asked, std::string body, TimeNs arrived)
{
    const std::size_t size = body.size();
    if (asked.packed) {
        Result<std::string> plain = gunzip(body, kMostBody);
        if (!plain) {
            const ErrorCode code = plain.error().code;
            return unreadable(asked, code == ErrorCode::OutOfRange ? 413 : 400,
                              code == ErrorCode::OutOfRange   ? "oversize"
                              : code == ErrorCode::Unreadable ? "gzip_truncated"
                                                              : "gzip_corrupt",
                              size, plain.error().message);
        }
        body = std::move(*plain);
    }
    // Both forms are read by the reader of the one, as files of them are.
    const char *problem = nullptr;
    if (asked.encoding == Encoding::Json) {
        problem = toOneLine(body) ? nullptr : "invalid_json";
    } else {
        std::string json;
        problem = otlpToJson(body, asked.signal, json);
        body = std::move(json);
    }
    if (problem)
        return unreadable(asked, 400, problem, size, std::string("the body is no request: ") + problem);
    if (std::count(body.begin(), body.end(), '{') > kMostObjects)
        return unreadable(asked, 413, "oversize", size, "the body says too much at once");
    Taken taken;
    read(asked, body, arrived, taken.batch);
    taken.batch.bytes = static_cast<std::int64_t>(size);
    if (taken.batch.lines == 0)
        return unreadable(asked, 400, "empty", size, "the body is no request: empty");
    taken.answer = answerOf(asked, taken.batch);
    return taken;
}

} // namespace flyball::otlp
