// SPDX-License-Identifier: GPL-3.0-or-later
#include <QCoreApplication>
#include <array>

#include "core/aggregate/views/fold.h"
#include "core/models/policy/policyform.h"
#include "core/models/policy/windowspend.h"
#include "core/policy/windows.h"

namespace flyball {

namespace {

QString cell(const char *name) { return QString::fromLatin1(name); }

struct Section {
    const char *key, *title;
};
#define L(text) QT_TRANSLATE_NOOP("Knob", text)
/// The sections that are plain fields; the others have a place of their own on the page.
constexpr std::array kTechniques{
    Section{"cascade", L("Cascade")},
    Section{"retry", L("Retry and escalation")},
    Section{"planner", L("Planner and executor")},
    Section{"context", L("Context")},
    Section{"prompt_cache", L("Prompt cache")},
    Section{"semantic_cache", L("Semantic cache")},
    Section{"tools", L("Tools")},
    Section{"output", L("Output")},
    Section{"batch", L("Batch")},
    Section{"breaker", L("Circuit breaker and supervisor")},
    Section{"guard", L("Quality guard")},
    Section{"prompt", L("Prompt version")},
    Section{"economics", L("Economics")},
    Section{"general", L("General")},
};
#undef L

} // namespace

void PolicyForm::refresh()
{
    ++m_revision;
    m_layered = {m_desk.effective(), m_desk.former(), {}, {}, {}};
    m_layered.nowJson = toJson(m_layered.now.body);
    m_layered.formerJson = toJson(m_layered.former.body);
    m_layered.documentJson = toJson(m_desk.draft.document());
    m_techniques.clear();
    for (const Section &section : kTechniques) {
        QStringList pointers;
        int set = 0, changed = 0;
        for (const Knob &knob : policyKnobs()) {
            if (qstrcmp(knob.section, section.key) != 0)
                continue;
            pointers.append(QString::fromLatin1(knob.pointer));
            const auto now = knobValue(m_layered.nowJson, knob.pointer);
            set += now ? 1 : 0;
            changed += m_desk.draft.base() && now != knobValue(m_layered.formerJson, knob.pointer) ? 1 : 0;
        }
        m_techniques.append(
            QVariantMap{{cell("key"), cell(section.key)},
                        {cell("title"), QCoreApplication::translate("Knob", section.title)},
                        {cell("text"), set == 0 ? tr("not set") : tr("%1 of %2 set").arg(set).arg(pointers.size())},
                        {cell("changed"), changed},
                        {cell("pointers"), pointers}});
    }
}

const Totals &PolicyForm::spentIn(const WindowSpan &span, bool fleet) const
{
    const std::string workflow = fleet ? std::string() : m_desk.scope.workflow;
    Spent &kept = m_spent[QString::fromStdString(span.key + '\n' + workflow)];
    if (!kept.age.isValid() || kept.age.elapsed() >= kSpendEveryMs) {
        kept.totals = workflowSpend(*m_desk.services.engine.latest(), span.start, m_desk.services.clock(), workflow);
        kept.age.start();
    }
    return kept.totals;
}

QVariantMap PolicyForm::windowRow(const QString &prefix, PeriodWindow window, const QString &title) const
{
    const std::string name(nameOf(window));
    const QString at = prefix + QString::fromStdString(name);
    QVariantMap out{{cell("key"), QString::fromStdString(name)},
                    {cell("title"), title},
                    {cell("soft"), at + QStringLiteral("/soft_usd")},
                    {cell("hard"), at + QStringLiteral("/hard_usd")}};
    const auto zone = policyZone(m_desk.draft.document());
    if (!zone || !m_desk.services.engine.latest())
        return out;
    const Formatter &f = m_desk.services.format;
    const TimeNs now = m_desk.services.clock();
    const WindowSpan span = windowAt(*zone, window, now);
    const Formatter there(f.locale(), QTimeZone(QByteArray::fromStdString(zone->name())).isValid()
                                          ? QTimeZone(QByteArray::fromStdString(zone->name()))
                                          : QTimeZone::utc());
    out.insert(cell("resets"), tr("resets %1 %2").arg(there.whenExact(span.end, now), there.zoneText(span.end)));
    const bool fleet = prefix.startsWith(u"//");
    if (!fleet && m_desk.scope.workflow.empty())
        return out; // the defaults hold for each workflow by itself: no one sum stands against them
    const Totals &spent = spentIn(span, fleet);
    const double hard = field(at + QStringLiteral("/hard_usd")).value(cell("value")).toDouble();
    if (spent.costUnknown()) {
        out.insert(cell("used"), tr("spend unknown"));
        return out;
    }
    const double share = hard > 0 ? spent.cost.toDouble() / hard : 0;
    out.insert(cell("used"),
               hard > 0 ? tr("%1 used").arg(f.percentText(share, 0)) : tr("%1 so far").arg(f.spend(spent)));
    out.insert(cell("usedTone"), share >= 1 ? cell("crit") : share >= 0.75 ? cell("warn") : QString());
    return out;
}

void PolicyForm::show()
{
    QVariantList rows;
    if (m_desk.draft.started()) {
        const std::array<std::pair<PeriodWindow, QString>, 4> kWindows{{{PeriodWindow::Day, tr("Day")},
                                                                        {PeriodWindow::Month, tr("Month")},
                                                                        {PeriodWindow::Hour, tr("Hour")},
                                                                        {PeriodWindow::Week, tr("Week")}}};
        for (const auto &[window, title] : kWindows)
            rows.append(windowRow(QStringLiteral("/budget/periods/"), window, title));
        if (m_desk.scope.workflow.empty())
            for (const auto &[window, title] : kWindows)
                rows.append(
                    windowRow(QStringLiteral("//fleet/periods/"), window, tr("Fleet, %1").arg(title.toLower())));
    }
    if (rows == m_windows)
        return;
    m_windows = rows;
    Q_EMIT windowsChanged();
}

} // namespace flyball
