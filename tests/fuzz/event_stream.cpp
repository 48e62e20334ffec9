// SPDX-License-Identifier: GPL-3.0-or-later
// Any bytes as a stream of events, and what they carry as requests of Portkey's live log: pieces of any size say the
// same, the bound holds, and what they amount to is never negative.
#include <algorithm>

#include "core/formats/portkey/portkey.h"
#include "core/gateways/portkey/presence.h"
#include "core/net/eventstream.h"
#include "tests/fuzz/fuzz_check.h"

using namespace flyball;

namespace {

constexpr std::size_t kMost = 8192;

std::vector<StreamEvent> read(std::string_view text, std::size_t piece)
{
    EventStreamReader reader(kMost);
    std::vector<StreamEvent> out;
    for (std::size_t at = 0; at < text.size(); at += piece) {
        // A copy without a byte behind it: reading too far is seen by a sanitiser.
        const std::string_view part = text.substr(at, piece);
        const std::vector<char> exact(part.begin(), part.end());
        reader.read({exact.data(), exact.size()}, [&](StreamEvent &&event) { out.push_back(std::move(event)); });
    }
    return out;
}

void take(const std::string &data)
{
    SymbolTable symbols;
    SymbolCache cache(symbols);
    FactBatch batch;
    std::string line = data;
    std::replace(line.begin(), line.end(), '\n', ' ');
    makePortkeyReader({&cache, symbols.intern("fuzz"), "fuzz", 1'800'000'000 * kSecond, true})->read(line, 0, batch);
    for (const CallFact &fact : batch.calls) {
        fuzz::require(fact.reportedPico == -1, "it knows no money");
        for (const std::int64_t n : fact.raw.tokens)
            fuzz::require(n >= 0, "no negative tokens");
    }
}

} // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size)
{
    const std::string_view text(reinterpret_cast<const char *>(data), size);
    const std::vector<StreamEvent> whole = read(text, std::max<std::size_t>(1, size));
    const std::vector<StreamEvent> pieces = read(text, 5);
    fuzz::require(whole.size() == pieces.size(), "pieces of any size are as many events");
    StreamPresence presence;
    presence.restore(text);
    for (std::size_t i = 0; i < whole.size(); ++i) {
        const StreamEvent &event = whole[i];
        fuzz::require(event.data.size() + event.id.size() + event.name.size() <= kMost + 16, "the bound holds");
        fuzz::require((event.lost > 0) == (pieces[i].lost > 0), "too long is too long");
        if (event.lost == 0)
            fuzz::require(event.name == pieces[i].name && event.id == pieces[i].id && event.data == pieces[i].data,
                          "pieces of any size say the same");
        take(event.data);
        std::int64_t number = 0;
        const bool numbered = parseInt64(event.id, number);
        presence.opened(static_cast<TimeNs>(i) * kSecond);
        fuzz::require(presence.told(numbered ? std::optional<std::int64_t>(number) : std::nullopt).calls >= 0,
                      "no fewer than none was missed");
        StreamPresence again;
        again.restore(presence.save());
        fuzz::require(again.save() == presence.save(), "what was kept is what was restored");
    }
    take(std::string(text));
    return 0;
}
