// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/policy/words.h"

namespace flyball {

std::string countText(std::int64_t number)
{
    std::string text = std::to_string(number);
    for (std::size_t at = text.size(); at > 3 + (number < 0 ? 1U : 0U);) {
        at -= 3;
        text.insert(at, ",");
    }
    return text;
}

std::string moneyText(const UsdSum &usd)
{
    if (usd < UsdSum())
        return '-' + moneyText(UsdSum() - usd);
    std::string fraction = std::to_string(usd.picoRemainder());
    fraction.insert(0, 12 - fraction.size(), '0');
    const std::size_t last = fraction.find_last_not_of('0');
    fraction.resize(last == std::string::npos || last < 2 ? 2 : last + 1);
    return '$' + countText(usd.usd()) + '.' + fraction;
}

} // namespace flyball
