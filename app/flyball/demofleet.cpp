// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/flyball/demofleet.h"

#include <QCoreApplication>
#include <QFileInfo>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QProcessEnvironment>

namespace flyball {

namespace {

constexpr int kStartMs = 5000;
constexpr int kStopMs = 3000;

QString agentsJson(const std::vector<AgentSecret> &agents)
{
    QJsonArray list;
    for (const AgentSecret &agent : agents)
        list.append(QJsonObject{{QStringLiteral("id"), QString::fromStdString(agent.id)},
                                {QStringLiteral("token"), QString::fromStdString(agent.token)},
                                {QStringLiteral("hmac"), QString::fromStdString(agent.hmac)}});
    return QString::fromUtf8(QJsonDocument(list).toJson(QJsonDocument::Compact));
}

} // namespace

const std::vector<std::string> &DemoFleet::agents()
{
    static const std::vector<std::string> kNames{"research_agent", "support_triage",  "code_review",
                                                 "doc_enrichment", "invoice_extract", "contract_qa",
                                                 "sales_outreach", "kb_indexer"};
    return kNames;
}

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

Result<> DemoFleet::start(const QString &folder, const DemoChannel &channel)
{
    const QString program = QCoreApplication::applicationDirPath() + QStringLiteral("/agentsim");
    if (!QFileInfo(program).isExecutable())
        return Error{ErrorCode::NotFound, "demo fleet: " + program.toStdString() + " is missing"};
    QStringList arguments{QStringLiteral("--out"),
                          folder,
                          QStringLiteral("--history"),
                          QStringLiteral("3h"),
                          QStringLiteral("--speed"),
                          QStringLiteral("1"),
                          QStringLiteral("--die-with-parent")};
    if (!channel.agents.empty()) {
        arguments << QStringLiteral("--policy") << QString::fromStdString(channel.url);
        QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
        environment.insert(QStringLiteral("FLYBALL_POLICY_AGENTS"), agentsJson(channel.agents));
        m_process.setProcessEnvironment(environment);
    }
    m_process.start(program, arguments);
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
