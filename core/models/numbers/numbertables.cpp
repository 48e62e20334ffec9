// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <map>
#include <set>

#include "core/models/numbers/numbersmodel.h"
#include "core/models/numbers/numberwords.h"

namespace flyball {

QString NumbersModel::tipOf(const Measure &measure) const
{
    const Formatter &f = m_services.format;
    QString text = numberWords::tip(measure, f);
    if (measure.id != MeasureId::CappedRate || m_numbers->cappedCauses.empty())
        return text;
    QStringList causes;
    for (const auto &[cause, count] : m_numbers->cappedCauses)
        causes.append(tr("%1 %2").arg(cause == 0 ? tr("cause not told")
                                                 : nameText(m_snapshot->symbols->text(cause), NameKind::Other),
                                      f.count(count)));
    return text + u'\n' + causes.join(QStringLiteral(", "));
}

void NumbersModel::putMeasure(TableRow &row, const Measure &m)
{
    const Formatter &f = m_services.format;
    const MeasureInfo &info = measureInfo(m.id);
    const auto put = [&](const char *role, const QVariant &shown, const QVariant &plain = {}) {
        m_measures.put(row, role, shown, plain, kNoOrder);
    };
    const QString name = numberWords::name(info);
    const QString value = numberWords::value(m, f);
    const QString mark = m.known() ? Formatter::mark(m.bound) : QString();
    put("name", name, name);
    put("key", QString::fromLatin1(info.key), QString::fromLatin1(info.key));
    put("unit", numberWords::unit(info.unit), numberWords::unit(info.unit));
    put("value", value, numberWords::plain(m));
    put("valueMark", mark);
    const bool loss = m.known() && m.id == MeasureId::CacheSavings && m.value.usd < UsdSum();
    put("valueTone", !m.known() ? QStringLiteral("muted") : loss ? QStringLiteral("warn") : QString());
    put("interval", numberWords::interval(m, f));
    put("of", numberWords::fraction(m, f));
    put("n", f.count(m.n), qlonglong(m.n));
    put("tip", tipOf(m));
    put("low", QString(),
        !m.known()   ? QVariant()
        : m.interval ? QVariant(m.interval->low)
        : m.order    ? numberWords::plain(m.order->first)
                     : QVariant());
    put("high", QString(),
        !m.known()   ? QVariant()
        : m.interval ? QVariant(m.interval->high)
        : m.order    ? numberWords::plain(m.order->second)
                     : QVariant());
    const bool fraction = m.known() && !m.bottom.isZero();
    put("top", QString(), fraction ? numberWords::plain(m.top) : QVariant());
    put("bottom", QString(), fraction ? numberWords::plain(m.bottom) : QVariant());
    const QString note = m.known() ? QString() : numberWords::reason(m.why);
    put("note", note, note);
    put("formula", numberWords::formula(info), numberWords::formula(info));
    put("accessible", tr("%1: %2").arg(name, mark.isEmpty() ? value : mark + u' ' + value));
}

void NumbersModel::showMeasures()
{
    std::vector<TableRow> rows;
    std::optional<MeasureGroup> group;
    for (const Measure &measure : m_numbers->measures) {
        const MeasureInfo &info = measureInfo(measure.id);
        TableRow row = m_measures.makeRow(QString::fromLatin1(info.key));
        // Named once, at the first of its measures.
        m_measures.put(row, "group", group == info.group ? QString() : numberWords::group(info.group));
        group = info.group;
        putMeasure(row, measure);
        rows.push_back(std::move(row));
    }
    const int count = static_cast<int>(rows.size());
    m_measures.setSortedRows(std::move(rows), count);
}

void NumbersModel::showParts(TableModel &table, const std::vector<PartNumbers> &parts, const QString &emptyHeading,
                             const QString &emptyText)
{
    const Formatter &f = m_services.format;
    const bool named = std::any_of(parts.begin(), parts.end(), [](const PartNumbers &p) { return p.key != 0; });
    UsdSum all;
    for (const PartNumbers &part : parts)
        all += part.totals.cost;
    std::vector<TableRow> rows;
    for (const PartNumbers &part : parts) {
        if (!named)
            break;
        TableRow row = table.makeRow(symbolId(part.key));
        const std::string_view raw = part.key == 0 ? std::string_view() : m_snapshot->symbols->text(part.key);
        const QString name = part.key == 0 ? tr("not recorded") : nameText(raw, NameKind::Other);
        const bool unknown = part.totals.costUnknown();
        const double share = all.isZero() ? 0.0 : part.totals.cost.toDouble() / all.toDouble();
        table.put(row, "name", name, QString::fromUtf8(raw.data(), static_cast<qsizetype>(raw.size())), kNoOrder);
        table.put(row, "share", share);
        table.put(row, "shareText", f.percentText(share, 0), share, share);
        table.put(row, "spend", f.moneyCell(part.totals),
                  unknown ? QVariant() : QVariant(QString::fromStdString(part.totals.cost.toDecimal())),
                  part.totals.cost.toDouble());
        table.put(row, "spendMark", unknown ? QString() : Formatter::mark(part.totals.bound()));
        table.put(row, "calls", f.count(part.totals.calls), qlonglong(part.totals.calls),
                  static_cast<double>(part.totals.calls));
        table.put(row, "runs", f.count(part.runs), qlonglong(part.runs), static_cast<double>(part.runs));
        const double pass =
            part.known > 0 ? static_cast<double>(part.success) / static_cast<double>(part.known) : kNoOrder;
        table.put(row, "pass", part.known > 0 ? f.percentText(pass) : Formatter::notApplicable(),
                  part.known > 0 ? QVariant(pass) : QVariant(), pass);
        const bool each = part.success > 0 && !part.runTotals.costUnknown();
        const UsdSum cost = each ? divide(part.runTotals.cost, part.success) : UsdSum();
        const QString mark = Formatter::mark(part.runTotals.bound());
        table.put(row, "perSuccess",
                  !each            ? Formatter::notApplicable()
                  : mark.isEmpty() ? f.moneyFine(cost)
                                   : mark + QChar(0x2009) + f.moneyFine(cost),
                  each ? QVariant(QString::fromStdString(cost.toDecimal())) : QVariant(),
                  each ? cost.toDouble() : kNoOrder);
        table.put(row, "accessible", tr("%1, %2, %3 runs").arg(name, f.spend(part.totals), f.count(part.runs)));
        rows.push_back(std::move(row));
    }
    table.setStatus({}, false, emptyHeading, emptyText);
    table.setRows(std::move(rows));
}

/// Agents below those that called them, the dearest first on each level.
void NumbersModel::showAgents()
{
    const Formatter &f = m_services.format;
    const std::vector<AgentNumbers> &agents = m_numbers->agents;
    const bool related = std::any_of(agents.begin(), agents.end(), [](const AgentNumbers &a) { return a.parent != 0; });
    std::multimap<Symbol, const AgentNumbers *> children;
    std::set<Symbol> names;
    for (const AgentNumbers &a : agents)
        names.insert(a.agent);
    for (const AgentNumbers &a : agents) // one whose caller made no call itself stands on top
        children.emplace(names.contains(a.parent) && a.parent != a.agent ? a.parent : 0, &a);
    UsdSum most;
    for (const AgentNumbers &a : agents)
        most = std::max(most, a.totals.cost);
    std::vector<TableRow> rows;
    std::set<const AgentNumbers *> seen;                       // who calls whom may go round in a circle
    std::vector<std::pair<const AgentNumbers *, int>> waiting; // a trace may nest agents as deep as it likes
    const auto add = [&](const AgentNumbers *a, int depth) {
        TableRow row = m_agents.makeRow(symbolId(a->agent) + u'/' + symbolId(a->parent));
        const std::string_view raw = a->agent == 0 ? std::string_view() : m_snapshot->symbols->text(a->agent);
        const QString name = nameText(raw, NameKind::Agent);
        const bool unknown = a->totals.costUnknown();
        m_agents.put(row, "name", name, QString::fromUtf8(raw.data(), static_cast<qsizetype>(raw.size())), kNoOrder);
        m_agents.put(row, "depth", std::min(depth, 6), depth, depth);
        m_agents.put(row, "share", most.isZero() ? 0.0 : a->totals.cost.toDouble() / most.toDouble());
        m_agents.put(row, "spend", f.moneyCell(a->totals),
                     unknown ? QVariant() : QVariant(QString::fromStdString(a->totals.cost.toDecimal())), kNoOrder);
        m_agents.put(row, "spendMark", unknown ? QString() : Formatter::mark(a->totals.bound()));
        m_agents.put(row, "calls", f.count(a->totals.calls), qlonglong(a->totals.calls), kNoOrder);
        m_agents.put(row, "accessible", tr("%1, level %2, %3").arg(name, f.count(depth + 1), f.spend(a->totals)));
        rows.push_back(std::move(row));
    };
    const auto wait = [&](Symbol parent, int depth) {
        const auto [first, last] = children.equal_range(parent);
        for (auto it = last; it != first;) // the first one is taken first
            waiting.emplace_back((--it)->second, depth);
    };
    const auto addWaiting = [&] {
        while (!waiting.empty()) {
            const auto [a, depth] = waiting.back();
            waiting.pop_back();
            if (!seen.insert(a).second)
                continue;
            add(a, depth);
            if (a->agent != 0)
                wait(a->agent, depth + 1);
        }
    };
    if (related) {
        wait(0, 0);
        addWaiting();
        for (const AgentNumbers &a : agents) { // of circles nobody stands on top
            waiting.emplace_back(&a, 0);
            addWaiting();
        }
    }
    const int count = static_cast<int>(rows.size());
    m_agents.setSortedRows(std::move(rows), count);
}

} // namespace flyball
