// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>
#include <QUrl>
#include <QVariantList>
#include <QtQml/qqmlregistration.h>

#include "core/models/runs/callsview.h"
#include "core/models/session/services.h"
#include "core/models/table/tablemodel.h"

namespace flyball {

/// One CSV cell: quoted where needed; text that a spreadsheet would run as a formula gets a leading
/// apostrophe (reliability.md U3). Numbers stay numbers.
[[nodiscard]] QString csvCell(const QVariant &value);

/// Saves what is shown as CSV or JSON with plain exact numbers. Atomic, 0600; never follows a symlink
/// at the target. GUI thread.
class Exporter : public QObject {
    Q_OBJECT
    QML_ELEMENT
    QML_UNCREATABLE("child of Session")
    Q_PROPERTY(QUrl folder READ folder NOTIFY folderChanged)

public:
    Exporter(Services &services, CallsView &calls, QObject *parent = nullptr);
    [[nodiscard]] QUrl folder() const { return m_folder; }

    /// `columns` as DataTable has them: [{key, title}]. Returns what went wrong, or nothing.
    /// `note`: what narrows the table, in words; in JSON as "filter", in CSV as a column of that name.
    Q_INVOKABLE QString csv(flyball::TableModel *table, const QVariantList &columns, const QString &file,
                            const QString &note = {});
    Q_INVOKABLE QString json(flyball::TableModel *table, const QVariantList &columns, const QString &file,
                             const QString &note = {});
    Q_INVOKABLE QString callsCsv(const QString &file);
    Q_INVOKABLE QString callsJson(const QString &file);
    Q_INVOKABLE [[nodiscard]] QString suggestName(const QString &base, const QString &extension) const;
    Q_INVOKABLE [[nodiscard]] QString pngName(const QString &base) const;
    /// Local path with a safe base name for a picture that QML saves; empty when it cannot be.
    Q_INVOKABLE [[nodiscard]] QString pathFor(const QString &file) const;
    Q_INVOKABLE [[nodiscard]] QString localPath(const QString &file) const;
    void setRange(const QString &text, const QString &since, const QString &until);

Q_SIGNALS:
    void folderChanged();
    void done(const QString &path);
    void failed(const QString &text);

private:
    struct Sheet {
        QStringList keys, titles;
        std::vector<std::vector<QVariant>> rows;
    };
    [[nodiscard]] static Sheet sheetOf(const TableModel &table, const QVariantList &columns);
    [[nodiscard]] Sheet sheetOfCalls() const;
    [[nodiscard]] QByteArray csvBytes(const Sheet &sheet) const;
    [[nodiscard]] QByteArray jsonBytes(const Sheet &sheet, const QString &note = {}) const;
    QString write(const QByteArray &bytes, const QString &file);

    Services &m_services;
    CallsView &m_calls;
    QUrl m_folder;
    QString m_rangeText, m_since, m_until;
};

} // namespace flyball
