// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/models/policy/starterpolicy.h"

#include <algorithm>
#include <cmath>
#include <set>

namespace flyball {

namespace {

double blended(const SeenModel &model) { return 3 * *model.inputPrice + *model.outputPrice; }

std::vector<SeenModel> priced(const Seen &seen)
{
    std::vector<SeenModel> out;
    std::set<std::string> names;
    for (const SeenModel &model : seen.models)
        if (model.inputPrice && model.outputPrice && blended(model) > 0 && names.insert(model.name).second)
            out.push_back(model);
    std::sort(out.begin(), out.end(), [](const SeenModel &a, const SeenModel &b) {
        return blended(a) != blended(b) ? blended(a) < blended(b) : a.name < b.name;
    });
    return out;
}

/// Where the two widest gaps end, in order.
std::vector<std::size_t> cuts(const std::vector<SeenModel> &models)
{
    std::vector<std::pair<double, std::size_t>> gaps;
    for (std::size_t i = 1; i < models.size(); ++i)
        if (const double gap = std::log(blended(models[i]) / blended(models[i - 1])); gap > 0)
            gaps.emplace_back(-gap, i);
    std::sort(gaps.begin(), gaps.end());
    std::vector<std::size_t> out;
    for (std::size_t i = 0; i < std::min<std::size_t>(2, gaps.size()); ++i)
        out.push_back(gaps[i].second);
    std::sort(out.begin(), out.end());
    return out;
}

std::vector<Tier> tiersOf(const Seen &seen)
{
    std::vector<SeenModel> models = priced(seen);
    std::vector<std::size_t> ends = cuts(models);
    ends.push_back(models.size());
    const std::vector<std::string> names = ends.size() == 3   ? std::vector<std::string>{"cheap", "mid", "frontier"}
                                           : ends.size() == 2 ? std::vector<std::string>{"cheap", "frontier"}
                                                              : std::vector<std::string>{"mid"};
    std::vector<Tier> tiers;
    std::size_t begin = 0;
    for (std::size_t t = 0; t < ends.size(); ++t) {
        std::stable_sort(models.begin() + static_cast<std::ptrdiff_t>(begin),
                         models.begin() + static_cast<std::ptrdiff_t>(ends[t]),
                         [](const SeenModel &a, const SeenModel &b) { return a.calls > b.calls; });
        Tier tier{names[t], {}};
        for (; begin < ends[t]; ++begin)
            tier.models.push_back(models[begin].name);
        tiers.push_back(std::move(tier));
    }
    return tiers;
}

} // namespace

std::optional<PolicyDocument> starterPolicy(const Seen &seen)
{
    if (priced(seen).empty())
        return std::nullopt;
    PolicyDocument out;
    out.policyId = "fleet";
    if (!seen.timezone.empty())
        out.timezone = seen.timezone;
    out.tiers = tiersOf(seen);
    Budget &budget = out.defaults.budget.emplace();
    budget.onSoft = {SoftAction::Warn};
    budget.onHard = HardAction::SummarizeAndClose;
    CircuitBreaker &breaker = out.defaults.circuitBreaker.emplace();
    breaker.enabled = true;
    breaker.sameCallLimit = 3;
    breaker.action = BreakerAction::Alert;
    std::set<std::string> names(seen.workflows.begin(), seen.workflows.end());
    names.erase("");
    for (const std::string &name : names)
        out.workflows.emplace_back(name, Workflow{});
    return out;
}

} // namespace flyball
