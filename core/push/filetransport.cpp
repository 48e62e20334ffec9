// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/push/filetransport.h"

#include "core/base/wholefile.h"
#include "core/keys/secretfile.h"

namespace flyball {

namespace {

constexpr const char *kNonce = "file";

} // namespace

FileExchange::FileExchange(PolicyStore &store, PolicyChannel &channel, std::string folder)
    : m_store(store), m_channel(channel), m_folder(std::move(folder))
{}

void FileExchange::run(TimeNs now)
{
    const Result<ChannelSnapshot> snapshot = m_channel.snapshot(now);
    if (!snapshot)
        return;
    for (const AgentStatus &agent : snapshot->agents) {
        const std::string folder = m_folder + '/' + agent.record.id;
        if (agent.etag.empty() || !makeFolder(folder))
            continue;
        writePolicy(agent, folder, now);
        readStatus(agent, folder, now);
    }
}

void FileExchange::writePolicy(const AgentStatus &agent, const std::string &folder, TimeNs now)
{
    const std::string &id = agent.record.id;
    if (m_written[id] == agent.etag)
        return;
    const Result<std::string> envelope = m_channel.envelopeFor(id, now);
    if (!envelope || !writeFileAtomically(folder + "/policy.json", *envelope)) {
        ++m_refused;
        return;
    }
    m_written[id] = agent.etag;
}

void FileExchange::readStatus(const AgentStatus &agent, const std::string &folder, TimeNs now)
{
    const std::string &id = agent.record.id;
    const Result<std::string> text = readSecretFile(folder + "/status-" + id + ".json");
    if (!text && text.error().code == ErrorCode::NotFound)
        return;
    const std::string seen = text ? *text : text.error().message;
    if (m_read[id] == seen)
        return;
    m_read[id] = seen;
    Result<JsonValue> ack = text ? JsonValue::parse(*text) : Result<JsonValue>(text.error());
    const JsonValue *offered = ack ? ack->find("offered") : nullptr;
    if (!offered || !offered->string()) {
        ++m_refused;
        return;
    }
    Result<AgentRecord> record = m_store.agent(id);
    // The file answers what lies beside it; an answer to an older file has an older ETag.
    if (record && *offered->string() == m_written[id] && record->offeredEtag != m_written[id]) {
        record->offeredEtag = m_written[id];
        record->offeredAt = now;
        record->offeredNonce = kNonce;
        record->pollsSinceOffer = 0;
        (void)m_store.saveAgent(*record);
    }
    ack->set("nonce", record ? record->offeredNonce : std::string(kNonce));
    if (m_channel.acknowledge(id, *ack, now).status != 200)
        ++m_refused;
}

} // namespace flyball
