// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/push/targets/targethost.h"

#include "core/push/targets/targetfile.h"

namespace flyball {

TargetHost::~TargetHost() { stop(); }

Result<> TargetHost::start(Options options)
{
    m_options = std::move(options);
    m_stopping = false;
    std::promise<Result<>> opened;
    std::future<Result<>> result = opened.get_future();
    m_thread = std::thread([this, opened = std::move(opened)]() mutable { run(std::move(opened)); });
    Result<> r = result.get();
    if (!r)
        stop();
    return r;
}

void TargetHost::stop()
{
    if (!m_thread.joinable())
        return;
    {
        const std::lock_guard lock(m_mutex);
        m_stopping = true;
        if (m_set)
            m_set->stop();
    }
    m_wake.notify_all();
    m_thread.join();
    m_jobs.clear();
}

void TargetHost::add(Job job)
{
    {
        const std::lock_guard lock(m_mutex);
        if (m_stopping || !m_thread.joinable())
            return;
        m_jobs.push_back(std::move(job));
    }
    m_wake.notify_all();
}

void TargetHost::run(std::promise<Result<>> opened)
{
    const Result<std::optional<std::string>> text = TargetFile(targetsFile(m_options.folder)).read();
    m_config = text ? versionOf(*text) : std::string();
    Result<std::unique_ptr<TargetSet>> set = TargetSet::open(m_options.folder);
    if (!set) {
        opened.set_value(set.error());
        return;
    }
    std::unique_lock lock(m_mutex);
    m_set = std::move(*set);
    opened.set_value({});
    while (!m_stopping) {
        if (m_jobs.empty()) {
            m_wake.wait_for(lock, m_options.look);
        }
        Job job;
        if (!m_jobs.empty()) {
            job = std::move(m_jobs.front());
            m_jobs.pop_front();
        }
        if (m_stopping)
            break;
        lock.unlock();
        if (job)
            job();
        else
            lookAround();
        lock.lock();
    }
    m_set.reset();
}

void TargetHost::reread()
{
    const Result<std::optional<std::string>> text = TargetFile(targetsFile(m_options.folder)).read();
    if (!text || versionOf(*text) == m_config)
        return;
    Result<std::unique_ptr<TargetSet>> set = TargetSet::open(m_options.folder);
    if (!set)
        return;
    const std::lock_guard lock(m_mutex);
    m_config = versionOf(*text);
    m_set = std::move(*set);
}

void TargetHost::push(PolicyDocument document, std::int64_t revision, std::string author)
{
    add([this, document = std::move(document), revision, author = std::move(author)] {
        m_document = document;
        m_revision = revision;
        m_author = author;
        reread();
        const auto wants = [&](const TargetMemory &memory) {
            return memory.revision != revision || (!memory.written && memory.state == TargetState::Rejected);
        };
        for (TargetSet::Member &member : m_set->members())
            if (!member.pusher || wants(member.pusher->memory()))
                pushOne(member, PushMode::Keep, author);
    });
}

void TargetHost::plan(PolicyDocument draft, std::function<void(std::vector<TargetReceipt>)> done)
{
    add([this, draft = std::move(draft), done = std::move(done)] {
        std::vector<TargetReceipt> out;
        for (const TargetSet::Member &member : m_set->members()) {
            TargetReceipt receipt{member.config.id, member.config.kind, 0, "", m_options.now(), member.problem, {}};
            if (member.pusher)
                receipt.knobs = member.pusher->plan(TargetSet::policyFor(member, draft, draft.revision)).knobs;
            out.push_back(std::move(receipt));
        }
        done(std::move(out));
    });
}

void TargetHost::restore(const std::string &id, std::string author)
{
    add([this, id, author = std::move(author)] {
        TargetSet::Member *member = m_set->find(id);
        if (member && m_document)
            pushOne(*member, PushMode::Over, author);
    });
}

void TargetHost::verify(const std::string &id)
{
    add([this, id] {
        for (TargetSet::Member &member : m_set->members())
            if (member.pusher && (id.empty() || member.config.id == id))
                check(member);
    });
}

void TargetHost::contradict(const std::string &id, const std::string &detail)
{
    add([this, id, detail] {
        TargetSet::Member *member = m_set->find(id);
        if (member && member->pusher)
            report(member->pusher->contradict(detail, m_options.now()), "target_check", "");
    });
}

void TargetHost::pushOne(TargetSet::Member &member, PushMode mode, const std::string &author)
{
    const TargetReceipt receipt = TargetSet::push(member, *m_document, m_revision, m_options.now(), mode);
    report(receipt, mode == PushMode::Over ? "target_restore" : "target_push", author);
}

void TargetHost::check(TargetSet::Member &member)
{
    const TargetReceipt before = member.pusher->receipt();
    const TargetReceipt after = member.pusher->check(m_options.now());
    if (after.state != before.state || after.detail != before.detail)
        report(after, "target_check", "");
}

void TargetHost::lookAround()
{
    const TimeNs now = m_options.now();
    for (TargetSet::Member &member : m_set->members()) {
        if (!member.pusher)
            continue;
        const TimeNs due = member.pusher->nextCheck();
        if (due != kNoTime && due <= now)
            check(member);
        else if (member.pusher->owes() && m_document && member.pusher->memory().checkedAt + kWatchEvery <= now)
            pushOne(member, PushMode::Keep, "");
    }
}

void TargetHost::report(const TargetReceipt &receipt, const char *action, const std::string &author)
{
    if (m_options.report)
        m_options.report(receipt, action, author);
}

} // namespace flyball
