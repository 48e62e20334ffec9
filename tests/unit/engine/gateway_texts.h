// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <string>

namespace flyball::test {

// One call as its caller's span and as a row of the gateway's log, one second apart from the next.

inline constexpr long long kGatewayStart = 1'795'255'200; // seconds

struct SpanText {
    int number = 1;
    int in = 1000, out = 100; ///< in < 0: no counts
    std::string model = "gpt-4o";
    std::string scope = "house", version = {};
    std::string asked = {}, workflow = {};
    int span = 0; ///< its number, where that is not the call's
};

inline std::string spanText(const SpanText &t)
{
    const std::string n = std::to_string(t.number);
    const auto padded = [](int number) { // sixteen digits
        const std::string digits = std::to_string(number);
        return std::string(16 - digits.size(), '0') + digits;
    };
    const std::string at = std::to_string(kGatewayStart + t.number);
    const auto text = [](const char *key, const std::string &value) {
        return value.empty() ? std::string()
                             : std::string(R"({"key":")") + key + R"(","value":{"stringValue":")" + value + R"("}},)";
    };
    const std::string counts = t.in < 0 ? std::string()
                                        : R"({"key":"gen_ai.usage.input_tokens","value":{"intValue":")"
                                              + std::to_string(t.in)
                                              + R"("}},{"key":"gen_ai.usage.output_tokens","value":{"intValue":")"
                                              + std::to_string(t.out) + R"("}},)";
    const std::string version = t.version.empty() ? std::string() : R"(","version":")" + t.version;
    return R"({"resourceSpans":[{"scopeSpans":[{"scope":{"name":")" + t.scope + version
           + R"("},"spans":[{"traceId":"0000000000000000)" + padded(t.number) + R"(","spanId":")"
           + padded(t.span == 0 ? t.number : t.span) + R"(","name":"chat","kind":3,"startTimeUnixNano":")" + at
           + R"(000000000","endTimeUnixNano":")" + at + R"(500000000","attributes":[)" + counts
           + text("gen_ai.system", "openai") + text("flyball.workflow", t.workflow)
           + text("gen_ai.request.model", t.asked) + text("gen_ai.response.model", t.model)
           + text("gen_ai.response.id", "chatcmpl-" + n)
           + R"({"key":"gen_ai.operation.name","value":{"stringValue":"chat"}}]}]}]}]})"
             "\n";
}

struct RowText {
    int number = 1;
    int in = 1000, out = 100;
    std::string model = "gpt-4o";
    std::string cost = "0.0035";
    double shift = 0;
    std::string id = {};
    int cached = -1; ///< of `in`; < 0: not said
    std::string more = {};
};

inline std::string rowText(const RowText &t)
{
    const auto at = [&](double seconds) {
        return QByteArray::number(static_cast<double>(kGatewayStart + t.number) + t.shift + seconds, 'f', 3)
            .toStdString();
    };
    const std::string n = std::to_string(t.number), in = std::to_string(t.in), out = std::to_string(t.out);
    const std::string details = R"(,"total_tokens":)" + std::to_string(t.in + t.out)
                                + R"(,"metadata":{"user_api_key_alias":"team-key","usage_object":{"prompt_tokens":)"
                                + in + R"(,"completion_tokens":)" + out
                                + R"(,"prompt_tokens_details":{"cached_tokens":)" + std::to_string(t.cached) + "}}}";
    return R"({"id":")" + (t.id.empty() ? "chatcmpl-" + n : t.id) + R"(","litellm_call_id":"call-)" + n + t.id
           + R"(","trace_id":"t)" + n + t.id + R"(","call_type":"acompletion","custom_llm_provider":"openai","model":")"
           + t.model + R"(","model_group":"smart","startTime":)" + at(0.1) + R"(,"endTime":)" + at(0.4)
           + R"(,"status":"success","response_cost":)" + t.cost + R"(,"prompt_tokens":)" + in
           + R"(,"completion_tokens":)" + out + (t.cached < 0 ? std::string() : details) + t.more + "}\n";
}

} // namespace flyball::test
