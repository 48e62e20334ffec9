// SPDX-License-Identifier: GPL-3.0-or-later
// Any bytes as a page of metrics: pieces of any size say the same, and what counters amount to is never negative.
#include "core/gateways/prometheus/promtext.h"
#include "tests/fuzz/fuzz_check.h"

using namespace flyball;

namespace {

constexpr TimeNs kNow = 1'800'000'000 * kSecond;

/// What was handed on, as one number, and the samples for a book.
class Seen final : public PromSink {
public:
    explicit Seen(MeterBook *book = nullptr) : m_book(book) {}
    void sample(const PromSample &s) override
    {
        fuzz::require(!s.name.empty() && s.name.size() <= PromText::kMostName, "a name within its limit");
        fuzz::require(s.labels.size() <= PromText::kMostLabels, "labels within their limit");
        fuzz::require(s.at >= kNow - PromText::kMostSkew && s.at <= kNow + PromText::kMostSkew, "a time near now");
        add(s.name);
        add(s.value);
        for (const MeterLabel &label : s.labels) {
            fuzz::require(label.value.size() <= PromText::kMostValue && isValidUtf8(label.value), "a value is UTF-8");
            add(label.name);
            add(label.value);
        }
        if (m_book)
            m_book->read({s.name, s.labels, s.value, s.at, std::nullopt});
    }
    std::uint64_t hash = 0;

private:
    void add(std::string_view text) { hash = hash64(text, hash); }
    MeterBook *m_book;
};

std::string read(std::string_view text, PromText::Flavour flavour, std::size_t piece)
{
    Seen seen;
    PromText parser(seen, flavour, kNow);
    Result<> good;
    for (std::size_t at = 0; at < text.size() && good; at += piece) {
        // A copy without a byte behind it: reading too far is seen by a sanitiser.
        const std::string_view part = text.substr(at, piece);
        const std::vector<char> exact(part.begin(), part.end());
        good = parser.feed({exact.data(), exact.size()});
    }
    if (good)
        good = parser.finish();
    return good ? std::to_string(seen.hash) + ' ' + std::to_string(parser.samples()) + ' '
                      + std::to_string(parser.duplicates())
                : good.error().message;
}

void take(MeterBook &book, std::string_view text, TimeNs now, bool mayGrow)
{
    book.begin({}, now);
    Seen seen(&book);
    PromText parser(seen, PromText::Flavour::Text, kNow);
    if (!parser.feed(text) || !parser.finish()) {
        book.abandon();
        return;
    }
    FactBatch batch;
    const auto summary = book.end(batch);
    fuzz::require(summary.ok(), "a small page has room");
    fuzz::require(mayGrow || batch.calls.empty(), "the same page twice is no spend");
    for (const CallFact &fact : batch.calls) {
        fuzz::require(fact.reportedPico >= -1, "no negative money");
        for (const std::int64_t n : fact.raw.tokens)
            fuzz::require(n >= 0, "no negative tokens");
    }
}

} // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size)
{
    const std::string_view text(reinterpret_cast<const char *>(data), size);
    for (const auto flavour : {PromText::Flavour::Text, PromText::Flavour::OpenMetrics})
        fuzz::require(read(text, flavour, std::max<std::size_t>(1, size)) == read(text, flavour, 7),
                      "pieces of any size say the same");
    SymbolTable symbols;
    SymbolCache cache(symbols);
    MeterBook book({symbols.intern("fuzz"), {}}, cache);
    take(book, text.substr(0, text.find('\n', size / 2) + 1), kNow, false);
    take(book, text, kNow + kMinute, true);
    const std::string state = book.save();
    take(book, text, kNow + 2 * kMinute, false);
    fuzz::require(book.save() == state, "nothing moved, nothing to keep");
    MeterBook other({symbols.intern("fuzz"), {}}, cache);
    other.restore(state);
    fuzz::require(other.save() == state, "what was kept is what was restored");
    take(other, text, kNow + 3 * kMinute, false);
    other.restore(std::string(text)); // whatever a ledger may hold
    (void)other.save();
    return 0;
}
