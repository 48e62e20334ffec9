// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QMetaType>
#include <QString>
#include <QVector>

// What the charts of one run draw; the rules of chartdata.h hold.
namespace flyball {

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

Q_DECLARE_METATYPE(flyball::WaterfallData)
Q_DECLARE_METATYPE(flyball::TokenData)
Q_DECLARE_METATYPE(flyball::ContextData)
