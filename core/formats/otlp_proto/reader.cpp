// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/formats/otlp_json/otlpjson.h"
#include "core/formats/otlp_proto/otlpproto.h"
#include "core/formats/recordreader.h"

namespace flyball {

OtlpProtoReader::OtlpProtoReader(ReaderContext context)
    : m_symbols(*context.symbols),
      m_path(m_symbols.internChecked(context.path)),
      m_json(makeOtlpJsonReader(std::move(context)))
{}

void OtlpProtoReader::reject(std::string_view reason, std::size_t length, std::int64_t offset, FactBatch &out)
{
    out.rejects.push_back({m_symbols.intern(reason), m_path, offset, static_cast<std::int64_t>(length)});
}

void OtlpProtoReader::read(std::string_view record, std::int64_t offset, FactBatch &out)
{
    if (record.empty())
        return;
    const char first = record.front();
    if (first == '{' || first == '[' || first == ' ') {
        m_json->read(record, offset, out);
        return;
    }
    if (const auto signal = otlpSignalOf(record)) {
        readRequest(record, *signal, offset, out);
        return;
    }
    ++out.lines;
    out.bytes += static_cast<std::int64_t>(record.size());
    if (isEmptyOtlpRequest(record))
        ++out.ignored;
    else
        reject("not_an_export", record.size(), offset, out);
}

void OtlpProtoReader::readRequest(std::string_view request, OtlpSignal signal, std::int64_t offset, FactBatch &out)
{
    const std::int64_t bytes = out.bytes + static_cast<std::int64_t>(request.size());
    const std::size_t rejects = out.rejects.size();
    if (const char *reason = otlpToJson(request, signal, m_text)) {
        ++out.lines;
        reject(reason, request.size(), offset, out);
    } else if (m_text == "{}") { // an export of nothing
        ++out.lines;
        ++out.ignored;
    } else {
        m_json->read(m_text, offset, out);
    }
    // Places are those of the record, not of its text.
    for (std::size_t i = rejects; i < out.rejects.size(); ++i) {
        out.rejects[i].offset = offset;
        out.rejects[i].length = std::min(out.rejects[i].length, static_cast<std::int64_t>(request.size()));
    }
    out.bytes = bytes;
}

namespace {

bool wantsPath(std::string_view path)
{
    const std::string_view name = fileNameOf(path);
    // The exporter is told a name, and many say .json whatever the format.
    return hasLineEnding(name) || hasEnding(name, {".pb", ".binpb", ".protobuf", ".proto", ".otlp", ".zst"});
}

} // namespace

Format otlpProtoFormat()
{
    Format format;
    format.kind = "otlp-proto";
    format.label = "OTLP/protobuf records";
    format.splittable = true;
    format.records = true;
    format.wantsPath = wantsPath;
    format.sniff = looksLikeOtlpRequest;
    format.makeReader = [](ReaderContext context) -> std::unique_ptr<LineReader> {
        return std::make_unique<OtlpProtoReader>(std::move(context));
    };
    format.resolve = resolveTrace;
    return format;
}

} // namespace flyball
