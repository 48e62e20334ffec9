// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/models/policy/hostlink.h"

namespace flyball {

Result<std::unique_ptr<HostLink>> HostLink::start(const ChannelOptions &options)
{
    std::unique_ptr<HostLink> link(new HostLink);
    HostLink *self = link.get();
    self->m_targets = std::make_shared<TargetLink>(self->m_host, options.folder);
    const Result<> started = self->m_host.start(options, [self, targets = std::weak_ptr(self->m_targets)] {
        if (const auto alive = targets.lock())
            alive->changed();
        const std::lock_guard lock(self->m_mutex);
        if (self->m_changed)
            self->m_changed();
    });
    if (!started)
        return started.error();
    if (const Result<> targets = self->m_targets->start(); !targets) // agents are served all the same
        self->m_targetProblem = targets.error().message;
    return link;
}

HostLink::~HostLink()
{
    m_targets.reset();
    m_host.stop();
}

void HostLink::onChange(std::function<void()> callback)
{
    const std::lock_guard lock(m_mutex);
    m_changed = std::move(callback);
}

void HostLink::push(PolicyDocument document, std::int64_t parent, RevisionNote note, Done<PolicyRevision> done)
{
    m_host.perform([document = std::move(document), parent, note = std::move(note), done = std::move(done)](
                       PolicyStore &store, PolicyChannel &) { done(store.push(document, parent, note)); });
}

void HostLink::rollback(std::int64_t number, std::int64_t parent, RevisionNote note, Done<PolicyRevision> done)
{
    m_host.perform([number, parent, note = std::move(note), done = std::move(done)](
                       PolicyStore &store, PolicyChannel &) { done(store.rollback(number, parent, note)); });
}

void HostLink::addControl(ControlItem item, Done<ControlItem> done)
{
    m_host.perform([item = std::move(item), done = std::move(done)](PolicyStore &store, PolicyChannel &) {
        if (!store.revisions().head())
            done(Error{ErrorCode::InvalidArgument, "orders travel with a policy, and none was pushed yet"});
        else
            done(store.addControl(item));
    });
}

void HostLink::endControl(std::int64_t id, const std::string &author, Done<std::int64_t> done)
{
    m_host.perform([id, author, done = std::move(done)](PolicyStore &store, PolicyChannel &) {
        const Result<> ended = store.endControl(id, author, wallClockNow());
        done(ended ? Result<std::int64_t>(id) : Result<std::int64_t>(ended.error()));
    });
}

void HostLink::audit(Done<std::vector<AuditEntry>> done)
{
    m_host.perform([done = std::move(done)](PolicyStore &store, PolicyChannel &) { done(store.audit()); });
}

void HostLink::registerAgent(const std::string &id, const std::string &workflow, Done<AgentSecret> done)
{
    m_host.perform([id, workflow, done = std::move(done)](PolicyStore &store, PolicyChannel &) {
        done(store.registerAgent(id, workflow, wallClockNow()));
    });
}

} // namespace flyball
