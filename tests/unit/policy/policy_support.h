// SPDX-License-Identifier: GPL-3.0-or-later
// Shared by the tests of core/policy.
#pragma once

#include "core/policy/document/text.h"

#include <QFile>
#include <QTest>
#include <algorithm>
#include <string>

namespace flyball::test {

inline std::string fixture(const char *name)
{
    QFile file(QStringLiteral(FLYBALL_FIXTURES "/policy/") + QLatin1String(name));
    return file.open(QIODevice::ReadOnly) ? file.readAll().toStdString() : std::string();
}

inline JsonValue json(std::string_view text)
{
    const Result<JsonValue> value = JsonValue::parse(text);
    if (!value)
        qFatal("%s: %.*s", value.error().message.c_str(), static_cast<int>(text.size()), text.data());
    return *value;
}

/// A document with these defaults, three tiers and, when given, workflows; the test ends when it is invalid.
inline PolicyDocument document(const std::string &defaults, const std::string &workflows = "{}")
{
    const std::string text =
        R"({"schema_version":1,"policy_id":"p","revision":2,"tiers":[{"id":"cheap","models":["openai/a"]},)"
        R"({"id":"mid","models":["openai/b"]},{"id":"frontier","models":["anthropic/c"]}],"defaults":)"
        + defaults + R"(,"workflows":)" + workflows + '}';
    PolicyReading reading = readPolicy(text);
    if (!reading.document)
        qFatal("%s: %s", reading.findings.at(0).path.c_str(), reading.findings.at(0).message.c_str());
    return std::move(*reading.document);
}

inline PolicyBody body(const std::string &text) { return document(text).defaults; }

inline UsdSum usd(const char *amount) { return *JsonNumber::parse(amount)->toUsd(); }

/// "code path" of every finding, one per line, to compare and to read in a failure.
inline QString list(const Findings &findings)
{
    QStringList lines;
    for (const Finding &finding : findings)
        lines << QString::fromStdString(finding.code + ' ' + finding.path);
    return lines.join('\n');
}

} // namespace flyball::test
