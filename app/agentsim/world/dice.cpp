// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/agentsim/world/dice.h"

#include <algorithm>
#include <cmath>

namespace flyball::agentsim {

namespace {

/// e^x for |x| < 8: Taylor on x/64, then six squarings; relative error below 1e-12.
double expOf(double x)
{
    const double y = x / 64.0;
    double r = 1.0 + y * (1.0 + y / 2.0 * (1.0 + y / 3.0 * (1.0 + y / 4.0 * (1.0 + y / 5.0))));
    for (int i = 0; i < 6; ++i)
        r *= r;
    return r;
}

/// Natural logarithm of u in (0, 1]: exponent apart, then 2 artanh((m-1)/(m+1)).
double lnOf(double u)
{
    int exponent = 0;
    const double m = std::frexp(u, &exponent); // exact, so no libm difference
    const double z = (m - 1.0) / (m + 1.0);
    double term = z;
    double sum = 0.0;
    for (int k = 1; k < 40; k += 2) {
        sum += term / k;
        term *= z * z;
    }
    return 2.0 * sum + exponent * 0.6931471805599453;
}

} // namespace

std::int64_t Dice::uniform(Range r, std::string_view name) const
{
    if (r.hi <= r.lo)
        return r.lo;
    const auto span = static_cast<double>(r.hi - r.lo + 1);
    return std::min(r.hi, r.lo + static_cast<std::int64_t>(span * unit(name)));
}

std::int64_t Dice::skewed(Range r, std::string_view name) const
{
    if (r.hi <= r.lo)
        return r.lo;
    const auto span = static_cast<double>(r.hi - r.lo + 1);
    const double u = unit(name);
    return std::min(r.hi, r.lo + static_cast<std::int64_t>(span * u * u));
}

double Dice::lognormal(double sigma, std::string_view name) const
{
    // Sum of twelve uniforms minus six: mean 0, variance 1, tails cut at 6 sigma.
    double n = -6.0;
    std::uint64_t x = bits(name);
    for (int i = 0; i < 3; ++i) {
        for (unsigned shift = 0; shift < 64; shift += 16)
            n += static_cast<double>((x >> shift) & 0xffffU) / 65536.0;
        x = mix64(x);
    }
    return expOf(sigma * n);
}

double Dice::exponential(std::string_view name) const { return -lnOf(1.0 - unit(name)); }

} // namespace flyball::agentsim
