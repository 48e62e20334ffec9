// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/domain/facts.h"
#include "core/gateways/otlp/answers.h"

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace flyball::otlp {

inline constexpr std::size_t kMostBody = std::size_t{20} << 20U; ///< as sent, and unpacked

/// What a request wants, as its head says it.
struct Asked {
    OtlpSignal signal = OtlpSignal::Traces;
    Encoding encoding = Encoding::Json;
    bool packed = false; ///< gzip
};
/// From the head alone, before a byte of the body is taken; or the answer that refuses it. `token` empty: none is
/// asked for.
[[nodiscard]] std::variant<Asked, HttpResponse> askedOf(const HttpRequest &head, std::string_view token);

/// What one request amounts to, and the answer once that is stored. A body that cannot be read at all amounts to one
/// reject, so that totals know of it.
struct Taken {
    FactBatch batch;
    HttpResponse answer;
};

/// Bodies to facts, by the readers of OTLP files. One thread.
class Intake {
public:
    /// `target` names the source in the ledger and, with the signal, the place in facts.
    Intake(SymbolTable &symbols, std::string target);
    ~Intake();

    /// `arrived` stands in for times that are missing or lie in the future.
    [[nodiscard]] Taken take(const Asked &asked, std::string body, TimeNs arrived);

private:
    struct Reader;
    [[nodiscard]] LineReader &readerOf(OtlpSignal signal, TimeNs arrived);
    void read(const Asked &asked, std::string_view json, TimeNs arrived, FactBatch &batch);
    [[nodiscard]] HttpResponse answerOf(const Asked &asked, const FactBatch &batch);
    [[nodiscard]] Taken unreadable(const Asked &asked, int status, std::string_view reason, std::size_t size,
                                   const std::string &message);
    [[nodiscard]] Symbol placeOf(OtlpSignal signal);

    SymbolCache m_symbols;
    std::string m_target;
    std::unique_ptr<Reader[]> m_readers; ///< by signal
};

} // namespace flyball::otlp
