// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/jsoncursor.h"
#include "core/base/symbols.h"
#include "core/domain/outcome.h"
#include "core/domain/signaladdress.h"
#include "core/formats/quality/row.h"

namespace flyball::quality {

namespace {

constexpr std::size_t kMostName = 200;     ///< bytes of a name or label; a longer one is no name
constexpr std::size_t kMostComment = 1000; ///< a longer one is cut: it is for reading

/// The narrowest of what the row names.
std::string_view address(const Row &row, SignalFact &signal)
{
    const std::string_view call = trimmed(row[Column::Call]);
    const std::string_view run = trimmed(row[Column::Run]);
    const std::string_view trace = call.empty() ? trimmed(row[Column::Trace]) : call.substr(0, call.find(':'));
    const std::string_view request = trimmed(row[Column::Request]);
    const std::string_view session = trimmed(row[Column::Session]);
    if (!call.empty()) {
        const auto span = call.size() == 49 ? key64FromHex(call.substr(33)) : std::nullopt;
        if (!span || call[32] != ':')
            return "bad_call_id";
        signal.span = *span;
    }
    if (const std::string_view hex = !trace.empty() ? trace : run; !hex.empty()) {
        if (const auto key = hex.size() == 32 ? key128FromHex(hex) : std::nullopt) {
            signal.group = addressOfRun(*key);
            signal.address = SignalAddress::Run;
            return {};
        }
        if (!trace.empty())
            return call.empty() ? "bad_trace_id" : "bad_call_id";
    }
    if (!request.empty()) {
        signal.group = addressOfRequest(hash64(request));
        signal.address = SignalAddress::Request;
    } else if (const std::string_view prompt = trimmed(row[Column::Prompt]); !session.empty() && !prompt.empty()) {
        signal.group = addressOfPrompt(session, prompt);
        signal.address = SignalAddress::Prompt;
    } else if (!session.empty() || !run.empty()) {
        signal.group = addressOfSession(!session.empty() ? session : run);
        signal.address = SignalAddress::Session;
    } else {
        return "names_no_run";
    }
    return {};
}

std::string_view value(const Row &row, SignalFact &signal)
{
    const std::string_view score = trimmed(row[Column::Score]);
    const std::string_view threshold = trimmed(row[Column::Threshold]);
    const std::string_view label = trimmed(row[Column::Label]);
    if (!score.empty() && !parseDouble(score, signal.score))
        return "bad_score";
    signal.hasScore = !score.empty();
    double limit = 0;
    if (!threshold.empty() && !parseDouble(threshold, limit))
        return "bad_threshold";
    if (label.empty() && score.empty())
        return "says_nothing";
    signal.verdict = verdictOf(label);
    if (label.empty() && !threshold.empty())
        signal.verdict = signal.score >= limit ? Verdict::Pass : Verdict::Fail;
    return {};
}

} // namespace

std::string_view signalOf(const Row &row, SymbolCache &symbols, TimeNs arrival, SignalFact &signal)
{
    const std::string_view named = trimmed(row[Column::Name]);
    const std::string_view label = trimmed(row[Column::Label]);
    if (named.empty())
        return "no_signal_name";
    if (named.size() > kMostName || label.size() > kMostName)
        return "name_too_long";
    if (const std::string_view problem = address(row, signal); !problem.empty())
        return problem;
    if (const std::string_view problem = value(row, signal); !problem.empty())
        return problem;
    signal.time = arrival;
    if (const std::string_view when = trimmed(row[Column::Time]); !when.empty()) {
        const auto time =
            parseAnyTime(when.size() == 10 && when[4] == '-' ? std::string(when) + "T00:00:00Z" : std::string(when));
        if (!time)
            return "bad_time";
        signal.time = *time;
    }
    signal.name = symbols.internChecked(named);
    signal.label = symbols.internChecked(label);
    const std::string_view comment = row[Column::Comment];
    signal.comment = symbols.internChecked(comment.substr(0, kMostComment));
    // Of what was said, not of when it was read: the same row twice is one signal.
    std::string identity;
    for (const Column c :
         {Column::Name, Column::Label, Column::Score, Column::Threshold, Column::Time, Column::Comment}) {
        identity += trimmed(row[c]);
        identity += '\x1f';
    }
    signal.id = hash64(identity);
    return {};
}

} // namespace flyball::quality
