// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/push/targets/targetset.h"

#include "core/push/targets/registry.h"

#include <algorithm>

namespace flyball {

Result<std::unique_ptr<TargetSet>> TargetSet::open(const std::string &folder, Keys keys)
{
    Result<std::vector<TargetConfig>> configs = readTargets(folder);
    if (!configs)
        return configs.error();
    auto set = std::make_unique<TargetSet>();
    if (configs->empty())
        return set;
    Result<TargetMemories> memories = TargetMemories::load(folder);
    if (!memories)
        return memories.error();
    set->m_memories = std::move(*memories);
    for (TargetConfig &config : *configs)
        set->m_members.push_back({std::move(config), nullptr, "its key was not looked up yet", {}});
    if (keys == Keys::Now)
        set->connectAll();
    return set;
}

void TargetSet::connect(Member &member)
{
    {
        const std::lock_guard lock(m_mutex);
        if (member.pusher || m_stopped)
            return;
    }
    TargetConfig config = member.config;
    const Result<> key = takeKey(config);
    Result<std::unique_ptr<PolicyTarget>> target =
        key ? makeTarget(config) : Result<std::unique_ptr<PolicyTarget>>(key.error());
    const std::lock_guard lock(m_mutex);
    member.key = config.key ? keyPlace(config.key->reference) : std::string();
    member.problem = target ? std::string() : target.error().message;
    if (target && !m_stopped)
        member.pusher = std::make_unique<TargetPusher>(config.id, config.kind, std::move(*target), m_memories);
}

void TargetSet::connectAll()
{
    for (Member &member : m_members)
        connect(member);
}

TargetSet::Member *TargetSet::find(const std::string &id)
{
    const auto found =
        std::find_if(m_members.begin(), m_members.end(), [&](const Member &m) { return m.config.id == id; });
    return found == m_members.end() ? nullptr : &*found;
}

TargetPolicy TargetSet::policyFor(const Member &member, const PolicyDocument &document, std::int64_t revision)
{
    return {revision, document.tiers, effectivePolicy(document, member.config.scope),
            document.timezone.value_or("UTC")};
}

TargetReceipt TargetSet::push(Member &member, const PolicyDocument &document, std::int64_t revision, TimeNs now,
                              PushMode mode)
{
    TargetReceipt receipt{member.config.id,
                          member.config.kind,
                          revision,
                          std::string(targetStateName(TargetState::Rejected)),
                          now,
                          member.problem,
                          {},
                          {}};
    if (member.pusher)
        receipt = member.pusher->push(policyFor(member, document, revision), now, mode);
    receipt.key = member.key;
    return receipt;
}

TargetReceipt TargetSet::carryOut(Member &member, const std::string &action, const PolicyDocument &document,
                                  std::int64_t revision, TimeNs now)
{
    if (!member.pusher || action == "push" || action == "restore")
        return push(member, document, revision, now, action == "restore" ? PushMode::Over : PushMode::Keep);
    TargetReceipt receipt = action == "release" ? member.pusher->release(now) : member.pusher->check(now);
    receipt.key = member.key;
    return receipt;
}

std::string orderAction(const std::string &action) { return action == "verify" ? "target_check" : "target_" + action; }

TargetReceipt TargetSet::receiptOf(const Member &member)
{
    TargetReceipt receipt{member.config.id, member.config.kind, 0, "rejected", 0, member.problem, {}, {}};
    if (member.pusher)
        receipt = member.pusher->receipt();
    receipt.key = member.key;
    return receipt;
}

void TargetSet::stop()
{
    const std::lock_guard lock(m_mutex);
    m_stopped = true;
    for (Member &member : m_members)
        if (member.pusher)
            member.pusher->stop();
}

Result<> bookReceipt(PolicyStore &store, const TargetReceipt &receipt, const std::string &action,
                     const std::string &author)
{
    const auto known = store.receipts(receipt.revision);
    if (!known)
        return known.error();
    const bool same = std::any_of(known->begin(), known->end(), [&](const TargetReceipt &other) {
        return other.id == receipt.id && other.state == receipt.state && other.detail == receipt.detail;
    });
    if (Result<> r = store.beginBatch(); !r)
        return r;
    Result<> done = store.saveReceipt(receipt);
    if (done && !(same && author.empty())) {
        AuditEntry entry;
        entry.time = receipt.time;
        entry.operatorName = author;
        entry.action = action;
        entry.revision = receipt.revision;
        entry.results = {{receipt.id, receipt.state, receipt.detail}};
        const auto line = store.addAudit(std::move(entry));
        done = line ? Result<>() : Result<>(line.error());
    }
    if (done)
        return store.commitBatch();
    store.rollbackBatch();
    return done;
}

} // namespace flyball
