// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/models/runs/runrows.h"

#include <algorithm>

namespace flyball {

namespace {

constexpr std::uint32_t kAlarmFrom = 3; // what comes after the second repeat
constexpr std::size_t kMostParts = 400; // as many as a bar has pixels

QString callId(const Call &call)
{
    return QString::fromStdString(toHex(call.group)) + u'-' + QString::number(call.sub, 16);
}

/// Bars that stand in one pixel become one; by start.
std::vector<WaterfallPart> thinned(std::vector<WaterfallPart> parts, double span)
{
    if (parts.size() <= kMostParts)
        return parts;
    std::sort(parts.begin(), parts.end(), [](const auto &a, const auto &b) { return a.start < b.start; });
    const double least = span / static_cast<double>(kMostParts);
    std::vector<WaterfallPart> out;
    for (const WaterfallPart &part : parts) {
        if (!out.empty() && part.start - (out.back().start + out.back().duration) < least / 2
            && part.start - out.back().start < least && part.alarm == out.back().alarm)
            out.back().duration = std::max(out.back().duration, part.start + part.duration - out.back().start);
        else
            out.push_back(part);
    }
    return out;
}

} // namespace

RunLineTable::RunLineTable(const Formatter &format, QObject *parent)
    : MadeTable(
        {QStringLiteral("number"),     QStringLiteral("step"),     QStringLiteral("agent"),
         QStringLiteral("modelName"),  QStringLiteral("tier"),     QStringLiteral("waterfall"),
         QStringLiteral("tokens"),     QStringLiteral("input"),    QStringLiteral("output"),
         QStringLiteral("cost"),       QStringLiteral("costMark"), QStringLiteral("costTone"),
         QStringLiteral("sum"),        QStringLiteral("sumMark"),  QStringLiteral("status"),
         QStringLiteral("statusTone"), QStringLiteral("failed"),   QStringLiteral("time"),
         QStringLiteral("kind"),       QStringLiteral("depth"),    QStringLiteral("slot"),
         QStringLiteral("open"),       QStringLiteral("round"),    QStringLiteral("loop"),
         QStringLiteral("retry")},
        [this](int index) { return make(index); }, parent),
      m_format(format)
{}

void RunLineTable::show(std::shared_ptr<const RunPicture> picture, std::vector<RunLine> lines,
                        const SymbolTable *symbols, double gridStep, int most)
{
    m_picture = std::move(picture);
    m_lines = std::move(lines);
    m_symbols = symbols;
    m_gridStep = gridStep;
    m_span = static_cast<double>(m_picture->last - m_picture->first) / 1e9;
    // One column, one precision (design 6): cents where the run comes to ten of them, else what a call has.
    m_cents = !(m_picture->totals.cost < UsdSum(100'000'000'000));
    showPresent();
    std::vector<quint64> keys(m_lines.size());
    std::transform(m_lines.begin(), m_lines.end(), keys.begin(), [](const RunLine &line) { return line.key(); });
    setKeys(std::move(keys), most);
}

int RunLineTable::rowOfCall(int call) const
{
    const auto it = std::find_if(m_lines.begin(), m_lines.end(), [&](const RunLine &line) {
        return line.kind == RunLine::Kind::Call && static_cast<int>(line.index) == call;
    });
    return it == m_lines.end() ? -1 : static_cast<int>(it - m_lines.begin());
}

void RunLineTable::showPresent()
{
    const RunPicture &run = *m_picture;
    const auto any = [&](auto &&test) { return std::any_of(run.calls.begin(), run.calls.end(), test); };
    QStringList present{QStringLiteral("number"), QStringLiteral("modelName"), QStringLiteral("tokens"),
                        QStringLiteral("input"),  QStringLiteral("output"),    QStringLiteral("cost"),
                        QStringLiteral("sum"),    QStringLiteral("time")};
    if (run.lanes.size() > 1 || !run.tools.empty() || any([](const Call &c) { return c.names.step != 0; }))
        present << QStringLiteral("step");
    if (any([](const Call &c) { return c.names.agent != 0; }))
        present << QStringLiteral("agent");
    if (m_span > 0)
        present << QStringLiteral("waterfall");
    if (any([](const Call &c) { return c.failed() || !c.hasUsage(); }))
        present << QStringLiteral("status");
    setPresent(present);
}

TableRow RunLineTable::make(int index) const
{
    if (!m_picture || index < 0 || static_cast<std::size_t>(index) >= m_lines.size())
        return makeRow({});
    const RunLine &line = m_lines[static_cast<std::size_t>(index)];
    TableRow row = makeRow({});
    static const char *const kKinds[] = {"lane", "call", "tool", "fold"};
    const RunLane &lane = m_picture->lanes[line.lane];
    const bool several = m_picture->lanes.size() > 1;
    put(row, "kind", QString::fromLatin1(kKinds[static_cast<std::size_t>(line.kind)]));
    put(row, "depth", several ? lane.depth + (line.kind == RunLine::Kind::Lane ? 0 : 1) : 0);
    put(row, "slot", several ? static_cast<int>(line.lane % 10) : -1);
    put(row, "open", line.open);
    putShown(row, "agent", symbolText(*m_symbols, lane.agent, NameKind::Agent),
             symbolText(*m_symbols, lane.agent, NameKind::Agent));
    switch (line.kind) {
    case RunLine::Kind::Lane:
        putLane(row, line);
        break;
    case RunLine::Kind::Call:
        putCall(row, line);
        break;
    case RunLine::Kind::Tool:
        putTool(row, line);
        break;
    case RunLine::Kind::Fold:
        putFold(row, line);
        break;
    }
    row.id = row.cells.front().toString();
    return row;
}

void RunLineTable::putShown(TableRow &row, const char *role, const QVariant &shown, const QVariant &plain) const
{
    put(row, role, shown, plain, kNoOrder);
}

WaterfallPart RunLineTable::partOf(TimeNs start, TimeNs end, bool alarm) const
{
    return {static_cast<double>(start - m_picture->first) / 1e9,
            static_cast<double>(std::max<TimeNs>(0, end - start)) / 1e9, alarm};
}

void RunLineTable::putBar(TableRow &row, const std::vector<WaterfallPart> &parts, const RunLine &line, int tier) const
{
    if (!(m_span > 0) || parts.empty())
        return;
    WaterfallData bar;
    bar.span = m_span;
    bar.gridStep = m_gridStep;
    bar.tier = tier;
    bar.slot = m_picture->lanes.size() > 1 ? static_cast<int>(line.lane % 10) : -1;
    bar.thin = line.kind == RunLine::Kind::Tool;
    double end = 0;
    bar.start = parts.front().start;
    for (const WaterfallPart &part : parts) {
        bar.start = std::min(bar.start, part.start);
        end = std::max(end, part.start + part.duration);
    }
    bar.duration = end - bar.start;
    bar.alarm = parts.size() == 1 && parts.front().alarm;
    if (parts.size() > 1) {
        const auto few = thinned(parts, m_span);
        bar.parts = QVector<WaterfallPart>(few.begin(), few.end());
    }
    put(row, "waterfall", QVariant::fromValue(bar));
}

void RunLineTable::putTotals(TableRow &row, const Totals &totals, bool counts) const
{
    Usage usage;
    usage.tokens = totals.tokens;
    put(row, "tokens", QVariant::fromValue(tokenData(usage, static_cast<double>(totals.allTokens()))));
    putShown(row, "input", counts ? m_format.tokens(totals.inTotal()) : Formatter::unknown(),
             counts ? QVariant(qlonglong(totals.inTotal())) : QVariant());
    putShown(row, "output", counts ? m_format.tokens(totals.outTotal()) : Formatter::unknown(),
             counts ? QVariant(qlonglong(totals.outTotal())) : QVariant());
    const bool unknown = totals.costUnknown();
    putShown(row, "cost", unknown ? Formatter::unknown() : m_format.moneyFine(totals.cost),
             unknown ? QVariant() : QVariant(QString::fromStdString(totals.cost.toDecimal())));
    put(row, "costMark", unknown ? QString() : Formatter::mark(totals.bound()));
    put(row, "failed", totals.errors > 0);
    put(row, "status", totals.errors > 0 ? tr("%1 failed").arg(m_format.count(totals.errors)) : QString());
}

void RunLineTable::putLane(TableRow &row, const RunLine &line) const
{
    const RunLane &lane = m_picture->lanes[line.lane];
    const QString name = symbolText(*m_symbols, lane.agent, NameKind::Agent);
    put(row, "id", QStringLiteral("lane-") + symbolId(lane.agent));
    putShown(row, "step", name, name);
    QString what = lane.totals.calls == 1 ? tr("1 call") : tr("%1 calls").arg(m_format.count(lane.totals.calls));
    if (!lane.tools.empty())
        what += tr(", %1 tool calls").arg(m_format.count(static_cast<qint64>(lane.tools.size())));
    put(row, "modelName", what);
    std::vector<WaterfallPart> parts;
    for (const std::uint32_t i : lane.calls)
        parts.push_back(partOf(startOf(m_picture->calls[i]), m_picture->calls[i].time,
                               m_picture->calls[i].failed() || m_picture->places[i].loop));
    putBar(row, parts, line, -1);
    putTotals(row, lane.totals, m_picture->anyCounts(lane, 0, lane.calls.size()));
    put(row, "accessible",
        tr("Agent %1, %2, %3")
            .arg(name, what, row.cells[static_cast<std::size_t>(roleIndex(QStringLiteral("cost")))].toString()));
}

void RunLineTable::putCall(TableRow &row, const RunLine &line) const
{
    const Call &call = m_picture->calls[line.index];
    const PlacedCall &place = m_picture->places[line.index];
    const CallTexts t = callTexts(call, *m_symbols, m_format);
    const int tier = tierIndex(call.names.tier == 0 ? std::string_view() : m_symbols->text(call.names.tier));
    const QString number = QString::number(line.index + 1);
    const bool counts = call.hasUsage();
    put(row, "id", callId(call));
    putShown(row, "number", number, qlonglong(line.index + 1));
    putShown(row, "step", t.step, t.step);
    putShown(row, "modelName", t.model, t.model);
    put(row, "tier", tier);
    putBar(row, {partOf(startOf(call), call.time, call.failed() || (place.loop && place.round >= kAlarmFrom))}, line,
           tier);
    put(row, "tokens", QVariant::fromValue(tokenData(call.usage, static_cast<double>(m_picture->widest))));
    putShown(row, "input", counts ? m_format.tokens(call.usage.inTotal()) : Formatter::unknown(),
             counts ? QVariant(qlonglong(call.usage.inTotal())) : QVariant());
    putShown(row, "output", counts ? m_format.tokens(call.usage.outTotal()) : Formatter::unknown(),
             counts ? QVariant(qlonglong(call.usage.outTotal())) : QVariant());
    putShown(row, "cost", t.cost, t.costPlain);
    put(row, "costMark", t.costMark);
    put(row, "costTone",
        place.loop && place.round >= kAlarmFrom && t.costTone.isEmpty() ? QStringLiteral("crit") : t.costTone);
    putShown(row, "sum",
             !place.sumKnown ? Formatter::unknown()
             : m_cents       ? m_format.money(place.sum)
                             : m_format.moneyFine(place.sum),
             place.sumKnown ? QVariant(QString::fromStdString(place.sum.toDecimal())) : QVariant());
    put(row, "sumMark", place.sumKnown ? Formatter::mark(place.bound) : QString());
    putShown(row, "status", t.status, t.status);
    put(row, "statusTone", t.statusTone);
    put(row, "failed", call.failed());
    put(row, "round", place.round > 0 ? QString::number(place.round) : QString());
    put(row, "loop", place.loop);
    put(row, "retry", place.retry);
    putShown(row, "time", m_format.timeSeconds(call.time), QString::fromStdString(formatRfc3339(call.time)));
    put(row, "accessible",
        place.round > 0 ? tr("Call %1, %2, %3, %4, repeat %5").arg(number, t.step, t.cost, t.status).arg(place.round)
                        : tr("Call %1, %2, %3, %4").arg(number, t.step, t.cost, t.status));
}

void RunLineTable::putTool(TableRow &row, const RunLine &line) const
{
    const RunTool &tool = m_picture->tools[line.index];
    const QString name = symbolText(*m_symbols, tool.name, NameKind::Other);
    const QString lasted = m_format.duration(std::max<TimeNs>(0, tool.end - tool.start));
    put(row, "id", QStringLiteral("tool-") + QString::number(tool.span, 16));
    putShown(row, "step", name, name);
    put(row, "modelName", tr("tool, %1").arg(lasted));
    putBar(row, {partOf(tool.start, tool.end, tool.failed)}, line, -1);
    put(row, "failed", tool.failed);
    const QString error = tool.errorType != 0 ? symbolText(*m_symbols, tool.errorType, NameKind::Other) : tr("failed");
    put(row, "status", tool.failed ? error : QString());
    put(row, "statusTone", tool.failed ? QStringLiteral("crit") : QString());
    put(row, "loop", false);
    put(row, "accessible", tr("Tool %1, %2, %3").arg(name, lasted, tool.failed ? error : tr("done")));
}

void RunLineTable::putFold(TableRow &row, const RunLine &line) const
{
    const RunLane &lane = m_picture->lanes[line.lane];
    const Repeat &repeat = lane.repeats[line.index];
    Totals totals;
    std::vector<WaterfallPart> parts;
    bool loop = false;
    QStringList steps;
    for (std::size_t at = repeat.first; at < repeat.end(); ++at) {
        const Call &call = m_picture->calls[lane.calls[at]];
        if (at < repeat.first + repeat.period) {
            steps << symbolText(*m_symbols, call.names.step, NameKind::Other);
            continue;
        }
        totals.add(call);
        loop = loop || m_picture->places[lane.calls[at]].loop;
        parts.push_back(partOf(startOf(call), call.time, call.failed() || m_picture->places[lane.calls[at]].loop));
    }
    const PlacedCall &last = m_picture->places[lane.calls[repeat.end() - 1]];
    const QString words = tr("%1 repeats").arg(m_format.count(static_cast<qint64>(repeat.times) - 1));
    put(row, "id", QStringLiteral("fold-") + callId(m_picture->calls[lane.calls[repeat.first]]));
    putShown(row, "step", words);
    put(row, "modelName", steps.join(QStringLiteral(", ")));
    putBar(row, parts, line, -1);
    putTotals(row, totals, m_picture->anyCounts(lane, repeat.first + repeat.period, repeat.end()));
    put(row, "costTone", loop ? QStringLiteral("crit") : QString());
    putShown(row, "sum",
             last.sumKnown ? m_cents ? m_format.money(last.sum) : m_format.moneyFine(last.sum) : Formatter::unknown());
    put(row, "sumMark", last.sumKnown ? Formatter::mark(last.bound) : QString());
    put(row, "loop", loop);
    put(row, "accessible",
        tr("%1 of %2, %3 calls").arg(words, steps.join(QStringLiteral(", ")), m_format.count(totals.calls)));
}

} // namespace flyball
