// SPDX-License-Identifier: GPL-3.0-or-later
// Where the keys of push targets are found; never a key.
#include "app/flyballctl/doctor.h"
#include "app/flyballctl/qtprocess.h"
#include "core/keys/keychain.h"
#include "core/push/targets/config.h"

namespace flyball::ctl {

void checkKeys(const Paths &paths, Checks &out)
{
    auto targets = readTargets(paths.data);
    if (!targets) {
        out.push_back({Finding::Broken, "targets", targets.error().message, {{"path", targetsFile(paths.data)}}});
        return;
    }
    if (targets->empty())
        return;
    const QtProcess qt;
    const std::shared_ptr<Keychain> keys = useSystemKeychain();
    const bool there = keys->probe().ok();
    out.push_back({Finding::Ok,
                   "keychain",
                   there ? "answers" : "none in this session; keys come from files and from the environment",
                   {{"there", there}}});
    for (TargetConfig &target : *targets) {
        if (keyReferences(target).empty())
            continue;
        const Result<> taken = takeKey(target);
        const std::string place = taken ? keyPlace(target.key->reference) : std::string();
        out.push_back({taken ? Finding::Ok : Finding::Warning,
                       "key of " + target.id,
                       taken ? place : taken.error().message,
                       {{"target", target.id}, {"place", taken ? nlohmann::ordered_json(place) : nullptr}}});
    }
}

} // namespace flyball::ctl
