// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/models/sources/remoteform.h"

#include <QThreadPool>
#include <QUuid>
#include <QVariantMap>
#include <algorithm>

#include "core/gateways/options.h"
#include "core/gateways/registry.h"
#include "core/keys/key.h"
#include "core/models/sources/sourcewords.h"
#include "core/models/text/displayname.h"

namespace flyball {

namespace {

QString text(std::string_view words) { return QString::fromUtf8(words.data(), static_cast<qsizetype>(words.size())); }

QString typeName(RemoteOption::Type type)
{
    switch (type) {
    case RemoteOption::Type::Flag:
        return QStringLiteral("flag");
    case RemoteOption::Type::File:
        return QStringLiteral("file");
    case RemoteOption::Type::Seconds:
        return QStringLiteral("seconds");
    case RemoteOption::Type::Key:
        return QStringLiteral("key");
    case RemoteOption::Type::Text:
        break;
    }
    return QStringLiteral("text");
}

/// Whether it is a key rather than where one is, or the beginning of that.
bool isKeyItself(std::string_view text)
{
    for (const std::string_view place : {"env:", "file:", "keychain:"})
        if (text.starts_with(place) || place.starts_with(text))
            return false;
    return true;
}

/// An entry per address: the same gateway has the same key.
std::string entryFor(const SourceConfig &config)
{
    const std::optional<SplitUrl> url = splitUrl(config.target);
    return "flyball " + (url ? url->origin : config.target);
}

} // namespace

RemoteForm::RemoteForm(Services &services, QObject *parent)
    : QObject(parent),
      m_services(services),
      m_fields({QStringLiteral("label"), QStringLiteral("hint"), QStringLiteral("type"), QStringLiteral("value")}, {},
               {}, false, this)
{}

QVariantList RemoteForm::kinds() const
{
    QVariantList list;
    for (const RemoteKind &kind : remoteKinds())
        list.append(QVariantMap{{QStringLiteral("key"), text(kind.kind)},
                                {QStringLiteral("text"), text(kind.label)},
                                {QStringLiteral("sub"), text(kind.about)}});
    return list;
}

QString RemoteForm::kindText() const
{
    const RemoteKind *kind = remoteKind(m_config.kind);
    return kind ? text(kind->label) : QString();
}

QString RemoteForm::about() const
{
    const RemoteKind *kind = remoteKind(m_config.kind);
    return kind ? text(kind->about) : QString();
}

QString RemoteForm::targetHint() const
{
    const RemoteKind *kind = remoteKind(m_config.kind);
    return kind ? text(kind->target) : QString();
}

bool RemoteForm::listens() const
{
    const RemoteKind *kind = remoteKind(m_config.kind);
    return kind && kind->listen;
}

void RemoteForm::begin(const QString &kind)
{
    m_config = {};
    m_config.kind = kind.toStdString();
    if (const RemoteKind *known = remoteKind(m_config.kind); known && known->listen)
        m_config.target = known->target; // where clients look for it by themselves
    showFields();
}

bool RemoteForm::edit(const QString &id)
{
    const SourceConfig *source = m_services.config.source(id.toStdString());
    if (!source)
        return false;
    m_config = *source;
    showFields();
    return true;
}

void RemoteForm::showFields()
{
    std::vector<TableRow> rows;
    if (const RemoteKind *kind = remoteKind(m_config.kind))
        for (const RemoteOption &option : kind->options) {
            const std::string name(option.name);
            const auto value = m_config.options.find(name);
            TableRow row = m_fields.makeRow(QString::fromStdString(name));
            m_fields.put(row, "label", text(option.label));
            m_fields.put(row, "hint", text(option.hint));
            m_fields.put(row, "type", typeName(option.type));
            m_fields.put(row, "value",
                         value == m_config.options.end() ? QString() : QString::fromStdString(value->second));
            m_fields.put(row, "accessible", text(option.label));
            rows.push_back(std::move(row));
        }
    const int count = static_cast<int>(rows.size());
    m_typedKey.clear();
    m_fields.setSortedRows({}, 0); // what was typed into fields before goes with them
    m_fields.setSortedRows(std::move(rows), count);
    setState(QStringLiteral("none"), {});
    Q_EMIT changed();
}

void RemoteForm::setState(const QString &state, const QString &words)
{
    ++m_request;
    m_state = state;
    m_stateText = words;
    Q_EMIT stateChanged();
}

void RemoteForm::setTarget(const QString &target)
{
    if (editing())
        return;
    m_config.target = target.trimmed().toStdString();
    setState(QStringLiteral("none"), {});
    Q_EMIT changed();
}

void RemoteForm::setOption(const QString &name, const QString &value)
{
    const std::string option = name.toStdString(), text = value.trimmed().toStdString();
    const RemoteKind *kind = remoteKind(m_config.kind);
    const bool isKey = kind && std::any_of(kind->options.begin(), kind->options.end(), [&](const RemoteOption &known) {
                           return known.name == option && known.type == RemoteOption::Type::Key;
                       });
    if (isKey)
        m_typedKey = isKeyItself(text) ? text : std::string();
    if (text.empty() || (isKey && keyTyped()))
        m_config.options.erase(option);
    else
        m_config.options[option] = text;
    if (isKey)
        m_keyOption = option;
    setState(QStringLiteral("none"), {});
}

QString RemoteForm::problem() const
{
    if (m_config.target.empty())
        return tr("An address is needed, such as %1.").arg(targetHint());
    if (!editing() && isSource(m_services, m_config.target))
        return tr("It is a source already.");
    if (keyTyped())
        return tr("Keep the key in the keychain, or name where it is: it is never written to the configuration.");
    return {};
}

void RemoteForm::keepKey()
{
    if (!keyTyped())
        return;
    if (m_config.target.empty())
        return setState(QStringLiteral("bad"), tr("An address is needed, such as %1.").arg(targetHint()));
    const std::string entry = entryFor(m_config);
    setState(QStringLiteral("testing"), tr("Asking the keychain"));
    const int request = m_request;
    QThreadPool::globalInstance()->start([this, request, entry, key = m_typedKey, box = m_services.mailbox] {
        const Result<> kept = keepInKeychain(entry, key);
        box->post([this, request, entry, kept] {
            if (request != m_request)
                return;
            if (!kept)
                return setState(QStringLiteral("bad"), displayName(std::string_view(kept.error().message)));
            m_config.options[m_keyOption] = "keychain:" + entry;
            showFields();
            setState(QStringLiteral("kept"),
                     tr("The key is in the keychain as \u201c%1\u201d.").arg(displayName(std::string_view(entry))));
        });
    });
}

void RemoteForm::test()
{
    if (const QString wrong = problem(); !wrong.isEmpty())
        return setState(QStringLiteral("bad"), wrong);
    setState(QStringLiteral("testing"), tr("Asking %1").arg(displayName(std::string_view(m_config.target))));
    const int request = m_request;
    QThreadPool::globalInstance()->start([this, request, config = m_config, box = m_services.mailbox] {
        const Result<std::string> answer = testRemoteSource(config);
        box->post([this, request, answer] {
            if (request == m_request)
                setState(answer ? QStringLiteral("ok") : QStringLiteral("bad"),
                         displayName(std::string_view(answer ? *answer : answer.error().message)));
        });
    });
}

bool RemoteForm::save()
{
    if (const QString wrong = problem(); !wrong.isEmpty()) {
        setState(QStringLiteral("bad"), wrong);
        return false;
    }
    std::vector<SourceConfig> &sources = m_services.config.edit().sources;
    if (editing()) {
        for (SourceConfig &source : sources)
            if (source.id == m_config.id)
                source = m_config;
        m_services.engine.changeSource(m_config);
    } else {
        m_config.id = QUuid::createUuid().toString(QUuid::WithoutBraces).left(13).toStdString();
        sources.push_back(m_config);
        m_services.engine.addSource(m_config);
    }
    m_services.notify(listens() ? tr("Listening on %1").arg(displayName(std::string_view(m_config.target)))
                                : tr("Asking %1").arg(displayName(std::string_view(m_config.target))),
                      QStringLiteral("ok"), {}, {});
    setState(QStringLiteral("none"), {});
    Q_EMIT changed();
    return true;
}

} // namespace flyball
