// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QMetaType>
#include <QString>
#include <QVector>

#include "core/models/runchartdata.h"

// Values that charts draw. Prepared by the models on the GUI thread, copied into the items, never changed there.
// Amounts are display-ready doubles (USD, tokens, shares, seconds); exact sums stay in the core. Not-a-number means
// "no value here" and draws a gap, never zero. Text is outside text: charts draw it as plain text.
// The moc output of this header and of runchartdata.h lives in the target flyball_chartdata: link it, do not list them
// elsewhere.
namespace flyball {

// How axis and read-out numbers are written.
enum class ChartUnit : int { Usd, Count, Percent, Seconds, Milliseconds, Tokens };

// One band of the stack, bottom first. slot: series colour 0..9, -1 = other.
struct StackBand {
    QString name;
    int slot = -1;
    QVector<double> values; // one per bin
};

// A mark on the time axis: a policy revision (flag) or an incident (diamond on the axis).
struct ChartMark {
    enum Kind : int { Revision, Warn, Crit, Resolved };
    qint64 timeMs = 0;
    QString label;
    int kind = Revision;
};

// Stacked amounts in equal bins from startMs on (milliseconds since 1970, UTC).
struct StackData {
    Q_GADGET
    Q_PROPERTY(int bins MEMBER bins)
    Q_PROPERTY(QString summary MEMBER summary)

public:
    qint64 startMs = 0;
    qint64 binMs = 60000;
    int bins = 0;
    QVector<StackBand> bands;
    QVector<bool> known; // empty = all known; false = no data in that bin (hatched)
    int runningBins = 0; // so many bins at the end are still filling (drawn lighter)
    // Part of the last and of the first bin that was watched. What is missing is drawn like the neighbour, lighter:
    // a bin that is not over must not look like a fall.
    double runningShare = 1, firstShare = 1;
    QVector<double> pace; // the operator's line in the same unit, one per bin; empty = none
    QString paceLabel;    // words and value at the right edge, for instance "Cap pace"
    QString paceText;
    QVector<ChartMark> marks;
    int unit = int(ChartUnit::Usd);
    QString perText; // behind totals in the read-out, for instance " / min"
    QString gapText; // second line in the hatched band, for instance "spans, 4 min"
    QString summary; // one sentence for screen readers
};

// One panel of an aligned trend. low and high bound the 90 % interval; both empty = none.
struct TrendPanel {
    QString name;
    int slot = 0;
    QVector<double> values, low, high;
    int unit = int(ChartUnit::Usd);
    QString lastText; // label at the right edge
    bool fromZero = false;
};

// Panels under each other with one time axis.
struct TrendData {
    Q_GADGET
    Q_PROPERTY(QString summary MEMBER summary)

public:
    qint64 startMs = 0;
    qint64 binMs = 0;
    QVector<TrendPanel> panels;
    QVector<ChartMark> marks;
    QString summary;
};

// A small line without axes.
struct SparkData {
    Q_GADGET
    Q_PROPERTY(QString summary MEMBER summary)

public:
    QVector<double> values;
    double maximum = 0; // 0 = from the values
    bool stale = false;
    QString summary;
};

// One part of a bill; parts are drawn in order and sum to the whole.
struct BillPart {
    QString name;
    double value = 0;
    int slot = -1;
    bool estimated = false;
};

struct PartsData {
    Q_GADGET
    Q_PROPERTY(QString summary MEMBER summary)

public:
    QVector<BillPart> parts;
    QString summary;
};

// A slice of the donut; tier >= 0 takes the slate step of the tier, else the series colour of slot.
struct DonutSlice {
    QString name;
    double value = 0;
    int slot = -1, tier = -1;
};

struct DonutData {
    Q_GADGET
    Q_PROPERTY(QString summary MEMBER summary)

public:
    QVector<DonutSlice> slices;
    QString summary;
};

// A labelled quantile of a distribution.
struct QuantileMark {
    double value = 0;
    QString label;
};

// Counts in bins. With logarithmic bins bin i covers low * (high / low)^(i / n) and so on.
struct HistogramData {
    Q_GADGET
    Q_PROPERTY(QString summary MEMBER summary)

public:
    double low = 0, high = 0;
    bool logarithmic = true;
    QVector<double> counts;
    QVector<QuantileMark> quantiles;
    double formerHard = 0; // the value before the edit; 0 = none
    QString formerText;
    int unit = int(ChartUnit::Usd);
    int slot = 0;
    QString summary;
};

// Lag or rate over time; NaN = no data.
struct LagData {
    Q_GADGET
    Q_PROPERTY(QString summary MEMBER summary)

public:
    qint64 startMs = 0;
    qint64 binMs = 60000;
    QVector<double> values;
    int unit = int(ChartUnit::Seconds);
    int slot = 0;
    QString summary;
};

} // namespace flyball

Q_DECLARE_METATYPE(flyball::StackData)
Q_DECLARE_METATYPE(flyball::TrendData)
Q_DECLARE_METATYPE(flyball::SparkData)
Q_DECLARE_METATYPE(flyball::PartsData)
Q_DECLARE_METATYPE(flyball::DonutData)
Q_DECLARE_METATYPE(flyball::HistogramData)
Q_DECLARE_METATYPE(flyball::LagData)
