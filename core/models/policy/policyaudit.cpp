// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/models/policy/policyaudit.h"

#include <QFile>
#include <QUrl>

#include "core/base/wholefile.h"
#include "core/models/policy/pushrows.h"
#include "core/models/text/displayname.h"

namespace flyball {

namespace {

constexpr std::size_t kMostShown = 1000; ///< the export has them all

QString actionWords(const std::string &action)
{
    static const std::pair<const char *, const char *> kWords[] = {
        {"push", QT_TRANSLATE_NOOP("flyball::PolicyAudit", "Pushed")},
        {"rollback", QT_TRANSLATE_NOOP("flyball::PolicyAudit", "Rolled back")},
        {"stop_run", QT_TRANSLATE_NOOP("flyball::PolicyAudit", "Stopped a run")},
        {"pause_workflow", QT_TRANSLATE_NOOP("flyball::PolicyAudit", "Paused a workflow")},
        {"end_stop_run", QT_TRANSLATE_NOOP("flyball::PolicyAudit", "Withdrew a stop")},
        {"end_pause_workflow", QT_TRANSLATE_NOOP("flyball::PolicyAudit", "Ended a pause")},
        {"cap_soft", QT_TRANSLATE_NOOP("flyball::PolicyAudit", "Soft cap reached")},
        {"cap_hard", QT_TRANSLATE_NOOP("flyball::PolicyAudit", "Hard cap reached")},
        {"register_agent", QT_TRANSLATE_NOOP("flyball::PolicyAudit", "Registered an agent")},
        {"renew_agent", QT_TRANSLATE_NOOP("flyball::PolicyAudit", "Renewed an agent's keys")},
        {"forget_agent", QT_TRANSLATE_NOOP("flyball::PolicyAudit", "Forgot an agent")},
        {"result", QT_TRANSLATE_NOOP("flyball::PolicyAudit", "Answer")},
    };
    for (const auto &[word, text] : kWords)
        if (action == word)
            return PolicyAudit::tr(text);
    return displayName(action);
}

} // namespace

PolicyAudit::PolicyAudit(Services &services, PolicyLink *link, QObject *parent)
    : QObject(parent),
      m_services(services),
      m_link(link),
      m_table({QStringLiteral("what"), QStringLiteral("sub"), QStringLiteral("state"), QStringLiteral("stateTone"),
               QStringLiteral("tip")},
              {}, {}, false, this)
{}

void PolicyAudit::load()
{
    if (!m_link)
        return;
    m_link->audit([this, box = m_services.mailbox](const Result<std::vector<AuditEntry>> &entries) {
        box->post([this, entries] { show(entries); });
    });
}

void PolicyAudit::show(const Result<std::vector<AuditEntry>> &entries)
{
    m_entries = entries ? *entries : std::vector<AuditEntry>();
    std::vector<TableRow> rows;
    for (auto it = m_entries.rbegin(); it != m_entries.rend() && rows.size() < kMostShown; ++it)
        rows.push_back(rowOf(*it));
    m_table.setRows(std::move(rows));
    const auto broken = firstBroken(m_entries);
    m_broken = broken.has_value();
    m_summary = !entries ? displayName(entries.error().message)
                : broken
                    ? tr("The chain is broken at entry %1: something was changed after it was written.")
                          .arg(m_entries[*broken].sequence)
                    : tr("Entries: %1. Each is sealed by the one before; the chain is whole.").arg(m_entries.size());
    Q_EMIT changed();
}

TableRow PolicyAudit::rowOf(const AuditEntry &entry) const
{
    TableRow row = m_table.makeRow(QString::number(entry.sequence));
    QString what = actionWords(entry.action);
    if (entry.revision > 0)
        what += tr(", r%1").arg(entry.revision);
    if (!entry.comment.empty())
        what += QStringLiteral(": ") + displayName(entry.comment);
    const TimeNs now = m_services.clock();
    QString sub = m_services.format.whenExact(entry.time, now);
    if (!entry.operatorName.empty())
        sub += tr(" by %1").arg(displayName(entry.operatorName));
    QStringList diff;
    for (const std::string &sentence : entry.diff)
        diff << displayName(sentence);
    for (const AuditResult &result : entry.results)
        diff << displayName(result.target + ": " + result.state + " " + result.detail);
    if (!diff.isEmpty())
        sub += QStringLiteral(", ") + diff.first()
               + (diff.size() > 1 ? tr(" and %1 more").arg(diff.size() - 1) : QString());
    const StateWord word = entry.results.empty() ? StateWord() : targetWord(entry.results.front().state);
    m_table.put(row, "what", what);
    m_table.put(row, "sub", sub);
    m_table.put(row, "state", word.text);
    m_table.put(row, "stateTone", word.tone);
    m_table.put(row, "tip", diff.join(u'\n'));
    return row;
}

QString PolicyAudit::exportTo(const QString &pathOrUrl)
{
    const QString path = pathOrUrl.startsWith(u"file:") ? QUrl(pathOrUrl).toLocalFile() : pathOrUrl;
    std::string text;
    for (const AuditEntry &entry : m_entries)
        text += auditLine(entry) + '\n';
    const Result<> written = writeFileAtomically(QFile::encodeName(path).toStdString(), text);
    if (!written)
        return displayName(written.error().message);
    m_services.notify(tr("Entries exported: %1.").arg(m_entries.size()), QStringLiteral("ok"), {}, {});
    return {};
}

} // namespace flyball
