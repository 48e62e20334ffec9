// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/policy/document/text.h"

#include "core/policy/document/reader.h"
#include "core/policy/document/writer.h"

namespace flyball {

namespace {

/// A hostile document may break every line of it; what is shown stays readable.
constexpr std::size_t kMaxFindings = 1000;

void limitFindings(Findings &findings)
{
    if (findings.size() <= kMaxFindings)
        return;
    const std::size_t more = findings.size() - kMaxFindings;
    findings.resize(kMaxFindings);
    findings.push_back(
        {"", "too_many", Severity::Error, CheckLayer::Schema, "and " + std::to_string(more) + " more findings"});
}

} // namespace

PolicyReading readPolicyJson(const JsonValue &json)
{
    PolicyReading reading;
    reading.document.emplace();
    // The reader is only a vehicle here: read() makes its own for the object.
    SchemaReader(json, "", reading.findings).read(json, "", *reading.document);
    if (hasError(reading.findings))
        reading.document.reset();
    limitFindings(reading.findings);
    return reading;
}

PolicyReading readPolicy(std::string_view json)
{
    const Result<JsonValue> value = JsonValue::parse(json);
    if (value)
        return readPolicyJson(*value);
    return {{}, {{"", "syntax", Severity::Error, CheckLayer::Syntax, "cannot be read: " + value.error().message}}};
}

std::optional<PolicyBody> readBody(const JsonValue &json, const std::string &path, Findings &findings)
{
    const std::size_t before = findings.size();
    PolicyBody body;
    SchemaReader(json, path, findings).read(json, path, body);
    if (findings.size() != before)
        return std::nullopt;
    return body;
}

JsonValue toJson(const PolicyDocument &document) { return SchemaWriter::write(document); }
JsonValue toJson(const PolicyBody &body) { return SchemaWriter::write(body); }
JsonValue toJson(const Workflow &workflow) { return SchemaWriter::write(workflow); }
JsonValue toJson(const Rule &rule) { return SchemaWriter::write(rule); }
JsonValue toJson(const Match &match) { return SchemaWriter::write(match); }
JsonValue toJson(const PeriodCap &cap) { return SchemaWriter::write(cap); }
std::string policyText(const PolicyDocument &document) { return toJson(document).pretty(); }

std::string policyTextLike(std::string_view file, const PolicyDocument &document)
{
    const PolicyReading reading = readPolicy(file);
    return reading.document && *reading.document == document ? std::string(file) : policyText(document);
}

} // namespace flyball
