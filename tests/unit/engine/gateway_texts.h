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
};

inline std::string spanText(const SpanText &t)
{
    const std::string n = std::to_string(t.number);
    const std::string at = std::to_string(kGatewayStart + t.number);
    const auto text = [](const char *key, const std::string &value) {
        return std::string(R"({"key":")") + key + R"(","value":{"stringValue":")" + value + R"("}},)";
    };
    const std::string counts = t.in < 0 ? std::string()
                                        : R"({"key":"gen_ai.usage.input_tokens","value":{"intValue":")"
                                              + std::to_string(t.in)
                                              + R"("}},{"key":"gen_ai.usage.output_tokens","value":{"intValue":")"
                                              + std::to_string(t.out) + R"("}},)";
    return R"({"resourceSpans":[{"scopeSpans":[{"scope":{"name":"house"},"spans":[{"traceId":"0000000000000000000000000000000)"
           + n + R"(","spanId":"000000000000000)" + n + R"(","name":"chat","kind":3,"startTimeUnixNano":")" + at
           + R"(000000000","endTimeUnixNano":")" + at + R"(500000000","attributes":[)" + counts
           + text("gen_ai.system", "openai") + text("gen_ai.response.model", t.model)
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
};

inline std::string rowText(const RowText &t)
{
    const auto at = [&](double seconds) {
        return QByteArray::number(static_cast<double>(kGatewayStart + t.number) + t.shift + seconds, 'f', 3)
            .toStdString();
    };
    const std::string n = std::to_string(t.number);
    return R"({"id":")" + (t.id.empty() ? "chatcmpl-" + n : t.id) + R"(","litellm_call_id":"call-)" + n + t.id
           + R"(","trace_id":"t)" + n + t.id + R"(","call_type":"acompletion","custom_llm_provider":"openai","model":")"
           + t.model + R"(","model_group":"smart","startTime":)" + at(0.1) + R"(,"endTime":)" + at(0.4)
           + R"(,"status":"success","response_cost":)" + t.cost + R"(,"prompt_tokens":)" + std::to_string(t.in)
           + R"(,"completion_tokens":)" + std::to_string(t.out) + "}\n";
}

} // namespace flyball::test
