// SPDX-License-Identifier: GPL-3.0-or-later
// The form of one signal, and the choice: made, taken back, undone.
#include <algorithm>
#include <cmath>

#include "core/models/quality/successmodel.h"
#include "core/models/text/displayname.h"

namespace flyball {

namespace {

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
    put(m_workflow, chosen, tr("%1 decides success of %2 now.").arg(shown(chosen.signal), shown(m_workflow)));
}

void SuccessModel::clear()
{
    if (!m_busy && rule() != nullptr)
        put(m_workflow, std::nullopt, tr("Signals say themselves what succeeded."));
}

void SuccessModel::undo(const std::string &workflow, const std::optional<SuccessRule> &former)
{
    if (!m_busy)
        return put(workflow, former, tr("Success is decided as before."));
    m_services.notify(tr("Another choice is being applied."), QStringLiteral("warn"), tr("Undo"),
                      [this, workflow, former] { undo(workflow, former); });
}

/// The choice of one workflow; those of the others stay as they are then.
std::optional<SuccessRule> SuccessModel::replace(const std::string &workflow, const std::optional<SuccessRule> &rule)
{
    std::vector<SuccessRule> &rules = m_services.config.edit().success;
    const auto it =
        std::find_if(rules.begin(), rules.end(), [&](const SuccessRule &r) { return r.workflow == workflow; });
    const std::optional<SuccessRule> former = it == rules.end() ? std::nullopt : std::optional(*it);
    if (it != rules.end() && rule)
        *it = *rule;
    else if (it != rules.end())
        rules.erase(it);
    else if (rule)
        rules.push_back(*rule);
    return former;
}

void SuccessModel::put(const std::string &workflow, const std::optional<SuccessRule> &rule, const QString &text)
{
    const std::optional<SuccessRule> former = replace(workflow, rule);
    if (const auto saved = m_services.config.save(); !saved)
        m_services.notify(tr("The choice was not saved: %1").arg(QString::fromStdString(saved.error().message)),
                          QStringLiteral("crit"), {}, {});
    m_busy = true;
    close();
    m_again = true;
    Q_EMIT changed();
    m_services.engine.changeSuccess(
        m_services.config.values().success, [this, workflow, former, text, box = m_services.mailbox](Result<> result) {
            box->post([this, workflow, former, text, result = std::move(result)] {
                m_busy = false;
                m_again = true;
                if (!result && result.error().code == ErrorCode::Locked) {
                    (void)replace(workflow, former);
                    (void)m_services.config.save();
                }
                if (!result)
                    m_services.notify(
                        tr("History was not decided again: %1").arg(QString::fromStdString(result.error().message)),
                        QStringLiteral("crit"), {}, {});
                else
                    m_services.notify(text, QStringLiteral("ok"), tr("Undo"),
                                      [this, workflow, former] { undo(workflow, former); });
                Q_EMIT changed();
                m_services.refresh();
            });
        });
}

} // namespace flyball
