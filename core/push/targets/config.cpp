// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/push/targets/config.h"

#include "core/push/secretfile.h"

#include <algorithm>
#include <cctype>
#include <cstdlib>

namespace flyball {

namespace {

constexpr std::size_t kMostTargets = 100;
constexpr std::size_t kMostWords = 160;
constexpr const char *kCommon[] = {"id", "kind", "scope"};
constexpr std::string_view kClear[] = {"api_key", "key_secret", "password", "token", "master_key"};

std::function<Result<std::string>(const std::string &)> &keychain()
{
    static std::function<Result<std::string>(const std::string &)> lookUp;
    return lookUp;
}

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

Result<std::string> secretOf(const std::string &reference)
{
    const std::size_t colon = reference.find(':');
    const std::string kind = reference.substr(0, colon);
    const std::string name = colon == std::string::npos ? std::string() : reference.substr(colon + 1);
    Result<std::string> found = Error{ErrorCode::InvalidArgument, "a secret is env:NAME, file:PATH or keychain:NAME"};
    if (name.empty())
        return found;
    if (kind == "env") {
        const char *value = std::getenv(name.c_str());
        found = value && *value ? Result<std::string>(std::string(value))
                                : Error{ErrorCode::NotFound, "the environment has no " + inQuotes(name)};
    } else if (kind == "file") {
        found = readSecretFile(name);
    } else if (kind == "keychain") {
        found = keychain() ? keychain()(name)
                           : Error{ErrorCode::NotFound, "no keychain can be asked here; use env: or file:"};
    }
    while (found && !found->empty() && (found->back() == '\n' || found->back() == '\r'))
        found->pop_back();
    if (found && (found->empty() || found->find_first_of(std::string("\r\n\0", 3)) != std::string::npos))
        return Error{ErrorCode::InvalidArgument,
                     "the secret " + inQuotes(reference) + " is empty or has several lines"};
    return found;
}

void setKeychain(std::function<Result<std::string>(const std::string &name)> lookUp) { keychain() = std::move(lookUp); }

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
    if (const std::string reference = textOr("secret"); !reference.empty()) {
        const Result<std::string> secret = secretOf(reference);
        if (secret)
            connection.headers.emplace_back(header, prefix + *secret);
        else
            complain(secret.error().message);
    }
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
