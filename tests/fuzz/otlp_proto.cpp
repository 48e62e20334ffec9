// SPDX-License-Identifier: GPL-3.0-or-later
// Any bytes as an OTLP export request in its binary form.
#include "core/formats/otlp_proto/otlpproto.h"
#include "tests/fuzz/fuzz_check.h"

using namespace flyball;

int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size)
{
    const std::string_view bytes(reinterpret_cast<const char *>(data), size);
    (void)looksLikeOtlpRequest(bytes);
    const fuzz::Counts binary = fuzz::readAll("otlp-proto", bytes, false, fuzz::prices());
    std::string json;
    for (const OtlpSignal signal : {OtlpSignal::Traces, OtlpSignal::Logs, OtlpSignal::Metrics}) {
        if (otlpToJson(bytes, signal, json) != nullptr)
            continue;
        JsonCursor cursor(json);
        fuzz::require(cursor.skipValue() && cursor.atEnd(), "what is read becomes whole JSON");
        if (otlpSignalOf(bytes) != signal || json == "{}" || bytes.front() == '{' || bytes.front() == '['
            || bytes.front() == ' ')
            continue;
        fuzz::Counts text = fuzz::readAll("otlp-json", json, false, fuzz::prices());
        text.bytes = binary.bytes;
        fuzz::require(text == binary, "both forms say the same");
    }
    return 0;
}
