// SPDX-License-Identifier: GPL-3.0-or-later
#include <QCoreApplication>
#include <algorithm>

#include "core/models/policy/evidencemodel.h"
#include "core/models/policy/knobs.h"
#include "core/policy/words.h"

namespace flyball {

namespace {

QString cell(const char *name) { return QString::fromLatin1(name); }

} // namespace

void EvidenceModel::edited()
{
    showHistogram();
    if (!m_desk.draft.started() || !m_desk.evidence || m_desk.evidence->runs.empty()) {
        ++m_testNumber;
        m_testState = QStringLiteral("none");
        m_testNote =
            !m_desk.evidence || !m_desk.evidence->error.empty() ? QString() : tr("No finished run to test on.");
    } else {
        m_testState = QStringLiteral("computing");
        m_timer.start();
    }
    Q_EMIT testChanged();
}

void EvidenceModel::test()
{
    const auto evidence = m_desk.evidence;
    if (!evidence)
        return;
    const quint64 number = ++m_testNumber;
    PolicyDocument before;
    if (m_desk.draft.base())
        before = *m_desk.draft.base();
    m_desk.services.engine.query([this, number, evidence, before = std::move(before), after = m_desk.draft.document(),
                                  box = m_desk.services.mailbox](Ledger &) {
        auto result =
            std::make_shared<const Tested>(Tested{backTestAll(before, *evidence), backTestAll(after, *evidence)});
        box->post([this, number, result] {
            if (number == m_testNumber)
                showTest(*result);
        });
    });
}

void EvidenceModel::showTest(const Tested &result)
{
    const Formatter &f = m_desk.services.format;
    const BackTest &a = result.before, &b = result.after;
    m_rows.clear();
    const auto row = [&](const char *key, const QString &label, const QString &before, const QString &after,
                         const QString &tone, const QString &note) {
        m_rows.append(QVariantMap{{cell("key"), cell(key)},
                                  {cell("label"), label},
                                  {cell("before"), before},
                                  {cell("after"), after},
                                  {cell("tone"), before == after ? QString() : tone},
                                  {cell("note"), note}});
    };
    const auto runs = [&](const char *key, const QString &label, std::int64_t before, std::int64_t after,
                          const QString &tone) {
        const double share = b.runs > 0 ? static_cast<double>(after) / static_cast<double>(b.runs) : 0;
        row(key, label, f.count(before), f.count(after), tone, after > 0 ? f.percentText(share) : QString());
    };
    runs("stopped", tr("Runs stopped"), a.stoppedRuns(), b.stoppedRuns(), QString());
    runs("harm", tr("Harm: of those, successful"), a.stoppedSuccessful, b.stoppedSuccessful,
         b.stoppedSuccessful > a.stoppedSuccessful ? cell("warn") : cell("ok"));
    runs("gain", tr("Gain: failed anyway"), a.stoppedFailed, b.stoppedFailed,
         b.stoppedFailed < a.stoppedFailed ? cell("warn") : cell("ok"));
    if (b.stoppedUnknown > 0 || a.stoppedUnknown > 0)
        runs("unknown", tr("Outcome unknown"), a.stoppedUnknown, b.stoppedUnknown, cell("warn"));
    const auto atLeast = [&](bool partly, const UsdSum &sum) {
        return (partly ? Formatter::mark(CostBound::AtLeast) + u' ' : QString()) + f.money(sum);
    };
    const auto saved = [&](const BackTest &test) {
        return atLeast(std::any_of(test.stopped.begin(), test.stopped.end(),
                                   [](const StoppedRun &run) { return run.callsUnpriced > 0; }),
                       test.saved);
    };
    const bool unpriced = m_desk.evidence && m_desk.evidence->spread(Metric::RunUsd).unknown > 0;
    row("saved", tr("Money saved"), saved(a), saved(b), cell("ok"), tr("of %1").arg(atLeast(unpriced, b.spent)));
    runs("soft", tr("Past the soft cap only"), a.softReached, b.softReached, QString());
    m_capRows.clear();
    for (const auto &[cap, stopped] : b.byCap) {
        const Knob *knob = knobAt(QString::fromStdString(cap));
        const QString name = knob ? QCoreApplication::translate("Knob", knob->label)
                                  : choiceText(cap.substr(cap.rfind('/') + 1)) + tr(" cap");
        const QString unit = knob && *knob->unit ? QStringLiteral(", ") + QString::fromLatin1(knob->unit) : QString();
        m_capRows.append(QVariantMap{{cell("text"), name + unit}, {cell("runs"), f.count(stopped)}});
    }
    QStringList notes;
    if (b.notJudged > 0)
        notes.append(tr("%1 runs could not be judged: a price or a count is unknown.").arg(f.count(b.notJudged)));
    if (b.callsOverOutputLimit > 0)
        notes.append(tr("%1 calls wrote more than the output limit.").arg(f.count(b.callsOverOutputLimit)));
    if (b.callsOverCallLimit > 0)
        notes.append(tr("%1 calls were larger than the limit per call.").arg(f.count(b.callsOverCallLimit)));
    m_testNote = notes.join(u' ');
    m_testState = QStringLiteral("ready");
    Q_EMIT testChanged();
}

} // namespace flyball
