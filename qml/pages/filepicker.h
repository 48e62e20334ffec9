// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QList>
#include <QObject>
#include <QQmlEngine>
#include <QUrl>

class QFileDialog;

namespace flyball {

/// The desktop's file dialogs for QML. Those of Qt Quick would draw file names as markup; these use
/// the platform's own, or the widget one. One dialog at a time; GUI thread.
class FilePicker : public QObject {
    Q_OBJECT
    QML_ELEMENT

public:
    explicit FilePicker(QObject *parent = nullptr);
    ~FilePicker() override;

    Q_INVOKABLE void pickFiles(const QString &title, const QString &tag);
    Q_INVOKABLE void pickFolder(const QString &title, const QString &tag);
    Q_INVOKABLE void pickSaveFile(const QString &title, const QUrl &folder, const QString &name, const QString &tag);
    /// Opens the folder that holds `path` in the file manager; false when there is none.
    Q_INVOKABLE bool showFolder(const QString &path) const;

    [[nodiscard]] Q_INVOKABLE QString localPath(const QUrl &url) const { return url.toLocalFile(); }

Q_SIGNALS:
    /// `tag` is what the question was asked with.
    void picked(const QList<QUrl> &urls, const QString &tag);

private:
    void show(QFileDialog *dialog, const QString &tag);

    QFileDialog *m_dialog = nullptr;
};

} // namespace flyball
