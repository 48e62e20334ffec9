// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/gateways/options.h"

#include "core/base/jsoncursor.h"
#include "core/base/quotes.h"
#include "core/base/time.h"
#include "core/keys/key.h"

namespace flyball {

std::string SourceOptions::text(const std::string &name, const std::string &otherwise)
{
    m_known.insert(name);
    const auto it = m_config.options.find(name);
    return it == m_config.options.end() || it->second.empty() ? otherwise : it->second;
}

bool SourceOptions::flag(const std::string &name)
{
    const std::string value = text(name);
    if (!value.empty() && value != "1" && value != "true" && value != "0" && value != "false")
        complain(inQuotes(name) + " is true or false");
    return value == "1" || value == "true";
}

TimeNs SourceOptions::seconds(const std::string &name, std::int64_t otherwise, std::int64_t least, std::int64_t most)
{
    const std::string value = text(name);
    std::int64_t number = otherwise;
    if (!value.empty() && (!parseInt64(value, number) || number < least || number > most)) {
        complain(inQuotes(name) + " is a whole number of seconds from " + std::to_string(least) + " to "
                 + std::to_string(most));
        return otherwise * kSecond;
    }
    return number * kSecond;
}

std::vector<std::string> SourceOptions::list(const std::string &name, const std::string &otherwise)
{
    std::vector<std::string> out(1);
    for (const char c : text(name, otherwise)) {
        if (c == ',')
            out.emplace_back();
        else if (c != ' ')
            out.back() += c;
    }
    std::erase(out, std::string());
    return out;
}

HttpConnection SourceOptions::connection(Milliseconds deadline, std::size_t mostBytes)
{
    HttpConnection out;
    out.deadline = deadline;
    out.mostBytes = mostBytes;
    out.retry.attempts = 1;
    out.caFile = text("ca_file");
    out.plainAllowed = flag("plain_http");
    const auto split = splitUrl(m_config.target);
    if (!split)
        complain("the target is an http:// or https:// address, not " + inQuotes(m_config.target));
    else
        out.url = split->origin;
    const std::string header = text("secret_header");
    const std::string secret = text("secret");
    if (const std::string tenant = text("tenant"); !tenant.empty())
        out.headers.emplace_back("X-Scope-OrgID", tenant);
    if (secret.empty())
        return out;
    const Result<std::string> key = secretOf(secret);
    if (!key)
        complain(key.error().message);
    else if (header.empty())
        out.headers.emplace_back("Authorization", "Bearer " + *key);
    else
        out.headers.emplace_back(header, *key);
    return out;
}

void SourceOptions::complain(const std::string &what)
{
    if (m_problem.empty())
        m_problem = what;
}

Result<> SourceOptions::done()
{
    for (const auto &[name, value] : m_config.options)
        if (!m_known.contains(name))
            complain("a source of kind " + inQuotes(m_config.kind) + " has no option " + inQuotes(name));
    if (m_problem.empty())
        return {};
    return Error{ErrorCode::InvalidArgument, m_problem};
}

Result<> SourceOptions::done(const HttpConnection &connection)
{
    if (const Result<> all = done(); !all)
        return all.error();
    if (const auto client = HttpClient::open(connection); !client)
        return client.error();
    return {};
}

std::optional<SplitUrl> splitUrl(const std::string &url)
{
    const bool http = url.starts_with("http://");
    if (!http && !url.starts_with("https://"))
        return std::nullopt;
    const std::size_t host = http ? 7 : 8;
    const std::size_t path = url.find_first_of("/?#", host);
    if (path == host || url.size() == host)
        return std::nullopt;
    if (path == std::string::npos)
        return SplitUrl{url, "/"};
    std::string rest = url.substr(path, url.find('#') - path);
    return SplitUrl{url.substr(0, path), rest.starts_with('/') ? rest : '/' + rest};
}

} // namespace flyball
