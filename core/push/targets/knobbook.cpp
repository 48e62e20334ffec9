// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/push/targets/knobbook.h"

#include <algorithm>

namespace flyball {

void KnobBook::applied(const std::string &path, const std::string &how)
{
    m_receipts.push_back({path, KnobReceipt::Outcome::Applied, how});
}

void KnobBook::approximated(const std::string &path, const std::string &how)
{
    m_receipts.push_back({path, KnobReceipt::Outcome::Approximated, how});
}

void KnobBook::unsupported(const std::string &path, const std::string &why)
{
    m_receipts.push_back({path, KnobReceipt::Outcome::Unsupported, why});
}

std::vector<KnobReceipt> KnobBook::finish(const std::string &otherwise) const
{
    std::vector<KnobReceipt> out;
    std::vector<bool> taken(m_receipts.size());
    for (const PolicyOrigin &origin : m_policy.effective.origins) {
        if (origin.path == "/enabled" || origin.path.starts_with("/economics"))
            continue;
        const std::size_t before = out.size();
        for (std::size_t i = 0; i < m_receipts.size(); ++i) {
            const std::string &path = m_receipts[i].path;
            if (taken[i] || (path != origin.path && !path.starts_with(origin.path + '/')))
                continue;
            taken[i] = true;
            out.push_back(m_receipts[i]);
        }
        if (out.size() == before)
            out.push_back({origin.path, KnobReceipt::Outcome::Unsupported, otherwise});
    }
    for (std::size_t i = 0; i < m_receipts.size(); ++i)
        if (!taken[i])
            out.push_back(m_receipts[i]);
    return out;
}

const Tier *tierOf(const TargetPolicy &policy, const std::string &tier)
{
    const auto found =
        std::find_if(policy.tiers.begin(), policy.tiers.end(), [&](const Tier &t) { return t.id == tier; });
    return found == policy.tiers.end() ? nullptr : &*found;
}

std::string firstModel(const TargetPolicy &policy, const std::string &tier)
{
    const Tier *found = tierOf(policy, tier);
    return found && !found->models.empty() ? found->models.front() : std::string();
}

ModelName splitModel(const std::string &name)
{
    const std::size_t slash = name.find('/');
    if (slash == std::string::npos)
        return {"", name};
    return {name.substr(0, slash), name.substr(slash + 1)};
}

bool switchedOff(const TargetPolicy &policy) { return !policy.effective.body.enabled.value_or(true); }

TargetPlan planOff(const TargetPolicy &policy)
{
    KnobBook book(policy);
    book.applied("/enabled", "switched off: what was found here is put back");
    return {book.finish("switched off"), {}};
}

} // namespace flyball
