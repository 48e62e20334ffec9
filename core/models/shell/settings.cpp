// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/models/shell/settings.h"

#include <QVariantMap>

#include "core/models/text/displayname.h"

namespace flyball {

QTimeZone zoneOf(const QString &id)
{
    const QTimeZone zone(id.toUtf8());
    return id != u"system" && zone.isValid() ? zone : QTimeZone::systemTimeZone();
}

Settings::Settings(Services &services, QObject *parent)
    : QObject(parent),
      m_services(services),
      m_colours({QStringLiteral("name"), QStringLiteral("slot")}, {}, QStringLiteral("name"), false, this)
{
    m_save.setSingleShot(true);
    m_save.setInterval(1000);
    connect(&m_save, &QTimer::timeout, this, &Settings::saveNow);
}

QString Settings::version() const { return QStringLiteral(FLYBALL_VERSION); }

void Settings::stored()
{
    saveSoon();
    Q_EMIT changed();
}

void Settings::saveNow()
{
    if (const auto saved = m_services.config.save(); !saved)
        m_services.notify(tr("Settings were not saved: %1").arg(QString::fromStdString(saved.error().message)),
                          QStringLiteral("crit"), {}, {});
}

void Settings::setTheme(const QString &theme)
{
    if (theme == values().theme || (theme != u"system" && theme != u"dark" && theme != u"light"))
        return;
    m_services.config.edit().theme = theme;
    stored();
}

void Settings::setTimeZone(const QString &id)
{
    if (id == values().timeZone || (id != u"system" && !QTimeZone::isTimeZoneIdAvailable(id.toUtf8())))
        return;
    m_services.config.edit().timeZone = id;
    Q_EMIT zoneChanged(); // Session exchanges the formatter first
    stored();
}

QStringList Settings::timeZones() const
{
    QStringList ids{QStringLiteral("system"), QStringLiteral("UTC")};
    const auto available = QTimeZone::availableTimeZoneIds();
    for (const QByteArray &id : available)
        if (id.contains('/') && !id.startsWith("Etc/"))
            ids.append(QString::fromLatin1(id));
    return ids;
}

void Settings::setTextSize(int percent)
{
    percent = qBound(100, percent, 200);
    if (percent == values().textSize)
        return;
    m_services.config.edit().textSize = percent;
    stored();
}

void Settings::setReducedMotion(bool on)
{
    if (on == values().reducedMotion)
        return;
    m_services.config.edit().reducedMotion = on;
    stored();
}

void Settings::setRetentionDays(int days)
{
    days = qBound(0, days, 36'500);
    if (days == values().retentionDays)
        return;
    m_services.config.edit().retentionDays = days;
    m_services.engine.setRetentionDays(days);
    stored();
}

QVariantList Settings::retentionOptions() const
{
    const auto entry = [](int days, const QString &text) {
        return QVariantMap{{QStringLiteral("key"), QString::number(days)}, {QStringLiteral("text"), text}};
    };
    return {entry(30, tr("30 days")), entry(90, tr("90 days")), entry(365, tr("1 year")), entry(0, tr("For ever"))};
}

void Settings::setRetentionKey(const QString &key)
{
    bool ok = false;
    const int days = key.toInt(&ok);
    if (ok)
        setRetentionDays(days);
}

void Settings::setSlot(const QString &workflowName, int slot)
{
    m_services.colours.pin(workflowName, slot);
    saveSoon();
    m_services.refresh();
}

void Settings::setWindow(const std::function<void(WindowGeometry &)> &edit)
{
    WindowGeometry geometry = values().window;
    edit(geometry);
    if (geometry == values().window)
        return;
    m_services.config.edit().window = geometry;
    saveSoon();
    Q_EMIT windowChanged();
}

void Settings::show(const View &view)
{
    const QString path = QString::fromStdString(view.snapshot->ledger.path);
    const QString size = m_services.format.bytes(view.snapshot->ledger.sizeBytes);
    if (path != m_ledgerPath || size != m_ledgerSize) {
        m_ledgerPath = path;
        m_ledgerSize = size;
        Q_EMIT ledgerChanged();
    }
    std::vector<TableRow> rows;
    const auto &all = m_services.colours.all();
    for (auto it = all.begin(); it != all.end(); ++it) {
        TableRow row = m_colours.makeRow(it.key());
        m_colours.put(row, "name", displayName(it.key()), it.key(), kNoOrder);
        m_colours.put(row, "slot", it.value());
        m_colours.put(row, "accessible", displayName(it.key()));
        rows.push_back(std::move(row));
    }
    m_colours.setRows(std::move(rows));
}

} // namespace flyball
