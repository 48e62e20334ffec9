// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/models/policy/remotelink.h"

#include <future>

#include "core/keys/secretfile.h"
#include "core/models/policy/statusreader.h"
#include "core/policy/document/text.h"

namespace flyball {

namespace {

constexpr int kCrossings = 100;

struct Server {
    std::string url, token, caFile;
};

Result<Server> serverOf(const std::string &folder)
{
    const Result<std::string> note = readSecretFile(folder + "/channel.json");
    if (!note)
        return note.error();
    const Result<JsonValue> json = JsonValue::parse(*note);
    const JsonValue *url = json ? json->find("url") : nullptr;
    const JsonValue *file = json ? json->find("token_file") : nullptr;
    if (!url || !url->string() || !file || !file->string())
        return Error{ErrorCode::Malformed, folder + "/channel.json is damaged"};
    const JsonValue *ca = json->find("ca_file");
    Result<std::string> token = readSecretFile(*file->string());
    while (token && !token->empty() && (token->back() == '\n' || token->back() == '\r'))
        token->pop_back();
    return token ? Result<Server>(Server{*url->string(), *token, ca && ca->string() ? *ca->string() : ""})
                 : token.error();
}

std::string body(std::initializer_list<std::pair<const char *, JsonValue>> members)
{
    JsonValue json{JsonValue::Object()};
    for (const auto &[name, value] : members)
        json.set(name, value);
    return json.compact();
}

} // namespace

Result<std::unique_ptr<RemoteLink>> RemoteLink::open(const std::string &folder)
{
    const Result<Server> server = serverOf(folder);
    if (!server)
        return server.error();
    HttpConnection connection;
    connection.url = server->url;
    connection.caFile = server->caFile;
    connection.headers = {{"Authorization", "Bearer " + server->token}};
    std::unique_ptr<RemoteLink> link(new RemoteLink(folder, std::move(connection)));
    auto answer = std::make_shared<std::promise<Result<>>>();
    link->m_thread = std::thread(
        [self = link.get(), answer] { self->run([answer](Result<> r) { answer->set_value(std::move(r)); }); });
    if (const Result<> started = answer->get_future().get(); !started)
        return started.error();
    return link;
}

RemoteLink::RemoteLink(std::string folder, HttpConnection connection)
    : m_folder(std::move(folder)), m_connection(std::move(connection))
{}

RemoteLink::~RemoteLink()
{
    {
        const std::lock_guard lock(m_mutex);
        m_stop = true;
        m_changed = {};
    }
    m_wake.notify_all();
    if (m_thread.joinable())
        m_thread.join();
}

void RemoteLink::run(std::function<void(Result<>)> started)
{
    auto client = HttpClient::open(m_connection);
    if (!client)
        return started(client.error());
    m_client = std::move(*client);
    const Result<> first = poll();
    started(first);
    std::unique_lock lock(m_mutex);
    while (first && !m_stop) {
        m_wake.wait_for(lock, std::chrono::milliseconds(kPollMs), [this] { return m_stop || !m_tasks.empty(); });
        while (!m_tasks.empty() && !m_stop) {
            const auto task = std::move(m_tasks.front());
            m_tasks.pop_front();
            lock.unlock();
            task();
            lock.lock();
        }
        lock.unlock();
        (void)poll(); // the last state stays; its agents fall silent in the next answer
        lock.lock();
    }
    lock.unlock();
    m_client.reset();
}

void RemoteLink::perform(std::function<void()> task)
{
    {
        const std::lock_guard lock(m_mutex);
        m_tasks.push_back(std::move(task));
    }
    m_wake.notify_all();
}

Result<> RemoteLink::poll()
{
    Result<JsonValue> status = ask("GET", "/v1/status", {});
    if (!status)
        return status.error();
    auto store = PolicyStore::open(m_folder, PolicyStore::Access::ReadOnly);
    if (!store)
        return store.error();
    const TimeNs now = wallClockNow();
    ChannelSnapshot out = readStatus(*status);
    auto controls = (*store)->controls(now);
    auto crossings = (*store)->crossings(kCrossings);
    auto receipts = (*store)->receipts(out.revision);
    auto agents = (*store)->agents();
    if (!controls || !crossings || !receipts || !agents)
        return Error{ErrorCode::Unreadable, m_folder + ": the policy store cannot be read"};
    fillRecords(out, *agents);
    out.time = now;
    out.url = m_connection.url;
    out.revisions = std::make_shared<const RevisionLog>((*store)->revisions());
    out.controls = std::move(*controls);
    out.crossings = std::move(*crossings);
    out.receipts = std::move(*receipts);
    publish(std::move(out));
    return {};
}

void RemoteLink::publish(ChannelSnapshot now)
{
    const std::string shown = statusJson(now).compact() + std::to_string(now.revisions->revisions().size());
    const std::lock_guard lock(m_mutex);
    if (shown == m_shown)
        return;
    m_shown = shown;
    m_snapshot = std::make_shared<const ChannelSnapshot>(std::move(now));
    if (m_changed)
        m_changed();
}

Result<JsonValue> RemoteLink::ask(const std::string &method, const std::string &path, const std::string &text,
                                  std::int64_t parent)
{
    std::vector<std::pair<std::string, std::string>> headers{{"Content-Type", "application/json"}};
    if (parent == 0)
        headers.emplace_back("If-None-Match", "*");
    else if (parent > 0) {
        const PolicyRevision *revision = snapshot()->revisions->find(parent);
        if (!revision)
            return Error{ErrorCode::Locked, "revision " + std::to_string(parent) + " is not the head"};
        headers.emplace_back("If-Match", '"' + revision->etag() + '"');
    }
    const Result<HttpReply> reply = method == "GET" ? m_client->get(path) : m_client->send(method, path, text, headers);
    if (!reply)
        return reply.error();
    Result<JsonValue> json = JsonValue::parse(reply->body);
    if (reply->status == 200)
        return json;
    const JsonValue *message = json ? json->find("message") : nullptr;
    const std::string words =
        message && message->string() ? *message->string() : "the server answered " + std::to_string(reply->status);
    const ErrorCode code = reply->status == 412                           ? ErrorCode::Locked
                           : reply->status == 422 || reply->status == 409 ? ErrorCode::InvalidArgument
                           : reply->status == 404                         ? ErrorCode::NotFound
                                                                          : ErrorCode::Unreadable;
    return Error{code, words};
}

Result<PolicyRevision> RemoteLink::revisionOf(const Result<JsonValue> &answer)
{
    if (!answer)
        return answer.error();
    const JsonValue *number = answer->find("revision");
    const auto value = number && number->number() ? number->number()->toInt64() : std::nullopt;
    if (const Result<> seen = poll(); !seen)
        return seen.error();
    const PolicyRevision *revision = value ? snapshot()->revisions->find(*value) : nullptr;
    return revision ? Result<PolicyRevision>(*revision)
                    : Error{ErrorCode::Malformed, "the server named no revision that is in the store"};
}

std::shared_ptr<const ChannelSnapshot> RemoteLink::snapshot() const
{
    const std::lock_guard lock(m_mutex);
    return m_snapshot;
}

void RemoteLink::onChange(std::function<void()> callback)
{
    const std::lock_guard lock(m_mutex);
    m_changed = std::move(callback);
}

void RemoteLink::push(PolicyDocument document, std::int64_t parent, RevisionNote note, Done<PolicyRevision> done)
{
    perform([this, document = std::move(document), parent, note = std::move(note), done = std::move(done)] {
        const std::string path =
            "/v1/policy/document?author=" + urlEncoded(note.author) + "&comment=" + urlEncoded(note.comment);
        done(revisionOf(ask("PUT", path, policyText(document), parent)));
    });
}

void RemoteLink::rollback(std::int64_t number, std::int64_t parent, RevisionNote note, Done<PolicyRevision> done)
{
    perform([this, number, parent, note = std::move(note), done = std::move(done)] {
        const std::string text = body({{"revision", number}, {"author", note.author}, {"comment", note.comment}});
        done(revisionOf(ask("POST", "/v1/rollback", text, parent)));
    });
}

void RemoteLink::addControl(ControlItem item, Done<ControlItem> done)
{
    perform([this, item = std::move(item), done = std::move(done)]() mutable {
        const bool stop = item.action == ControlItem::Action::StopRun;
        JsonValue json{JsonValue::Object()};
        json.set("action", stop ? "stop_run" : "pause_workflow");
        json.set(stop ? "run" : "workflow", item.target);
        json.set("author", item.author);
        json.set("comment", item.comment);
        if (item.until != kNoTime)
            json.set("for_s", std::max<std::int64_t>(1, (item.until - wallClockNow()) / kSecond));
        const Result<JsonValue> answer = ask("POST", "/v1/control", json.compact());
        if (!answer)
            return done(answer.error());
        const JsonValue *id = answer->find("id");
        item.id = id && id->number() ? id->number()->toInt64().value_or(0) : 0;
        (void)poll();
        done(item);
    });
}

void RemoteLink::endControl(std::int64_t id, const std::string &author, Done<std::int64_t> done)
{
    perform([this, id, author, done = std::move(done)] {
        const auto answer = ask("DELETE", "/v1/control/" + std::to_string(id) + "?author=" + urlEncoded(author), {});
        (void)poll();
        done(answer ? Result<std::int64_t>(id) : Result<std::int64_t>(answer.error()));
    });
}

void RemoteLink::audit(Done<std::vector<AuditEntry>> done)
{
    perform([this, done = std::move(done)] {
        auto store = PolicyStore::open(m_folder, PolicyStore::Access::ReadOnly);
        done(store ? (*store)->audit() : Result<std::vector<AuditEntry>>(store.error()));
    });
}

void RemoteLink::registerAgent(const std::string &, const std::string &, Done<AgentSecret> done)
{
    done(Error{ErrorCode::InvalidArgument, "agents are registered where the channel is served"});
}

} // namespace flyball
