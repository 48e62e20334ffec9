// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QMetaType>
#include <QString>
#include <QVector>

// Values that charts draw. Prepared by the models on the GUI thread, copied into the items, never changed there.
// Amounts are display-ready doubles (USD, tokens, shares, seconds); exact sums stay in the core. Not-a-number means
// "no value here" and draws a gap, never zero. Text is outside text: charts draw it as plain text.
// The moc output of this header lives in the target flyball_chartdata: link it, do not list the header elsewhere.
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

// One of several bars of a line.
struct WaterfallPart {
    double start = 0, duration = 0;
    bool alarm = false;
};

// One bar of the waterfall, seconds since the start of the run.
struct WaterfallData {
    Q_GADGET

public:
    double start = 0, duration = 0, span = 0;
    double gridStep = 0;          // lines behind the bar; 0 = none
    QVector<WaterfallPart> parts; // when not empty, these are drawn and start and duration are their ends
    int tier = -1;                // colour when nothing else: 0 cheap, 1 mid, 2 frontier
    int slot = -1;                // series colour, before the tier
    bool thin = false;            // beside the calls: a tool
    bool alarm = false;           // loop repeat or failure: critical colour
    bool inFlight = false;        // dashed outline
};

// Tokens of one call or total.
struct TokenData {
    Q_GADGET

public:
    double fresh = 0, cacheRead = 0, cacheWrite = 0, output = 0, reasoning = 0;
    double maximum = 0;     // full width; 0 = own total
    bool estimated = false; // hatched
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

// One call of a run in the context chart, tokens.
struct ContextCall {
    QString label;
    double system = 0, history = 0, fresh = 0;
    double cacheRead = 0;  // NaN = unknown
    bool alarm = false;    // call belongs to a loop
    bool inFlight = false; // no bar yet
};

struct ContextData {
    Q_GADGET
    Q_PROPERTY(QString summary MEMBER summary)

public:
    QVector<ContextCall> calls;
    int breakBefore = -1; // the prefix broke before this call; -1 = never
    QString breakText;
    double fitFirst = 0, fitLast = 0; // fitted line in tokens at both ends; both 0 = none
    double limit = 0;                 // compression limit in tokens; 0 = none
    QString limitText;
    QString summary;
};

} // namespace flyball

Q_DECLARE_METATYPE(flyball::StackData)
Q_DECLARE_METATYPE(flyball::TrendData)
Q_DECLARE_METATYPE(flyball::SparkData)
Q_DECLARE_METATYPE(flyball::WaterfallData)
Q_DECLARE_METATYPE(flyball::TokenData)
Q_DECLARE_METATYPE(flyball::PartsData)
Q_DECLARE_METATYPE(flyball::DonutData)
Q_DECLARE_METATYPE(flyball::HistogramData)
Q_DECLARE_METATYPE(flyball::LagData)
Q_DECLARE_METATYPE(flyball::ContextData)
