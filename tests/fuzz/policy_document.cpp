// SPDX-License-Identifier: GPL-3.0-or-later
// Any bytes as a policy document: whatever is read says the same when it is written, checked, merged and compared.
#include "core/policy/check/check.h"
#include "core/policy/diff.h"
#include "core/policy/document/text.h"
#include "core/policy/effective.h"
#include "core/policy/merge3.h"
#include "tests/fuzz/fuzz_check.h"

using namespace flyball;

namespace {

void checkFindings(const Findings &findings)
{
    for (const Finding &finding : findings) {
        fuzz::require(!finding.message.empty(), "a finding says something");
        fuzz::require(finding.message.find('\n') == std::string::npos, "a finding is one line");
        fuzz::require(finding.path.empty() || finding.path.front() == '/', "a finding names a place");
    }
}

void checkDocument(const PolicyDocument &document)
{
    const std::string text = policyText(document);
    const PolicyReading again = readPolicy(text);
    fuzz::require(again.document && *again.document == document, "what is written reads back the same");
    fuzz::require(policyText(*again.document) == text, "the canonical text is stable");
    fuzz::require(diffPolicies(document, *again.document).empty(), "nothing differs from itself");
    const ThreeWayMerge merge = mergePolicies(document, document, document);
    fuzz::require(merge.conflicts.empty() && merge.merged && *merge.merged == document,
                  "merging what nobody changed changes nothing");
    checkFindings(checkPolicy(document));
    for (const auto &[name, workflow] : document.workflows) {
        PolicyScope scope;
        scope.workflow = name;
        const EffectivePolicy effective = effectivePolicy(document, scope);
        Findings findings;
        const auto body = readBody(toJson(effective.body), "", findings);
        fuzz::require(body && *body == effective.body, "an effective policy is one that reads");
    }
}

} // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size)
{
    const std::vector<char> exact(data, data + size); // no byte behind it: reading too far is seen
    const PolicyReading reading = readPolicy({exact.data(), exact.size()});
    checkFindings(reading.findings);
    fuzz::require(reading.document.has_value() != hasError(reading.findings),
                  "there is a document, or a finding that says why not");
    if (reading.document)
        checkDocument(*reading.document);
    return 0;
}
