// SPDX-License-Identifier: GPL-3.0-or-later
#include <array>

#include "core/formats/jsonfields.h"
#include "core/formats/otlp_metrics/otlpmetrics.h"

namespace flyball::otlp {

namespace {

constexpr std::array<std::string_view, 3> kIdentity{"service.namespace", "service.name", "service.instance.id"};
constexpr std::size_t kLongest = 256;

} // namespace

std::string producerOfResource(std::string_view resource)
{
    std::array<std::string, kIdentity.size()> parts;
    JsonFields fields;
    if (fields.parse(resource))
        (void)forEachElement(fields.raw("attributes"), [&](std::string_view raw) {
            JsonFields pair;
            if (!pair.parse(raw))
                return;
            for (std::size_t i = 0; i < parts.size(); ++i)
                if (pair.text("key") == kIdentity[i])
                    parts[i] = pair.object("value").text("stringValue").substr(0, kLongest);
        });
    std::string subject = "resource";
    for (const std::string &part : parts)
        (subject += '\x1f') += part;
    return subject;
}

std::string agentSubject(std::string_view kind) { return "agent\x1f" + std::string(kind); }

std::string_view agentOf(Meter meter)
{
    switch (meter) {
    case Meter::ClaudeCode:
        return "claude-code";
    case Meter::GeminiCli:
        return "gemini-cli";
    case Meter::Codex:
        return "codex";
    case Meter::LiteLlm:
    case Meter::Bifrost:
    case Meter::Kong:
    case Meter::GenAi:
        break;
    }
    return {};
}

} // namespace flyball::otlp
