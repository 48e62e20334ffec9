// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/push/targets/targethost.h"

#include "core/keys/keychain.h"
#include "core/push/targets/targetfile.h"

namespace flyball {

TargetHost::~TargetHost() { stop(); }

Result<> TargetHost::start(Options options)
{
    m_options = std::move(options);
    m_stopping = m_hasEnded = false;
    std::promise<Result<>> opened;
    std::future<Result<>> result = opened.get_future();
    m_thread = std::thread([this, opened = std::move(opened)]() mutable {
        run(std::move(opened));
        const std::lock_guard lock(m_mutex);
        m_hasEnded = true;
        m_ended.notify_all();
    });
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
        std::unique_lock lock(m_mutex);
        m_stopping = true;
        if (m_set)
            m_set->stop();
        m_wake.notify_all();
        // It may be about to ask the keychain, which then would wait for a person.
        while (!m_ended.wait_for(lock, Milliseconds(20), [this] { return m_hasEnded; }))
            if (const auto asked = keychain())
                asked->cancel();
    }
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
    Result<std::unique_ptr<TargetSet>> set = TargetSet::open(m_options.folder, TargetSet::Keys::Later);
    if (!set) {
        opened.set_value(set.error());
        return;
    }
    std::unique_lock lock(m_mutex);
    m_set = std::move(*set);
    opened.set_value({});
    lock.unlock();
    m_set->connectAll();
    lock.lock();
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

Result<> TargetHost::reread(bool always)
{
    const Result<std::optional<std::string>> text = TargetFile(targetsFile(m_options.folder)).read();
    if (!text)
        return text.error();
    if (!always && versionOf(*text) == m_config)
        return {};
    Result<std::unique_ptr<TargetSet>> set = TargetSet::open(m_options.folder, TargetSet::Keys::Later);
    if (!set)
        return set.error();
    {
        const std::lock_guard lock(m_mutex);
        if (m_stopping)
            return Error{ErrorCode::Cancelled, "stopped"};
        m_config = versionOf(*text);
        m_set = std::move(*set);
    }
    m_set->connectAll();
    return {};
}

TargetSet::Member *TargetHost::find(const std::string &id)
{
    TargetSet::Member *member = m_set->find(id);
    if (member)
        m_set->connect(*member);
    return member;
}

void TargetHost::push(PolicyDocument document, std::int64_t revision, std::string author)
{
    add([this, document = std::move(document), revision, author = std::move(author)] {
        m_document = document;
        m_revision = revision;
        m_author = author;
        static_cast<void>(reread()); // one that is damaged leaves the targets as they were
        m_set->connectAll();
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
            TargetReceipt receipt{member.config.id, member.config.kind, 0,  "",
                                  m_options.now(),  member.problem,     {}, member.key};
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
        TargetSet::Member *member = find(id);
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

void TargetHost::order(TargetOrder order, PolicyDocument document, std::int64_t revision,
                       std::function<void(Result<std::vector<TargetReceipt>>)> done)
{
    add([this, order = std::move(order), document = std::move(document), revision, done = std::move(done)] {
        m_document = document;
        m_revision = revision;
        done(carryOut(order));
    });
}

Result<std::vector<TargetReceipt>> TargetHost::carryOut(const TargetOrder &order)
{
    if (Result<> r = reread(true); !r)
        return r.error();
    std::vector<TargetReceipt> out;
    for (TargetSet::Member &member : m_set->members()) {
        if (!order.id.empty() && member.config.id != order.id)
            continue;
        out.push_back(TargetSet::carryOut(member, order.action, *m_document, m_revision, m_options.now()));
        if (out.back().revision > 0)
            report(out.back(), orderAction(order.action), order.action == "verify" ? std::string() : order.author);
    }
    if (!order.id.empty() && out.empty())
        return Error{ErrorCode::NotFound,
                     "there is no target " + inQuotes(order.id) + " in " + targetsFile(m_options.folder)};
    return out;
}

namespace {

std::string holderOf(const TargetConfig &config)
{
    for (const char *option : {"key", "team", "virtual_key"})
        if (const JsonValue *value = config.options.find(option); value && value->string())
            return *value->string();
    return {};
}

} // namespace

std::vector<TargetScope> TargetHost::scopes()
{
    std::vector<TargetScope> out;
    const std::lock_guard lock(m_mutex);
    if (!m_set)
        return out;
    for (const TargetSet::Member &member : m_set->members()) {
        const PolicyScope &scope = member.config.scope;
        const bool whole = scope == PolicyScope{scope.workflow, {}, {}, {}, {}};
        out.push_back({member.config.id, whole ? scope.workflow : std::string(), holderOf(member.config)});
    }
    return out;
}

void TargetHost::contradict(const std::string &id, const std::string &detail)
{
    add([this, id, detail] {
        TargetSet::Member *member = m_set->find(id);
        if (!member || !member->pusher)
            return;
        TargetReceipt receipt = member->pusher->contradict(detail, m_options.now());
        receipt.key = member->key;
        report(receipt, "target_check", "");
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
    TargetReceipt after = member.pusher->check(m_options.now());
    after.key = member.key;
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

void TargetHost::report(const TargetReceipt &receipt, const std::string &action, const std::string &author)
{
    if (m_options.report)
        m_options.report(receipt, action, author);
}

} // namespace flyball
