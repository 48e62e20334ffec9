// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/models/policy/budgetsmodel.h"

#include "core/models/sources/sourcewords.h"
#include "core/models/text/displayname.h"

namespace flyball {

namespace {

constexpr int kMostSaid = 3;
constexpr int kMany = 300; ///< budgets that are not formed with every key that is pressed
constexpr int kLaterMs = 200;

} // namespace

BudgetsModel::BudgetsModel(Services &services, PolicyModel &policy, PolicyPush &push, QObject *parent)
    : QObject(parent),
      m_services(services),
      m_policy(policy),
      m_push(push),
      m_here(BudgetRows::kRoles, BudgetRows::kSorts, QStringLiteral("spent"), true, this),
      m_all(BudgetRows::kRoles, BudgetRows::kSorts, QStringLiteral("spent"), true, this)
{
    m_later.setSingleShot(true);
    m_later.setInterval(kLaterMs);
    connect(&m_later, &QTimer::timeout, this, &BudgetsModel::form);
    connect(&m_policy, &PolicyModel::changed, this, &BudgetsModel::formSoon);
    connect(&m_push, &PolicyPush::changed, this, &BudgetsModel::formSoon);
    tellHere(0, {});
}

void BudgetsModel::setSource(const QString &id)
{
    if (m_source == id)
        return;
    m_source = id;
    if (m_snapshot)
        form();
}

void BudgetsModel::show(const View &view)
{
    m_snapshot = view.snapshot;
    m_now = view.now;
    Told told;
    told.series = m_snapshot->series;
    told.minute = bucketOf(m_now, kMinute);
    for (const SourceHealth &source : m_snapshot->sources) {
        told.budgets.push_back(source.budgets);
        told.stale.push_back(source.budgets && source.budgets->stale(m_now));
    }
    if (told == m_told)
        return;
    m_told = std::move(told);
    form();
}

/// The policy moved.
void BudgetsModel::formSoon()
{
    if (!m_snapshot)
        return;
    if (m_total <= kMany)
        form();
    else if (!m_later.isActive())
        m_later.start();
}

std::set<std::string> BudgetsModel::seenWorkflows()
{
    if (m_series != m_snapshot->series && m_snapshot->series && m_snapshot->symbols) {
        m_series = m_snapshot->series;
        m_seen.clear();
        for (const SeriesKey &key : *m_series)
            if (key.workflow != 0)
                m_seen.emplace(m_snapshot->symbols->text(key.workflow));
    }
    return m_seen;
}

void BudgetsModel::form()
{
    const bool told = std::any_of(m_snapshot->sources.begin(), m_snapshot->sources.end(),
                                  [](const SourceHealth &source) { return source.budgets != nullptr; });
    if (!told && m_total == 0 && m_problem.isEmpty() && m_all.count() == 0)
        return;
    const PolicyDocument *policy = m_push.head()        ? &*m_push.head()
                                   : m_policy.started() ? &m_policy.draft().document()
                                                        : nullptr;
    BudgetRows rows(m_services.format, m_now, m_push.targetScopes(), seenWorkflows(), policy);
    const std::string workflow = EditScope::fromKey(m_policy.scope()).workflow;
    std::vector<TableRow> here, all;
    QStringList problems, differences;
    std::int64_t total = 0;
    m_differing = 0;
    m_allTitle = tr("Budgets at gateways");
    m_allText.clear();
    for (const SourceHealth &source : m_snapshot->sources) {
        if (!source.budgets)
            continue;
        const GatewayBudgets &budgets = *source.budgets;
        const QString name = displayName(sourceName(source));
        const bool chosen = m_source.isEmpty() || m_source == QString::fromStdString(source.id);
        total += budgets.total;
        for (BudgetRows::Made &made : rows.of(m_all, source)) {
            if (workflow.empty() || made.workflow == workflow) {
                const auto shown = [&](const char *role) {
                    return made.row.cells[static_cast<std::size_t>(m_all.roleIndex(QString::fromLatin1(role)))]
                        .toString();
                };
                if (shown("verdictTone") == u"warn" && ++m_differing <= kMostSaid)
                    differences += tr("%1: %2").arg(shown("name"), shown("verdict"));
                here.push_back(made.row);
            }
            if (chosen)
                all.push_back(std::move(made.row));
        }
        if (!budgets.known())
            problems +=
                tr("%1 does not tell its budgets: %2").arg(name, displayName(std::string_view(budgets.problem)));
        else if (budgets.stale(m_now))
            problems += tr("%1 told its budgets last %2%3")
                            .arg(name, m_services.format.whenExact(budgets.at, m_now),
                                 budgets.problem.empty()
                                     ? QString()
                                     : QStringLiteral(": ") + displayName(std::string_view(budgets.problem)));
        if (!budgets.note.empty())
            problems += tr("%1: %2").arg(name, displayName(std::string_view(budgets.note)));
        if (chosen && !m_source.isEmpty())
            m_allTitle = tr("Budgets at %1").arg(name);
        if (chosen && budgets.known())
            m_allText += (m_allText.isEmpty() ? QString() : QStringLiteral(". "))
                         + tr("%1: %2").arg(name, BudgetRows::line(budgets, m_services.format, m_now).text);
    }
    m_total = static_cast<int>(std::min<std::int64_t>(total, INT_MAX));
    m_differences = differences.join(u'\n');
    m_problem = problems.mid(0, 3).join(QStringLiteral(". "));
    tellHere(static_cast<int>(here.size()), workflow);
    m_here.setStatus({}, false, tr("No budgets"), m_hereText);
    m_all.setStatus({}, false, tr("No budgets"), tr("This source told of no budget."));
    m_here.setRows(std::move(here));
    m_all.setRows(std::move(all));
    Q_EMIT changed();
}

void BudgetsModel::tellHere(int here, const std::string &workflow)
{
    const Formatter &f = m_services.format;
    if (m_total == 0)
        m_hereText = tr("No source tells of budgets yet. LiteLLM and Bifrost do, and the metrics of LiteLLM.");
    else if (here == 0 && !workflow.empty())
        m_hereText = m_total == 1 ? tr("The one budget told belongs to another workflow, or to none that is known.")
                                  : tr("None of the %1 budgets told belongs to this workflow.").arg(f.count(m_total));
    else if (m_differing > 0)
        m_hereText = m_differing == 1
                         ? tr("1 of %1 is not what the policy says").arg(f.count(here))
                         : tr("%1 of %2 are not what the policy says").arg(f.count(m_differing), f.count(here));
    else
        m_hereText = here == 1 ? tr("1 budget") : tr("%1 budgets").arg(f.count(here));
}

} // namespace flyball
