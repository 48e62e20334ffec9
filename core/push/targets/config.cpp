// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/push/targets/config.h"

#include "core/keys/secretfile.h"
#include "core/push/targets/targetfile.h"

#include <algorithm>
#include <cctype>

namespace flyball {

namespace {

constexpr std::size_t kMostTargets = 100;
constexpr std::size_t kMostWords = 160;
constexpr const char *kCommon[] = {"id", "kind", "scope"};
constexpr std::string_view kClear[] = {"api_key", "key_secret", "password", "token", "master_key"};

bool isId(const std::string &id)
{
    return !id.empty() && id.size() <= 64 && std::all_of(id.begin(), id.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '_'
               || c == '-';
    });
}

Result<PolicyScope> scopeOf(const JsonValue *json)
{
    PolicyScope scope;
    if (!json)
        return scope;
    if (!json->object())
        return Error{ErrorCode::Malformed, "scope is no object"};
    for (const auto &[name, value] : *json->object()) {
        std::string *field = name == "workflow"       ? &scope.workflow
                             : name == "agent"        ? &scope.agent
                             : name == "user_segment" ? &scope.userSegment
                             : name == "step"         ? &scope.step
                                                      : nullptr;
        if (field && value.string()) {
            *field = *value.string();
            continue;
        }
        if (name != "tags" || !value.array())
            return Error{ErrorCode::Malformed, "scope has no " + inQuotes(name) + " of that kind"};
        for (const JsonValue &tag : *value.array())
            if (tag.string())
                scope.tags.push_back(*tag.string());
    }
    return scope;
}

Result<TargetConfig> targetOf(const JsonValue &json)
{
    const JsonValue *id = json.find("id");
    const JsonValue *kind = json.find("kind");
    if (!id || !id->string() || !isId(*id->string()) || !kind || !kind->string())
        return Error{ErrorCode::Malformed, "needs an id (letters, digits, . _ -) and a kind"};
    for (const std::string_view name : kClear)
        if (json.find(name))
            return Error{ErrorCode::Malformed, inQuotes(name)
                                                   + " must not be here: name it with \"secret\": \"env:NAME\","
                                                     " \"file:PATH\" or \"keychain:NAME\""};
    TargetConfig config;
    config.id = *id->string();
    config.kind = *kind->string();
    Result<PolicyScope> scope = scopeOf(json.find("scope"));
    if (!scope)
        return scope.error();
    config.scope = std::move(*scope);
    config.options = json;
    for (const char *name : kCommon)
        config.options.remove(name);
    return config;
}

std::string firstText(const JsonValue &json)
{
    for (const char *path : {"/error/message", "/detail/error", "/message", "/error", "/detail"})
        if (const JsonValue *value = json.at(path); value && value->string())
            return *value->string();
    return {};
}

/// Servers like to repeat the key they refuse.
std::string withoutKeys(std::string words)
{
    for (std::size_t at = words.find("sk-"); at != std::string::npos; at = words.find("sk-", at + 3)) {
        std::size_t end = at + 3;
        while (end < words.size()
               && (std::isalnum(static_cast<unsigned char>(words[end])) != 0 || words[end] == '-' || words[end] == '_'))
            ++end;
        words.replace(at + 3, end - at - 3, "***");
    }
    return words;
}

void renameSecret(JsonValue &secret, const std::string &before, const std::string &after)
{
    const auto names = [](const JsonValue &one, const std::string &what) {
        return one.string() && *one.string() == what;
    };
    if (names(secret, before))
        secret = JsonValue(after);
    JsonValue::Array *list = secret.array();
    if (!list)
        return;
    if (std::any_of(list->begin(), list->end(), [&](const JsonValue &one) { return names(one, after); }))
        std::erase_if(*list, [&](const JsonValue &one) { return names(one, before); });
    for (JsonValue &one : *list)
        if (names(one, before))
            one = JsonValue(after);
}

void renameSecrets(JsonValue &target, const std::string &before, const std::string &after)
{
    if (!target.object())
        return;
    for (auto &[name, value] : *target.object()) {
        if (name == "secret")
            renameSecret(value, before, after);
        else
            renameSecrets(value, before, after);
    }
}

} // namespace

std::string targetsFile(const std::string &folder) { return folder + "/targets.json"; }

Result<std::vector<TargetConfig>> readTargets(const std::string &folder)
{
    std::vector<TargetConfig> out;
    const std::string path = targetsFile(folder);
    const Result<std::string> text = readSecretFile(path);
    if (!text && text.error().code == ErrorCode::NotFound)
        return out;
    if (!text)
        return text.error();
    const Result<JsonValue> json = JsonValue::parse(*text);
    if (!json)
        return Error{json.error().code, path + ": " + json.error().message};
    const JsonValue *list = json->find("targets");
    if (!list || !list->array() || list->array()->size() > kMostTargets)
        return Error{ErrorCode::Malformed, path + ": \"targets\" must be a list of at most 100"};
    for (std::size_t i = 0; i < list->array()->size(); ++i) {
        Result<TargetConfig> one = targetOf((*list->array())[i]);
        const bool twice =
            one && std::any_of(out.begin(), out.end(), [&](const TargetConfig &other) { return other.id == one->id; });
        if (!one || twice)
            return Error{ErrorCode::Malformed, path + ": /targets/" + std::to_string(i) + ": "
                                                   + (twice ? "its id is used twice" : one.error().message)};
        out.push_back(std::move(*one));
    }
    return out;
}

std::vector<std::string> keyReferences(const TargetConfig &config)
{
    const JsonValue *secret = config.options.find("secret");
    std::vector<std::string> out;
    if (secret && secret->string() && !secret->string()->empty())
        out.push_back(*secret->string());
    if (secret && secret->array())
        for (const JsonValue &one : *secret->array())
            out.push_back(one.string() ? *one.string() : std::string());
    return out;
}

Result<> takeKey(TargetConfig &config)
{
    const std::vector<std::string> references = keyReferences(config);
    if (references.empty() || config.key)
        return {};
    Result<FoundKey> found = findKey(references);
    if (!found)
        return Error{found.error().code, "target " + config.id + ": " + found.error().message};
    config.key = std::move(*found);
    return {};
}

Result<> renameKey(const std::string &folder, const std::string &before, const std::string &after)
{
    const TargetFile file(targetsFile(folder));
    const Result<std::optional<std::string>> text = file.read();
    if (!text)
        return text.error();
    Result<JsonValue> json = JsonValue::parse(text->value_or(""));
    JsonValue *list = json ? json->find("targets") : nullptr;
    if (!list || !list->array())
        return Error{ErrorCode::Malformed, file.path() + " is damaged"};
    for (JsonValue &target : *list->array())
        renameSecrets(target, before, after);
    return file.replace(*text, json->pretty());
}

const JsonValue *TargetOptions::look(const std::string &name)
{
    m_known.push_back(name);
    return m_config.options.find(name);
}

void TargetOptions::complain(const std::string &what)
{
    if (m_problem.empty())
        m_problem = what;
}

std::string TargetOptions::text(const std::string &name)
{
    std::string value = textOr(name);
    if (value.empty())
        complain(inQuotes(name) + " is missing");
    return value;
}

std::string TargetOptions::textOr(const std::string &name, const std::string &otherwise)
{
    const JsonValue *value = look(name);
    if (value && !value->string())
        complain(inQuotes(name) + " must be a text");
    return value && value->string() ? *value->string() : otherwise;
}

std::int64_t TargetOptions::numberOr(const std::string &name, std::int64_t otherwise, std::int64_t least,
                                     std::int64_t most)
{
    const JsonValue *value = look(name);
    if (!value)
        return otherwise;
    const std::optional<std::int64_t> number = value->number() ? value->number()->toInt64() : std::nullopt;
    if (!number || *number < least || *number > most) {
        complain(inQuotes(name) + " must be a whole number from " + std::to_string(least) + " to "
                 + std::to_string(most));
        return otherwise;
    }
    return *number;
}

bool TargetOptions::flag(const std::string &name)
{
    const JsonValue *value = look(name);
    if (value && !value->boolean())
        complain(inQuotes(name) + " must be true or false");
    return value && value->boolean() && *value->boolean();
}

std::map<std::string, std::string> TargetOptions::texts(const std::string &name)
{
    std::map<std::string, std::string> out;
    const JsonValue *value = look(name);
    if (value && !value->object())
        complain(inQuotes(name) + " must be an object of texts");
    if (value && value->object()) {
        for (const auto &[key, one] : *value->object()) {
            if (one.string())
                out[key] = *one.string();
            else
                complain(inQuotes(name) + " must be an object of texts");
        }
    }
    return out;
}

HttpConnection TargetOptions::connection(const std::string &header, const std::string &prefix)
{
    HttpConnection connection;
    connection.url = text("url");
    connection.caFile = textOr("ca_file");
    connection.deadline = Milliseconds(1000 * numberOr("deadline_s", 10, 1, 120));
    connection.plainAllowed = flag("plain_http");
    if (const JsonValue *secret = look("secret"); secret && !secret->string() && !secret->array())
        complain("\"secret\" must be a text or a list of texts");
    const std::vector<std::string> references = keyReferences(m_config);
    if (!m_config.key && references.empty())
        return connection;
    const Result<FoundKey> key = m_config.key ? Result<FoundKey>(*m_config.key) : findKey(references);
    if (key)
        connection.headers.emplace_back(header, prefix + key->value);
    else
        complain(key.error().message);
    return connection;
}

Result<> TargetOptions::done()
{
    if (m_config.options.object())
        for (const auto &[name, value] : *m_config.options.object())
            if (std::find(m_known.begin(), m_known.end(), name) == m_known.end())
                complain("there is no option " + inQuotes(name) + " for " + m_config.kind);
    if (m_problem.empty())
        return {};
    return Error{ErrorCode::InvalidArgument, "target " + m_config.id + ": " + m_problem};
}

std::string replyText(const HttpReply &reply)
{
    std::string words = reply.body;
    if (const Result<JsonValue> json = JsonValue::parse(reply.body))
        words = firstText(*json);
    else if (!reply.body.empty() && reply.body.front() == '<')
        words.clear();
    words = withoutKeys(words.substr(0, words.find_first_of("\r\n")));
    if (words.size() > kMostWords)
        words = words.substr(0, kMostWords) + "...";
    std::replace_if(
        words.begin(), words.end(), [](char c) { return static_cast<unsigned char>(c) < ' '; }, ' ');
    return std::to_string(reply.status) + (words.empty() ? "" : ": " + words);
}

Error replyError(const HttpReply &reply, const std::string &doing)
{
    const ErrorCode code = reply.status == 409 || reply.status == 412 ? ErrorCode::Locked
                           : reply.status >= 500                      ? ErrorCode::Internal
                                                                      : ErrorCode::InvalidArgument;
    return {code, doing + " was answered with " + replyText(reply)};
}

Result<JsonValue> replyJson(const Result<HttpReply> &reply, const std::string &doing)
{
    if (!reply)
        return Error{reply.error().code, doing + ": " + reply.error().message};
    if (reply->status < 200 || reply->status > 299)
        return replyError(*reply, doing);
    Result<JsonValue> json = JsonValue::parse(reply->body);
    if (!json)
        return Error{ErrorCode::Malformed, doing + ": the answer is no JSON"};
    return json;
}

} // namespace flyball
