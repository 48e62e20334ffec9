// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/models/quality/successmodel.h"

#include <QVariantMap>

#include "core/models/text/displayname.h"

namespace flyball {

namespace {

constexpr qint64 kRestMs = 3000; ///< between two walks over all signals, while runs keep coming

QString shown(const std::string &text) { return displayName(std::string_view(text)); }

} // namespace

SuccessModel::SuccessModel(Services &services, QObject *parent)
    : QObject(parent), m_services(services), m_scanner(std::make_shared<RunScanner>())
{}

const SuccessRule *SuccessModel::rule() const
{
    for (const SuccessRule &rule : m_services.config.values().success)
        if (rule.workflow == m_workflow)
            return &rule;
    return nullptr;
}

bool SuccessModel::chosen() const { return rule() != nullptr; }

void SuccessModel::show(const View &view, Symbol workflow)
{
    const bool other = workflow != m_workflowSymbol;
    const bool range = view.rangeRevision != m_range;
    if (other || m_again) {
        m_workflowSymbol = workflow;
        m_workflow = view.rawName(workflow).toStdString();
        m_stats.clear();
        m_rows.clear();
        m_counts.clear();
        open({});
    }
    if (other || range || m_again) {
        m_again = false;
        m_due = true;
        m_asking = false; // what is on its way is of another question
        m_shown = {};
        m_range = view.rangeRevision;
        m_snapshot.reset();
        describe({});
        Q_EMIT changed();
    }
    if (m_asking)
        return; // the next refresh asks
    if (!m_due && m_snapshot && m_window == view.window && view.snapshot->sameFigures(*m_snapshot))
        return;
    ask(view);
}

/// By origin of their outcomes.
void SuccessModel::describe(const Runs &runs)
{
    const Formatter &f = m_services.format;
    const std::array<QString, 4> words{tr("%1 unknown"), tr("%1 stated by the agent"), tr("%1 from signals"),
                                       tr("%1 from how they ended")};
    QStringList parts;
    for (const std::size_t i : {1U, 2U, 3U, 0U})
        if (runs.origins[i] > 0)
            parts << words[i].arg(f.count(runs.origins[i]));
    m_counts = parts.isEmpty() ? QString() : tr("Outcomes: %1").arg(parts.join(QStringLiteral(", ")));
    const SuccessRule *chosen = rule();
    if (!chosen)
        m_origin = tr("success as signals say");
    else if (!chosen->passLabels.empty())
        m_origin =
            tr("success: %1 is %2")
                .arg(shown(chosen->signal), shown(chosen->passLabels.front())
                                                + (chosen->passLabels.size() > 1 ? QStringLiteral(" …") : QString()));
    else if (chosen->threshold)
        m_origin = tr("success: %1 ≥ %2").arg(shown(chosen->signal), QLocale::c().toString(*chosen->threshold, 'g', 6));
    else
        m_origin = tr("success: %1 passes").arg(shown(chosen->signal));
}

/// The query thread looks at the runs of the window; at their signals only when the runs differ from what is shown.
void SuccessModel::ask(const View &view)
{
    m_asking = true;
    m_snapshot = view.snapshot;
    m_window = view.window;
    Question question;
    question.request = ++m_request;
    question.snapshot = view.snapshot;
    question.window = view.window;
    question.workflow = m_workflowSymbol;
    question.calls = view.callFilter();
    question.calls.workflow = m_workflowSymbol;
    question.calls.since = kNoTime; // a run of the window may have begun before it
    question.shown = m_due ? std::nullopt : std::optional(m_shown);
    question.rested = m_shown == Runs() || !m_asked.isValid() || m_asked.elapsed() >= kRestMs;
    if (const SuccessRule *chosen = rule())
        question.rule = *chosen;
    m_services.engine.query(
        [this, question = std::move(question), scanner = m_scanner, box = m_services.mailbox](Ledger &ledger) {
            box->post([this, request = question.request, answer = answerTo(question, *scanner, ledger)] {
                if (request == m_request)
                    received(answer);
            });
        });
}

SuccessModel::Answer SuccessModel::answerTo(const Question &question, RunScanner &scanner, Ledger &ledger)
{
    Answer answer;
    std::vector<RunRow> rows;
    scanner.forEach(question.snapshot->runs, question.window, [&](const RunRow &row) {
        if (row.info.workflow != question.workflow)
            return;
        ++answer.runs.count;
        ++answer.runs.origins[static_cast<std::size_t>(row.info.origin)];
        answer.runs.known += row.info.outcome == Outcome::Unknown ? 0 : 1;
        answer.runs.signalCount += row.signals;
        rows.push_back(row);
    });
    const bool differs = !question.shown || *question.shown != answer.runs;
    answer.due = differs && !question.rested;
    if (!differs || answer.due)
        return answer;
    const SymbolTable &symbols = *question.snapshot->symbols;
    SignalCounter counter(std::move(rows), symbols);
    auto read = ledger.readSignals([&](const SignalFact &signal) { counter.add(signal); });
    if (read && counter.wantsCalls())
        read = ledger.readCalls(question.calls, CallOrder::TimeAscending, 0, [&](const Call &call) {
            if (call.request != 0)
                counter.addCall(hash64(symbols.text(call.request)), call.run);
            return true;
        });
    if (read)
        answer.stats = counter.finish(question.rule ? &*question.rule : nullptr);
    else
        answer.error = QString::fromStdString(read.error().message);
    return answer;
}

void SuccessModel::received(const Answer &answer)
{
    m_asking = false;
    m_due = answer.due;
    describe(answer.runs);
    if (answer.stats || !answer.error.isEmpty()) {
        m_asked.start();
        m_shown = answer.runs;
        m_runs = answer.runs.count;
    }
    if (!answer.error.isEmpty()) {
        if (answer.error != m_readError)
            m_services.notify(tr("Signals could not be read: %1").arg(answer.error), QStringLiteral("crit"), {}, {});
        m_rows.clear(); // a part of them would be other numbers
    }
    if (answer.stats || !answer.error.isEmpty())
        m_readError = answer.error;
    if (answer.stats)
        showStats(*answer.stats);
    else
        Q_EMIT changed();
}

void SuccessModel::showStats(const std::vector<SignalStats> &stats)
{
    const Formatter &f = m_services.format;
    m_stats = stats;
    m_rows.clear();
    const SuccessRule *chosen = rule();
    for (const SignalStats &s : m_stats) {
        const std::int64_t decided = s.pass + s.fail;
        const QString name = shown(s.name);
        const QString coverage = m_runs > 0
                                     ? f.percentText(static_cast<double>(s.runs) / static_cast<double>(m_runs), 0)
                                     : Formatter::notApplicable();
        const QString rate = decided > 0 ? f.percentText(static_cast<double>(s.pass) / static_cast<double>(decided))
                                         : Formatter::notApplicable();
        const bool is = chosen && chosen->signal == s.name;
        m_rows.append(QVariantMap{{QStringLiteral("name"), QString::fromStdString(s.name)},
                                  {QStringLiteral("text"), name},
                                  {QStringLiteral("coverage"), coverage},
                                  {QStringLiteral("pass"), f.count(s.pass)},
                                  {QStringLiteral("fail"), f.count(s.fail)},
                                  {QStringLiteral("undecided"), f.count(s.undecided())},
                                  {QStringLiteral("rate"), rate},
                                  {QStringLiteral("chosen"), is},
                                  {QStringLiteral("accessible"),
                                   tr("%1, on %2 of the runs, %3 passed, %4 failed, %5 undecided%6")
                                       .arg(name, coverage, f.count(s.pass), f.count(s.fail), f.count(s.undecided()),
                                            is ? tr(", decides success") : QString())}});
    }
    Q_EMIT changed();
}

} // namespace flyball
