// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/flyballctl/policytargets.h"

#include "app/flyballctl/policy.h"
#include "app/flyballctl/qtprocess.h"
#include "app/flyballctl/textout.h"
#include "core/engine/paths.h"
#include "core/keys/keychain.h"
#include "core/policy/document/text.h"
#include "core/push/targets/registry.h"
#include "core/push/targets/targetset.h"

#include <QThread>

#include <algorithm>

namespace flyball::ctl {

namespace {

constexpr int kServerMs = 60'000;
constexpr int kServerLookMs = 100;
constexpr std::string_view kResults[] = {"applied", "approximated", "unsupported"};

bool took(const std::string &state) { return state == "saved" || state == "applied" || state == "verified"; }

/// The document in force and its number; 0: there is none.
struct Head {
    std::int64_t number = 0;
    std::optional<PolicyDocument> document;
};

Head headOf(const PolicyStore &store)
{
    const PolicyRevision *head = store.revisions().head();
    if (!head)
        return {};
    return {head->number, readPolicy(head->text).document};
}

std::size_t countOf(const TargetReceipt &receipt, KnobReceipt::Outcome outcome)
{
    return static_cast<std::size_t>(std::count_if(receipt.knobs.begin(), receipt.knobs.end(),
                                                  [&](const KnobReceipt &knob) { return knob.outcome == outcome; }));
}

JsonValue receiptJson(const TargetReceipt &receipt)
{
    JsonValue one{JsonValue::Object()};
    one.set("id", receipt.id);
    one.set("kind", receipt.kind);
    one.set("revision", receipt.revision);
    one.set("state", receipt.revision > 0 ? JsonValue(receipt.state) : JsonValue());
    one.set("detail", receipt.detail);
    one.set("key", receipt.key.empty() ? JsonValue() : JsonValue(receipt.key));
    JsonValue::Array knobs;
    for (const KnobReceipt &knob : receipt.knobs) {
        JsonValue entry{JsonValue::Object()};
        entry.set("path", knob.path);
        entry.set("result", std::string(kResults[static_cast<std::size_t>(knob.outcome)]));
        entry.set("how", knob.how);
        knobs.push_back(std::move(entry));
    }
    one.set("receipts", std::move(knobs));
    return one;
}

int printReceipts(const std::vector<TargetReceipt> &receipts, bool json)
{
    JsonValue::Array list;
    TextTable table({"target", "kind", "revision", "state", "knobs", "key", "detail"});
    bool good = true;
    for (const TargetReceipt &receipt : receipts) {
        good = good && took(receipt.state);
        list.push_back(receiptJson(receipt));
        const std::size_t all = receipt.knobs.size();
        const std::string set =
            std::to_string(all - countOf(receipt, KnobReceipt::Outcome::Unsupported)) + " of " + std::to_string(all);
        table.add({receipt.id, receipt.kind, receipt.revision > 0 ? std::to_string(receipt.revision) : "",
                   receipt.revision > 0 ? receipt.state : "not pushed", all > 0 ? set : "", receipt.key,
                   receipt.detail});
    }
    JsonValue out{JsonValue::Object()};
    out.set("targets", std::move(list));
    print(json ? out.compact() + "\n" : table.text());
    return good ? kOk : kPartly;
}

/// The members that are meant: one by its id, or all.
Result<std::vector<TargetSet::Member *>> membersOf(TargetSet &set, const std::string &id)
{
    std::vector<TargetSet::Member *> out;
    for (TargetSet::Member &member : set.members())
        if (id.empty() || member.config.id == id)
            out.push_back(&member);
    if (!id.empty() && out.empty())
        return Error{ErrorCode::NotFound,
                     "there is no target '" + id + "' in " + targetsFile(Paths::fromEnvironment().data)};
    return out;
}

int list(const std::vector<TargetSet::Member *> &members, bool json)
{
    std::vector<TargetReceipt> receipts;
    for (const TargetSet::Member *member : members)
        receipts.push_back(TargetSet::receiptOf(*member));
    static_cast<void>(printReceipts(receipts, json));
    return kOk;
}

/// What a push would do, without doing it.
JsonValue tried(TargetSet::Member &member, const Head &head)
{
    JsonValue one{JsonValue::Object()};
    one.set("id", member.config.id);
    one.set("kind", member.config.kind);
    const TargetPlan plan = member.pusher && head.document
                                ? member.pusher->plan(TargetSet::policyFor(member, *head.document, head.number))
                                : TargetPlan();
    const Result<TargetImage> image = member.pusher
                                          ? member.pusher->read(plan)
                                          : Result<TargetImage>(Error{ErrorCode::InvalidArgument, member.problem});
    one.set("reached", image.ok());
    one.set("message", image ? std::string() : image.error().message);
    if (!image || !head.document)
        return one;
    std::vector<std::string> changes;
    for (const FieldEdit &edit : plan.edits)
        if (const std::string differs = whatDiffers(image->content, {edit}); !differs.empty())
            changes.push_back(differs);
    one.set("would_change", JsonValue::Array(changes.begin(), changes.end()));
    one.set("receipts", *receiptJson({"", "", 0, "", 0, "", plan.knobs, ""}).find("receipts"));
    return one;
}

int test(const std::vector<TargetSet::Member *> &members, const Head &head, bool json)
{
    JsonValue::Array list;
    TextTable table({"target", "kind", "reached", "a push would change"});
    bool all = true;
    for (TargetSet::Member *member : members) {
        JsonValue one = tried(*member, head);
        const bool reached = *one.find("reached")->boolean();
        std::string words = *one.find("message")->string();
        if (const JsonValue *changes = one.find("would_change"))
            for (const JsonValue &change : *changes->array())
                words += (words.empty() ? "" : "; ") + *change.string();
        if (words.empty())
            words = head.document ? "nothing" : "no policy was pushed yet";
        table.add({member->config.id, member->config.kind, reached ? "yes" : "no", words});
        all = all && reached;
        list.push_back(std::move(one));
    }
    JsonValue out{JsonValue::Object()};
    out.set("targets", std::move(list));
    print(json ? out.compact() + "\n" : table.text());
    return all ? kOk : kPartly;
}

Result<> change(PolicyStore &store, TargetSet::Member &member, const std::string &action, const std::string &author,
                TargetReceipt &receipt)
{
    const Head head = headOf(store);
    if (!head.document)
        return Error{ErrorCode::NotFound, "no policy was pushed yet"};
    receipt = TargetSet::carryOut(member, action, *head.document, head.number, wallClockNow());
    if (receipt.revision <= 0)
        return {};
    return bookReceipt(store, receipt, orderAction(action), action == "verify" ? "" : author);
}

TargetReceipt receiptFrom(const JsonValue &json)
{
    const auto text = [](const JsonValue &of, const char *name) {
        const JsonValue *value = of.find(name);
        return value && value->string() ? *value->string() : std::string();
    };
    const JsonValue *revision = json.find("revision");
    TargetReceipt receipt{text(json, "id"),
                          text(json, "kind"),
                          revision && revision->number() ? revision->number()->toInt64().value_or(0) : 0,
                          text(json, "state"),
                          0,
                          text(json, "detail"),
                          {},
                          text(json, "key")};
    const JsonValue *knobs = json.find("receipts");
    for (const JsonValue &knob : knobs && knobs->array() ? *knobs->array() : JsonValue::Array()) {
        const auto result = std::find(std::begin(kResults), std::end(kResults), text(knob, "result"));
        if (result != std::end(kResults))
            receipt.knobs.push_back({text(knob, "path"),
                                     static_cast<KnobReceipt::Outcome>(std::distance(std::begin(kResults), result)),
                                     text(knob, "how")});
    }
    return receipt;
}

Result<JsonValue> askServer(const PolicyClient &client, const char *method, const std::string &path, std::string body)
{
    HttpRequest request;
    request.method = method;
    request.path = path;
    request.body = std::move(body);
    const Result<HttpResponse> answer = client.ask(std::move(request));
    if (!answer)
        return answer.error();
    Result<JsonValue> json = JsonValue::parse(answer->body);
    if (json && answer->status == 200)
        return json;
    const JsonValue *message = json ? json->find("message") : nullptr;
    return Error{ErrorCode::InvalidArgument, message && message->string()
                                                 ? *message->string()
                                                 : "the server answered " + std::to_string(answer->status)};
}

/// Who holds the store also looks after the targets, so it carries the action out.
int throughServer(const Arguments &arguments, const std::string &action, const std::string &id, bool json)
{
    const Result<PolicyClient> client = PolicyClient::open(arguments, false);
    if (!client)
        return unusable(client.error());
    JsonValue order{JsonValue::Object()};
    order.set("action", action);
    order.set("id", id);
    order.set("author", authorOf(arguments));
    Result<JsonValue> answer = askServer(*client, "POST", "/v1/targets", order.compact());
    const JsonValue *number = answer ? answer->find("order") : nullptr;
    const std::string path = "/v1/targets/" + (number ? number->compact() : "");
    for (int waited = 0; answer && !answer->find("targets") && waited < kServerMs; waited += kServerLookMs) {
        QThread::msleep(kServerLookMs);
        answer = askServer(*client, "GET", path, {});
    }
    if (!answer)
        return unusable(answer.error());
    const JsonValue *targets = answer->find("targets");
    if (!targets || !targets->array())
        return unusable("the server is still at it; policy status tells what became of it");
    std::vector<TargetReceipt> receipts;
    for (const JsonValue &target : *targets->array())
        receipts.push_back(receiptFrom(target));
    return printReceipts(receipts, json);
}

int changeAll(const Arguments &arguments, const std::string &action, const std::string &id, bool json)
{
    const std::string folder = Paths::fromEnvironment().data;
    const auto store = PolicyStore::open(folder, PolicyStore::Access::ReadWrite);
    if (!store && store.error().code == ErrorCode::Locked)
        return throughServer(arguments, action, id, json);
    if (!store)
        return unusable(store.error());
    const auto set = TargetSet::open(folder);
    if (!set)
        return unusable(set.error());
    const Result<std::vector<TargetSet::Member *>> members = membersOf(**set, id);
    if (!members)
        return unusable(members.error());
    std::vector<TargetReceipt> receipts;
    for (TargetSet::Member *member : *members) {
        TargetReceipt receipt;
        if (Result<> r = change(**store, *member, action, authorOf(arguments), receipt); !r)
            return unusable(r.error());
        receipts.push_back(std::move(receipt));
    }
    return printReceipts(receipts, json);
}

/// Whether each target has a receipt for the revision in force.
Result<std::vector<std::string>> stillOpen(const PolicyClient &client, const std::vector<TargetConfig> &configs)
{
    HttpRequest request;
    request.method = "GET";
    request.path = "/v1/status";
    const Result<HttpResponse> answer = client.ask(std::move(request));
    if (!answer)
        return answer.error();
    const Result<JsonValue> status = JsonValue::parse(answer->body);
    std::vector<std::string> out;
    for (const TargetConfig &config : configs) {
        const JsonValue *state = status ? fieldAt(*status, "/targets/[id=" + config.id + "]/state") : nullptr;
        if (!state || !state->string() || !took(*state->string()))
            out.push_back(config.id + (state && state->string() ? " is " + *state->string() : " has no answer yet"));
    }
    return out;
}

bool anyWaits(const std::vector<std::string> &open)
{
    return std::any_of(open.begin(), open.end(), [](const std::string &o) { return o.ends_with("no answer yet"); });
}

} // namespace

Result<std::vector<std::string>> pushToTargets(const PolicyClient &client, const Arguments &arguments)
{
    std::vector<std::string> failed;
    if (arguments.has("--server"))
        return failed; // whose targets those are is the server's affair
    const std::string folder = Paths::fromEnvironment().data;
    const Result<std::vector<TargetConfig>> configs = readTargets(folder);
    if (!configs)
        return configs.error();
    if (configs->empty())
        return failed;
    PolicyStore *store = client.store();
    if (!store) {
        Result<std::vector<std::string>> open = stillOpen(client, *configs);
        for (int waited = 0; open && anyWaits(*open) && waited < kServerMs; waited += kServerLookMs) {
            QThread::msleep(kServerLookMs);
            open = stillOpen(client, *configs);
        }
        return open;
    }
    const QtProcess qt;
    const std::shared_ptr<Keychain> keys = useSystemKeychain();
    const auto set = TargetSet::open(folder);
    if (!set)
        return set.error();
    for (TargetSet::Member &member : (*set)->members()) {
        TargetReceipt receipt;
        if (Result<> r = change(*store, member, "push", authorOf(arguments), receipt); !r)
            return r.error();
        if (!took(receipt.state))
            failed.push_back(receipt.id + " is " + receipt.state + ": " + receipt.detail);
    }
    return failed;
}

int policyTargets(const std::vector<std::string> &words)
{
    const auto arguments = Arguments::parse(words, {{"--author", true}, {"--format", true}});
    if (!arguments)
        return unusable(arguments.error());
    const Result<bool> json = wantsJson(*arguments);
    if (!json)
        return unusable(json.error());
    const std::string action = arguments->words().empty() ? "list" : arguments->words()[0];
    const std::string id = arguments->words().size() > 1 ? arguments->words()[1] : "";
    static constexpr std::string_view kActions[] = {"list",    "test",    "push",     "verify",    "restore",
                                                    "release", "set-key", "move-key", "forget-key"};
    if (std::find(std::begin(kActions), std::end(kActions), action) == std::end(kActions)
        || arguments->words().size() > 2)
        return unusable("policy targets needs list, test, push, verify, restore, release, set-key, move-key or"
                        " forget-key, then an id or nothing");
    if (id.empty() && (action == "restore" || action == "release" || action.ends_with("-key")))
        return unusable("policy targets " + action + " needs the id of one target");
    const QtProcess qt;
    const std::shared_ptr<Keychain> keys = useSystemKeychain();
    if (action.ends_with("-key"))
        return policyKey(action, id, *json);
    if (action != "list" && action != "test")
        return changeAll(*arguments, action, id, *json);
    const std::string folder = Paths::fromEnvironment().data;
    const auto set = TargetSet::open(folder);
    if (!set)
        return unusable(set.error());
    const Result<std::vector<TargetSet::Member *>> members = membersOf(**set, id);
    if (!members)
        return unusable(members.error());
    if (action == "list")
        return list(*members, *json);
    const auto store = PolicyStore::open(folder, PolicyStore::Access::ReadOnly);
    return test(*members, store ? headOf(**store) : Head(), *json);
}

} // namespace flyball::ctl
