// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/push/channel/message.h"

namespace flyball {

namespace {

constexpr std::size_t kMostTexts = 64;

} // namespace

HttpResponse jsonAnswer(JsonValue value, int status)
{
    HttpResponse response;
    response.status = status;
    response.body = value.compact() + '\n';
    return response;
}

const JsonValue *JsonMembers::present(const char *name) const
{
    const JsonValue *value = m_object.find(name);
    return value && !value->isNull() ? value : nullptr;
}

void JsonMembers::complain(const char *name, const std::string &what)
{
    if (m_problem.empty())
        m_problem = std::string("/") + name + ' ' + what;
}

std::string JsonMembers::textOr(const char *name, std::size_t most)
{
    const JsonValue *value = present(name);
    if (!value)
        return {};
    if (!value->string() || value->string()->size() > most) {
        complain(name, "is a text of at most " + std::to_string(most) + " bytes");
        return {};
    }
    return *value->string();
}

std::string JsonMembers::text(const char *name, std::size_t most)
{
    std::string value = textOr(name, most);
    if (value.empty())
        complain(name, "is missing");
    return value;
}

std::optional<std::int64_t> JsonMembers::numberOr(const char *name, std::int64_t least, std::int64_t most)
{
    const JsonValue *value = present(name);
    if (!value)
        return std::nullopt;
    const auto number = value->number() ? value->number()->toInt64() : std::nullopt;
    if (!number || *number < least || *number > most) {
        complain(name, "is a whole number from " + std::to_string(least) + " to " + std::to_string(most));
        return std::nullopt;
    }
    return number;
}

std::int64_t JsonMembers::number(const char *name, std::int64_t least, std::int64_t most)
{
    const auto value = numberOr(name, least, most);
    if (!value)
        complain(name, "is missing");
    return value.value_or(least);
}

std::vector<std::string> JsonMembers::texts(const char *name)
{
    std::vector<std::string> out;
    const JsonValue *value = present(name);
    if (!value)
        return out;
    if (!value->array() || value->array()->size() > kMostTexts) {
        complain(name, "is a list of at most 64 texts");
        return out;
    }
    for (const JsonValue &item : *value->array()) {
        if (item.string() && item.string()->size() <= 200)
            out.push_back(*item.string());
        else
            complain(name, "holds something that is no short text");
    }
    return out;
}

} // namespace flyball
