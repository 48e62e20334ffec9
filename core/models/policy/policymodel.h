// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QElapsedTimer>
#include <QObject>
#include <QVariantList>
#include <QtQml/qqmlregistration.h>

#include "core/models/policy/evidencemodel.h"
#include "core/models/policy/policydesk.h"
#include "core/models/policy/policyform.h"
#include "core/models/policy/policyrules.h"
#include "core/models/policy/policytiers.h"

namespace flyball {

/// The editor of the policy: which scope is edited, the draft's state in words, what is wrong with it, its JSON,
/// conflicts with a head that moved. Knows nothing of pushing. GUI thread.
class PolicyModel : public QObject {
    Q_OBJECT
    QML_ELEMENT
    QML_UNCREATABLE("child of Session")
    Q_PROPERTY(flyball::PolicyForm *form READ form CONSTANT)
    Q_PROPERTY(flyball::PolicyRules *rules READ rules CONSTANT)
    Q_PROPERTY(flyball::PolicyTiers *tiers READ tiers CONSTANT)
    Q_PROPERTY(flyball::EvidenceModel *evidence READ evidence CONSTANT)
    Q_PROPERTY(bool started READ started NOTIFY changed)
    Q_PROPERTY(bool canStart READ canStart NOTIFY changed)
    Q_PROPERTY(QString startText READ startText NOTIFY changed)
    Q_PROPERTY(QVariantList scopes READ scopes NOTIFY changed)
    Q_PROPERTY(QString scope READ scope WRITE setScope NOTIFY changed)
    Q_PROPERTY(QString scopeTitle READ scopeTitle NOTIFY changed)
    Q_PROPERTY(QString scopeText READ scopeText NOTIFY changed)
    Q_PROPERTY(int scopeSlot READ scopeSlot NOTIFY changed)
    Q_PROPERTY(QString draftText READ draftText NOTIFY changed)
    Q_PROPERTY(QString basedText READ basedText NOTIFY changed)
    Q_PROPERTY(int changeCount READ changeCount NOTIFY changed)
    Q_PROPERTY(QVariantList changeRows READ changeRows NOTIFY changed)
    Q_PROPERTY(bool dirty READ dirty NOTIFY changed)
    Q_PROPERTY(bool valid READ valid NOTIFY changed)
    Q_PROPERTY(bool canUndo READ canUndo NOTIFY changed)
    Q_PROPERTY(bool canRedo READ canRedo NOTIFY changed)
    Q_PROPERTY(QString undoLabel READ undoLabel NOTIFY changed)
    Q_PROPERTY(QString redoLabel READ redoLabel NOTIFY changed)
    Q_PROPERTY(QVariantList findings READ findings NOTIFY changed)
    Q_PROPERTY(int findingsHere READ findingsHere NOTIFY changed)
    Q_PROPERTY(QString problem READ problem NOTIFY changed)
    Q_PROPERTY(QVariantList conflicts READ conflicts NOTIFY changed)
    Q_PROPERTY(int openConflicts READ openConflicts NOTIFY changed)
    Q_PROPERTY(QString effectiveText READ effectiveText NOTIFY changed)
    Q_PROPERTY(QString documentText READ documentText NOTIFY changed)
    Q_PROPERTY(QVariantList textFindings READ textFindings NOTIFY textChanged)

public:
    static constexpr int kSeenEveryMs = 3000;

    /// `draftPath` empty: the draft is not kept.
    PolicyModel(Services &services, const QString &draftPath, QObject *parent = nullptr);

    [[nodiscard]] PolicyDraft &draft() { return m_desk.draft; }
    [[nodiscard]] PolicyForm *form() { return &m_form; }
    [[nodiscard]] PolicyRules *rules() { return &m_rules; }
    [[nodiscard]] PolicyTiers *tiers() { return &m_tiers; }
    [[nodiscard]] EvidenceModel *evidence() { return &m_evidence; }

    [[nodiscard]] bool started() const { return m_desk.draft.started(); }
    [[nodiscard]] bool canStart() const { return !started() && m_starter.has_value(); }
    [[nodiscard]] QString startText() const { return m_startText; }
    /// {key, kind: defaults|workflow|override, text, slot, changes, note}.
    [[nodiscard]] QVariantList scopes() const { return m_scopes; }
    [[nodiscard]] QString scope() const { return m_desk.scope.key(); }
    void setScope(const QString &key);
    [[nodiscard]] QString scopeTitle() const;
    [[nodiscard]] QString scopeText() const;
    [[nodiscard]] int scopeSlot() const; ///< -2: none
    [[nodiscard]] QString draftText() const;
    [[nodiscard]] QString basedText() const;
    [[nodiscard]] int changeCount() const;
    /// {where, what, before, after, sentence}, in plain lines.
    [[nodiscard]] QVariantList changeRows() const;
    [[nodiscard]] bool dirty() const { return m_desk.draft.dirty(); }
    [[nodiscard]] bool valid() const { return m_desk.draft.valid(); }
    [[nodiscard]] bool canUndo() const { return m_desk.draft.canUndo(); }
    [[nodiscard]] bool canRedo() const { return m_desk.draft.canRedo(); }
    [[nodiscard]] QString undoLabel() const { return m_desk.draft.undoLabel(); }
    [[nodiscard]] QString redoLabel() const { return m_desk.draft.redoLabel(); }
    /// {path, text, tone}; errors first, then what concerns this scope, then the rest.
    [[nodiscard]] QVariantList findings() const { return m_findings; }
    [[nodiscard]] int findingsHere() const { return m_findingsHere; } ///< without the rest
    [[nodiscard]] QString problem() const { return m_desk.draft.problem(); }
    /// {path, where, base, mine, theirs, choice: open|mine|theirs}.
    [[nodiscard]] QVariantList conflicts() const;
    [[nodiscard]] int openConflicts() const { return m_desk.draft.openConflicts(); }
    [[nodiscard]] QString effectiveText() const;
    [[nodiscard]] QString documentText() const;
    /// Of the text that was refused last: {path, text, tone}.
    [[nodiscard]] QVariantList textFindings() const { return m_textFindings; }

    Q_INVOKABLE void startFromSeen();
    Q_INVOKABLE void undo();
    Q_INVOKABLE void redo();
    Q_INVOKABLE void discard();
    Q_INVOKABLE void save();
    Q_INVOKABLE void decide(int index, bool mine);
    /// `property`: agent, user_segment, step or tag. Empty result: added and selected; else what is wrong.
    Q_INVOKABLE QString addOverride(const QString &property, const QString &value);
    Q_INVOKABLE void removeOverride(const QString &key);
    /// Values seen in the ledger for that property of the scope's workflow.
    Q_INVOKABLE [[nodiscard]] QStringList seenValues(const QString &property) const;
    /// Takes an edited document, or says what is wrong with it in textFindings().
    Q_INVOKABLE bool setDocumentText(const QString &text);
    Q_INVOKABLE void checkText(const QString &text);
    Q_INVOKABLE bool importFile(const QString &pathOrUrl);
    Q_INVOKABLE bool exportTo(const QString &pathOrUrl);
    Q_INVOKABLE [[nodiscard]] QString exportName() const;
    /// Opens the workflow with this id of QML.
    Q_INVOKABLE void openWorkflow(const QString &workflowId);

    void show(const View &view);

Q_SIGNALS:
    void changed();
    void textChanged();

private:
    void draftChanged();
    void scopeMoved();
    void refresh();
    void showFindings();
    void showScopes();
    [[nodiscard]] CheckContext context() const;
    void refuse(const Findings &findings);

    Services &m_services;
    PolicyDesk m_desk;
    EvidenceModel m_evidence;
    PolicyForm m_form;
    PolicyRules m_rules;
    PolicyTiers m_tiers;
    std::optional<PolicyDocument> m_starter;
    QString m_startText;
    QVariantList m_scopes, m_findings, m_textFindings;
    std::vector<std::string> m_flows; ///< seen in the view
    int m_findingsHere = 0;
    QElapsedTimer m_sinceSeen; ///< the whole ledger is looked through for a first policy
};

[[nodiscard]] QVariantList findingRows(const Findings &findings);

} // namespace flyball
