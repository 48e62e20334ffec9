// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/gateways/promql/promanswer.h"

#include "core/base/jsoncursor.h"
#include "core/gateways/promql/prombody.h"

namespace flyball {

namespace {

constexpr std::size_t kLooked = 1000; ///< bytes of a refusal that is no JSON

bool mentions(std::string_view text, std::string_view word) { return text.find(word) != std::string_view::npos; }

/// "text/html" of "text/html; charset=utf-8".
std::string kindOf(std::string_view contentType)
{
    const std::string kind = promLine(contentType.substr(0, contentType.find(';')));
    return kind.empty() ? "no type" : kind;
}

PromAnswer failed(PromFault fault, std::string error, std::string errorType = {})
{
    PromAnswer out;
    out.fault = fault;
    out.error = std::move(error);
    out.errorType = std::move(errorType);
    return out;
}

} // namespace

std::string promLine(std::string_view text, std::size_t most)
{
    std::string out;
    sanitiseUtf8(text.substr(0, most), out);
    for (char &c : out)
        c = static_cast<unsigned char>(c) < 0x20 || c == 0x7f ? ' ' : c;
    out.erase(out.find_last_not_of(' ') + 1);
    return text.size() > most ? out + "..." : out;
}

PromFault promFault(int status, std::string_view errorType, std::string_view error)
{
    if (status == 401 || status == 403 || status == 407)
        return PromFault::Denied;
    if (status == 404)
        return PromFault::NotThere;
    if (status == 405 || status == 501 || (status >= 300 && status < 400))
        return PromFault::Method;
    if (status == 413 || status == 408 || status == 504 || errorType == "timeout" || errorType == "canceled")
        return PromFault::TooMuch;
    if (status == 429 || status >= 500)
        return PromFault::Later;
    for (const std::string_view word : {"too many", "exceed", "limit", "maximum", "max-", "maxSamples", "memory"})
        if (mentions(error, word))
            return PromFault::TooMuch;
    return PromFault::Refused;
}

PromAnswer readPromAnswer(int status, std::string_view contentType, std::string_view body)
{
    PromBody read;
    const std::string why = readPromBody(body, read);
    PromAnswer &out = read.answer;
    const bool good = status >= 200 && status < 300;
    const std::string http = "HTTP " + std::to_string(status);
    if (!why.empty()) {
        if (good)
            return failed(PromFault::Broken, "not an answer of Prometheus (" + kindOf(contentType) + "): " + why);
        const std::string words = mentions(contentType, "text/plain") ? ": " + promLine(body) : std::string();
        return failed(promFault(status, {}, body.substr(0, kLooked)), http + words);
    }
    if (good && read.status == "success") {
        if (out.type == PromType::None)
            return failed(PromFault::Broken, "an answer of Prometheus without a result");
        return std::move(out);
    }
    if (read.status != "error" && good)
        return failed(PromFault::Broken, "not an answer of Prometheus (" + kindOf(contentType) + "): no status");
    std::string words = http;
    if (!out.errorType.empty() && out.errorType != std::to_string(status))
        words += ' ' + promLine(out.errorType);
    if (!out.error.empty())
        words += ": " + promLine(out.error);
    return failed(promFault(good ? 422 : status, out.errorType, out.error), words, out.errorType);
}

} // namespace flyball
