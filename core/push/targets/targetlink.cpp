// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/push/targets/targetlink.h"

#include "core/policy/document/text.h"

namespace flyball {

namespace {

std::optional<PolicyDocument> documentOf(const PolicyStore &store)
{
    const PolicyRevision *head = store.revisions().head();
    return head ? readPolicy(head->text).document : std::nullopt;
}

} // namespace

TargetLink::TargetLink(PolicyChannelHost &channel, std::string folder)
    : m_channel(channel), m_folder(std::move(folder)), m_host(std::make_shared<TargetHost>())
{}

TargetLink::~TargetLink()
{
    m_open = false;
    m_host->stop();
}

Result<> TargetLink::start()
{
    TargetHost::Options options;
    options.folder = m_folder;
    options.report = [this](const TargetReceipt &receipt, const std::string &action, const std::string &author) {
        m_channel.perform([receipt, action, author](PolicyStore &store, PolicyChannel &) {
            // A store that cannot write says so to everybody who asks it; the receipt comes again with the next check.
            static_cast<void>(bookReceipt(store, receipt, action, author));
        });
    };
    if (Result<> r = m_host->start(std::move(options)); !r)
        return r;
    m_open = true;
    m_channel.perform([this, targets = std::weak_ptr<TargetHost>(m_host)](PolicyStore &store, PolicyChannel &channel) {
        // What the host does for an order it does in its own thread, which ends before this object does.
        channel.setTargets([this, targets, &store](std::int64_t number, TargetOrder order) {
            const std::shared_ptr<TargetHost> host = targets.lock();
            std::optional<PolicyDocument> document = documentOf(store);
            if (!host || !document)
                return false;
            host->order(std::move(order), std::move(*document), store.revisions().head()->number,
                        [this, number](const Result<std::vector<TargetReceipt>> &result) {
                            m_channel.perform(
                                [number, result](PolicyStore &, PolicyChannel &at) { at.ordered(number, result); });
                        });
            return true;
        });
    });
    changed();
    return {};
}

void TargetLink::changed()
{
    const std::shared_ptr<const ChannelSnapshot> snapshot = m_channel.snapshot();
    if (!m_open || !snapshot || snapshot->revision == m_revision.exchange(snapshot->revision))
        return;
    m_channel.perform([targets = std::weak_ptr<TargetHost>(m_host)](PolicyStore &store, PolicyChannel &) {
        std::optional<PolicyDocument> document = documentOf(store);
        const std::shared_ptr<TargetHost> host = targets.lock();
        if (host && document)
            host->push(std::move(*document), store.revisions().head()->number, store.revisions().head()->author);
    });
}

} // namespace flyball
