// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/keys/key.h"

#include "core/base/quotes.h"
#include "core/keys/keychain.h"
#include "core/keys/secretfile.h"

#include <cstdlib>

namespace flyball {

namespace {

Result<std::string> fromKeychain(const std::string &name)
{
    const std::shared_ptr<Keychain> asked = keychain();
    if (!asked)
        return Error{ErrorCode::NotFound, "no keychain can be asked here; use env: or file:"};
    Result<std::string> found = asked->read(name);
    if (!found && found.error().code == ErrorCode::Unreadable)
        return Error{ErrorCode::NotFound, found.error().message + "; use env: or file:"};
    return found;
}

Result<std::string> oneKey(const std::string &reference)
{
    const std::string variable = keyName(reference, "env");
    const std::string file = keyName(reference, "file");
    const std::string entry = keyName(reference, "keychain");
    Result<std::string> found = Error{ErrorCode::InvalidArgument, "a secret is env:NAME, file:PATH or keychain:NAME"};
    if (!variable.empty()) {
        const char *value = std::getenv(variable.c_str());
        found = value && *value ? Result<std::string>(std::string(value))
                                : Error{ErrorCode::NotFound, "the environment has no " + inQuotes(variable)};
    } else if (!file.empty()) {
        found = readSecretFile(file);
    } else if (!entry.empty()) {
        found = fromKeychain(entry);
    }
    while (found && !found->empty() && (found->back() == '\n' || found->back() == '\r'))
        found->pop_back();
    if (found && (found->empty() || found->find_first_of(std::string("\r\n\0", 3)) != std::string::npos))
        return Error{ErrorCode::InvalidArgument,
                     "the secret " + inQuotes(reference) + " is empty or has several lines"};
    return found;
}

} // namespace

std::string keyName(const std::string &reference, const std::string &kind)
{
    return reference.starts_with(kind + ':') ? reference.substr(kind.size() + 1) : std::string();
}

std::string keyPlace(const std::string &reference)
{
    if (!keyName(reference, "keychain").empty())
        return "in the keychain";
    if (!keyName(reference, "file").empty())
        return "in a file only you can read";
    const std::string variable = keyName(reference, "env");
    return variable.empty() ? std::string() : "from $" + variable;
}

Result<FoundKey> findKey(const std::vector<std::string> &references)
{
    Error none{ErrorCode::InvalidArgument, "no secret is named"};
    std::string reasons;
    for (const std::string &reference : references) {
        Result<std::string> found = oneKey(reference);
        if (found)
            return FoundKey{std::move(*found), reference};
        reasons += (reasons.empty() ? "" : "; ") + found.error().message;
        none = {found.error().code, reasons};
        if (none.code != ErrorCode::NotFound)
            break;
    }
    return none;
}

Result<std::string> secretOf(const std::string &reference)
{
    Result<FoundKey> found = findKey({reference});
    if (!found)
        return found.error();
    return std::move(found->value);
}

Result<> keepInKeychain(const std::string &name, const std::string &value)
{
    const std::shared_ptr<Keychain> keeper = keychain();
    if (!keeper)
        return Error{ErrorCode::Unreadable, "no keychain can be asked here"};
    if (Result<> r = keeper->write(name, value); !r)
        return r;
    const Result<std::string> back = keeper->read(name);
    if (!back)
        return back.error();
    if (*back != value)
        return Error{ErrorCode::Internal, "the keychain gave back something else than was written"};
    return {};
}

} // namespace flyball
