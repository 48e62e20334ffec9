// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>
#include <QStringList>
#include <QTimer>
#include <QVariantList>
#include <QtQml/qqmlregistration.h>

#include "core/models/session/services.h"
#include "core/models/session/view.h"
#include "core/models/table/tablemodel.h"

namespace flyball {

/// The operator's choices; each change is stored a second later. GUI thread.
class Settings : public QObject {
    Q_OBJECT
    QML_ELEMENT
    QML_UNCREATABLE("child of Session")
    Q_PROPERTY(QString theme READ theme WRITE setTheme NOTIFY changed)
    Q_PROPERTY(QString timeZone READ timeZone WRITE setTimeZone NOTIFY changed)
    Q_PROPERTY(QStringList timeZones READ timeZones CONSTANT)
    Q_PROPERTY(QString zoneText READ zoneText NOTIFY changed)
    Q_PROPERTY(int textSize READ textSize WRITE setTextSize NOTIFY changed)
    Q_PROPERTY(bool reducedMotion READ reducedMotion WRITE setReducedMotion NOTIFY changed)
    Q_PROPERTY(int retentionDays READ retentionDays WRITE setRetentionDays NOTIFY changed)
    Q_PROPERTY(QVariantList retentionOptions READ retentionOptions CONSTANT)
    Q_PROPERTY(QString retentionKey READ retentionKey WRITE setRetentionKey NOTIFY changed)
    Q_PROPERTY(bool readOnly READ readOnly CONSTANT)
    Q_PROPERTY(QString configPath READ configPath CONSTANT)
    Q_PROPERTY(QString configError READ configError CONSTANT)
    Q_PROPERTY(QString ledgerPath READ ledgerPath NOTIFY ledgerChanged)
    Q_PROPERTY(QString ledgerSize READ ledgerSize NOTIFY ledgerChanged)
    Q_PROPERTY(QString version READ version CONSTANT)
    Q_PROPERTY(flyball::TableModel *workflowColours READ workflowColours CONSTANT)
    Q_PROPERTY(double windowX READ windowX WRITE setWindowX NOTIFY windowChanged)
    Q_PROPERTY(double windowY READ windowY WRITE setWindowY NOTIFY windowChanged)
    Q_PROPERTY(double windowW READ windowW WRITE setWindowW NOTIFY windowChanged)
    Q_PROPERTY(double windowH READ windowH WRITE setWindowH NOTIFY windowChanged)
    Q_PROPERTY(bool windowMaximized READ windowMaximized WRITE setWindowMaximized NOTIFY windowChanged)

public:
    explicit Settings(Services &services, QObject *parent = nullptr);

    [[nodiscard]] QString theme() const { return values().theme; }
    void setTheme(const QString &theme);
    [[nodiscard]] QString timeZone() const { return values().timeZone; }
    void setTimeZone(const QString &id);
    [[nodiscard]] QStringList timeZones() const;
    [[nodiscard]] QString zoneText() const { return m_services.format.zoneText(m_services.clock()); }
    [[nodiscard]] int textSize() const { return values().textSize; }
    void setTextSize(int percent);
    [[nodiscard]] bool reducedMotion() const { return values().reducedMotion; }
    void setReducedMotion(bool on);
    [[nodiscard]] int retentionDays() const { return values().retentionDays; }
    void setRetentionDays(int days);
    [[nodiscard]] QVariantList retentionOptions() const;
    [[nodiscard]] QString retentionKey() const { return QString::number(values().retentionDays); }
    void setRetentionKey(const QString &key);
    [[nodiscard]] bool readOnly() const { return m_services.config.readOnly() || !configError().isEmpty(); }
    [[nodiscard]] QString configPath() const { return m_services.config.path(); }
    [[nodiscard]] QString configError() const { return m_services.config.error(); }
    [[nodiscard]] QString ledgerPath() const { return m_ledgerPath; }
    [[nodiscard]] QString ledgerSize() const { return m_ledgerSize; }
    [[nodiscard]] QString version() const;
    [[nodiscard]] TableModel *workflowColours() { return &m_colours; }
    Q_INVOKABLE void setSlot(const QString &workflowName, int slot);
    [[nodiscard]] double windowX() const { return values().window.x; }
    [[nodiscard]] double windowY() const { return values().window.y; }
    [[nodiscard]] double windowW() const { return values().window.width; }
    [[nodiscard]] double windowH() const { return values().window.height; }
    [[nodiscard]] bool windowMaximized() const { return values().window.maximised; }
    void setWindowX(double x)
    {
        setWindow([x](WindowGeometry &w) { w.x = qRound(x); });
    }
    void setWindowY(double y)
    {
        setWindow([y](WindowGeometry &w) { w.y = qRound(y); });
    }
    void setWindowW(double width)
    {
        setWindow([width](WindowGeometry &w) { w.width = qMax(1, qRound(width)); });
    }
    void setWindowH(double height)
    {
        setWindow([height](WindowGeometry &w) { w.height = qMax(1, qRound(height)); });
    }
    void setWindowMaximized(bool on)
    {
        setWindow([on](WindowGeometry &w) { w.maximised = on; });
    }

    void show(const View &view);
    void saveSoon() { m_save.start(); }
    void saveNow();

Q_SIGNALS:
    void changed();
    void zoneChanged();
    void windowChanged();
    void ledgerChanged();

private:
    [[nodiscard]] const ConfigValues &values() const { return m_services.config.values(); }
    void setWindow(const std::function<void(WindowGeometry &)> &edit);
    void stored();

    Services &m_services;
    QTimer m_save;
    QString m_ledgerPath, m_ledgerSize;
    TableModel m_colours;
};

/// Zone of an id; the system's for "system" and for ids this machine does not know.
[[nodiscard]] QTimeZone zoneOf(const QString &id);

} // namespace flyball
