// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/models/sources/sourcewords.h"

#include <QCoreApplication>
#include <QFileInfo>
#include <QUrl>
#include <algorithm>

#include "core/gateways/registry.h"
#include "core/models/session/services.h"
#include "core/models/text/displayname.h"

namespace flyball {

namespace {

/// What was read this long after it happened when a source came up is history, not delay.
constexpr TimeNs kHistory = 10 * kMinute;

QString tr(const char *text) { return QCoreApplication::translate("Sources", text); }

} // namespace

SourceWords sourceWords(SourceState state)
{
    switch (state) {
    case SourceState::CatchingUp:
        return {tr("Catching up"), QStringLiteral("info")};
    case SourceState::Live:
        return {tr("Live"), QStringLiteral("ok")};
    case SourceState::Idle:
        return {tr("Idle"), QStringLiteral("muted")};
    case SourceState::Stale:
        return {tr("Stale"), QStringLiteral("warn")};
    case SourceState::Failing:
        return {tr("Failing"), QStringLiteral("crit")};
    case SourceState::Paused:
        return {tr("Paused"), QStringLiteral("muted")};
    case SourceState::Unknown:
        break;
    }
    return {tr("Starting"), QStringLiteral("muted")};
}

bool inTrouble(const SourceHealth &source)
{
    return source.state == SourceState::Failing || source.state == SourceState::Stale;
}

std::int64_t lagOf(const SourceHealth &source)
{
    const bool fresh = source.newestEvent != kNoTime && source.newestEvent > source.since - kHistory;
    return source.state == SourceState::Live && fresh ? source.lagNs : -1;
}

QString idleText(const SourceHealth &source, const Formatter &format, TimeNs now)
{
    if (source.newestEvent == kNoTime || lagOf(source) >= 0)
        return {};
    const QString newest = format.whenExact(source.newestEvent, now);
    return source.state == SourceState::Idle ? tr("idle since %1").arg(newest) : tr("newest %1").arg(newest);
}

QString idleCell(const SourceHealth &source, const Formatter &format, TimeNs now)
{
    if (source.newestEvent == kNoTime || lagOf(source) >= 0)
        return {};
    const QString newest = format.when(source.newestEvent, now);
    return source.state == SourceState::Idle ? tr("since %1").arg(newest) : tr("newest %1").arg(newest);
}

QString problemText(const SourceHealth &source)
{
    const QString text = displayName(std::string_view(source.error));
    if (remoteKind(source.kind) != nullptr)
        return text; // no path stands in front of it
    const auto colon = text.lastIndexOf(QStringLiteral(": "));
    const QString reason = colon < 0 ? text : text.mid(colon + 2);
    if (reason == u"not_found")
        return tr("There is no such file or folder");
    if (reason == u"permission_denied")
        return tr("It may not be read");
    return QString(reason).replace(u'_', u' ');
}

bool isSource(const Services &services, const std::string &target)
{
    const auto reads = [&](const auto &source) { return source.target == target; };
    const std::vector<SourceConfig> &kept = services.config.values().sources;
    const std::vector<SourceHealth> &read = services.engine.latest()->sources;
    return std::any_of(kept.begin(), kept.end(), reads) || std::any_of(read.begin(), read.end(), reads);
}

QString sourceName(const SourceHealth &source)
{
    const QUrl url(QString::fromStdString(source.target));
    if (url.scheme().startsWith(QStringLiteral("http")) && !url.host().isEmpty())
        return displayName(url.port() < 0 ? url.host() : url.host() + u':' + QString::number(url.port()));
    const QString name = displayName(QFileInfo(QString::fromStdString(source.target)).fileName());
    return name.isEmpty() ? displayName(std::string_view(source.target)) : name;
}

SourceTrouble troubleOf(const Snapshot &snapshot, const Formatter &format, TimeNs now)
{
    const SourceHealth *first = nullptr;
    int count = 0;
    for (const SourceHealth &h : snapshot.sources)
        if (inTrouble(h)) {
            ++count;
            first = first == nullptr ? &h : first;
        }
    if (first == nullptr)
        return {};
    SourceTrouble trouble;
    const QString name = sourceName(*first);
    if (count > 1)
        trouble.heading = tr("%1 of %2 sources are not read.").arg(count).arg(snapshot.sources.size());
    else if (first->state == SourceState::Stale && first->newestEvent != kNoTime)
        trouble.heading =
            tr("%1 is %2 behind.").arg(name, format.duration(std::max<TimeNs>(0, now - first->newestEvent)));
    else
        trouble.heading = tr("%1 is not read.").arg(name);
    trouble.text = count > 1 ? tr("Values below lack what %1 and others have written since.").arg(name)
                   : first->newestEvent == kNoTime
                       ? tr("Nothing of it is in the values below.")
                       : tr("Its values below are from %1.").arg(format.whenExact(first->newestEvent, now));
    if (const QString problem = problemText(*first); count == 1 && !problem.isEmpty())
        trouble.text = problem + QStringLiteral(". ") + trouble.text;
    return trouble;
}

} // namespace flyball
