// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/models/quality/successmodel.h"

#include <QVariantMap>
#include <cmath>

#include "core/models/text/displayname.h"

namespace flyball {

namespace {

constexpr qint64 kRestMs = 3000; ///< between two walks over all signals, while runs keep coming

QString shown(const std::string &text) { return displayName(std::string_view(text)); }

QStringList wordsOf(const QString &list)
{
    QStringList words;
    for (const QString &part : list.split(u',', Qt::SkipEmptyParts))
        if (!part.trimmed().isEmpty())
            words << part.trimmed();
    return words;
}

} // namespace

SuccessModel::SuccessModel(Services &services, ViewBuilder &builder, QObject *parent)
    : QObject(parent), m_services(services), m_builder(builder)
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
    Basis basis;
    basis.workflow = workflow;
    basis.range = view.rangeRevision;
    std::vector<RunRow> runs;
    m_builder.runs().forEach(view.snapshot->runs, view.window, [&](const RunRow &row) {
        if (row.info.workflow != workflow)
            return;
        ++basis.runs;
        basis.known += row.info.outcome == Outcome::Unknown ? 0 : 1;
        basis.signalCount += row.signals;
        runs.push_back(row);
    });
    const bool other = basis.workflow != m_basis.workflow;
    if (other) {
        m_workflow = view.rawName(workflow).toStdString();
        m_stats.clear();
        m_rows.clear();
        open({});
    }
    if (basis == m_basis)
        return;
    describe(runs);
    Q_EMIT changed();
    if (!other && m_asked.isValid() && m_asked.elapsed() < kRestMs && basis.range == m_basis.range)
        return; // the next refresh asks
    m_basis = basis;
    m_runs = basis.runs;
    ask(view, std::move(runs));
}

void SuccessModel::describe(const std::vector<RunRow> &runs)
{
    std::array<std::int64_t, 4> by{};
    for (const RunRow &row : runs)
        ++by[static_cast<std::size_t>(row.info.origin)];
    const Formatter &f = m_services.format;
    const std::array<QString, 4> words{tr("%1 unknown"), tr("%1 stated by the agent"), tr("%1 from signals"),
                                       tr("%1 from how they ended")};
    QStringList parts;
    for (const std::size_t i : {1U, 2U, 3U, 0U})
        if (by[i] > 0)
            parts << words[i].arg(f.count(by[i]));
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

void SuccessModel::ask(const View &view, std::vector<RunRow> runs)
{
    m_asked.start();
    const int request = ++m_request;
    CallFilter filter = view.callFilter();
    filter.workflow = m_basis.workflow;
    filter.since = kNoTime; // a run of the window may have begun before it
    const SuccessRule *chosen = rule();
    m_services.engine.query([this, request, filter, runs = std::move(runs), snapshot = view.snapshot,
                             rule = chosen ? std::optional(*chosen) : std::nullopt,
                             box = m_services.mailbox](Ledger &ledger) mutable {
        const SymbolTable &symbols = *snapshot->symbols;
        SignalCounter counter(std::move(runs), symbols);
        auto read = ledger.readSignals([&](const SignalFact &signal) { counter.add(signal); });
        if (read && counter.wantsCalls())
            read = ledger.readCalls(filter, CallOrder::TimeAscending, 0, [&](const Call &call) {
                if (call.request != 0)
                    counter.addCall(hash64(symbols.text(call.request)), call.run);
                return true;
            });
        box->post([this, request, stats = counter.finish(rule ? &*rule : nullptr)] {
            if (request == m_request)
                showStats(stats);
        });
    });
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

void SuccessModel::open(const QString &signal)
{
    m_current = signal;
    m_labels.clear();
    m_threshold.clear();
    m_labelsHint.clear();
    m_thresholdHint.clear();
    m_needsLabels = m_needsThreshold = false;
    for (const SignalStats &s : m_stats) {
        if (QString::fromStdString(s.name) != signal)
            continue;
        QStringList labels;
        for (const std::string &label : s.labels)
            labels << shown(label);
        m_labelsHint = labels.isEmpty() ? tr("no labels seen") : labels.join(QStringLiteral(", "));
        m_needsThreshold = s.scored > 0;
        m_needsLabels = !labels.isEmpty() || !m_needsThreshold;
        if (s.scored > 0)
            m_thresholdHint =
                tr("%1 to %2 seen")
                    .arg(QLocale::c().toString(s.lowest, 'g', 6), QLocale::c().toString(s.highest, 'g', 6));
        const SuccessRule *chosen = rule();
        if (chosen && chosen->signal == s.name) {
            QStringList words;
            for (const std::string &label : chosen->passLabels)
                words << QString::fromStdString(label);
            m_labels = words.join(QStringLiteral(", "));
            if (chosen->threshold)
                m_threshold = QLocale::c().toString(*chosen->threshold, 'g', 17);
        }
    }
    check();
}

void SuccessModel::setLabels(const QString &text)
{
    if (text != m_labels) {
        m_labels = text;
        check();
    }
}

void SuccessModel::setThreshold(const QString &text)
{
    if (text != m_threshold) {
        m_threshold = text;
        check();
    }
}

void SuccessModel::check()
{
    m_error.clear();
    bool number = true;
    const QString text = m_threshold.trimmed();
    if (!text.isEmpty()) {
        const double value = QLocale::c().toDouble(text, &number);
        number = number && std::isfinite(value);
    }
    for (const SignalStats &s : m_stats) {
        if (QString::fromStdString(s.name) != m_current)
            continue;
        if (!number)
            m_error = tr("The threshold is not a number.");
        else if (text.isEmpty() && wordsOf(m_labels).isEmpty() && s.pass + s.fail == 0)
            m_error = s.scored > 0 ? tr("Its scores decide nothing without a threshold.")
                                   : tr("Its labels decide nothing until you say which of them pass.");
    }
    Q_EMIT formChanged();
}

void SuccessModel::use()
{
    if (!canUse())
        return;
    SuccessRule chosen;
    chosen.workflow = m_workflow;
    chosen.signal = m_current.toStdString();
    for (const QString &word : wordsOf(m_labels))
        chosen.passLabels.push_back(word.toStdString());
    if (!m_threshold.trimmed().isEmpty())
        chosen.threshold = QLocale::c().toDouble(m_threshold.trimmed());
    std::vector<SuccessRule> rules = m_services.config.values().success;
    std::erase_if(rules, [&](const SuccessRule &r) { return r.workflow == m_workflow; });
    rules.push_back(chosen);
    put(rules, tr("%1 decides success of %2 now.").arg(shown(chosen.signal), shown(m_workflow)));
}

void SuccessModel::clear()
{
    std::vector<SuccessRule> rules = m_services.config.values().success;
    if (m_busy || std::erase_if(rules, [&](const SuccessRule &r) { return r.workflow == m_workflow; }) == 0)
        return;
    put(rules, tr("Signals say themselves what succeeded."));
}

void SuccessModel::put(const std::vector<SuccessRule> &rules, const QString &text)
{
    const std::vector<SuccessRule> former = m_services.config.values().success;
    m_services.config.edit().success = rules;
    if (const auto saved = m_services.config.save(); !saved)
        m_services.notify(tr("The choice was not saved: %1").arg(QString::fromStdString(saved.error().message)),
                          QStringLiteral("crit"), {}, {});
    m_busy = true;
    close();
    m_basis = {};
    Q_EMIT changed();
    m_services.engine.changeSuccess(rules, [this, former, text, box = m_services.mailbox](Result<> result) {
        box->post([this, former, text, result = std::move(result)] {
            m_busy = false;
            m_basis = {};
            if (!result && result.error().code == ErrorCode::Locked) {
                m_services.config.edit().success = former;
                (void)m_services.config.save();
            }
            if (!result)
                m_services.notify(
                    tr("History was not decided again: %1").arg(QString::fromStdString(result.error().message)),
                    QStringLiteral("crit"), {}, {});
            else
                m_services.notify(text, QStringLiteral("ok"), tr("Undo"),
                                  [this, former] { put(former, tr("Success is decided as before.")); });
            Q_EMIT changed();
            m_services.refresh();
        });
    });
}

} // namespace flyball
