// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <map>
#include <optional>
#include <string>

#include "core/keys/keychain.h"

namespace flyball::test {

/// Of one test, in memory. `failure`: what it answers to everything; `forgetful`: it keeps nothing and says it did.
class FakeKeychain final : public Keychain {
public:
    std::map<std::string, std::string> entries;
    std::optional<Error> failure;
    bool forgetful = false;

    Result<> probe() override { return failure ? Result<>(*failure) : Result<>(); }
    Result<std::string> read(const std::string &name) override
    {
        if (failure)
            return *failure;
        const auto found = entries.find(name);
        if (found == entries.end())
            return Error{ErrorCode::NotFound, "none"};
        return found->second;
    }
    Result<> write(const std::string &name, const std::string &value) override
    {
        if (!forgetful)
            entries[name] = value;
        return probe();
    }
    Result<> remove(const std::string &name) override
    {
        entries.erase(name);
        return probe();
    }
};

} // namespace flyball::test
