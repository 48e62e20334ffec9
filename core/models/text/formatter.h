// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QLocale>
#include <QString>
#include <QTimeZone>

#include "core/base/money.h"
#include "core/base/time.h"
#include "core/domain/totals.h"

namespace flyball {

/// A number and its unit apart, as tiles show them.
struct Quantity {
    QString value;
    QString unit;
};

/// Every number on every page becomes text here (design/design.md 6). Money is formatted from the
/// exact sum with half-even rounding; no double is involved. A plain value: copy it.
class Formatter {
public:
    Formatter();
    Formatter(QLocale locale, QTimeZone zone);

    [[nodiscard]] const QLocale &locale() const { return m_locale; }
    [[nodiscard]] const QTimeZone &zone() const { return m_zone; }

    /// "$1,284.07"; a positive amount below one cent is "< $0.01".
    [[nodiscard]] QString money(const UsdSum &sum) const;
    /// Per run or call: "$1.12", "$0.501", "$0.0685", "< $0.0001".
    [[nodiscard]] QString moneyFine(const UsdSum &sum) const;
    /// Tiles: from $1,000 three significant digits with k or M ("$22.6 k"), else money()/moneyFine().
    [[nodiscard]] QString moneyTile(const UsdSum &sum) const;
    /// Per hour: three significant digits, "$61.4".
    [[nodiscard]] QString moneyRate(const UsdSum &perHour) const;
    /// Every digit: "$0.000123456" (up to 12 decimals, at least 2).
    [[nodiscard]] QString moneyExact(const UsdSum &sum) const;
    /// With a fixed number of decimals (0..12), no "<".
    [[nodiscard]] QString moneyFixed(const UsdSum &sum, int decimals) const;
    /// USD per million tokens: up to 3 decimals, at least 2: "0.075", "5.00".
    [[nodiscard]] QString price(const UsdSum &perMillion) const;

    [[nodiscard]] QString tokens(qint64 n) const; ///< "805 k", "1.94 M"
    [[nodiscard]] QString count(qint64 n) const;  ///< "9,846"
    [[nodiscard]] Quantity percent(double share, int decimals = 1) const;
    [[nodiscard]] QString percentText(double share, int decimals = 1) const; ///< "61.8 %"
    [[nodiscard]] QString points(double shareDifference) const;              ///< "−4.9 pt"
    /// What became of `before`: "+9.2 %", from eleven times on "178×". Empty when `before` is below `floor` or not
    /// positive: a change against next to nothing says nothing.
    [[nodiscard]] QString change(double now, double before, double floor = 0) const;
    static constexpr double kLeastSpend = 0.01;                           ///< USD: the floor for changes of spend
    static constexpr double kLeastCalls = 10;                             ///< the floor for changes of calls
    [[nodiscard]] QString percentInterval(double low, double high) const; ///< "94.8–95.6 %"
    [[nodiscard]] QString number(double value, int decimals) const;

    [[nodiscard]] QString duration(qint64 ns) const; ///< two units at most: "4 min 10 s"
    [[nodiscard]] QString bytes(qint64 n) const;     ///< "1.2 GB"
    /// "1.2 of 1.9 GB", one unit for both.
    [[nodiscard]] QString bytesOf(qint64 done, qint64 total) const;

    /// Today "14:32", this year "16 Nov", else "16 Nov 2025".
    [[nodiscard]] QString when(TimeNs t, TimeNs now) const;
    [[nodiscard]] QString whenExact(TimeNs t, TimeNs now) const; ///< as when(), with the time: "16 Nov 14:32"
    [[nodiscard]] QString timeSeconds(TimeNs t) const;           ///< "14:32:08"
    [[nodiscard]] QString dateText(TimeNs t) const;              ///< "16 Nov 2026"
    [[nodiscard]] QString clock(TimeNs t) const;                 ///< "Tue 17 Nov 2026, 14:32:08 UTC+1"
    [[nodiscard]] QString clockMinutes(TimeNs t) const;          ///< the same without seconds
    [[nodiscard]] QString zoneText(TimeNs at) const;             ///< "UTC+5:30"

    [[nodiscard]] static QString mark(CostBound bound); ///< "", "≥", "≈"
    /// "≥ $12.40", or "unknown" when nothing of it has a price.
    [[nodiscard]] QString spend(const Totals &totals, qint64 rejected = 0) const;
    /// True when every call failed before a token was used: nothing was charged, so there is no amount to show.
    [[nodiscard]] static bool noCharge(const Totals &totals);
    /// money() for a table cell, or "unknown", or "no charge".
    [[nodiscard]] QString moneyCell(const Totals &totals) const;
    [[nodiscard]] static QString unknown();
    [[nodiscard]] static QString notApplicable() { return QStringLiteral("—"); }

    /// Midnight of the day of `t`, and the start of its month, in the operator's zone.
    [[nodiscard]] TimeNs startOfDay(TimeNs t) const;
    [[nodiscard]] TimeNs startOfMonth(TimeNs t) const;
    [[nodiscard]] TimeNs offsetAt(TimeNs t) const; ///< of the zone, nanoseconds east
    [[nodiscard]] QDateTime local(TimeNs t) const;

private:
    struct Parts {
        bool negative = false;
        unsigned __int128 scaled = 0; ///< amount times 10^decimals, rounded half-even
    };
    [[nodiscard]] static Parts round(const UsdSum &sum, int decimals);
    [[nodiscard]] QString digits(const Parts &parts, int decimals, bool dollar) const;

    QLocale m_locale;
    QTimeZone m_zone;
};

} // namespace flyball
