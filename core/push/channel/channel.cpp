// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/push/channel/channel.h"

#include "core/policy/digest.h"

#include <algorithm>

namespace flyball {

namespace {

struct Route {
    const char *path; ///< ends in '/': everything below
    const char *methods;
    bool forOperator;
};
constexpr Route kRoutes[] = {
    {"/v1/policy", "GET", false},   {"/v1/ack", "POST", false},       {"/v1/reserve", "POST", false},
    {"/v1/settle", "POST", false},  {"/v1/release", "POST", false},   {"/v1/policy/document", "GET, PUT", true},
    {"/v1/rollback", "POST", true}, {"/v1/status", "GET", true},      {"/v1/history", "GET", true},
    {"/v1/control", "POST", true},  {"/v1/control/", "DELETE", true}, {"/v1/leases", "GET", true},
    {"/v1/targets", "POST", true},  {"/v1/targets/", "GET", true},
};

const Route *routeOf(const std::string &path)
{
    for (const Route &route : kRoutes) {
        const std::string_view pattern = route.path;
        if (path == pattern || (pattern.back() == '/' && path.size() > pattern.size() && path.starts_with(pattern)))
            return &route;
    }
    return nullptr;
}

bool allows(const Route &route, const std::string &method)
{
    const std::string list = std::string(", ") + route.methods + ',';
    return !method.empty() && list.find(", " + method + ',') != std::string::npos;
}

} // namespace

PolicyChannel::PolicyChannel(PolicyStore &store, const std::string &operatorToken, RatesOf rates, TimeNs upSince)
    : m_store(store), m_operatorDigest(sha256Hex(operatorToken)), m_ratesOf(std::move(rates)), m_upSince(upSince)
{}

HttpResponse PolicyChannel::handle(const HttpRequest &request)
{
    const Route *route = routeOf(request.path);
    const bool isOperator = !request.token.empty() && sameSecret(sha256Hex(request.token), m_operatorDigest);
    std::string agent;
    if (!isOperator) {
        const Result<std::string> found = m_store.agentOfToken(request.token);
        if (!found && found.error().code == ErrorCode::NotFound)
            return errorAnswer(401, "unauthorized", "a bearer token of an agent or of the operator is needed");
        if (!found)
            return errorAnswer(503, "store", found.error().message);
        agent = *found;
    }
    if (!route)
        return errorAnswer(404, "not_found");
    if (!allows(*route, request.method)) {
        HttpResponse response = errorAnswer(405, "method_not_allowed");
        response.headers.emplace_back("Allow", route->methods);
        return response;
    }
    if (route->forOperator != isOperator)
        return errorAnswer(403, "forbidden",
                           route->forOperator ? "only the operator may do this"
                                              : "only an agent may do this, with its own token");
    return isOperator ? operatorRequest(request) : agentRequest(request, agent);
}

HttpResponse PolicyChannel::agentRequest(const HttpRequest &request, const std::string &agent)
{
    if (request.path == "/v1/policy")
        return poll(request, agent);
    const Result<JsonValue> body = JsonValue::parse(request.body);
    if (!body || !body->object())
        return errorAnswer(400, "malformed", body ? "the body is no JSON object" : body.error().message);
    const JsonValue *named = body->find("agent");
    if (named && (!named->string() || *named->string() != agent))
        return errorAnswer(403, "other_agent", "the token is that of another agent");
    if (request.path == "/v1/ack")
        return acknowledge(agent, *body, request.now);
    if (request.path == "/v1/reserve")
        return reserve(request, agent, *body);
    return settle(request, agent, *body, request.path == "/v1/release");
}

HttpResponse PolicyChannel::operatorRequest(const HttpRequest &request)
{
    if (request.path == "/v1/status") {
        const Result<ChannelSnapshot> now = snapshot(request.now);
        return now ? jsonAnswer(statusJson(*now)) : errorAnswer(503, "store", now.error().message);
    }
    if (request.path == "/v1/policy/document")
        return request.method == "GET" ? getDocument() : putDocument(request);
    if (request.path == "/v1/history")
        return history();
    if (request.path == "/v1/leases")
        return leases(request);
    if (request.method == "DELETE")
        return endControl(request);
    if (request.method == "GET")
        return targetOrder(request);
    const Result<JsonValue> body = JsonValue::parse(request.body);
    if (!body || !body->object())
        return errorAnswer(400, "malformed", body ? "the body is no JSON object" : body.error().message);
    if (request.path == "/v1/targets")
        return orderTargets(*body);
    return request.path == "/v1/rollback" ? rollback(request, *body) : addControl(request, *body);
}

std::int64_t ChannelSnapshot::count(AgentState state) const
{
    return std::count_if(agents.begin(), agents.end(), [&](const AgentStatus &a) { return a.state == state; });
}

Result<ChannelSnapshot> PolicyChannel::snapshot(TimeNs now)
{
    refresh(now);
    ChannelSnapshot out;
    out.time = now;
    if (!m_log || m_log->revisions().size() != m_store.revisions().revisions().size())
        m_log = std::make_shared<const RevisionLog>(m_store.revisions());
    out.revisions = m_log;
    if (const PolicyRevision *head = m_store.revisions().head()) {
        out.revision = head->number;
        out.etag = head->etag();
    }
    Result<std::vector<AgentRecord>> agents = m_store.agents();
    if (!agents)
        return agents.error();
    for (AgentRecord &record : *agents) {
        AgentStatus status;
        if (m_document) {
            Result<Desired> desired = desiredFor(record, now);
            if (!desired)
                return desired.error();
            status.etag = std::move(desired->etag);
        }
        status.state = agentState(record, status.etag, now, m_upSince);
        status.verified = !status.etag.empty() && record.confirmedEtag == status.etag;
        status.record = std::move(record);
        out.agents.push_back(std::move(status));
    }
    out.controls = m_controls;
    out.rates = m_rates;
    auto crossings = m_store.crossings(100);
    auto receipts = m_store.receipts(out.revision);
    if (!crossings || !receipts)
        return crossings ? receipts.error() : crossings.error();
    out.crossings = std::move(*crossings);
    out.receipts = std::move(*receipts);
    return out;
}

} // namespace flyball
