// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/push/channel/channel.h"

#include "core/policy/check/check.h"
#include "core/policy/document/text.h"
#include "core/policy/windows.h"

#include <charconv>

namespace flyball {

namespace {

constexpr std::int64_t kLongestOrder = 30 * 86'400;

JsonValue findingsJson(const Findings &findings)
{
    JsonValue::Array out;
    for (const Finding &finding : findings) {
        JsonValue one{JsonValue::Object()};
        one.set("path", finding.path);
        one.set("code", finding.code);
        one.set("message", finding.message);
        one.set("severity", finding.severity == Severity::Error ? "error" : "warning");
        out.push_back(std::move(one));
    }
    return out;
}

HttpResponse invalid(const Findings &findings)
{
    JsonValue json{JsonValue::Object()};
    json.set("error", "invalid");
    json.set("findings", findingsJson(findings));
    return jsonAnswer(std::move(json), 422);
}

HttpResponse conflictAnswer(const PolicyRevision *head)
{
    JsonValue json{JsonValue::Object()};
    json.set("error", "revision_conflict");
    json.set("message", head ? "the head is revision " + std::to_string(head->number) : "there is no revision yet");
    json.set("revision", head ? head->number : 0);
    json.set("etag", head ? head->etag() : "");
    return jsonAnswer(std::move(json), 412);
}

} // namespace

std::optional<HttpResponse> PolicyChannel::conflict(const HttpRequest &request, std::int64_t &parent)
{
    const PolicyRevision *head = m_store.revisions().head();
    parent = head ? head->number : 0;
    if (!request.ifMatch.empty()) {
        if (!head || request.ifMatch != '"' + head->etag() + '"')
            return conflictAnswer(head);
        return std::nullopt;
    }
    if (request.ifNoneMatch == "*")
        return head ? std::optional(conflictAnswer(head)) : std::nullopt;
    return errorAnswer(428, "precondition_required", "If-Match with the ETag of the head, or If-None-Match: *");
}

HttpResponse PolicyChannel::revisionAnswer(const Result<PolicyRevision> &revision)
{
    if (!revision) {
        const Error &error = revision.error();
        if (error.code == ErrorCode::Locked)
            return conflictAnswer(m_store.revisions().head());
        if (error.code == ErrorCode::InvalidArgument)
            return errorAnswer(422, "refused", error.message);
        return errorAnswer(error.code == ErrorCode::NotFound ? 404 : 503, "store", error.message);
    }
    JsonValue json{JsonValue::Object()};
    json.set("revision", revision->number);
    json.set("etag", revision->etag());
    HttpResponse response = jsonAnswer(std::move(json));
    response.headers.emplace_back("ETag", '"' + revision->etag() + '"');
    return response;
}

HttpResponse PolicyChannel::getDocument()
{
    const PolicyRevision *head = m_store.revisions().head();
    if (!head)
        return errorAnswer(404, "no_policy", "no policy was pushed yet");
    HttpResponse response;
    response.body = head->text;
    response.headers.emplace_back("ETag", '"' + head->etag() + '"');
    return response;
}

HttpResponse PolicyChannel::putDocument(const HttpRequest &request)
{
    std::int64_t parent = 0;
    if (auto answer = conflict(request, parent))
        return *answer;
    const PolicyReading reading = readPolicy(request.body);
    if (!reading.document)
        return invalid(reading.findings);
    if (const Findings findings = checkPolicy(*reading.document); hasError(findings))
        return invalid(findings);
    const PolicyDocument &document = *reading.document;
    const std::string author = request.parameter("author");
    const std::string comment = request.parameter("comment");
    return revisionAnswer(m_store.push(document, parent,
                                       {author.empty() ? document.author.value_or("") : author,
                                        comment.empty() ? document.comment.value_or("") : comment, request.now}));
}

HttpResponse PolicyChannel::rollback(const HttpRequest &request, const JsonValue &body)
{
    JsonMembers members(body);
    const std::int64_t number = members.number("revision", 1, kMostNano);
    const RevisionNote note{members.textOr("author"), members.textOr("comment", 2000), request.now};
    if (!members.problem().empty())
        return errorAnswer(400, "malformed", members.problem());
    std::int64_t parent = 0;
    if (auto answer = conflict(request, parent))
        return *answer;
    return revisionAnswer(m_store.rollback(number, parent, note));
}

HttpResponse PolicyChannel::history()
{
    JsonValue::Array out;
    for (const PolicyRevision &revision : m_store.revisions().revisions()) {
        JsonValue one{JsonValue::Object()};
        one.set("revision", revision.number);
        one.set("etag", revision.etag());
        one.set("parent", revision.parent);
        one.set("rollback_of", revision.rollbackOf ? JsonValue(*revision.rollbackOf) : JsonValue());
        one.set("author", revision.author);
        one.set("comment", revision.comment);
        one.set("time", formatRfc3339(revision.time));
        out.push_back(std::move(one));
    }
    JsonValue json{JsonValue::Object()};
    json.set("revisions", std::move(out));
    return jsonAnswer(std::move(json));
}

HttpResponse PolicyChannel::addControl(const HttpRequest &request, const JsonValue &body)
{
    JsonMembers members(body);
    const std::string action = members.text("action");
    const bool stop = action == "stop_run";
    ControlItem item;
    item.action = stop ? ControlItem::Action::StopRun : ControlItem::Action::PauseWorkflow;
    item.target = members.text(stop ? "run" : "workflow");
    item.author = members.textOr("author");
    item.comment = members.textOr("comment", 2000);
    item.createdAt = request.now;
    if (const auto seconds = members.numberOr("for_s", 1, kLongestOrder))
        item.until = request.now + *seconds * kSecond;
    if (!members.problem().empty())
        return errorAnswer(400, "malformed", members.problem());
    if (!stop && action != "pause_workflow")
        return errorAnswer(400, "malformed", "/action is stop_run or pause_workflow");
    if (!m_store.revisions().head())
        return errorAnswer(409, "no_policy", "orders travel with a policy, and none was pushed yet");
    const Result<ControlItem> added = m_store.addControl(std::move(item));
    if (!added)
        return errorAnswer(503, "store", added.error().message);
    JsonValue json{JsonValue::Object()};
    json.set("id", added->id);
    return jsonAnswer(std::move(json));
}

HttpResponse PolicyChannel::endControl(const HttpRequest &request)
{
    const std::string text = request.path.substr(std::string("/v1/control/").size());
    std::int64_t id = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), id);
    if (error != std::errc() || end != text.data() + text.size())
        return errorAnswer(404, "not_found");
    const Result<> ended = m_store.endControl(id, request.parameter("author"), request.now);
    if (!ended)
        return errorAnswer(ended.error().code == ErrorCode::NotFound ? 404 : 503, "not_found", ended.error().message);
    JsonValue json{JsonValue::Object()};
    json.set("id", id);
    json.set("ended", true);
    return jsonAnswer(std::move(json));
}

HttpResponse PolicyChannel::leases(const HttpRequest &request)
{
    if (const auto freed = m_store.expireLeases(request.now); !freed)
        return errorAnswer(503, "store", freed.error().message);
    refresh(request.now);
    const Result<Zone> zone = m_document ? policyZone(*m_document) : Result<Zone>(Zone());
    if (!zone)
        return errorAnswer(503, "zone", zone.error().message);
    const std::string workflow = request.parameter("workflow");
    JsonValue::Array windows;
    for (const PeriodWindow window : {PeriodWindow::Hour, PeriodWindow::Day, PeriodWindow::Week, PeriodWindow::Month}) {
        const WindowSpan span = windowAt(*zone, window, request.now);
        const Result<WindowSpend> spend = m_store.spend(workflow, span.start, span.end);
        if (!spend)
            return errorAnswer(503, "store", spend.error().message);
        JsonValue one{JsonValue::Object()};
        one.set("window", std::string(nameOf(window)));
        one.set("key", span.key);
        one.set("spent_nusd", spend->spent);
        one.set("held_nusd", spend->held);
        windows.push_back(std::move(one));
    }
    JsonValue json{JsonValue::Object()};
    json.set("workflow", workflow);
    json.set("windows", std::move(windows));
    return jsonAnswer(std::move(json));
}

} // namespace flyball
