// SPDX-License-Identifier: GPL-3.0-or-later
// History resolved again, visibly and reversibly: with other prices, other rules or another measure of success.
#include <algorithm>
#include <chrono>
#include <thread>

#include "core/engine/pipeline.h"

namespace flyball {

namespace {

constexpr const char *kMetaPrices = "prices";           ///< signature of the catalog that priced the rows
constexpr const char *kMetaAttribution = "attribution"; ///< of the rules that named them
constexpr const char *kMetaSuccess = "success_signals"; ///< of the rules that decided the runs
constexpr const char *kMetaTold = "told_elsewhere\x1f"; ///< + target: its meters are not counted
constexpr const char *kChanging = "changing";           ///< some rows stand at the former, some at the new one
constexpr std::size_t kSlice = 2000;

std::string signatureOf(const std::vector<SuccessRule> &rules)
{
    if (rules.empty())
        return toHex64(0);
    std::vector<std::string> lines;
    for (const SuccessRule &rule : rules) {
        std::string &line = lines.emplace_back(rule.workflow + '\x1f' + rule.signal);
        for (const std::string &label : rule.passLabels)
            line += '\x1e' + label;
        if (rule.threshold)
            line += '\x1f' + std::to_string(*rule.threshold);
    }
    std::sort(lines.begin(), lines.end());
    std::string text;
    for (const std::string &line : lines)
        text += line + '\n';
    return toHex64(hash64(text));
}

std::string signatureOf(const AttributionRules &rules)
{
    return rules.empty() ? toHex64(0) : toHex64(hash64(rulesToJson(rules)));
}

} // namespace

std::string Pipeline::priceSignature() const
{
    std::string text = m_catalog->version();
    for (const PriceOverride &entry : m_catalog->overrides()) {
        text += '\x1f' + entry.provider + '\x1e' + entry.model + '\x1e' + std::to_string(static_cast<int>(entry.kind))
                + '\x1e' + entry.sameAsProvider + '\x1e' + entry.sameAsModel + '\x1e' + std::to_string(entry.from);
        for (const auto rate : entry.rates.atto)
            text += '\x1e' + std::to_string(rate);
    }
    return toHex64(hash64(text));
}

bool Pipeline::pricesChanged()
{
    const std::string stored = m_ledger->meta(kMetaPrices);
    const bool changed = !stored.empty() && stored != priceSignature();
    if (stored.empty() && !readOnly())
        (void)m_ledger->setMeta(kMetaPrices, priceSignature());
    return changed && !readOnly();
}

/// Whether rows stand at something else than `signature`; a ledger that has none yet begins with `first`.
bool Pipeline::standsAtOther(const char *key, const std::string &signature, const std::string &first)
{
    std::string stored = m_ledger->meta(key);
    if (stored.empty() && !readOnly())
        (void)m_ledger->setMeta(key, stored = m_collator.newestEvent() == kNoTime ? signature : first);
    return stored != signature && !readOnly();
}

bool Pipeline::attributionChanged()
{
    return standsAtOther(kMetaAttribution, signatureOf(m_attribution), signatureOf(AttributionRules()));
}

bool Pipeline::successChanged()
{
    return standsAtOther(kMetaSuccess, signatureOf(m_success), signatureOf(std::vector<SuccessRule>()));
}

Result<> Pipeline::resolveAgain(const std::vector<Key128> &groups, const ReworkStep &step)
{
    m_rework = {true, 0, static_cast<std::int64_t>(groups.size())};
    Result<> result;
    for (std::size_t at = 0; result && at < groups.size(); ++at) {
        result = m_collator.touch(groups[at]);
        if (!result || (at % kSlice != kSlice - 1 && at + 1 != groups.size()))
            continue;
        m_rework.done = static_cast<std::int64_t>(at + 1);
        m_pendingFacts = true;
        while (result && !commit()) {
            // Half the history at one price and half at another must not be left standing: wait for room.
            std::this_thread::sleep_for(std::chrono::seconds(1));
            if (!step(m_rework.done, m_rework.total))
                result = Error{ErrorCode::Cancelled, m_stall.message};
        }
        if (result && !step(m_rework.done, m_rework.total))
            result = Error{ErrorCode::Cancelled, "changing history was interrupted; it goes on at the next start"};
    }
    m_rework = {};
    return result;
}

Result<> Pipeline::setTold(const std::string &target, bool told, const ReworkStep &step)
{
    const Symbol source = m_symbols.intern(target);
    m_collator.setTold(source, told);
    const std::string key = kMetaTold + target;
    const std::string wanted = told ? "1" : "";
    if (m_ledger->meta(key) == wanted)
        return {};
    if (readOnly())
        return Error{ErrorCode::Locked, "another window writes this ledger"};
    if (!commit())
        return unsaved();
    auto groups = m_ledger->groupsOfProducer(source);
    // What a source meters for others stands under theirs.
    for (const TraitFact &trait : m_collator.traitsOf(source)) {
        if (!groups || (trait.flags & MetersSeen) == 0)
            continue;
        const auto more = m_ledger->groupsOfProducer(trait.subject);
        if (!more)
            return more.error();
        groups->insert(groups->end(), more->begin(), more->end());
    }
    if (!groups)
        return groups.error();
    if (const Result<> begun = m_ledger->setMeta(key, kChanging); !begun)
        return begun;
    if (const Result<> done = resolveAgain(*groups, step); !done)
        return done;
    return m_ledger->setMeta(key, wanted);
}

Result<std::vector<Key128>> Pipeline::allGroups()
{
    std::vector<Key128> groups;
    CallFilter all;
    all.metered = true;
    const Result<> read = m_ledger->readCalls(all, CallOrder::TimeAscending, 0, [&](const Call &call) {
        if (groups.empty() || call.group != groups.back())
            groups.push_back(call.group);
        return true;
    });
    if (!read)
        return read.error();
    std::sort(groups.begin(), groups.end());
    groups.erase(std::unique(groups.begin(), groups.end()), groups.end());
    return groups;
}

Result<> Pipeline::reprice(std::shared_ptr<const PriceCatalog> catalog, const std::function<bool()> &step)
{
    commit();
    (void)m_ledger->setMeta(kMetaPrices, kChanging);
    m_catalog = std::move(catalog);
    auto pricer = std::make_unique<CallPricer>(m_catalog, m_symbols);
    m_collator.setPricer(*pricer);
    m_pricer = std::move(pricer);
    const auto groups = allGroups();
    if (!groups)
        return groups.error();
    const Result<> done = resolveAgain(*groups, [&](std::int64_t, std::int64_t) { return step(); });
    if (!done)
        return done;
    ++m_generation;
    return m_ledger->setMeta(kMetaPrices, priceSignature());
}

Result<> Pipeline::setAttribution(AttributionRules rules, const ReworkStep &step)
{
    if (readOnly())
        return Error{ErrorCode::Locked, "another window writes this ledger"};
    commit();
    (void)m_ledger->setMeta(kMetaAttribution, kChanging);
    m_attribution = std::move(rules);
    m_collator.setAttribution(m_attribution);
    m_runs.tellAgain();
    const auto groups = allGroups();
    if (!groups)
        return groups.error();
    if (const Result<> done = resolveAgain(*groups, step); !done)
        return done;
    ++m_generation;
    return m_ledger->setMeta(kMetaAttribution, signatureOf(m_attribution));
}

Result<> Pipeline::setSuccess(std::vector<SuccessRule> rules, const ReworkStep &step)
{
    if (readOnly())
        return Error{ErrorCode::Locked, "another window writes this ledger"};
    commit();
    (void)m_ledger->setMeta(kMetaSuccess, kChanging);
    m_success = std::move(rules);
    m_collator.setSuccessRules(m_success);
    std::vector<Key128> groups;
    const Result<> read = m_ledger->readSignals([&](const SignalFact &signal) {
        if (signal.address == SignalAddress::Group)
            groups.push_back(signal.group);
    });
    if (!read)
        return read;
    std::sort(groups.begin(), groups.end());
    groups.erase(std::unique(groups.begin(), groups.end()), groups.end());
    if (const Result<> done = resolveAgain(groups, step); !done)
        return done;
    std::vector<std::pair<Key128, std::int32_t>> judged;
    for (const Key128 &run : m_collator.quality().runs())
        judged.emplace_back(run, m_collator.quality().countOf(run));
    m_collator.decideAgain(judged);
    m_pendingFacts = true;
    if (!commit())
        return unsaved();
    return m_ledger->setMeta(kMetaSuccess, signatureOf(m_success));
}

} // namespace flyball
