// SPDX-License-Identifier: GPL-3.0-or-later
// Any bytes as OTLP/JSON lines.
#include "tests/fuzz/fuzz_check.h"

using namespace flyball;

int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size)
{
    const std::string_view text(reinterpret_cast<const char *>(data), size);
    const fuzz::Counts whole = fuzz::readAll("otlp-json", text, false, fuzz::prices());
    fuzz::require(whole == fuzz::readAll("otlp-json", text, true, fuzz::prices()),
                  "reading by lines says the same as reading at once");
    return 0;
}
