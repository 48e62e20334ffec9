// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "core/formats/format.h"

namespace flyball {

/// The same export requests as OTLP/JSON in their binary form, one to a record: what the Collector's file exporter
/// writes with `format: proto`, and the body of an OTLP/HTTP request.
[[nodiscard]] Format otlpProtoFormat();

enum class OtlpSignal : std::uint8_t { Traces, Logs, Metrics };

/// Which of the three requests these bytes are. The outer messages look alike; the spans, log records and metrics
/// inside differ in which field has which type. nullopt: none of them, or empty of all three.
[[nodiscard]] std::optional<OtlpSignal> otlpSignalOf(std::string_view request);
/// True for a request without a span, record or metric: which one it is does not matter.
[[nodiscard]] bool isEmptyOtlpRequest(std::string_view request);

/// Whether the first bytes of a record could be those of a request.
[[nodiscard]] bool looksLikeOtlpRequest(std::string_view head);

/// The OTLP/JSON text of a request: ids as hex, 64-bit numbers as texts, bytes as base64, texts byte for byte.
/// Fields that no reader uses are checked and left out. nullptr, or why it cannot be read (a reject reason):
/// protobuf_truncated, protobuf_varint, protobuf_wire_type, protobuf_too_deep, protobuf_too_many. Never throws.
[[nodiscard]] const char *otlpToJson(std::string_view request, OtlpSignal signal, std::string &json);

/// Reads requests with the meaning of the OTLP/JSON reader, because it is the one that reads them.
class OtlpProtoReader final : public LineReader {
public:
    explicit OtlpProtoReader(ReaderContext context);

    /// One request (or lines of OTLP/JSON, which the exporter writes with `format: json`).
    void read(std::string_view record, std::int64_t offset, FactBatch &out) override;
    /// One request whose kind is known. Everything it says, or one reject and nothing else.
    void readRequest(std::string_view request, OtlpSignal signal, std::int64_t offset, FactBatch &out);

private:
    void reject(std::string_view reason, std::size_t length, std::int64_t offset, FactBatch &out);

    SymbolCache &m_symbols;
    Symbol m_path = 0;
    std::unique_ptr<LineReader> m_json;
    std::string m_text;
};

} // namespace flyball
