// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <string>

#include "core/gateways/otlp/receiver.h"
#include "tests/unit/formats/format_world.h"
#include "tests/unit/gateways/memorybound.h"
#include "tests/unit/gateways/otlp_client.h"

namespace flyball::test {

/// A receiver on a free port with an inbox that says what it is told to.
class Receiving {
public:
    explicit Receiving(const std::function<void(otlp::ReceiverSettings &)> &change = {});
    ~Receiving();
    [[nodiscard]] std::string url() const { return source->url(); }
    [[nodiscard]] std::string host() const { return hostOf(url()); }
    /// Sends bytes as they are and reads the status; 0: closed without a word.
    [[nodiscard]] int raw(std::string_view bytes) const;
    /// An ordinary client with an ordinary request.
    [[nodiscard]] int served() const;
    [[nodiscard]] std::string textOf(Symbol symbol) const { return std::string(symbols.text(symbol)); }
    /// "reason xCOUNT, ..." of everything delivered.
    [[nodiscard]] std::string rejects() const;
    [[nodiscard]] std::size_t calls() const;

    SymbolTable symbols;
    FakeInbox inbox;
    std::unique_ptr<RemoteSource> source;
};

/// An export of as many calls, in JSON.
[[nodiscard]] std::string exportOf(unsigned firstTrace, unsigned count = 1);
/// Resident memory of this process.
[[nodiscard]] double residentMiB();

} // namespace flyball::test
