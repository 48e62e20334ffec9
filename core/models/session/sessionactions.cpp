// SPDX-License-Identifier: GPL-3.0-or-later
#include <QClipboard>
#include <QGuiApplication>

#include "core/models/session/session.h"

namespace flyball {

Session::Problem Session::problemNow() const
{
    const LedgerState &l = m_services.engine.latest()->ledger;
    const QString crit = QStringLiteral("crit"), warn = QStringLiteral("warn"), folder = QStringLiteral("openFolder");
    if (l.diskFull)
        return {
            tr("Flyball cannot save history: the disk is full. Reading goes on when there is room; nothing is lost."),
            crit, folder};
    if (!l.error.empty())
        return {QString::fromStdString(l.error), crit, folder};
    if (!l.movedAside.empty())
        return {tr("The ledger was damaged. It was set aside as %1 and is built again from the sources.")
                    .arg(QString::fromStdString(l.movedAside)),
                warn, folder};
    if (!m_config.error().isEmpty())
        return {m_config.error(), crit, folder};
    if (l.readOnly)
        return {tr("Another Flyball writes this ledger. This window shows it and changes nothing."), warn, {}};
    return {};
}

void Session::setCallsOpen(bool open)
{
    if (!open && m_calls.isOpen())
        m_calls.close();
    else if (open && !m_calls.isOpen())
        openCallsOf(QStringLiteral("all"), {});
}

void Session::openCallsOf(const QString &kind, const QString &id)
{
    CallsRequest request;
    request.filter = m_view.callFilter();
    const QStringList ids = id.split(u'/');
    const auto symbol = symbolFromId(ids.value(0));
    const auto title = [&](NameKind name) {
        return tr("Calls of %1, %2").arg(m_view.name(*symbol, name), m_range.text());
    };
    if (kind == u"all") {
        request.title = tr("All calls, %1").arg(m_range.text());
    } else if (kind == u"source") {
        for (const SourceHealth &h : m_view.snapshot->sources)
            if (QString::fromStdString(h.id) == id)
                request.filter.source = h.symbol;
        if (!request.filter.source)
            return;
        request.title = tr("Calls of one source, %1").arg(m_range.text());
    } else if (!symbol) {
        return;
    } else if (kind == u"workflow") {
        request.filter.workflow = symbol;
        request.title = title(NameKind::Workflow);
    } else if (kind == u"model") {
        request.filter.model = symbol;
        request.filter.provider = symbolFromId(ids.value(1));
        request.title = title(NameKind::Model);
    } else if (kind == u"provider") {
        request.filter.provider = symbol;
        request.title = title(NameKind::Provider);
    } else if (kind == u"step" || kind == u"agent" || kind == u"tier") {
        (kind == u"step"    ? request.filter.step
         : kind == u"agent" ? request.filter.agent
                            : request.filter.tier) = symbol;
        if (m_navigation.page() == u"workflow")
            request.filter.workflow = symbolFromId(m_navigation.workflowId());
        request.title = title(kind == u"step" ? NameKind::Step : kind == u"agent" ? NameKind::Agent : NameKind::Tier);
    } else {
        return;
    }
    m_calls.load(request);
}

void Session::act(const QString &tag)
{
    const auto it = m_actions.find(tag.toInt());
    if (it == m_actions.end())
        return;
    const auto action = it->second;
    m_actions.erase(it);
    action();
}

void Session::copy(const QString &text)
{
    if (auto *clipboard = QGuiApplication::clipboard())
        clipboard->setText(text);
}

QString Session::workflowName(const QString &id) const
{
    const auto symbol = symbolFromId(id);
    return symbol && m_view.snapshot ? m_view.name(*symbol, NameKind::Workflow) : QString();
}

QString Session::workflowOfRun(const QString &id) const
{
    const auto key = key128FromHex(id.toStdString());
    if (!key || !m_view.snapshot)
        return {};
    for (auto chunk = m_view.snapshot->runs.chunks.rbegin(); chunk != m_view.snapshot->runs.chunks.rend(); ++chunk)
        for (const RunRow &row : **chunk)
            if (row.info.run == *key)
                return symbolId(row.info.workflow);
    return {};
}

QString Session::costliestRun()
{
    const RunRow *best = nullptr;
    if (m_view.snapshot)
        m_builder.runs().forEach(m_view.snapshot->runs, m_view.window, [&](const RunRow &row) {
            if (best == nullptr || row.totals.cost > best->totals.cost)
                best = &row;
        });
    return best == nullptr ? QString() : QString::fromStdString(toHex(best->info.run));
}

} // namespace flyball
