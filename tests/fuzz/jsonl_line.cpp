// SPDX-License-Identifier: GPL-3.0-or-later
// Any bytes as a Claude Code transcript.
#include "tests/fuzz/fuzz_check.h"

using namespace flyball;

int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size)
{
    const std::string_view text(reinterpret_cast<const char *>(data), size);
    const fuzz::Counts whole = fuzz::readAll("claude-code", text, false, fuzz::prices());
    fuzz::require(whole == fuzz::readAll("claude-code", text, true, fuzz::prices()),
                  "reading by lines says the same as reading at once");
    (void)sniffFormat(text);
    ReaderContext context;
    SymbolTable symbols;
    SymbolCache cache(symbols);
    context.symbols = &cache;
    formatOfKind("claude-code")->makeReader(context)->restoreState(text); // a damaged ledger's state
    return 0;
}
