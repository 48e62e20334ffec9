// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/agentsim/policy/body_reader.h"

#include <algorithm>

namespace flyball::agentsim {

namespace {

constexpr std::size_t kLongestPointer = 200;
constexpr std::size_t kMostUnknown = 100;
constexpr PicoUsd kMostUsd = 1'000'000 * kPicoPerUsd;

std::string below(const std::string &path, std::string_view name)
{
    std::string out = path + '/';
    for (const char c : name) {
        if (c == '~')
            out += "~0";
        else if (c == '/')
            out += "~1";
        else
            out += c;
    }
    if (out.size() > kLongestPointer)
        out.resize(kLongestPointer);
    return out;
}

} // namespace

void BodyReader::refuse(const std::string &path, std::string message, const char *code)
{
    if (!m_problem)
        m_problem = Refusal{code, path, std::move(message)};
}

void BodyReader::object(const Json &value, const std::string &path, Fields fields)
{
    if (!value.is(Json::Kind::Object))
        return refuse(path, "must be an object");
    for (const auto &[name, member] : value.members) {
        const std::string at = below(path, name);
        const auto field =
            std::find_if(fields.begin(), fields.end(), [&](const auto &one) { return one.first == name; });
        if (field != fields.end()) {
            if (!member.is(Json::Kind::Null))
                field->second(member, at);
        } else if (m_unknown != nullptr && m_unknown->size() < kMostUnknown) {
            m_unknown->push_back(at);
        }
    }
}

void BodyReader::list(const Json &value, const std::string &path, const Take &each)
{
    if (!value.is(Json::Kind::Array))
        return refuse(path, "must be a list");
    for (std::size_t i = 0; i < value.items.size(); ++i)
        each(value.items[i], path + '/' + std::to_string(i));
}

BodyReader::Take BodyReader::whole(std::optional<std::int64_t> &out, std::int64_t least)
{
    return [this, &out, least](const Json &value, const std::string &path) {
        const auto n = value.whole();
        if (n && *n >= least)
            out = *n;
        else
            refuse(path, "must be a whole number of at least " + std::to_string(least));
    };
}

BodyReader::Take BodyReader::whole(std::int64_t &out, std::int64_t least)
{
    return [this, &out, least](const Json &value, const std::string &path) {
        std::optional<std::int64_t> n;
        whole(n, least)(value, path);
        out = n.value_or(out);
    };
}

BodyReader::Take BodyReader::usd(std::optional<PicoUsd> &out, bool positive)
{
    return [this, &out, positive](const Json &value, const std::string &path) {
        const auto n = value.usd();
        if (n && *n >= (positive ? 1 : 0) && *n <= kMostUsd)
            out = *n;
        else
            refuse(path, "must be an amount of at most a million USD");
    };
}

BodyReader::Take BodyReader::share(double &out)
{
    return [this, &out](const Json &value, const std::string &path) {
        std::optional<double> n;
        share(n)(value, path);
        out = n.value_or(out);
    };
}

BodyReader::Take BodyReader::share(std::optional<double> &out)
{
    return [this, &out](const Json &value, const std::string &path) {
        const auto n = value.real();
        if (n && *n >= 0.0 && *n <= 1.0)
            out = *n;
        else
            refuse(path, "must be a number from 0 to 1");
    };
}

BodyReader::Take BodyReader::flag(bool &out)
{
    return [this, &out](const Json &value, const std::string &path) {
        std::optional<bool> b;
        flag(b)(value, path);
        out = b.value_or(out);
    };
}

BodyReader::Take BodyReader::flag(std::optional<bool> &out)
{
    return [this, &out](const Json &value, const std::string &path) {
        if (value.is(Json::Kind::Bool))
            out = value.flag;
        else
            refuse(path, "must be true or false");
    };
}

BodyReader::Take BodyReader::text(std::string &out)
{
    return [this, &out](const Json &value, const std::string &path) {
        if (value.is(Json::Kind::Text))
            out = value.text;
        else
            refuse(path, "must be a text");
    };
}

BodyReader::Take BodyReader::text(std::optional<std::string> &out)
{
    return [this, &out](const Json &value, const std::string &path) {
        std::string read;
        text(read)(value, path);
        out = read;
    };
}

BodyReader::Take BodyReader::texts(std::optional<std::vector<std::string>> &out)
{
    return [this, &out](const Json &value, const std::string &path) {
        out.emplace();
        list(value, path, [&](const Json &item, const std::string &at) { text(out->emplace_back())(item, at); });
    };
}

BodyReader::Take BodyReader::tier(std::string &out)
{
    return [this, &out](const Json &value, const std::string &path) {
        text(out)(value, path);
        if (std::find(m_tiers.begin(), m_tiers.end(), out) == m_tiers.end())
            refuse(path, "must be one of the tiers");
    };
}

BodyReader::Take BodyReader::word(std::vector<std::string_view> words, std::function<void(std::size_t)> set)
{
    return [this, words = std::move(words), set = std::move(set)](const Json &value, const std::string &path) {
        const auto found = std::find(words.begin(), words.end(), value.text);
        if (value.is(Json::Kind::Text) && found != words.end())
            set(static_cast<std::size_t>(found - words.begin()));
        else
            refuse(path, "must be one of the words of the schema");
    };
}

} // namespace flyball::agentsim
