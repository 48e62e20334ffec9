// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/models/session/navigation.h"

#include <QVariantMap>

namespace flyball {

namespace {

const QStringList kPages{QStringLiteral("overview"), QStringLiteral("workflow"), QStringLiteral("runs"),
                         QStringLiteral("run"),      QStringLiteral("explore"),  QStringLiteral("policy"),
                         QStringLiteral("sources"),  QStringLiteral("prices"),   QStringLiteral("settings"),
                         QStringLiteral("first-run")};
constexpr std::size_t kMaxPlaces = 200;

QVariantMap crumb(const QString &key, const QString &text)
{
    return {{QStringLiteral("key"), key}, {QStringLiteral("text"), text}};
}

} // namespace

Navigation::Navigation(std::function<QString(const QString &)> workflowName,
                       std::function<QString(const QString &)> workflowOfRun, QObject *parent)
    : QObject(parent), m_workflowName(std::move(workflowName)), m_workflowOfRun(std::move(workflowOfRun))
{}

QString Navigation::workflow() const { return here().workflow.isEmpty() ? QString() : m_workflowName(here().workflow); }

QVariantList Navigation::crumbs() const
{
    const Place &p = here();
    QVariantList list;
    if (p.page == u"workflow" || p.page == u"run") {
        list.append(crumb(QStringLiteral("overview"), tr("Overview")));
        if (p.page == u"run" && p.workflow.isEmpty())
            list.append(crumb(QStringLiteral("runs"), tr("Runs")));
        else
            list.append(crumb(QStringLiteral("workflow"), workflow()));
        if (p.page == u"run")
            list.append(crumb(QStringLiteral("run"), tr("Run %1").arg(p.run.left(7))));
    } else {
        const QHash<QString, QString> titles{
            {QStringLiteral("overview"), tr("Overview")}, {QStringLiteral("runs"), tr("Runs")},
            {QStringLiteral("explore"), tr("Explore")},   {QStringLiteral("policy"), tr("Policy")},
            {QStringLiteral("sources"), tr("Sources")},   {QStringLiteral("prices"), tr("Models and prices")},
            {QStringLiteral("settings"), tr("Settings")}, {QStringLiteral("first-run"), tr("Overview")}};
        list.append(crumb(p.page, titles.value(p.page)));
    }
    return list;
}

void Navigation::go(Place place)
{
    if (place == here())
        return;
    m_places.resize(m_at + 1);
    m_places.push_back(std::move(place));
    if (m_places.size() > kMaxPlaces)
        m_places.erase(m_places.begin());
    m_at = m_places.size() - 1;
    Q_EMIT changed();
}

void Navigation::show(const QString &page)
{
    if (page == u"workflow" && here().workflow.isEmpty())
        return openCostliestWorkflow();
    if (page == u"run" && here().run.isEmpty())
        return openCostliestRun();
    if (!kPages.contains(page))
        return;
    Place place;
    place.page = page;
    if (page == u"workflow" || page == u"run")
        place = {page, here().workflow, here().run, {}, {}};
    go(std::move(place));
}

void Navigation::openWorkflow(const QString &id)
{
    if (!id.isEmpty())
        go({QStringLiteral("workflow"), id, {}, {}, {}});
}

void Navigation::openRun(const QString &id)
{
    if (!id.isEmpty())
        go({QStringLiteral("run"), m_workflowOfRun(id), id, {}, {}});
}

void Navigation::openSource(const QString &id) { go({QStringLiteral("sources"), {}, {}, id, {}}); }

void Navigation::openPrice(const QString &modelId) { go({QStringLiteral("prices"), {}, {}, {}, modelId}); }

void Navigation::back()
{
    if (!canBack())
        return;
    --m_at;
    Q_EMIT changed();
}

void Navigation::forward()
{
    if (!canForward())
        return;
    ++m_at;
    Q_EMIT changed();
}

void Navigation::openCrumb(const QString &key)
{
    if (key == u"workflow")
        openWorkflow(here().workflow);
    else if (key != u"run")
        show(key);
}

void Navigation::openCostliestWorkflow()
{
    if (m_costliestWorkflow)
        openWorkflow(m_costliestWorkflow());
}

void Navigation::openCostliestRun()
{
    if (m_costliestRun)
        openRun(m_costliestRun());
}

bool Navigation::pageAvailable(const QString &page) const { return kPages.contains(page); }

void Navigation::setCostliest(std::function<QString()> workflow, std::function<QString()> run)
{
    m_costliestWorkflow = std::move(workflow);
    m_costliestRun = std::move(run);
}

} // namespace flyball
