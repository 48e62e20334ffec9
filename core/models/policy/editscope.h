// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>
#include <optional>
#include <string>

#include "core/policy/effective.h"

namespace flyball {

/// What the form edits: the defaults, one workflow, or one of its overrides. A value.
struct EditScope {
    std::string workflow; ///< empty: the defaults
    std::optional<std::size_t> override;
    friend bool operator==(const EditScope &, const EditScope &) = default;

    /// "", "w:name", "o:2:name": opaque to QML.
    [[nodiscard]] QString key() const;
    [[nodiscard]] static EditScope fromKey(const QString &key);
    /// "/defaults", "/workflows/name", "/workflows/name/overrides/2/set".
    [[nodiscard]] std::string bodyPointer() const;
    /// Whether a layer is the one edited here; the others are inherited.
    [[nodiscard]] bool isLayer(const PolicyLayer &layer) const;
};

/// The scope itself when the document has it, else the nearest one above.
[[nodiscard]] EditScope presentScope(const PolicyDocument &document, EditScope scope);
/// The effective policy of the scope; `override` stands on its workflow alone.
[[nodiscard]] EffectivePolicy effectiveOf(const PolicyDocument &document, const EditScope &scope);
/// The scope of another document that means the same (overrides are found by what they match).
[[nodiscard]] EditScope counterpart(const PolicyDocument &from, const EditScope &scope, const PolicyDocument &to);

/// A knob's place: a pointer into a policy body, with the windows of /budget/periods by name; or, with
/// "//" in front, into the document ("//fleet/periods/day/hard_usd").
[[nodiscard]] std::optional<JsonValue> knobValue(const JsonValue &body, const std::string &pointer);
/// Sets or (nothing) removes the knob in the scope; what becomes empty by that goes too.
void setKnob(JsonValue &document, const EditScope &scope, const std::string &pointer,
             const std::optional<JsonValue> &value);
/// As the document names the place in findings: windows by index where they are there.
[[nodiscard]] std::string findingPointer(const JsonValue &document, const EditScope &scope, const std::string &pointer);

} // namespace flyball
