// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/models/runs/callsview.h"

#include <algorithm>

namespace flyball {

namespace {
constexpr int kPage = 300;
}

CallsView::CallsView(Services &services, QObject *parent)
    : QObject(parent),
      m_services(services),
      m_table({QStringLiteral("time"), QStringLiteral("workflow"), QStringLiteral("run"), QStringLiteral("runId"),
               QStringLiteral("modelName"), QStringLiteral("provider"), QStringLiteral("step"), QStringLiteral("agent"),
               QStringLiteral("input"), QStringLiteral("output"), QStringLiteral("cost"), QStringLiteral("costMark"),
               QStringLiteral("status"), QStringLiteral("statusTone"), QStringLiteral("latency")},
              {QStringLiteral("time"), QStringLiteral("cost")}, QStringLiteral("time"), true, this)
{
    m_table.setPresent({QStringLiteral("time"), QStringLiteral("workflow"), QStringLiteral("run"),
                        QStringLiteral("modelName"), QStringLiteral("step"), QStringLiteral("input"),
                        QStringLiteral("output"), QStringLiteral("cost"), QStringLiteral("status")});
    connect(&m_table, &TableModel::sortChanged, this, [this] {
        const bool byCost = m_table.sortKey() == u"cost";
        m_order = byCost                     ? CallOrder::CostDescending
                  : m_table.sortDescending() ? CallOrder::TimeDescending
                                             : CallOrder::TimeAscending;
        // With everything in memory the order is ours; otherwise other calls belong into the first 10,000.
        if (m_total > static_cast<qint64>(m_calls.size()))
            return ask();
        sort();
        form();
    });
    connect(&m_table, &TableModel::moreWanted, this, [this] {
        m_shown = std::min(static_cast<int>(m_calls.size()), m_shown + kPage);
        form();
    });
}

void CallsView::load(const CallsRequest &request)
{
    m_title = request.title;
    m_filter = request.filter;
    m_keep = request.keep;
    m_open = true;
    m_calls.clear();
    m_total = 0;
    form();
    Q_EMIT changed();
    ask();
}

void CallsView::ask()
{
    const int request = ++m_request;
    m_table.setStatus({}, true);
    m_services.engine.query(
        [this, request, filter = m_filter, keep = m_keep, order = m_order, box = m_services.mailbox](Ledger &l) {
            auto calls = std::make_shared<std::vector<Call>>();
            const auto read = l.readCalls(filter, order, keep ? 0 : kLimit + 1, [&](const Call &call) {
                if (!keep || keep(call))
                    calls->push_back(call);
                return calls->size() <= std::size_t{kLimit};
            });
            qint64 total = static_cast<qint64>(calls->size());
            if (total > kLimit) {
                calls->resize(kLimit);
                total = -1; // more than the limit; the roll-ups know how many
            }
            const QString error = read.ok() ? QString() : QString::fromStdString(read.error().message);
            box->post([this, request, calls, total, error] {
                if (request != m_request)
                    return;
                if (!error.isEmpty())
                    m_table.setStatus({}, false, tr("The calls could not be read"), error);
                else
                    received(std::move(*calls), total);
            });
        });
}

void CallsView::received(std::vector<Call> calls, qint64 total)
{
    m_calls = std::move(calls);
    m_total = total < 0 ? kLimit + 1 : total;
    m_shown = std::min(static_cast<int>(m_calls.size()), kPage);
    sort();
    const Formatter &f = m_services.format;
    const auto have = static_cast<qint64>(m_calls.size());
    m_table.setStatus(total < 0 ? tr("first %1 calls, there are more").arg(f.count(have))
                                : tr("%1 calls").arg(f.count(have)),
                      false, tr("No calls"), tr("Nothing in this range matches."));
    form();
}

void CallsView::sort()
{
    const bool descending = m_table.sortDescending();
    const bool byCost = m_table.sortKey() == u"cost";
    std::stable_sort(m_calls.begin(), m_calls.end(), [&](const Call &a, const Call &b) {
        if (!byCost)
            return descending ? a.time > b.time : a.time < b.time;
        const auto unknown = [](const Call &c) {
            return c.costOrigin == CostOrigin::Unpriced || c.costOrigin == CostOrigin::NoUsage;
        };
        const bool unknownA = unknown(a), unknownB = unknown(b);
        if (unknownA != unknownB)
            return unknownB;
        return descending ? a.cost > b.cost : a.cost < b.cost;
    });
}

void CallsView::form()
{
    const auto snapshot = m_services.engine.latest();
    const Formatter &f = m_services.format;
    const TimeNs now = m_services.clock();
    std::vector<TableRow> rows;
    for (std::size_t i = 0; i < m_calls.size() && i < static_cast<std::size_t>(m_shown); ++i) {
        const Call &call = m_calls[i];
        const CallTexts t = callTexts(call, *snapshot->symbols, f);
        const QString runId = QString::fromStdString(toHex(call.run));
        TableRow row =
            m_table.makeRow(QString::fromStdString(toHex(call.group)) + u'-' + QString::number(call.sub, 16));
        const auto put = [&](const char *role, const QVariant &shown, const QVariant &plain = {}) {
            m_table.put(row, role, shown, plain, kNoOrder);
        };
        put("time", f.whenExact(call.time, now) + f.timeSeconds(call.time).mid(5),
            QString::fromStdString(formatRfc3339(call.time)));
        put("workflow", t.workflow, t.workflow);
        put("run", runId.left(7), runId);
        put("runId", runId);
        put("modelName", t.model, t.model);
        put("provider", t.provider, t.provider);
        put("step", t.step, t.step);
        put("agent", t.agent, t.agent);
        put("input", call.hasUsage() ? f.tokens(call.usage.inTotal()) : Formatter::unknown(),
            call.hasUsage() ? QVariant(qlonglong(call.usage.inTotal())) : QVariant());
        put("output", call.hasUsage() ? f.tokens(call.usage.outTotal()) : Formatter::unknown(),
            call.hasUsage() ? QVariant(qlonglong(call.usage.outTotal())) : QVariant());
        put("cost", t.cost, t.costPlain);
        put("costMark", t.costMark);
        put("status", t.status, t.status);
        put("statusTone", t.statusTone);
        put("latency", call.latencyNs >= 0 ? f.duration(call.latencyNs) : Formatter::notApplicable(),
            call.latencyNs >= 0 ? QVariant(static_cast<double>(call.latencyNs) / 1e9) : QVariant());
        put("accessible", tr("%1, %2, %3, %4").arg(t.workflow, t.model, t.cost, t.status));
        rows.push_back(std::move(row));
    }
    m_table.setSortedRows(std::move(rows), static_cast<int>(m_calls.size()));
}

void CallsView::openRun(int index)
{
    const QString id = m_table.row(index).value(QStringLiteral("runId")).toString();
    if (!id.isEmpty())
        Q_EMIT openWanted(id);
}

void CallsView::close()
{
    ++m_request;
    m_open = false;
    Q_EMIT changed();
}

} // namespace flyball
