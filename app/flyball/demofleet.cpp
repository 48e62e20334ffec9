// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/flyball/demofleet.h"

#include <QCoreApplication>
#include <QFileInfo>

namespace flyball {

namespace {

constexpr int kStartMs = 5000;
constexpr int kStopMs = 3000;

} // namespace

DemoFleet::DemoFleet(QObject *parent) : QObject(parent)
{
    m_process.setStandardInputFile(QProcess::nullDevice());
    m_process.setStandardOutputFile(QProcess::nullDevice());
    connect(&m_process, &QProcess::finished, this, &DemoFleet::onFinished);
}

DemoFleet::~DemoFleet()
{
    m_stopping = true;
    if (m_process.state() == QProcess::NotRunning)
        return;
    m_process.terminate();
    if (!m_process.waitForFinished(kStopMs)) {
        m_process.kill();
        m_process.waitForFinished(kStopMs);
    }
}

Result<> DemoFleet::start(const QString &folder)
{
    const QString program = QCoreApplication::applicationDirPath() + QStringLiteral("/agentsim");
    if (!QFileInfo(program).isExecutable())
        return Error{ErrorCode::NotFound, "demo fleet: " + program.toStdString() + " is missing"};
    m_process.start(program, {QStringLiteral("--out"), folder, QStringLiteral("--history"), QStringLiteral("3h"),
                              QStringLiteral("--speed"), QStringLiteral("1"), QStringLiteral("--die-with-parent")});
    if (!m_process.waitForStarted(kStartMs))
        return Error{ErrorCode::Unreadable,
                     "demo fleet: " + program.toStdString() + ": " + m_process.errorString().toStdString()};
    return {};
}

void DemoFleet::onFinished()
{
    if (m_stopping)
        return;
    const QString last = QString::fromLocal8Bit(m_process.readAllStandardError()).section(QLatin1Char('\n'), 0, 0);
    Q_EMIT ended(last.isEmpty() ? tr("It ended with code %1.").arg(m_process.exitCode()) : last);
}

} // namespace flyball
