// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/policy/document/text.h"
#include "core/push/channel/channel.h"

#include <QTemporaryDir>

namespace flyball {

inline PolicyDocument testPolicy(const std::string &runCap = "5", const std::string &dayCap = "1")
{
    return *readPolicy(R"({"schema_version":1,"policy_id":"p","revision":1,)"
                       R"("tiers":[{"id":"mid","models":["openai/gpt-4o"]}],)"
                       R"("defaults":{"budget":{"run_hard":{"usd":)"
                       + runCap + R"(},"periods":[{"window":"day","hard_usd":)" + dayCap + R"(}],"on_hard":"abort"},)"
                       + R"("routing":{"default_tier":"mid"}},"workflows":{"w":{}}})")
                .document;
}

/// A store in a folder of its own.
struct TestStore {
    TestStore() { reopen(); }
    void reopen()
    {
        store.reset();
        auto opened = PolicyStore::open(path(), PolicyStore::Access::ReadWrite);
        if (opened)
            store = std::move(*opened);
    }
    [[nodiscard]] std::string path() const { return folder.path().toStdString() + "/data"; }
    QTemporaryDir folder;
    std::unique_ptr<PolicyStore> store;
};

} // namespace flyball
