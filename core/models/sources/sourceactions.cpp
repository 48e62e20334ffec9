// SPDX-License-Identifier: GPL-3.0-or-later
#include <QDir>
#include <QFileInfo>
#include <QThreadPool>
#include <QUrl>
#include <QUuid>
#include <QVariantMap>

#include "core/formats/format.h"
#include "core/gateways/registry.h"
#include "core/models/sources/sourcecheck.h"
#include "core/models/sources/sourcesmodel.h"
#include "core/models/text/displayname.h"

namespace flyball {

QString localPath(const QString &pathOrUrl)
{
    const QUrl url(pathOrUrl);
    QString path = url.isLocalFile() ? url.toLocalFile() : pathOrUrl;
    if (path == u"~" || path.startsWith(QStringLiteral("~/")))
        path = QDir::homePath() + path.mid(1);
    return path.isEmpty() ? path : QDir::cleanPath(path);
}

QVariantList SourcesModel::kinds() const
{
    const auto entry = [](const QString &key, const QString &text, const QString &sub) {
        return QVariantMap{{QStringLiteral("key"), key}, {QStringLiteral("text"), text}, {QStringLiteral("sub"), sub}};
    };
    QVariantList list{entry({}, tr("Detect"), tr("from the first lines"))};
    for (const Format &format : formats()) {
        const auto text = [](std::string_view s) {
            return QString::fromUtf8(s.data(), static_cast<qsizetype>(s.size()));
        };
        list.append(entry(text(format.kind), text(format.label), {}));
    }
    return list;
}

void SourcesModel::select(int index) { selectId(m_table.row(index).value(QStringLiteral("id")).toString()); }

void SourcesModel::selectId(const QString &id)
{
    if (id == m_selectedId)
        return;
    m_selectedId = id;
    m_selectedName = m_table.row(selected()).value(QStringLiteral("name")).toString();
    if (m_snapshot) {
        showDetails();
        showRejects();
        formLag();
        Q_EMIT changed();
        m_services.refresh();
    }
    Q_EMIT selectedChanged();
}

void SourcesModel::setCheck(const QString &state, const QString &text, const QString &kind)
{
    m_checkState = state;
    m_checkText = text;
    m_checkKind = kind;
    Q_EMIT checkChanged();
}

void SourcesModel::check(const QString &pathOrUrl)
{
    const QString path = localPath(pathOrUrl);
    const int request = ++m_checkRequest;
    if (path.isEmpty())
        return setCheck(QStringLiteral("none"), {}, {});
    if (isSource(m_services, path.toStdString()))
        return setCheck(QStringLiteral("bad"), tr("It is a source already."), {});
    setCheck(QStringLiteral("checking"), tr("Looking at it"), {});
    // A network mount may take its time.
    QThreadPool::globalInstance()->start([this, path, request, box = m_services.mailbox] {
        const SourceCheck result = checkSource(path);
        box->post([this, result, request] {
            if (request == m_checkRequest)
                setCheck(result.ok ? QStringLiteral("ok") : QStringLiteral("bad"), result.text, result.kind);
        });
    });
}

void SourcesModel::add(const QString &pathOrUrl, const QString &kind)
{
    const QString path = localPath(pathOrUrl);
    if (path.isEmpty() || isSource(m_services, path.toStdString()))
        return;
    SourceConfig source;
    source.id = QUuid::createUuid().toString(QUuid::WithoutBraces).left(13).toStdString();
    source.kind = kind.toStdString();
    source.target = path.toStdString();
    m_services.config.edit().sources.push_back(source);
    m_services.engine.addSource(source);
    m_services.notify(tr("Reading %1").arg(displayName(QFileInfo(path).fileName())), QStringLiteral("ok"), {}, {});
    setCheck(QStringLiteral("none"), {}, {});
}

void SourcesModel::setPaused(const QString &id, bool paused)
{
    for (SourceConfig &source : m_services.config.edit().sources)
        if (QString::fromStdString(source.id) == id)
            source.paused = paused;
    m_services.engine.pauseSource(id.toStdString(), paused);
}

void SourcesModel::remove(const QString &id, bool forgetRows)
{
    std::erase_if(m_services.config.edit().sources,
                  [&](const SourceConfig &source) { return QString::fromStdString(source.id) == id; });
    m_services.engine.removeSource(id.toStdString(), forgetRows);
    m_samples.remove(id);
    if (m_selectedId == id)
        selectId({});
}

void SourcesModel::setTold(const QString &id, bool told)
{
    for (SourceConfig &source : m_services.config.edit().sources)
        if (QString::fromStdString(source.id) == id)
            told ? (void)source.options.emplace("told", "1") : (void)source.options.erase("told");
    m_services.engine.changeTold(id.toStdString(), told, [this, id, told, box = m_services.mailbox](Result<> done) {
        box->post([this, id, told, done] {
            if (!done)
                return m_services.notify(displayName(std::string_view(done.error().message)), QStringLiteral("crit"),
                                         {}, {});
            m_services.notify(told ? tr("Its meters are kept and not counted.") : tr("Its meters count."),
                              QStringLiteral("ok"), tr("Undo"), [this, id, told] { setTold(id, !told); });
        });
    });
}

void SourcesModel::browse(const QString &id)
{
    if (const SourceHealth *source = health(id))
        m_raw.open(*source);
}

void SourcesModel::retry(const QString &id) { m_services.engine.retrySource(id.toStdString()); }

void SourcesModel::retryAll()
{
    if (m_snapshot)
        for (const SourceHealth &h : m_snapshot->sources)
            m_services.engine.retrySource(h.id);
}

QVariantList SourcesModel::removeNotes(const QString &id) const
{
    const auto note = [](const QString &tone, const QString &text) {
        return QVariantMap{{QStringLiteral("tone"), tone}, {QStringLiteral("text"), text}};
    };
    const SourceHealth *h = health(id);
    const bool remote = h != nullptr && remoteKind(h->kind) != nullptr;
    QVariantList notes{note(QStringLiteral("ok"),
                            remote ? tr("Nothing is changed there.") : tr("The files themselves stay as they are."))};
    const auto spend = std::find_if(m_spend.begin(), m_spend.end(),
                                    [&](const Group &g) { return h != nullptr && g.key[0] == h->symbol; });
    if (spend != m_spend.end())
        notes.append(note(
            QStringLiteral("warn"),
            tr("Forgetting its calls takes %1 out of the range shown.").arg(m_services.format.spend(spend->totals))));
    notes.append(note(QString(), tr("Keeping them leaves every total as it is.")));
    return notes;
}

} // namespace flyball
