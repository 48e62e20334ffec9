// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/models/shell/firstrun.h"

#include <QDate>
#include <QDir>
#include <QFileInfo>
#include <QThreadPool>

#include "core/models/sources/sourcecheck.h"
#include "core/models/text/displayname.h"

namespace flyball {

FirstRun::FirstRun(Services &services, SourcesModel &sources, Options options, QObject *parent)
    : QObject(parent),
      m_services(services),
      m_sources(sources),
      m_options(std::move(options)),
      m_found({QStringLiteral("name"), QStringLiteral("sub"), QStringLiteral("icon"), QStringLiteral("span"),
               QStringLiteral("size"), QStringLiteral("files"), QStringLiteral("note"), QStringLiteral("selected"),
               QStringLiteral("readable"), QStringLiteral("statusText"), QStringLiteral("statusTone")},
              {}, {}, false, this)
{
    m_wanted = !services.temporary && services.config.sources().empty();
    if (m_wanted)
        look();
}

void FirstRun::look()
{
    m_looked = true;
    m_state = QStringLiteral("looking");
    Q_EMIT changed();
    if (!m_options.detect)
        return received({});
    QThreadPool::globalInstance()->start([this, detect = m_options.detect, box = m_services.mailbox] {
        auto list = std::make_shared<std::vector<DetectedSource>>(detect());
        box->post([this, list] { received(std::move(*list)); });
    });
}

void FirstRun::received(std::vector<DetectedSource> list)
{
    m_list.clear();
    for (DetectedSource &source : list) {
        const bool readable = QFileInfo(QString::fromStdString(source.root)).isReadable();
        m_list.push_back({std::move(source), readable, readable});
    }
    m_state = QStringLiteral("ready");
    form();
    Q_EMIT changed();
}

void FirstRun::form()
{
    const Formatter &f = m_services.format;
    const TimeNs now = m_services.clock();
    std::vector<TableRow> rows;
    for (const Found &found : m_list) {
        const DetectedSource &s = found.source;
        const QString root = QString::fromStdString(s.root);
        const QString home = QDir::homePath();
        const QString shown = displayName(root.startsWith(home + u'/') ? u'~' + root.mid(home.size()) : root);
        const QString name = kindLabel(QString::fromStdString(s.kind));
        const QString files = f.count(static_cast<qint64>(s.files));
        const auto put = [&](TableRow &row, const char *role, const QVariant &v) { m_found.put(row, role, v); };
        TableRow row = m_found.makeRow(root);
        put(row, "name", name);
        put(row, "sub", s.files == 1 ? tr("1 session in %1").arg(shown) : tr("%1 sessions in %2").arg(files, shown));
        put(row, "icon", QStringLiteral("term"));
        const QString newest =
            f.startOfDay(s.newestMtimeNs) == f.startOfDay(now) ? tr("today") : f.when(s.newestMtimeNs, now);
        const QString oldest =
            f.startOfDay(s.oldestMtimeNs) == f.startOfDay(now) ? tr("today") : f.when(s.oldestMtimeNs, now);
        put(row, "span", oldest == newest ? newest : oldest + QStringLiteral(" – ") + newest);
        put(row, "size", f.bytes(s.bytes));
        put(row, "files", files);
        put(row, "note", QString());
        put(row, "selected", found.selected);
        put(row, "readable", found.readable);
        put(row, "statusText", found.readable ? tr("Readable") : tr("Permission denied"));
        put(row, "statusTone", found.readable ? QStringLiteral("ok") : QStringLiteral("crit"));
        put(row, "accessible", tr("%1, %2 sessions, %3").arg(name, files, f.bytes(s.bytes)));
        rows.push_back(std::move(row));
    }
    const int n = static_cast<int>(rows.size());
    m_found.setStatus({}, m_state == u"looking", tr("No traces were found on this computer"),
                      tr("Open a file or a folder, or try the demo fleet."));
    m_found.setSortedRows(std::move(rows), n);
}

QString FirstRun::text() const
{
    if (m_state == u"looking")
        return tr("Looking for traces on this computer.");
    if (m_list.empty())
        return tr("No traces were found in the usual places. Open a file or a folder, or try the demo fleet.");
    return m_list.size() == 1
               ? tr("One source was found on this computer. Nothing is read before you start, and nothing leaves it.")
               : tr("%1 sources were found on this computer. Nothing is read before you start, and nothing leaves it.")
                     .arg(m_list.size());
}

QString FirstRun::startText() const
{
    const auto n = std::count_if(m_list.begin(), m_list.end(), [](const Found &f) { return f.selected; });
    return n == 1 ? tr("Start with 1 source") : tr("Start with %1 sources").arg(n);
}

QString FirstRun::sizeText() const
{
    qint64 bytes = 0, files = 0;
    for (const Found &f : m_list)
        if (f.selected) {
            bytes += f.source.bytes;
            files += static_cast<qint64>(f.source.files);
        }
    return files == 0   ? QString()
           : files == 1 ? tr("1 file, %1").arg(m_services.format.bytes(bytes))
                        : tr("%1 files, %2").arg(m_services.format.count(files), m_services.format.bytes(bytes));
}

bool FirstRun::canStart() const
{
    return std::any_of(m_list.begin(), m_list.end(), [](const Found &f) { return f.selected; });
}

void FirstRun::toggle(int index)
{
    if (index < 0 || static_cast<std::size_t>(index) >= m_list.size())
        return;
    Found &found = m_list[static_cast<std::size_t>(index)];
    found.selected = found.readable && !found.selected;
    form();
    Q_EMIT changed();
}

void FirstRun::start()
{
    for (const Found &found : m_list)
        if (found.selected)
            m_sources.add(QString::fromStdString(found.source.root), QString::fromStdString(found.source.kind));
    skip();
}

void FirstRun::startDemo()
{
    if (m_options.startDemo)
        m_options.startDemo();
}

void FirstRun::openFiles(const QVariantList &urls)
{
    QStringList paths;
    for (const QVariant &url : urls)
        paths.append(localPath(url.toString()));
    if (paths.isEmpty())
        return;
    if (m_options.openFiles)
        return m_options.openFiles(paths);
    for (const QString &path : paths)
        m_sources.add(path);
    skip();
}

void FirstRun::skip()
{
    m_wanted = false;
    Q_EMIT changed();
    Q_EMIT finished();
}

void FirstRun::show(const View &view)
{
    if (!m_looked)
        look();
    const QString price =
        tr("Prices: book of %1, %2 models, works offline")
            .arg(m_services.format.locale().toString(
                     QDate::fromString(QString::fromStdString(view.snapshot->prices.date), Qt::ISODate),
                     QStringLiteral("d MMM yyyy")),
                 m_services.format.count(view.snapshot->prices.models));
    if (price == m_priceText)
        return;
    m_priceText = price;
    Q_EMIT changed();
}

} // namespace flyball
