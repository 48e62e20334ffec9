// SPDX-License-Identifier: GPL-3.0-or-later
#include "qml/pages/filepicker.h"

#include <QDesktopServices>
#include <QFileDialog>
#include <QFileInfo>

namespace flyball {

FilePicker::FilePicker(QObject *parent) : QObject(parent) {}

FilePicker::~FilePicker() { delete m_dialog; }

void FilePicker::pickFiles(const QString &title, const QString &tag)
{
    auto *dialog = new QFileDialog(nullptr, title);
    dialog->setFileMode(QFileDialog::ExistingFiles);
    show(dialog, tag);
}

void FilePicker::pickFolder(const QString &title, const QString &tag)
{
    auto *dialog = new QFileDialog(nullptr, title);
    dialog->setFileMode(QFileDialog::Directory);
    dialog->setOption(QFileDialog::ShowDirsOnly);
    show(dialog, tag);
}

void FilePicker::pickSaveFile(const QString &title, const QUrl &folder, const QString &name, const QString &tag)
{
    auto *dialog = new QFileDialog(nullptr, title);
    dialog->setAcceptMode(QFileDialog::AcceptSave);
    dialog->setFileMode(QFileDialog::AnyFile);
    dialog->setDefaultSuffix(QFileInfo(name).suffix());
    dialog->setDirectoryUrl(folder);
    dialog->selectFile(name);
    show(dialog, tag);
}

bool FilePicker::showFolder(const QString &path) const
{
    return QDesktopServices::openUrl(QUrl::fromLocalFile(QFileInfo(path).absolutePath()));
}

void FilePicker::show(QFileDialog *dialog, const QString &tag)
{
    delete m_dialog;
    m_dialog = dialog;
    connect(dialog, &QFileDialog::accepted, this, [this, dialog, tag] { Q_EMIT picked(dialog->selectedUrls(), tag); });
    dialog->open();
}

} // namespace flyball
