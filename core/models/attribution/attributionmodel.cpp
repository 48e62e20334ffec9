// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/models/attribution/attributionmodel.h"

#include <QVariantMap>

namespace flyball {

namespace {

QString problemText(AttributionProblem problem)
{
    switch (problem) {
    case AttributionProblem::None:
        break;
    case AttributionProblem::NoCondition:
        return AttributionModel::tr("Without a condition it would match every call: add one.");
    case AttributionProblem::NothingSet:
        return AttributionModel::tr("It sets nothing yet: fill in at least one name.");
    case AttributionProblem::EmptyText:
        return AttributionModel::tr("A condition compares with nothing: fill in its text.");
    case AttributionProblem::TooLong:
        return AttributionModel::tr("A text is longer than %1 bytes.").arg(kMostRuleText);
    }
    return {};
}

} // namespace

AttributionModel::AttributionModel(Services &services, QObject *parent)
    : QObject(parent), m_services(services), m_inForce(services.config.values().attribution), m_draft(m_inForce)
{
    m_soon.setSingleShot(true);
    m_soon.setInterval(250);
    connect(&m_soon, &QTimer::timeout, this, &AttributionModel::startTrial);
    form();
}

void AttributionModel::setCurrent(int index)
{
    index = qBound(-1, index, static_cast<int>(m_draft.size()) - 1);
    if (index == m_current)
        return;
    m_current = index;
    Q_EMIT changed();
}

int AttributionModel::problems() const
{
    return static_cast<int>(std::count_if(m_draft.begin(), m_draft.end(), [](const AttributionRule &rule) {
        return rule.enabled && problemOf(rule) != AttributionProblem::None;
    }));
}

QString AttributionModel::state() const
{
    const int revision = m_services.config.values().attributionRevision;
    if (m_busy)
        return tr("being applied");
    if (const int n = problems(); n > 0)
        return n == 1 ? tr("one rule is unfinished") : tr("%1 rules are unfinished").arg(n);
    if (edited())
        return tr("changed, not applied");
    if (m_inForce.empty())
        return tr("none: names are as the traces tell them");
    return tr("in force, revision %1").arg(revision);
}

QString AttributionModel::stateTone() const
{
    return m_busy                       ? QStringLiteral("info")
           : problems() > 0 || edited() ? QStringLiteral("warn")
           : m_inForce.empty()          ? QString()
                                        : QStringLiteral("ok");
}

template <typename Edit>
void AttributionModel::edit(int rule, Edit &&change)
{
    if (m_busy || rule < 0 || rule >= static_cast<int>(m_draft.size()))
        return;
    const AttributionRules before = m_draft;
    change(m_draft[static_cast<std::size_t>(rule)]);
    if (m_draft != before)
        touched();
}

void AttributionModel::touched()
{
    m_matched.clear();
    m_trial.clear();
    m_tried = false;
    m_soon.start();
    form();
    Q_EMIT trialChanged();
}

void AttributionModel::form()
{
    m_rows.clear();
    for (std::size_t i = 0; i < m_draft.size(); ++i) {
        const AttributionRule &rule = m_draft[i];
        QVariantList conditions;
        for (const MatchCondition &condition : rule.when)
            conditions.append(QVariantMap{
                {QStringLiteral("field"), QString::fromStdString(std::string(matchFieldName(condition.field)))},
                {QStringLiteral("is"), QString::fromStdString(std::string(matchTestName(condition.test)))},
                {QStringLiteral("text"), QString::fromStdString(condition.text)}});
        QVariantMap targets;
        for (std::size_t t = 0; t < kNameTargets; ++t)
            targets.insert(QString::fromStdString(std::string(nameTargetName(static_cast<NameTarget>(t)))),
                           QString::fromStdString(rule.set[t]));
        const bool known = i < m_matched.size();
        m_rows.append(QVariantMap{{QStringLiteral("when"), whenText(rule)},
                                  {QStringLiteral("set"), setText(rule)},
                                  {QStringLiteral("matched"), !rule.enabled ? tr("off")
                                                              : known       ? m_services.format.count(m_matched[i])
                                                                            : QString()},
                                  {QStringLiteral("problem"), rule.enabled ? problemText(problemOf(rule)) : QString()},
                                  {QStringLiteral("enabled"), rule.enabled},
                                  {QStringLiteral("changed"), i >= m_inForce.size() || m_inForce[i] != rule},
                                  {QStringLiteral("conditions"), conditions},
                                  {QStringLiteral("targets"), targets}});
    }
    m_current = qMin(m_current, static_cast<int>(m_draft.size()) - 1);
    Q_EMIT changed();
}

void AttributionModel::add()
{
    if (m_busy || m_draft.size() >= kMostRules)
        return;
    AttributionRule rule;
    rule.when.push_back({MatchField::Project, MatchTest::StartsWith, {}});
    m_draft.push_back(std::move(rule));
    m_current = static_cast<int>(m_draft.size()) - 1;
    touched();
}

void AttributionModel::remove(int rule)
{
    if (m_busy || rule < 0 || rule >= static_cast<int>(m_draft.size()))
        return;
    m_draft.erase(m_draft.begin() + rule);
    m_current = -1;
    touched();
}

void AttributionModel::move(int from, int to)
{
    const int n = static_cast<int>(m_draft.size());
    if (m_busy || from == to || from < 0 || to < 0 || from >= n || to >= n)
        return;
    AttributionRule rule = std::move(m_draft[static_cast<std::size_t>(from)]);
    m_draft.erase(m_draft.begin() + from);
    m_draft.insert(m_draft.begin() + to, std::move(rule));
    if (m_current == from)
        m_current = to;
    touched();
}

void AttributionModel::setEnabled(int rule, bool enabled)
{
    edit(rule, [&](AttributionRule &r) { r.enabled = enabled; });
}

void AttributionModel::addCondition(int rule)
{
    constexpr std::size_t kMost = 12;
    edit(rule, [](AttributionRule &r) {
        if (r.when.size() < kMost)
            r.when.push_back({MatchField::Workflow, MatchTest::Equals, {}});
    });
}

void AttributionModel::removeCondition(int rule, int condition)
{
    edit(rule, [&](AttributionRule &r) {
        if (condition >= 0 && condition < static_cast<int>(r.when.size()))
            r.when.erase(r.when.begin() + condition);
    });
}

void AttributionModel::setCondition(int rule, int condition, const QString &part, const QString &value)
{
    edit(rule, [&](AttributionRule &r) {
        if (condition < 0 || condition >= static_cast<int>(r.when.size()))
            return;
        MatchCondition &c = r.when[static_cast<std::size_t>(condition)];
        const std::string text = value.toStdString();
        if (part == u"field")
            (void)matchFieldFromName(text, c.field);
        else if (part == u"is")
            (void)matchTestFromName(text, c.test);
        else if (part == u"text")
            c.text = text;
    });
}

void AttributionModel::setTarget(int rule, const QString &target, const QString &text)
{
    edit(rule, [&](AttributionRule &r) {
        for (std::size_t t = 0; t < kNameTargets; ++t)
            if (target == QString::fromStdString(std::string(nameTargetName(static_cast<NameTarget>(t)))))
                r.set[t] = text.trimmed().toStdString();
    });
}

void AttributionModel::discard()
{
    if (m_busy)
        return;
    m_draft = m_inForce;
    m_current = -1;
    touched();
}

void AttributionModel::startTrial()
{
    m_tried = true;
    const int request = ++m_request;
    m_services.engine.tryAttribution(
        m_inForce, m_draft, kTriedCalls, [this, request, box = m_services.mailbox](Result<RuleTrial> trial) {
            box->post([this, request, trial = std::move(trial)] {
                if (request != m_request)
                    return;
                if (trial)
                    return showTrial(*trial);
                m_trial = tr("They could not be tried: %1").arg(QString::fromStdString(trial.error().message));
                Q_EMIT trialChanged();
            });
        });
}

void AttributionModel::showTrial(const RuleTrial &trial)
{
    m_matched = trial.matched;
    m_triedCalls = trial.calls;
    m_trial = m_draft.empty() && m_inForce.empty() ? QString()
              : edited()                           ? trialText(trial, m_services.format)
                         : tr("Tried on the last %1 calls.").arg(m_services.format.count(trial.calls));
    form();
    Q_EMIT trialChanged();
}

void AttributionModel::apply()
{
    if (canApply())
        put(m_draft, tr("Rules applied to history."));
}

void AttributionModel::put(AttributionRules rules, const QString &done)
{
    const AttributionRules former = m_inForce;
    m_busy = true;
    m_stopped = false;
    m_progress = 0;
    m_progressText = tr("Applying to history");
    m_current = -1;
    m_inForce = m_draft = rules;
    store(rules);
    Q_EMIT progressChanged();
    form();
    m_services.engine.changeAttribution(
        std::move(rules), [this, former, done, box = m_services.mailbox](Result<> result) {
            box->post([this, former, done, result = std::move(result)] { finished(result, former, done); });
        });
}

/// Before it is applied: a start in between goes on with it.
void AttributionModel::store(const AttributionRules &rules)
{
    ConfigValues &values = m_services.config.edit();
    values.attribution = rules;
    ++values.attributionRevision;
    if (const auto saved = m_services.config.save(); !saved)
        m_services.notify(tr("The rules were not saved: %1").arg(QString::fromStdString(saved.error().message)),
                          QStringLiteral("crit"), {}, {});
}

void AttributionModel::finished(const Result<> &result, const AttributionRules &former, const QString &done)
{
    m_busy = false;
    if (!result) {
        // The engine stands at the former list; what was tried stays as the draft.
        if (m_stopped || result.error().code == ErrorCode::Locked) {
            m_draft = m_inForce;
            m_inForce = former;
            store(former);
        }
        m_services.notify(
            m_stopped ? tr("Stopped. History stands at the former rules.")
                      : tr("The rules were not applied: %1").arg(QString::fromStdString(result.error().message)),
            m_stopped ? QStringLiteral("info") : QStringLiteral("crit"), {}, {});
    } else {
        const bool undone = former == m_inForce;
        m_services.notify(done, QStringLiteral("ok"), undone ? QString() : tr("Undo"), [this, former] {
            if (!m_busy)
                put(former, tr("The former rules are in force again."));
        });
    }
    Q_EMIT progressChanged();
    touched();
    m_services.refresh();
}

void AttributionModel::stop()
{
    if (!m_busy || m_stopped)
        return;
    m_stopped = true;
    m_progressText = tr("Stopping: the former rules are put back");
    m_services.engine.cancelRework();
    Q_EMIT progressChanged();
}

void AttributionModel::show(const View &view)
{
    if (!m_tried && !m_soon.isActive() && !(m_draft.empty() && m_inForce.empty()))
        m_soon.start();
    const ReworkProgress &rework = view.snapshot->rework;
    if (!m_busy || !rework.active || rework.total <= 0)
        return;
    m_progress = static_cast<double>(rework.done) / static_cast<double>(rework.total);
    if (!m_stopped)
        m_progressText = tr("Applying to history, %1 of %2 groups of calls")
                             .arg(m_services.format.count(rework.done), m_services.format.count(rework.total));
    Q_EMIT progressChanged();
}

} // namespace flyball
