// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>
#include <memory>
#include <optional>
#include <vector>

#include "core/base/result.h"
#include "core/base/time.h"
#include "core/policy/merge3.h"

class QLockFile;

namespace flyball {

/// A value both sides changed, and what was decided about it.
struct DraftConflict {
    enum class Choice : std::uint8_t { Open, Mine, Theirs };
    MergeConflict conflict;
    Choice choice = Choice::Open;
    friend bool operator==(const DraftConflict &, const DraftConflict &) = default;
};

struct DraftState {
    bool started = false;
    PolicyDocument document;
    std::vector<DraftConflict> conflicts;
    friend bool operator==(const DraftState &, const DraftState &) = default;
};

struct StoredDraft {
    DraftState state;
    std::optional<PolicyDocument> base;
    TimeNs savedAt = kNoTime;
};

[[nodiscard]] std::string draftText(const StoredDraft &draft);
/// Malformed, with the place, for anything that is no draft.
[[nodiscard]] Result<StoredDraft> readDraft(std::string_view text);

/// One file that one process writes: the first of "name.json", "name-2.json" ... whose lock is free.
class DraftFile {
public:
    explicit DraftFile(const QString &path);
    ~DraftFile();

    [[nodiscard]] const QString &path() const { return m_path; } ///< empty when all are held
    /// Nothing when there is no file. A damaged one is renamed first; the error says to what.
    [[nodiscard]] Result<std::optional<StoredDraft>> load() const;
    [[nodiscard]] Result<> store(const StoredDraft &draft) const;

private:
    QString m_path;
    std::unique_ptr<QLockFile> m_lock;
};

/// Replaces, adds or (nothing) removes the value at a pointer; a rule, tier or window is found in its list
/// by name, as the pointers of MergeConflict have it. A list entry whose value is to be added must be an object.
void setAtNamed(JsonValue &document, std::string_view pointer, const std::optional<JsonValue> &value);
[[nodiscard]] std::optional<JsonValue> valueAtNamed(const JsonValue &document, std::string_view pointer);

} // namespace flyball
