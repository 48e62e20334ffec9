// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/models/text/formatter.h"

#include <QCoreApplication>
#include <algorithm>
#include <array>
#include <cmath>

namespace flyball {

namespace {

const QString kThin = QStringLiteral("\u202f"); // thin, and never a line break
const QChar kMinus(0x2212);

using Wide = unsigned __int128;

Wide powerOfTen(int n)
{
    Wide value = 1;
    for (int i = 0; i < n; ++i)
        value *= 10;
    return value;
}

UsdSum absolute(const UsdSum &sum) { return sum.usd() < 0 ? UsdSum() - sum : sum; }

bool below(const UsdSum &sum, std::int64_t usd, std::int64_t pico = 0)
{
    return absolute(sum) < UsdSum::fromParts(usd, pico);
}

} // namespace

Formatter::Formatter() : Formatter(QLocale(), QTimeZone::systemTimeZone()) {}

Formatter::Formatter(QLocale locale, QTimeZone zone) : m_locale(std::move(locale)), m_zone(std::move(zone)) {}

Formatter::Parts Formatter::round(const UsdSum &sum, int decimals)
{
    const UsdSum a = absolute(sum);
    const Wide pico = static_cast<Wide>(a.usd()) * kPicoPerUsd + static_cast<Wide>(a.picoRemainder());
    const Wide unit = powerOfTen(12 - decimals);
    Wide quotient = pico / unit;
    const Wide rest = (pico % unit) * 2;
    if (rest > unit || (rest == unit && (quotient & 1) != 0))
        ++quotient;
    return {sum.usd() < 0 && quotient != 0, quotient};
}

QString Formatter::digits(const Parts &parts, int decimals, bool dollar) const
{
    const Wide unit = powerOfTen(decimals);
    QString out;
    if (parts.negative)
        out += kMinus;
    if (dollar)
        out += u'$';
    out += m_locale.toString(static_cast<qulonglong>(parts.scaled / unit));
    if (decimals > 0) {
        QString fraction = QString::number(static_cast<qulonglong>(parts.scaled % unit)).rightJustified(decimals, u'0');
        const QString zero = m_locale.zeroDigit();
        if (zero.size() == 1 && zero != u"0")
            for (QChar &c : fraction)
                c = QChar(static_cast<char16_t>(zero[0].unicode() + (c.unicode() - u'0')));
        out += m_locale.decimalPoint() + fraction;
    }
    return out;
}

QString Formatter::moneyFixed(const UsdSum &sum, int decimals) const
{
    return digits(round(sum, decimals), decimals, true);
}

QString Formatter::money(const UsdSum &sum) const
{
    const bool tiny = !sum.isZero() && below(sum, 0, kPicoPerUsd / 100);
    if (tiny)
        return (sum.usd() < 0 ? QStringLiteral("> −") : QStringLiteral("< "))
               + moneyFixed(UsdSum(kPicoPerUsd / 100), 2);
    return moneyFixed(sum, 2);
}

QString Formatter::moneyFine(const UsdSum &sum) const
{
    if (sum.isZero() || !below(sum, 1))
        return moneyFixed(sum, 2);
    if (below(sum, 0, kPicoPerUsd / 10'000))
        return (sum.usd() < 0 ? QStringLiteral("> −") : QStringLiteral("< "))
               + moneyFixed(UsdSum(kPicoPerUsd / 10'000), 4);
    return moneyFixed(sum, below(sum, 0, kPicoPerUsd / 10) ? 4 : 3);
}

QString Formatter::moneyTile(const UsdSum &sum) const
{
    if (below(sum, 1))
        return moneyFine(sum);
    if (below(sum, 999, kPicoPerUsd / 1000 * 995))
        return money(sum);
    struct Scale {
        std::int64_t usd;
        char16_t letter;
    };
    static constexpr std::array<Scale, 3> kScales{{{1'000, u'k'}, {1'000'000, u'M'}, {1'000'000'000, u'B'}}};
    const UsdSum size = absolute(sum);
    for (std::size_t i = 0; i < kScales.size(); ++i) {
        const bool last = i + 1 == kScales.size();
        // Three significant digits of the scaled amount, in integers.
        for (int decimals = 2; decimals >= 0; --decimals) {
            const Wide unit = static_cast<Wide>(kScales[i].usd) * kPicoPerUsd / powerOfTen(decimals);
            const Wide pico = static_cast<Wide>(size.usd()) * kPicoPerUsd + static_cast<Wide>(size.picoRemainder());
            const Wide scaled = (pico + unit / 2) / unit;
            if (scaled < 1000 || (last && decimals == 0))
                return digits({sum.usd() < 0, scaled}, decimals, true) + kThin + kScales[i].letter;
        }
    }
    return money(sum);
}

QString Formatter::moneyRate(const UsdSum &perHour) const
{
    if (below(perHour, 1))
        return moneyFine(perHour);
    if (!below(perHour, 999, kPicoPerUsd / 2))
        return moneyTile(perHour);
    return moneyFixed(perHour, below(perHour, 9, kPicoPerUsd / 1000 * 995)  ? 2
                               : below(perHour, 99, kPicoPerUsd / 100 * 95) ? 1
                                                                            : 0);
}

QString Formatter::moneyExact(const UsdSum &sum) const
{
    Parts parts = round(sum, 12);
    int decimals = 12;
    while (decimals > 2 && parts.scaled % 10 == 0) {
        parts.scaled /= 10;
        --decimals;
    }
    return digits(parts, decimals, true);
}

QString Formatter::price(const UsdSum &perMillion) const
{
    Parts parts = round(perMillion, 3);
    if (parts.scaled == 0 && !perMillion.isZero())
        return QStringLiteral("< ") + digits({false, 1}, 3, false);
    int decimals = 3;
    if (parts.scaled % 10 == 0) {
        parts.scaled /= 10;
        decimals = 2;
    }
    return digits(parts, decimals, false);
}

QString Formatter::number(double value, int decimals) const
{
    QString text = m_locale.toString(std::fabs(value), 'f', decimals);
    const bool zero = std::fabs(value) * std::pow(10.0, decimals) < 0.5;
    return value < 0 && !zero ? kMinus + text : text;
}

QString Formatter::count(qint64 n) const { return n < 0 ? kMinus + m_locale.toString(-n) : m_locale.toString(n); }

QString Formatter::tokens(qint64 n) const
{
    if (n < 0)
        return kMinus + tokens(-n);
    if (n < 1'000)
        return count(n);
    struct Step {
        qint64 below; // of n, before rounding would spill into the next step
        qint64 unit;
        int decimals;
        char16_t letter;
    };
    static constexpr std::array<Step, 6> kSteps{{
        {99'950, 1'000, 1, u'k'},
        {999'500, 1'000, 0, u'k'},
        {9'995'000, 1'000'000, 2, u'M'},
        {99'950'000, 1'000'000, 1, u'M'},
        {999'500'000, 1'000'000, 0, u'M'},
        {std::numeric_limits<qint64>::max(), 1'000'000'000, 2, u'B'},
    }};
    const Step &step = *std::find_if(kSteps.begin(), kSteps.end() - 1, [n](const Step &s) { return n < s.below; });
    const auto grain = step.unit / static_cast<qint64>(powerOfTen(step.decimals));
    const auto scaled = static_cast<Wide>((n + grain / 2) / grain);
    return digits({false, scaled}, step.decimals, false) + kThin + step.letter;
}

Quantity Formatter::percent(double share, int decimals) const
{
    return {number(share * 100, decimals), QStringLiteral("%")};
}

QString Formatter::percentText(double share, int decimals) const
{
    return number(share * 100, decimals) + kThin + u'%';
}

QString Formatter::points(double shareDifference) const
{
    const QString text = number(shareDifference * 100, 1);
    const bool plus = shareDifference > 0 && !text.startsWith(kMinus);
    return (plus ? QStringLiteral("+") : QString()) + text + kThin + QStringLiteral("pt");
}

QString Formatter::change(double now, double before, double floor) const
{
    if (!(before > 0) || before < floor)
        return {};
    const double ratioMinusOne = now / before - 1;
    if (ratioMinusOne > 10)
        return number(ratioMinusOne + 1, 0) + QStringLiteral("×");
    return (ratioMinusOne > 0 ? QStringLiteral("+") : QString()) + percentText(ratioMinusOne);
}

QString Formatter::percentInterval(double low, double high) const
{
    return number(low * 100, 1) + QChar(0x2013) + number(high * 100, 1) + kThin + u'%';
}

QString Formatter::mark(CostBound bound)
{
    switch (bound) {
    case CostBound::AtLeast:
        return QStringLiteral("≥");
    case CostBound::Estimate:
        return QStringLiteral("≈");
    case CostBound::Exact:
        break;
    }
    return {};
}

bool Formatter::noCharge(const Totals &totals)
{
    return totals.calls > 0 && totals.errors == totals.calls && totals.cost.isZero() && totals.allTokens() == 0
           && totals.callsUnpriced == 0;
}

QString Formatter::moneyCell(const Totals &totals) const
{
    return noCharge(totals)       ? QCoreApplication::translate("Formatter", "no charge")
           : totals.costUnknown() ? unknown()
                                  : money(totals.cost);
}

QString Formatter::unknown() { return QCoreApplication::translate("Formatter", "unknown"); }

QString Formatter::spend(const Totals &totals, qint64 rejected) const
{
    if (totals.costUnknown())
        return unknown();
    const QString m = mark(totals.bound(rejected));
    return m.isEmpty() ? money(totals.cost) : m + u' ' + money(totals.cost);
}

} // namespace flyball
