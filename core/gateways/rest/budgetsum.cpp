// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/gateways/rest/budgetsum.h"

#include "core/base/jsoncursor.h"

namespace flyball {

namespace {

std::string inCents(const UsdSum &sum)
{
    const std::int64_t cents = divideHalfEven(sum.nanoUsd(), 10'000'000);
    const std::string part = std::to_string(cents % 100);
    return "$" + std::to_string(cents / 100) + (part.size() < 2 ? ".0" : ".") + part;
}

} // namespace

void BudgetSum::add(std::string_view spent, std::string_view cap)
{
    std::int64_t pico = 0;
    std::int64_t most = 0;
    ++m_count;
    if (!parsePicoUsd(cap, most) || most < 0 || !parsePicoUsd(spent, pico) || pico < 0)
        return;
    ++m_capped;
    m_spent.add(pico);
    m_caps.add(most);
    if (m_fullestCap == 0
        || static_cast<__int128>(pico) * m_fullestCap > static_cast<__int128>(m_fullestSpent) * most) {
        m_fullestSpent = pico;
        m_fullestCap = most;
    }
}

std::string BudgetSum::fullest(const std::string &noun) const
{
    if (m_count == 0)
        return {};
    const std::string out = std::to_string(m_count) + ' ' + noun + (m_count == 1 ? "" : "s");
    if (m_capped == 0)
        return out + ", none with a cap";
    return out + ", the fullest " + inCents(UsdSum(m_fullestSpent)) + " of " + inCents(UsdSum(m_fullestCap));
}

std::string BudgetSum::text(const std::string &noun, std::int64_t total) const
{
    if (m_count == 0)
        return {};
    std::string out = std::to_string(m_count) + ' ' + noun + (m_count == 1 ? "" : "s");
    if (total > m_count)
        out = "the first " + std::to_string(m_count) + " of " + std::to_string(total) + ' ' + noun + 's';
    out += m_capped == 0 ? ", none with a cap" : ", " + std::to_string(m_capped) + " with a cap";
    return m_capped == 0 ? out : out + ", " + inCents(m_spent) + " of " + inCents(m_caps);
}

} // namespace flyball
