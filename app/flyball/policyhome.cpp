// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/flyball/policyhome.h"

#include <QCoreApplication>
#include <QFile>
#include <future>

#include "core/pricing/catalog.h"
#include "core/push/rates.h"

namespace flyball {

namespace {

QString tr(const char *text) { return QCoreApplication::translate("PolicyHome", text); }

} // namespace

PolicyHome::PolicyHome(const QString &folder, bool own, Engine &engine)
{
    ChannelOptions options;
    options.folder = QFile::encodeName(folder).toStdString();
    options.port = own ? kPort : 0;
    options.rates = [&engine](const PolicyDocument &of) { return ratesFor(of, *engine.prices(), wallClockNow()); };
    auto started = HostLink::start(options);
    if (!started && options.port != 0 && started.error().code != ErrorCode::Locked) {
        options.port = 0; // something else listens there; the page and channel.json say where this one does
        started = HostLink::start(options);
    }
    if (started) {
        m_host = std::move(*started);
        return;
    }
    m_problem = QString::fromStdString(started.error().message);
    if (started.error().code != ErrorCode::Locked)
        return;
    auto remote = RemoteLink::open(options.folder);
    if (remote)
        m_remote = std::move(*remote);
    else
        m_problem = tr("Another process holds this policy and does not answer: %1. Drafts are kept.")
                        .arg(QString::fromStdString(remote.error().message));
}

PolicyLink *PolicyHome::link() const { return m_host ? static_cast<PolicyLink *>(m_host.get()) : m_remote.get(); }

QString PolicyHome::targetProblem() const
{
    return m_host ? QString::fromStdString(m_host->targetProblem()) : QString();
}

QString PolicyHome::url() const { return m_host ? QString::fromStdString(m_host->host().url()) : QString(); }

Result<std::vector<AgentSecret>> PolicyHome::registerAgents(const std::vector<std::string> &names)
{
    if (!m_host)
        return Error{ErrorCode::Locked, m_problem.toStdString()};
    auto answer = std::make_shared<std::promise<Result<std::vector<AgentSecret>>>>();
    m_host->host().perform([answer, names](PolicyStore &store, PolicyChannel &) {
        std::vector<AgentSecret> secrets;
        for (const std::string &name : names) {
            auto secret = store.registerAgent(name, name, wallClockNow(), true);
            if (!secret)
                return answer->set_value(secret.error());
            secrets.push_back(std::move(*secret));
        }
        answer->set_value(std::move(secrets));
    });
    return answer->get_future().get();
}

} // namespace flyball
