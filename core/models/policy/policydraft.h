// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>
#include <QString>
#include <QTimer>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "core/models/policy/draftfile.h"
#include "core/policy/check/check.h"
#include "core/policy/diff.h"
#include "core/policy/document/text.h"
#include "core/policy/revision.h"

namespace flyball {

/// The policy being edited: a document that could always be read back, the revision it began from, and
/// the way back. Kept in a file across restarts; two processes never write one file. GUI thread.
class PolicyDraft : public QObject {
    Q_OBJECT

public:
    using Edit = std::function<void(PolicyDocument &)>;
    using Choice = DraftConflict::Choice;
    static constexpr int kSaveAfterMs = 300;
    static constexpr std::size_t kMaxSteps = 100;

    /// `path` empty: nothing is kept. Where another process holds the file, "-2", "-3" ... is taken.
    /// A file that cannot be understood is renamed and named by problem(), never overwritten.
    explicit PolicyDraft(const QString &path, QObject *parent = nullptr);
    ~PolicyDraft() override;

    /// False until there is a head or a first document; document() is then empty and cannot be pushed.
    [[nodiscard]] bool started() const { return m_state.started; }
    [[nodiscard]] const PolicyDocument &document() const { return m_state.document; }
    /// The document of the revision the draft is based on; absent before the first.
    [[nodiscard]] const std::optional<PolicyDocument> &base() const { return m_base; }
    [[nodiscard]] std::int64_t baseRevision() const { return m_base ? m_base->revision : 0; }
    /// What a push would make.
    [[nodiscard]] std::int64_t nextRevision() const { return baseRevision() + 1; }

    /// Puts a first document in place of nothing, or another in place of what is there (import): one step.
    bool replace(const QString &label, PolicyDocument document);
    /// One undo step. `key` names the thing being dragged: edits with the same key in a row are one step,
    /// until endDrag(). False, with refusal() saying why, when the result has not the shape of a policy;
    /// false without a refusal when it changes nothing. Meaning is judged by findings(), later.
    bool apply(const QString &label, const Edit &edit, const QString &key = {});
    /// The same on the document as JSON, for what is edited by pointer.
    bool applyJson(const QString &label, const std::function<void(JsonValue &)> &edit, const QString &key = {});
    void endDrag() { m_key.clear(); }
    [[nodiscard]] const Findings &refusal() const { return m_refusal; }

    [[nodiscard]] bool canUndo() const { return !m_undo.empty(); }
    [[nodiscard]] bool canRedo() const { return !m_redo.empty(); }
    [[nodiscard]] QString undoLabel() const { return m_undo.empty() ? QString() : m_undo.back().label; }
    [[nodiscard]] QString redoLabel() const { return m_redo.empty() ? QString() : m_redo.back().label; }
    void undo();
    void redo();
    /// Back to the base (to nothing before the first revision); can be undone.
    void discard();

    [[nodiscard]] bool dirty() const;
    /// No error among the findings and no conflict left open.
    [[nodiscard]] bool valid() const;
    /// Against the base; against an empty policy before the first revision.
    [[nodiscard]] const std::vector<PolicyChange> &changes() const;
    [[nodiscard]] const Findings &findings() const;
    void setContext(CheckContext context);

    /// Another revision is the head. A clean draft follows it. Edits are merged into it (mergePolicies);
    /// what both sides changed stays as it is here and is listed until somebody decides. A head that
    /// cannot be read changes nothing and is named by problem().
    void headMoved(const PolicyRevision &head);
    [[nodiscard]] const std::vector<DraftConflict> &conflicts() const { return m_state.conflicts; }
    [[nodiscard]] int openConflicts() const;
    bool decide(std::size_t index, Choice choice);

    [[nodiscard]] QString problem() const { return m_problem; }
    [[nodiscard]] QString path() const { return m_file ? m_file->path() : QString(); }
    /// When the file last took everything; kNoTime before, and while edits wait.
    [[nodiscard]] TimeNs savedAt() const { return m_timer.isActive() ? kNoTime : m_savedAt; }
    /// Writes what waits, now.
    void save();

Q_SIGNALS:
    void changed();
    void saved();

private:
    struct Step {
        QString label;
        DraftState state;
    };
    bool take(const QString &label, PolicyReading reading, const QString &key);
    void put(DraftState state);
    void restore(std::vector<Step> &from, std::vector<Step> &to);
    void rebase(const PolicyDocument &head);
    [[nodiscard]] DraftState mergedWith(const PolicyDocument &head, DraftState mine) const;
    void follow(PolicyDocument head);

    std::unique_ptr<DraftFile> m_file;
    DraftState m_state;
    std::optional<PolicyDocument> m_base;
    std::vector<Step> m_undo, m_redo;
    QString m_key, m_problem;
    Findings m_refusal;
    CheckContext m_context;
    mutable std::optional<std::vector<PolicyChange>> m_changes;
    mutable std::optional<Findings> m_findings;
    QTimer m_timer;
    TimeNs m_savedAt = kNoTime;
};

/// Whether two documents say the same, whoever wrote which revision when.
[[nodiscard]] bool saysTheSame(PolicyDocument a, const PolicyDocument &b);

} // namespace flyball
