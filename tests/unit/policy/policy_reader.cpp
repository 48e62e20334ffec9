// SPDX-License-Identifier: GPL-3.0-or-later
// Reads one policy document per line and prints what the loader thinks of each: "accept" or
// "reject CODE PATH" by the schema layers alone. The other half of schema_oracle.py.
#include "core/policy/document/text.h"

#include <algorithm>
#include <iostream>

int main()
{
    std::string line;
    while (std::getline(std::cin, line)) {
        const flyball::PolicyReading reading = flyball::readPolicy(line);
        const auto shape = std::find_if(reading.findings.begin(), reading.findings.end(), [](const auto &finding) {
            return finding.layer != flyball::CheckLayer::Meaning;
        });
        if (shape != reading.findings.end()) {
            std::cout << "reject " << shape->code << ' ' << shape->path << '\n';
            continue;
        }
        if (!reading.document) {
            std::cout << "accept unrepresentable\n";
            continue;
        }
        const std::string text = flyball::policyText(*reading.document);
        const flyball::PolicyReading again = flyball::readPolicy(text);
        const bool same = again.document && *again.document == *reading.document
                          && flyball::policyText(*again.document) == text
                          && *flyball::JsonValue::parse(line) == *flyball::JsonValue::parse(text);
        std::cout << (same ? "accept\n" : "accept but changed by a round trip\n");
    }
    return 0;
}
