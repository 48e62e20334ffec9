// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/gateways/otlp/answers.h"

#include <nlohmann/json.hpp>
#include <protozero/pbf_writer.hpp>

namespace flyball::otlp {

namespace {

constexpr const char *kRetrySeconds = "1";

const char *countName(OtlpSignal signal)
{
    switch (signal) {
    case OtlpSignal::Traces:
        return "rejectedSpans";
    case OtlpSignal::Logs:
        return "rejectedLogRecords";
    case OtlpSignal::Metrics:
        break;
    }
    return "rejectedDataPoints";
}

/// google.rpc.Code, as gRPC maps it from HTTP.
int codeOf(int status)
{
    switch (status) {
    case 401:
        return 16; // UNAUTHENTICATED
    case 403:
        return 7; // PERMISSION_DENIED
    case 404:
    case 405:
        return 12; // UNIMPLEMENTED
    case 413:
        return 8; // RESOURCE_EXHAUSTED
    case 503:
        return 14; // UNAVAILABLE
    default:
        return 3; // INVALID_ARGUMENT
    }
}

std::string textOf(const nlohmann::ordered_json &json)
{
    return json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

HttpResponse response(Encoding encoding, int status, std::string body)
{
    HttpResponse out;
    out.status = status;
    out.body = std::move(body);
    out.headers.emplace_back("Content-Type",
                             encoding == Encoding::Json ? "application/json" : "application/x-protobuf");
    return out;
}

} // namespace

HttpResponse accepted(Encoding encoding, OtlpSignal signal, std::int64_t rejected, const std::string &why)
{
    if (rejected == 0)
        return response(encoding, 200, encoding == Encoding::Json ? "{}" : "");
    if (encoding == Encoding::Json) // 64-bit numbers are texts in the JSON form of protobuf
        return response(
            encoding, 200,
            textOf({{"partialSuccess", {{countName(signal), std::to_string(rejected)}, {"errorMessage", why}}}}));
    std::string partial;
    protozero::pbf_writer fields(partial);
    fields.add_int64(1, rejected);
    fields.add_string(2, why);
    std::string body;
    protozero::pbf_writer(body).add_message(1, partial);
    return response(encoding, 200, body);
}

HttpResponse refused(Encoding encoding, int status, const std::string &message)
{
    std::string body;
    if (encoding == Encoding::Json) {
        body = textOf({{"code", codeOf(status)}, {"message", message}});
    } else {
        protozero::pbf_writer fields(body);
        fields.add_int32(1, codeOf(status));
        fields.add_string(2, message);
    }
    HttpResponse out = response(encoding, status, std::move(body));
    if (status == 401)
        out.headers.emplace_back("WWW-Authenticate", "Bearer");
    if (status == 405)
        out.headers.emplace_back("Allow", "POST");
    if (status == 503)
        out.headers.emplace_back("Retry-After", kRetrySeconds);
    return out;
}

} // namespace flyball::otlp
