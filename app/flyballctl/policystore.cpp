// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/flyballctl/policy.h"
#include "app/flyballctl/policyclient.h"
#include "app/flyballctl/policytargets.h"
#include "app/flyballctl/textout.h"
#include "core/engine/paths.h"
#include "core/policy/document/text.h"
#include "core/push/store.h"

#include <charconv>
#include <cstdio>

namespace flyball::ctl {

namespace {

std::string textAt(const JsonValue &json, const char *name)
{
    const JsonValue *value = json.find(name);
    if (!value || value->isNull())
        return {};
    return value->string() ? *value->string() : value->compact();
}

std::vector<Arguments::Option> withClientOptions(std::vector<Arguments::Option> options)
{
    options.insert(options.end(), kClientOptions.begin(), kClientOptions.end());
    return options;
}

/// The body of an answer, or what was wrong with it, the findings of a refused document included.
Result<JsonValue> bodyOf(const Result<HttpResponse> &answer)
{
    if (!answer)
        return answer.error();
    Result<JsonValue> json = JsonValue::parse(answer->body);
    if (answer->status == 200)
        return json;
    std::string message = json ? textAt(*json, "message") : "";
    if (message.empty())
        message = json ? textAt(*json, "error") : "status " + std::to_string(answer->status);
    if (const JsonValue *findings = json ? json->find("findings") : nullptr; findings && findings->array())
        for (const JsonValue &finding : *findings->array())
            message += "; " + textAt(finding, "path") + ": " + textAt(finding, "message");
    return Error{answer->status == 412 ? ErrorCode::Locked : ErrorCode::InvalidArgument, message};
}

Result<JsonValue> get(const PolicyClient &client, const std::string &path)
{
    HttpRequest request;
    request.method = "GET";
    request.path = path;
    return bodyOf(client.ask(std::move(request)));
}

void printStatus(const JsonValue &status)
{
    print("revision " + textAt(status, "revision") + "\n");
    if (const JsonValue *targets = status.find("targets"); targets && targets->array() && !targets->array()->empty()) {
        TextTable table({"target", "kind", "state", "detail"});
        for (const JsonValue &target : *targets->array())
            table.add(
                {textAt(target, "id"), textAt(target, "kind"), textAt(target, "state"), textAt(target, "detail")});
        print(table.text());
    }
    const JsonValue *agents = status.find("agent_list");
    if (agents && agents->array() && !agents->array()->empty()) {
        TextTable table({"agent", "workflow", "state", "runs", "last seen", "error"});
        for (const JsonValue &agent : *agents->array()) {
            const JsonValue *error = agent.find("error");
            table.add({textAt(agent, "id"), textAt(agent, "workflow"), textAt(agent, "state"), textAt(agent, "active"),
                       textAt(agent, "last_seen"),
                       error && !error->isNull() ? textAt(*error, "code") + " " + textAt(*error, "path") : ""});
        }
        print(table.text());
    }
}

int printState(const PolicyClient &client, bool json)
{
    const Result<JsonValue> status = get(client, "/v1/status");
    if (!status)
        return unusable(status.error());
    if (json)
        print(status->compact() + "\n");
    else
        printStatus(*status);
    return kOk;
}

/// After a change was taken: the targets, then the state of all.
int printPushed(const PolicyClient &client, const Arguments &arguments, bool json)
{
    const Result<std::vector<std::string>> failed = pushToTargets(client, arguments);
    const int printed = printState(client, json);
    if (!failed) {
        unusable("the channel has the revision, the targets do not: " + failed.error().message);
        return kPartly;
    }
    for (const std::string &one : *failed)
        unusable("target " + one);
    return printed == kOk && !failed->empty() ? kPartly : printed;
}

/// The ETag a change must name: that of the head, if its number is the wanted one.
Result<> nameHead(const PolicyClient &client, const Arguments &arguments, HttpRequest &request)
{
    const Result<JsonValue> status = get(client, "/v1/status");
    if (!status)
        return status.error();
    const std::string revision = textAt(*status, "revision");
    if (arguments.has("--parent") && arguments.value("--parent") != revision)
        return Error{ErrorCode::Locked, "revision " + revision + " is in force, not " + arguments.value("--parent")};
    if (revision == "0")
        request.ifNoneMatch = "*";
    else
        request.ifMatch = '"' + textAt(*status, "etag") + '"';
    return {};
}

int audit(bool json)
{
    const auto store = PolicyStore::open(Paths::fromEnvironment().data, PolicyStore::Access::ReadOnly);
    if (!store)
        return unusable(store.error());
    const Result<std::vector<AuditEntry>> entries = (*store)->audit();
    if (!entries)
        return unusable(entries.error());
    if (const auto broken = firstBroken(*entries))
        return unusable("the audit was changed at entry " + std::to_string((*entries)[*broken].sequence));
    TextTable table({"time", "who", "what", "revision", "about"});
    for (const AuditEntry &entry : *entries) {
        if (json)
            print(auditLine(entry) + "\n");
        std::string about = entry.comment;
        for (const AuditResult &result : entry.results)
            about += (about.empty() ? "" : "; ") + result.target + ": " + result.state;
        table.add({formatRfc3339(entry.time), entry.operatorName, entry.action,
                   entry.revision > 0 ? std::to_string(entry.revision) : "", about});
    }
    if (!json)
        print(table.text());
    return kOk;
}

} // namespace

int policyPush(const std::vector<std::string> &words)
{
    const auto arguments =
        Arguments::parse(words, withClientOptions({{"--author", true}, {"--comment", true}, {"--parent", true}}));
    if (!arguments)
        return unusable(arguments.error());
    const Result<bool> json = wantsJson(*arguments);
    if (!json)
        return unusable(json.error());
    if (arguments->words().size() != 1)
        return unusable("policy push needs one file");
    const Result<PolicyDocument> document = policyFromFile(arguments->words()[0]);
    if (!document)
        return unusable(document.error());
    const Result<PolicyClient> client = PolicyClient::open(*arguments, false);
    if (!client)
        return unusable(client.error());
    HttpRequest request;
    request.method = "PUT";
    request.path = "/v1/policy/document";
    request.body = policyText(*document);
    request.query = {{"author", authorOf(*arguments)}, {"comment", arguments->value("--comment")}};
    if (Result<> r = nameHead(*client, *arguments, request); !r)
        return unusable(r.error());
    if (const Result<JsonValue> pushed = bodyOf(client->ask(std::move(request))); !pushed)
        return unusable(pushed.error());
    return printPushed(*client, *arguments, *json);
}

int policyRollback(const std::vector<std::string> &words)
{
    const auto arguments =
        Arguments::parse(words, withClientOptions({{"--author", true}, {"--comment", true}, {"--parent", true}}));
    if (!arguments)
        return unusable(arguments.error());
    const Result<bool> json = wantsJson(*arguments);
    if (!json)
        return unusable(json.error());
    const std::string text = arguments->words().size() == 1 ? arguments->words()[0] : "";
    std::int64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (text.empty() || error != std::errc() || end != text.data() + text.size() || number < 1)
        return unusable("policy rollback needs one revision number");
    const Result<PolicyClient> client = PolicyClient::open(*arguments, false);
    if (!client)
        return unusable(client.error());
    JsonValue body{JsonValue::Object()};
    body.set("revision", number);
    body.set("author", authorOf(*arguments));
    body.set("comment", arguments->value("--comment"));
    HttpRequest request;
    request.method = "POST";
    request.path = "/v1/rollback";
    request.body = body.compact();
    if (Result<> r = nameHead(*client, *arguments, request); !r)
        return unusable(r.error());
    if (const Result<JsonValue> done = bodyOf(client->ask(std::move(request))); !done)
        return unusable(done.error());
    return printPushed(*client, *arguments, *json);
}

int policyStatus(const std::vector<std::string> &words)
{
    const auto arguments = Arguments::parse(words, kClientOptions);
    if (!arguments)
        return unusable(arguments.error());
    const Result<bool> json = wantsJson(*arguments);
    if (!json)
        return unusable(json.error());
    if (!arguments->words().empty())
        return unusable("policy status takes no further words");
    const Result<PolicyClient> client = PolicyClient::open(*arguments, true);
    return client ? printState(*client, *json) : unusable(client.error());
}

int policyHistory(const std::vector<std::string> &words)
{
    const auto arguments = Arguments::parse(words, withClientOptions({{"--audit", false}}));
    if (!arguments)
        return unusable(arguments.error());
    const Result<bool> json = wantsJson(*arguments);
    if (!json)
        return unusable(json.error());
    if (!arguments->words().empty())
        return unusable("policy history takes no further words");
    if (arguments->has("--audit"))
        return audit(*json);
    const Result<PolicyClient> client = PolicyClient::open(*arguments, true);
    if (!client)
        return unusable(client.error());
    const Result<JsonValue> history = get(*client, "/v1/history");
    if (!history)
        return unusable(history.error());
    if (*json) {
        print(history->compact() + "\n");
        return kOk;
    }
    TextTable table({"revision", "time", "author", "comment", "rollback of"});
    if (const JsonValue *list = history->find("revisions"); list && list->array())
        for (const JsonValue &one : *list->array())
            table.add({textAt(one, "revision"), textAt(one, "time"), textAt(one, "author"), textAt(one, "comment"),
                       textAt(one, "rollback_of")});
    print(table.text());
    return kOk;
}

} // namespace flyball::ctl
