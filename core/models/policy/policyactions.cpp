// SPDX-License-Identifier: GPL-3.0-or-later
#include <QFile>
#include <algorithm>
#include <set>

#include "core/base/wholefile.h"
#include "core/models/policy/policymodel.h"
#include "core/models/sources/sourcesmodel.h"
#include "core/models/text/displayname.h"

namespace flyball {

namespace {

constexpr std::size_t kMostBytes = 4 << 20;

QString cell(const char *name) { return QString::fromLatin1(name); }

QString valueText(const std::optional<JsonValue> &value)
{
    return value ? displayName(std::string_view(value->compact())) : PolicyModel::tr("not set");
}

} // namespace

QString PolicyModel::scopeTitle() const
{
    const EditScope &scope = m_desk.scope;
    if (scope.workflow.empty())
        return tr("Fleet defaults");
    return displayName(std::string_view(scope.workflow));
}

QString PolicyModel::scopeText() const
{
    const EditScope &scope = m_desk.scope;
    if (scope.workflow.empty())
        return tr("hold for every workflow that sets nothing else");
    if (!scope.override)
        return tr("effective policy: defaults + this workflow");
    const Workflow *workflow = m_desk.draft.document().workflow(scope.workflow);
    return workflow && workflow->overrides && *scope.override < workflow->overrides->size()
               ? tr("where %1, above defaults and workflow")
                     .arg(displayName(describeMatch((*workflow->overrides)[*scope.override].match)))
               : QString();
}

int PolicyModel::scopeSlot() const
{
    return m_desk.scope.workflow.empty() ? -2
                                         : m_services.colours.slotOf(QString::fromStdString(m_desk.scope.workflow));
}

QString PolicyModel::draftText() const
{
    if (!started())
        return {};
    return dirty() ? tr("Draft r%1").arg(m_desk.draft.nextRevision()) : tr("r%1").arg(m_desk.draft.baseRevision());
}

QString PolicyModel::basedText() const
{
    if (!started())
        return {};
    if (!dirty())
        return tr("no changes");
    QStringList out;
    if (m_desk.draft.base()) {
        const int n = changeCount();
        out.append(tr("based on r%1").arg(m_desk.draft.baseRevision()));
        out.append(n == 1 ? tr("1 change") : tr("%1 changes").arg(n));
    } else {
        out.append(tr("nothing pushed yet"));
    }
    if (const TimeNs at = m_desk.draft.savedAt(); at != kNoTime)
        out.append(tr("saved %1").arg(m_services.format.when(at, m_services.clock())));
    return out.join(QStringLiteral(", "));
}

int PolicyModel::changeCount() const
{
    const auto &all = m_desk.draft.changes();
    return static_cast<int>(std::count_if(
        all.begin(), all.end(), [](const PolicyChange &change) { return change.kind != PolicyChange::Kind::Routed; }));
}

QVariantList PolicyModel::changeRows() const
{
    QVariantList out;
    const auto text = [](const std::string &t) { return displayName(std::string_view(t)); };
    for (const PolicyChange &change : m_desk.draft.changes())
        out.append(QVariantMap{{cell("where"), text(change.where)},
                               {cell("what"), text(change.what)},
                               {cell("before"), text(change.before)},
                               {cell("after"), text(change.after)},
                               {cell("sentence"), text(change.sentence)}});
    return out;
}

QVariantList PolicyModel::conflicts() const
{
    QVariantList out;
    for (const DraftConflict &c : m_desk.draft.conflicts())
        out.append(QVariantMap{{cell("path"), c.conflict.path.empty() ? tr("the whole policy")
                                                                      : displayName(std::string_view(c.conflict.path))},
                               {cell("base"), valueText(c.conflict.base)},
                               {cell("mine"), valueText(c.conflict.mine)},
                               {cell("theirs"), valueText(c.conflict.theirs)},
                               {cell("choice"), c.choice == DraftConflict::Choice::Open   ? cell("open")
                                                : c.choice == DraftConflict::Choice::Mine ? cell("mine")
                                                                                          : cell("theirs")}});
    return out;
}

QString PolicyModel::effectiveText() const
{
    return started() ? QString::fromStdString(toJson(m_desk.effective().body).pretty()) : QString();
}

QString PolicyModel::documentText() const
{
    return started() ? QString::fromStdString(policyText(m_desk.draft.document())) : QString();
}

void PolicyModel::startFromSeen()
{
    if (canStart())
        m_desk.draft.replace(tr("Start from what was seen"), *m_starter);
}

void PolicyModel::undo() { m_desk.draft.undo(); }

void PolicyModel::redo() { m_desk.draft.redo(); }

void PolicyModel::discard()
{
    const bool first = !m_desk.draft.base();
    const qint64 revision = m_desk.draft.baseRevision();
    m_desk.draft.discard();
    m_services.notify(first ? tr("Draft discarded") : tr("Draft discarded: back to r%1").arg(revision), cell("ok"),
                      tr("Undo"), [this] { undo(); });
}

void PolicyModel::save()
{
    m_desk.draft.save();
    if (m_desk.draft.savedAt() != kNoTime)
        m_services.notify(tr("Draft saved"), cell("ok"), {}, {});
    else if (!problem().isEmpty())
        m_services.notify(problem(), cell("crit"), {}, {});
}

void PolicyModel::decide(int index, bool mine)
{
    if (index >= 0
        && !m_desk.draft.decide(static_cast<std::size_t>(index),
                                mine ? DraftConflict::Choice::Mine : DraftConflict::Choice::Theirs))
        m_services.notify(m_desk.refusalText(), cell("crit"), {}, {});
}

QString PolicyModel::addOverride(const QString &property, const QString &value)
{
    const std::string text = value.trimmed().toStdString(), name = m_desk.scope.workflow;
    if (text.empty())
        return tr("Give the value it applies to.");
    if (name.empty())
        return tr("Choose a workflow first.");
    Match match;
    (property == u"agent"          ? match.agent
     : property == u"user_segment" ? match.userSegment
     : property == u"step"         ? match.step
                                   : match.tag) = text;
    const Workflow *here = m_desk.draft.document().workflow(name);
    for (const Override &other : here && here->overrides ? *here->overrides : std::vector<Override>())
        if (other.match == match)
            return tr("There is an override for that already.");
    std::size_t at = 0;
    m_desk.draft.apply(tr("Add override %1").arg(displayName(describeMatch(match))), [&](PolicyDocument &document) {
        auto flow = std::find_if(document.workflows.begin(), document.workflows.end(),
                                 [&](const auto &entry) { return entry.first == name; });
        if (flow == document.workflows.end())
            flow = document.workflows.insert(flow, {name, Workflow{}});
        if (!flow->second.overrides)
            flow->second.overrides.emplace();
        at = flow->second.overrides->size();
        flow->second.overrides->push_back({match, {}});
    });
    if (!m_desk.draft.refusal().empty())
        return m_desk.refusalText();
    setScope(EditScope{name, at}.key());
    return {};
}

void PolicyModel::removeOverride(const QString &key)
{
    const EditScope scope = EditScope::fromKey(key);
    if (!scope.override)
        return;
    m_desk.scope.override.reset();
    m_desk.draft.apply(tr("Remove override"), [&](PolicyDocument &document) {
        for (auto &[name, workflow] : document.workflows) {
            if (name != scope.workflow || !workflow.overrides || *scope.override >= workflow.overrides->size())
                continue;
            workflow.overrides->erase(workflow.overrides->begin() + static_cast<std::ptrdiff_t>(*scope.override));
            if (workflow.overrides->empty())
                workflow.overrides.reset();
        }
    });
    scopeMoved();
}

QStringList PolicyModel::seenValues(const QString &property) const
{
    const Dimension dimension = property == u"agent"          ? Dimension::Agent
                                : property == u"user_segment" ? Dimension::Segment
                                                              : Dimension::Step;
    std::set<QString> out;
    if (property == u"tag" || !m_desk.view.snapshot)
        return {};
    for (const Group &group : m_desk.view.group({Dimension::Workflow, dimension}))
        if (m_desk.view.rawName(group.key[0]).toStdString() == m_desk.scope.workflow)
            if (const QString name = m_desk.view.rawName(group.key[1]); !name.isEmpty())
                out.insert(name);
    return {out.begin(), out.end()};
}

void PolicyModel::refuse(const Findings &findings)
{
    m_textFindings = findingRows(findings);
    Q_EMIT textChanged();
}

void PolicyModel::checkText(const QString &text)
{
    PolicyReading reading = readPolicy(text.toStdString());
    if (reading.document)
        for (Finding &finding : checkPolicy(*reading.document))
            reading.findings.push_back(std::move(finding));
    refuse(reading.findings);
}

bool PolicyModel::setDocumentText(const QString &text)
{
    PolicyReading reading = readPolicy(text.toStdString());
    refuse(reading.findings);
    if (!reading.document)
        return false;
    m_desk.draft.replace(tr("Edit as JSON"), std::move(*reading.document));
    return m_desk.draft.refusal().empty();
}

bool PolicyModel::importFile(const QString &pathOrUrl)
{
    const QString path = localPath(pathOrUrl);
    const auto text = readWholeFile(QFile::encodeName(path).toStdString(), kMostBytes);
    if (!text) {
        m_services.notify(QString::fromStdString(text.error().message), cell("crit"), {}, {});
        return false;
    }
    PolicyReading reading = readPolicy(*text);
    refuse(reading.findings);
    if (!reading.document) {
        m_services.notify(tr("%1 is no policy: %2 problems").arg(displayName(path)).arg(m_textFindings.size()),
                          cell("crit"), {}, {});
        return false;
    }
    m_desk.draft.replace(tr("Import"), std::move(*reading.document));
    m_services.notify(tr("Policy imported as a draft"), cell("ok"), tr("Undo"), [this] { undo(); });
    return true;
}

QString PolicyModel::exportName() const
{
    return safeBaseName(QStringLiteral("policy-%1-r%2")
                            .arg(QString::fromStdString(m_desk.draft.document().policyId))
                            .arg(dirty() ? m_desk.draft.nextRevision() : m_desk.draft.baseRevision()),
                        QStringLiteral(".json"));
}

bool PolicyModel::exportTo(const QString &pathOrUrl)
{
    const QString path = localPath(pathOrUrl);
    const auto done = writeFileAtomically(QFile::encodeName(path).toStdString(), policyText(m_desk.draft.document()));
    m_services.notify(done ? tr("Saved %1").arg(displayName(path)) : QString::fromStdString(done.error().message),
                      done ? cell("ok") : cell("crit"), {}, {});
    return done.ok();
}

} // namespace flyball
