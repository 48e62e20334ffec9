// SPDX-License-Identifier: GPL-3.0-or-later
// Any bytes as an envelope, and as the payload of a well signed one: the app's reader and the simulated agents' own
// one agree on what may be opened, and neither takes up what it cannot read.
#include "app/agentsim/policy/payload.h"
#include "app/agentsim/policy/sha256.h"
#include "core/policy/digest.h"
#include "core/policy/envelope.h"
#include "tests/fuzz/fuzz_check.h"

using namespace flyball;

namespace {

constexpr std::string_view kKey = "fuzz";

void checkPayload(std::string_view text)
{
    std::vector<std::string> unknown;
    const Result<PolicyPayload> payload = readPayload(text, &unknown);
    if (payload) {
        const Result<PolicyPayload> again = readPayload(payloadText(*payload));
        fuzz::require(again.ok() && *again == *payload, "what is written reads back the same");
    } else {
        fuzz::require(!payload.error().message.empty(), "an error says something");
    }
    agentsim::AgentPolicy policy;
    std::vector<std::string> ignored;
    const auto refusal = agentsim::readPayload(text, policy, ignored);
    fuzz::require(!refusal || !refusal->code.empty(), "a refusal has a code");
    fuzz::require(!refusal || refusal->path.size() <= 300, "a refusal stays short");
    fuzz::require(ignored.size() <= 100, "what is ignored is listed in bounds");
    fuzz::require(refusal || (policy.revision > 0 && !policy.tiers.empty()),
                  "what is taken up has a revision and tiers");
}

} // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size)
{
    const std::vector<char> exact(data, data + size);
    const std::string_view text(exact.data(), exact.size());
    fuzz::require(agentsim::hmacSha256(kKey, text) == hmacSha256Hex(kKey, text), "two ways to sign agree");

    const Result<std::string> opened = openEnvelope(text, kKey);
    const auto theirs = agentsim::openSealed(text, kKey);
    if (opened) {
        fuzz::require(theirs && *theirs == *opened, "both open the same envelope");
        checkPayload(*opened);
    }
    fuzz::require(!openEnvelope(text, "").ok() && !agentsim::openSealed(text, ""), "an empty key opens nothing");

    if (!isValidUtf8(text))
        return 0;
    std::string sealed = sealEnvelope(text, kKey);
    fuzz::require(openEnvelope(sealed, kKey).ok() && *openEnvelope(sealed, kKey) == text, "what was sealed is opened");
    fuzz::require(agentsim::openSealed(sealed, kKey) == std::string(text), "by the agents as well");
    fuzz::require(!openEnvelope(sealed, "other").ok() && !agentsim::openSealed(sealed, "other"),
                  "another key opens nothing");
    char &digit = sealed[sealed.rfind('"') - 1]; // the last one of the signature
    digit = digit == '0' ? '1' : '0';
    fuzz::require(!openEnvelope(sealed, kKey).ok() && !agentsim::openSealed(sealed, kKey),
                  "a changed signature is seen");
    checkPayload(text);
    return 0;
}
