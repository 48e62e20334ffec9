// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/gateways/budgets/budgetgauges.h"

#include "core/base/jsoncursor.h"
#include "core/gateways/budgets/budgetlist.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <optional>
#include <unordered_map>

namespace flyball {

namespace {

using enum BudgetScope;
using enum GaugeColumn;

constexpr BudgetGauge kGauges[] = {
    {"litellm_remaining_api_key_budget_metric", Key, Left, "hashed_api_key", "api_key_alias"},
    {"litellm_api_key_max_budget_metric", Key, Cap, "hashed_api_key", "api_key_alias"},
    {"litellm_api_key_budget_remaining_hours_metric", Key, Hours, "hashed_api_key", "api_key_alias"},
    {"litellm_remaining_team_budget_metric", Team, Left, "team", "team_alias"},
    {"litellm_team_max_budget_metric", Team, Cap, "team", "team_alias"},
    {"litellm_team_budget_remaining_hours_metric", Team, Hours, "team", "team_alias"},
    {"litellm_remaining_user_budget_metric", User, Left, "user", "user_email"},
    {"litellm_user_max_budget_metric", User, Cap, "user", "user_email"},
    {"litellm_user_budget_remaining_hours_metric", User, Hours, "user", "user_email"},
    {"litellm_remaining_org_budget_metric", Organization, Left, "org_id", "org_alias"},
    {"litellm_org_max_budget_metric", Organization, Cap, "org_id", "org_alias"},
    {"litellm_org_budget_remaining_hours_metric", Organization, Hours, "org_id", "org_alias"},
    {"litellm_remaining_customer_budget_metric", Customer, Left, "end_user"},
    {"litellm_customer_max_budget_metric", Customer, Cap, "end_user"},
    {"litellm_customer_budget_remaining_hours_metric", Customer, Hours, "end_user"},
    {"litellm_provider_remaining_budget_metric", Provider, Left, "api_provider"},
};

/// Who tells it, not whose it is.
constexpr std::string_view kTellers[] = {"pid", "instance", "pod", "replica", "prometheus_replica", "prometheus"};
/// A budget of the same name at another gateway is another budget.
constexpr std::string_view kPlaces[] = {"job", "cluster", "namespace"};
constexpr std::size_t kMostViews = 256; ///< of one budget

std::string_view labelOf(std::span<const MeterLabel> labels, std::string_view name)
{
    for (const MeterLabel &label : labels)
        if (!name.empty() && label.name == name)
            return label.value == "None" ? std::string_view() : label.value;
    return {};
}

template <typename Names>
std::string joined(std::span<const MeterLabel> labels, const Names &names)
{
    std::string out;
    for (const std::string_view name : names)
        (out += labelOf(labels, name)) += '\x1f';
    return out;
}

/// Also +Inf; never in the words of a locale.
std::optional<double> numberOf(std::string_view text)
{
    if (text.starts_with('+'))
        text.remove_prefix(1);
    double number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc() || end != text.data() + text.size() || std::isnan(number))
        return std::nullopt;
    return number;
}

enum class Amount { None, Known, Endless, Bad };

/// Exact, from decimal text. Python writes sys.maxsize for "no limit".
Amount amountOf(const std::string &text, PicoUsd &pico)
{
    constexpr double kEndless = 9.2e18;
    if (text.empty())
        return Amount::None;
    if (parsePicoUsd(text, pico))
        return Amount::Known;
    const std::optional<double> number = numberOf(text);
    return number && *number >= kEndless ? Amount::Endless : Amount::Bad;
}

/// Less is left; what has no end is behind everything.
bool isTighter(const std::string &a, const std::string &b)
{
    PicoUsd left = 0, right = 0;
    const Amount first = amountOf(a, left);
    const Amount second = amountOf(b, right);
    if (first != Amount::Known || second != Amount::Known)
        return first == Amount::Known || (first == Amount::Endless && second != Amount::Known && second != first);
    return left < right;
}

} // namespace

std::span<const BudgetGauge> budgetGauges() { return kGauges; }

const BudgetGauge *budgetGauge(std::string_view series)
{
    static const auto all = [] {
        std::unordered_map<std::string_view, const BudgetGauge *> made;
        for (const BudgetGauge &gauge : kGauges)
            made.emplace(gauge.family, &gauge);
        return made;
    }();
    const auto it = all.find(series);
    return it == all.end() ? nullptr : it->second;
}

void BudgetGauges::begin()
{
    m_holders.clear();
    m_left = m_bad = m_apart = 0;
    ++m_reading;
}

void BudgetGauges::read(std::string_view series, std::span<const MeterLabel> labels, std::string_view value, TimeNs at)
{
    if (series != m_lastName) {
        m_lastName = series;
        m_lastGauge = budgetGauge(series);
    }
    if (!m_lastGauge)
        return;
    const BudgetGauge &gauge = *m_lastGauge;
    const std::string_view id = labelOf(labels, gauge.id);
    const std::string_view name = labelOf(labels, gauge.name);
    if (id.empty() && name.empty())
        return; // LiteLLM tells of the calls without a key or team under "None"
    std::string key = std::to_string(static_cast<int>(gauge.scope)) + '\x1f';
    key += joined(labels, kPlaces);
    (key += id.empty() ? name : id) += '\x1f';
    auto it = m_holders.find(key);
    if (it == m_holders.end()) {
        if (m_holders.size() >= kMostBudgets) {
            m_left += gauge.column == GaugeColumn::Left ? 1 : 0;
            return;
        }
        it = m_holders.emplace(std::move(key), Holder{&gauge, std::string(id), {}, {}}).first;
    }
    Holder &holder = it->second;
    if (!name.empty())
        holder.name = name;
    std::string teller = joined(labels, kTellers);
    if (holder.views.size() >= kMostViews && !holder.views.contains(teller))
        return;
    View &view = holder.views[std::move(teller)];
    std::string &field = gauge.column == Left ? view.left : gauge.column == Cap ? view.cap : view.hours;
    field = value.substr(0, 128);
    if (gauge.column == Hours)
        view.at = at;
}

/// The hours of a gauge were counted when it was set, and it is set with each call: while it stands still the reset
/// stays where it was.
void BudgetGauges::takeView(const std::string &key, const Holder &holder, GatewayBudget &budget)
{
    const View *chosen = nullptr;
    bool apart = false;
    for (const auto &[teller, view] : holder.views) {
        apart = apart || (chosen && (view.left != chosen->left || view.cap != chosen->cap));
        if (!chosen || isTighter(view.left, chosen->left))
            chosen = &view;
    }
    m_apart += apart ? 1 : 0;
    PicoUsd left = 0, cap = 0;
    const Amount hasLeft = amountOf(chosen->left, left);
    const Amount hasCap = amountOf(chosen->cap, cap);
    m_bad += (hasLeft == Amount::Bad ? 1 : 0) + (hasCap == Amount::Bad || (hasCap == Amount::Known && cap < 0) ? 1 : 0);
    if (hasCap == Amount::Known && cap >= 0)
        budget.cap = cap;
    if (hasLeft == Amount::Known)
        budget.left = left;
    budget.uncapped = !budget.cap && (hasLeft == Amount::Endless || hasCap == Amount::Endless);
    constexpr double kMostHours = 24.0 * 366 * 20;
    const double hours = numberOf(chosen->hours).value_or(-1);
    if (!(hours >= 0 && hours <= kMostHours))
        return;
    Reset &reset = m_resets[key];
    if (reset.hours != chosen->hours || reset.at == kNoTime) {
        reset.hours = chosen->hours;
        reset.at = chosen->at + static_cast<TimeNs>(hours * 3600) * kSecond;
    }
    reset.reading = m_reading;
    budget.resetAt = reset.at;
    budget.resetAbout = true;
}

GatewayBudgets BudgetGauges::end(TimeNs at, TimeNs staleAfter)
{
    BudgetList list;
    for (const auto &[key, holder] : m_holders) {
        GatewayBudget budget;
        budget.scope = holder.gauge->scope;
        budget.id = holder.id;
        budget.name = holder.name;
        takeView(key, holder, budget);
        list.add(std::move(budget));
    }
    std::erase_if(m_resets, [&](const auto &entry) { return entry.second.reading != m_reading; });
    for (std::int64_t i = 0; i < m_bad; ++i)
        list.badFigure();
    if (m_apart > 0)
        list.note("its workers tell " + std::to_string(m_apart) + (m_apart == 1 ? " budget" : " budgets")
                  + " differently: the least left is shown");
    list.setTotal(list.count() + m_left);
    m_holders.clear();
    return list.finish(at, staleAfter);
}

} // namespace flyball
