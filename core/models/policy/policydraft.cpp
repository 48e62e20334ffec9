// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/models/policy/policydraft.h"

#include <algorithm>

namespace flyball {

namespace {

void takeHeader(PolicyDocument &document, const PolicyDocument &from)
{
    document.revision = from.revision;
    document.parentRevision = from.parentRevision;
    document.createdAt = from.createdAt;
    document.author = from.author;
    document.comment = from.comment;
    document.rollbackOf = from.rollbackOf;
}

/// The head of a document that is not a revision yet.
void makeDraft(PolicyDocument &document, std::int64_t base)
{
    PolicyDocument header;
    header.revision = base + 1;
    if (base > 0)
        header.parentRevision = base;
    takeHeader(document, header);
}

PolicyDocument emptyLike(const PolicyDocument &document)
{
    PolicyDocument out;
    out.policyId = document.policyId;
    out.timezone = document.timezone;
    return out;
}

} // namespace

bool saysTheSame(PolicyDocument a, const PolicyDocument &b)
{
    takeHeader(a, b);
    return a == b;
}

PolicyDraft::PolicyDraft(const QString &path, QObject *parent) : QObject(parent)
{
    m_timer.setSingleShot(true);
    m_timer.setInterval(kSaveAfterMs);
    connect(&m_timer, &QTimer::timeout, this, &PolicyDraft::save);
    if (path.isEmpty())
        return;
    m_file = std::make_unique<DraftFile>(path);
    auto stored = m_file->load();
    if (!stored) {
        m_problem = QString::fromStdString(stored.error().message);
        if (stored.error().code == ErrorCode::Unreadable)
            m_file.reset(); // it may hold a draft: it must not be overwritten
        return;
    }
    if (!*stored)
        return;
    m_state = std::move((*stored)->state);
    m_base = std::move((*stored)->base);
    m_savedAt = (*stored)->savedAt;
}

PolicyDraft::~PolicyDraft()
{
    if (m_timer.isActive())
        save();
}

void PolicyDraft::save()
{
    m_timer.stop();
    if (!m_file)
        return;
    const TimeNs now = wallClockNow();
    if (auto stored = m_file->store({m_state, m_base, now}); !stored) {
        m_problem = tr("The policy draft could not be kept: %1").arg(QString::fromStdString(stored.error().message));
        m_savedAt = kNoTime;
    } else {
        m_savedAt = now;
    }
    Q_EMIT saved();
}

void PolicyDraft::put(DraftState state)
{
    m_state = std::move(state);
    m_changes.reset();
    m_findings.reset();
    if (m_file)
        m_timer.start();
    Q_EMIT changed();
}

bool PolicyDraft::apply(const QString &label, const Edit &edit, const QString &key)
{
    PolicyDocument next = m_state.document;
    edit(next);
    if (next != m_state.document)
        return take(label, readPolicyJson(toJson(next)), key);
    m_refusal.clear();
    return false;
}

bool PolicyDraft::applyJson(const QString &label, const std::function<void(JsonValue &)> &edit, const QString &key)
{
    JsonValue json = toJson(m_state.document);
    edit(json);
    return take(label, readPolicyJson(json), key);
}

bool PolicyDraft::take(const QString &label, PolicyReading reading, const QString &key)
{
    m_refusal.clear();
    if (!reading.document) {
        m_refusal = std::move(reading.findings);
        return false;
    }
    if (*reading.document == m_state.document)
        return false;
    DraftState next = m_state;
    next.document = std::move(*reading.document);
    const bool sameDrag = !key.isEmpty() && key == m_key && !m_undo.empty();
    if (!sameDrag)
        m_undo.push_back({label, m_state});
    if (m_undo.size() > kMaxSteps)
        m_undo.erase(m_undo.begin());
    m_redo.clear();
    m_key = key;
    put(std::move(next));
    return true;
}

bool PolicyDraft::replace(const QString &label, PolicyDocument document)
{
    if (m_base)
        document.policyId = m_base->policyId;
    makeDraft(document, baseRevision());
    if (m_state.started)
        return apply(label, [&](PolicyDocument &d) { d = document; });
    m_refusal.clear();
    m_undo.push_back({label, m_state});
    m_redo.clear();
    m_key.clear();
    put({true, std::move(document), {}});
    return true;
}

void PolicyDraft::restore(std::vector<Step> &from, std::vector<Step> &to)
{
    if (from.empty())
        return;
    m_key.clear();
    Step step = std::move(from.back());
    from.pop_back();
    to.push_back({step.label, m_state});
    put(std::move(step.state));
}

void PolicyDraft::undo() { restore(m_undo, m_redo); }

void PolicyDraft::redo() { restore(m_redo, m_undo); }

void PolicyDraft::discard()
{
    if (!m_state.started)
        return;
    DraftState next;
    if (m_base) {
        next.started = true;
        next.document = *m_base;
        makeDraft(next.document, baseRevision());
    }
    if (next == m_state)
        return;
    m_undo.push_back({tr("Discard"), m_state});
    m_redo.clear();
    m_key.clear();
    put(std::move(next));
}

bool PolicyDraft::dirty() const { return m_state.started && (!m_base || !saysTheSame(m_state.document, *m_base)); }

bool PolicyDraft::valid() const { return m_state.started && openConflicts() == 0 && !hasError(findings()); }

const std::vector<PolicyChange> &PolicyDraft::changes() const
{
    if (!m_changes)
        m_changes = m_state.started ? diffPolicies(m_base ? *m_base : emptyLike(m_state.document), m_state.document)
                                    : std::vector<PolicyChange>();
    return *m_changes;
}

const Findings &PolicyDraft::findings() const
{
    if (!m_findings)
        m_findings = m_state.started ? checkPolicy(m_state.document, m_context) : Findings();
    return *m_findings;
}

void PolicyDraft::setContext(CheckContext context)
{
    m_context = std::move(context);
    m_findings.reset();
    Q_EMIT changed();
}

int PolicyDraft::openConflicts() const
{
    return static_cast<int>(std::count_if(m_state.conflicts.begin(), m_state.conflicts.end(),
                                          [](const DraftConflict &c) { return c.choice == Choice::Open; }));
}

void PolicyDraft::follow(PolicyDocument head)
{
    makeDraft(head, baseRevision());
    put({true, std::move(head), {}});
}

void PolicyDraft::headMoved(const PolicyRevision &head)
{
    if (m_base && head.number == m_base->revision)
        return;
    PolicyReading reading = readPolicy(head.text);
    if (!reading.document) {
        m_problem =
            tr("Revision %1 cannot be read; the draft stays on revision %2.").arg(head.number).arg(baseRevision());
        Q_EMIT changed();
        return;
    }
    const PolicyDocument document = std::move(*reading.document);
    if (!dirty()) {
        m_base = document;
        m_undo.clear();
        m_redo.clear();
        m_key.clear();
        return follow(document);
    }
    if (saysTheSame(m_state.document, document)) { // what was pushed from here
        m_base = document;
        m_key.clear();
        return follow(document);
    }
    rebase(document);
}

DraftState PolicyDraft::mergedWith(const PolicyDocument &head, DraftState mine) const
{
    if (!mine.started)
        return {true, head, {}};
    mine.document.policyId = head.policyId;
    ThreeWayMerge merge = mergePolicies(m_base ? *m_base : emptyLike(head), mine.document, head);
    if (!merge.merged) {
        // The two together are no policy: one of them as a whole has to be chosen.
        merge.conflicts = {
            {"", m_base ? std::optional(toJson(*m_base)) : std::nullopt, toJson(mine.document), toJson(head)}};
        merge.merged = mine.document;
    }
    DraftState next{true, std::move(*merge.merged), {}};
    for (MergeConflict &conflict : merge.conflicts)
        next.conflicts.push_back({std::move(conflict), Choice::Open});
    const JsonValue theirs = toJson(head);
    for (const DraftConflict &old : mine.conflicts) {
        const bool again = std::any_of(next.conflicts.begin(), next.conflicts.end(),
                                       [&](const DraftConflict &c) { return c.conflict.path == old.conflict.path; });
        if (again || old.choice != Choice::Open)
            continue;
        next.conflicts.push_back(old);
        next.conflicts.back().conflict.theirs = valueAtNamed(theirs, old.conflict.path);
    }
    makeDraft(next.document, head.revision);
    return next;
}

void PolicyDraft::rebase(const PolicyDocument &head)
{
    DraftState next = mergedWith(head, m_state);
    // The way back leads through documents that know the new head; else an undo would take their work back.
    for (std::vector<Step> *steps : {&m_undo, &m_redo})
        for (Step &step : *steps) {
            step.state = mergedWith(head, std::move(step.state));
            step.state.conflicts.clear();
        }
    m_base = head;
    m_key.clear();
    put(std::move(next));
}

bool PolicyDraft::decide(std::size_t index, Choice choice)
{
    m_refusal.clear();
    if (index >= m_state.conflicts.size())
        return false;
    DraftState next = m_state;
    DraftConflict &c = next.conflicts[index];
    if (choice != Choice::Open) {
        JsonValue json = toJson(next.document);
        setAtNamed(json, c.conflict.path, choice == Choice::Mine ? c.conflict.mine : c.conflict.theirs);
        PolicyReading reading = readPolicyJson(json);
        if (!reading.document) {
            m_refusal = std::move(reading.findings);
            return false;
        }
        next.document = std::move(*reading.document);
        makeDraft(next.document, baseRevision());
    }
    c.choice = choice;
    m_undo.push_back({choice == Choice::Mine ? tr("Keep mine") : tr("Take theirs"), m_state});
    m_redo.clear();
    m_key.clear();
    put(std::move(next));
    return true;
}

} // namespace flyball
