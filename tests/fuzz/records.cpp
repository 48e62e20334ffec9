// SPDX-License-Identifier: GPL-3.0-or-later
// Any bytes as lines of the formats with one record per line.
#include "tests/fuzz/fuzz_check.h"

using namespace flyball;

int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size)
{
    const std::string_view text(reinterpret_cast<const char *>(data), size);
    for (const char *kind : {"codex", "gemini-cli", "steps", "api-usage", "litellm-log", "ccr-log", "opencode"}) {
        const fuzz::Counts whole = fuzz::readAll(kind, text, false, fuzz::prices());
        fuzz::require(whole == fuzz::readAll(kind, text, true, fuzz::prices()),
                      "reading by lines says the same as reading at once");
        ReaderContext context;
        SymbolTable symbols;
        SymbolCache cache(symbols);
        context.symbols = &cache;
        formatOfKind(kind)->makeReader(context)->restoreState(text); // a damaged ledger's state
    }
    (void)sniffFormat(text);
    return 0;
}
