// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/agentsim/options.h"

#include <algorithm>
#include <array>
#include <charconv>

namespace flyball::agentsim {

namespace {

constexpr std::int64_t kMost = 1'000'000'000'000;

Error bad(std::string_view name, std::string_view value, std::string_view expected)
{
    return {ErrorCode::InvalidArgument,
            std::string(name) + " '" + std::string(value) + "': expected " + std::string(expected)};
}

template <typename T>
bool parse(std::string_view text, T lo, T hi, T &value)
{
    T v{};
    const auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), v);
    if (ec != std::errc() || end != text.data() + text.size() || !(v >= lo && v <= hi))
        return false;
    value = v;
    return true;
}

template <typename T>
bool parseOptional(std::string_view text, T lo, T hi, std::optional<T> &value)
{
    T v{};
    if (!parse(text, lo, hi, v))
        return false;
    value = v;
    return true;
}

/// Numbers and switches; nothing if `name` is none of them.
std::optional<Result<>> setNumber(Options &o, std::string_view name, std::string_view v)
{
    const auto check = [&](bool ok, std::string_view expected) -> std::optional<Result<>> {
        return ok ? Result<>() : Result<>(bad(name, v, expected));
    };
    if (name == "--seed")
        return check(parse<std::uint64_t>(v, 0, UINT64_MAX, o.seed), "an unsigned 64-bit number");
    if (name == "--speed")
        return check(v == "0" ? (o.speed = 0.0, true) : parse(v, 1.0, 10000.0, o.speed), "0 or 1 to 10000");
    if (name == "--rate")
        return check(parse(v, 0.001, 100000.0, o.rate), "0.001 to 100000");
    if (name == "--spans")
        return check(parseOptional<std::int64_t>(v, 1, kMost, o.spans), "a positive number");
    if (name == "--calls")
        return check(parseOptional<std::int64_t>(v, 1, kMost, o.calls), "a positive number");
    if (name == "--workflows")
        return check(parse(v, 1, 200, o.workflows), "1 to 200");
    if (name == "--rotate-mb")
        return check(parse<std::int64_t>(v, 1, 1 << 20, o.rotateMb), "a positive number of megabytes");
    return std::nullopt;
}

Result<> setText(Options &o, std::string_view name, std::string_view v)
{
    const auto duration = parseDuration(v);
    if (name == "--out" && !v.empty()) {
        o.out = v;
    } else if (name == "--truth" && !v.empty()) {
        o.truth = v;
    } else if (name == "--start") {
        o.start = parseRfc3339(v);
        if (!o.start)
            return bad(name, v, "an RFC 3339 time such as 2026-11-21T12:00:00Z");
    } else if (name == "--history" || name == "--for") {
        if (!duration)
            return bad(name, v, "a duration such as 3h, 90s or 1h30m");
        if (name == "--for")
            o.duration = *duration;
        else
            o.history = *duration;
    } else if (name == "--off") {
        return switchOff(o.scenario, v);
    } else {
        return bad(name, v, "a known option with a value (see --help)");
    }
    return {};
}

Result<> setScenario(Options &o, std::string_view name)
{
    auto scenario = scenarioByName(name);
    if (!scenario)
        return scenario.error();
    o.scenario = *scenario;
    return {};
}

Result<> setOption(Options &o, std::string_view name, std::string_view value)
{
    if (auto number = setNumber(o, name, value))
        return *number;
    if (std::string problem; setPolicyOption(o.policy, name, value, problem))
        return problem.empty() ? Result<>() : bad(name, value, problem);
    return setText(o, name, value);
}

Result<> checkWhole(const Options &o)
{
    if (o.out.empty())
        return Error{ErrorCode::InvalidArgument, "--out is missing"};
    if (o.speed == 0.0 && !o.duration && !o.spans && !o.calls && o.history == 0)
        return Error{ErrorCode::InvalidArgument, "--speed 0 needs an end: --for, --history, --spans or --calls"};
    if (!o.policy.url.empty() && !o.policy.file.empty())
        return Error{ErrorCode::InvalidArgument, "--policy and --policy-file: give one of them"};
    if (!o.policy.asked() && (!o.policy.faults.empty() || o.policy.agents > 0))
        return Error{ErrorCode::InvalidArgument, "--fault and --agents need --policy or --policy-file"};
    return {};
}

} // namespace

std::optional<TimeNs> parseDuration(std::string_view text)
{
    struct Unit {
        std::string_view name;
        TimeNs length;
    };
    constexpr std::array<Unit, 5> units{
        {{"ms", kSecond / 1000}, {"s", kSecond}, {"m", kMinute}, {"h", kHour}, {"d", kDay}}};
    TimeNs total = 0;
    if (text.empty())
        return std::nullopt;
    while (!text.empty()) {
        std::int64_t n = 0;
        const auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), n);
        if (ec != std::errc() || n < 0 || n > 100'000'000)
            return std::nullopt;
        text.remove_prefix(static_cast<std::size_t>(end - text.data()));
        const auto unit = std::find_if(units.begin(), units.end(), [text](const Unit &u) {
            return text.starts_with(u.name) && (u.name != "m" || !text.starts_with("ms"));
        });
        if (unit == units.end() || n > (10 * 366 * kDay - total) / unit->length)
            return std::nullopt;
        total += n * unit->length;
        text.remove_prefix(unit->name.size());
    }
    return total;
}

Result<Options> parseOptions(std::span<const std::string_view> args)
{
    Options o;
    // The scenario first, so that --off adds to it in whatever order they are given.
    for (const bool scenarioPass : {true, false}) {
        for (std::size_t i = 0; i < args.size(); ++i) {
            std::string_view name = args[i];
            if (name == "--help" || name == "-h" || name == "--drain" || name == "--die-with-parent") {
                (name == "--drain" ? o.drain : name == "--die-with-parent" ? o.dieWithParent : o.help) = true;
                continue;
            }
            std::string_view value;
            if (const auto equals = name.find('='); equals != std::string_view::npos) {
                value = name.substr(equals + 1);
                name = name.substr(0, equals);
            } else if (i + 1 < args.size()) {
                value = args[++i];
            } else {
                return bad(name, "", "a known option with a value (see --help)");
            }
            if ((name == "--scenario") != scenarioPass)
                continue;
            if (auto set = scenarioPass ? setScenario(o, value) : setOption(o, name, value); !set)
                return set.error();
        }
    }
    if (o.help)
        return o;
    if (auto whole = checkWhole(o); !whole)
        return whole.error();
    return o;
}

std::string helpText()
{
    return "agentsim writes the traces of a simulated fleet of LLM agents as OTLP/JSON lines.\n\n"
           "Usage: agentsim --out DIR|FILE.jsonl|- [options]\n\n"
           "  --out WHERE        directory (gets traces.jsonl), file, or - for stdout; always appended to\n"
           "  --seed N           the world (default 1); same seed, start and options: same bytes\n"
           "  --speed X          virtual seconds per second, 1 to 10000; 0: as fast as possible (default 1)\n"
           "  --start TIME       virtual begin, RFC 3339 (default: now minus --history)\n"
           "  --history LENGTH   written at once, before going live (3h, 90s, 1h30m; default none)\n"
           "  --for LENGTH       virtual time after the history (default: with speed 0 none, else no end)\n"
           "  --drain            at the end let open runs finish instead of cutting them off\n"
           "  --spans N          stop at the moment that brings the N-th span\n"
           "  --calls N          stop after N model calls\n"
           "  --workflows N      1 to 200 (default 8; more are numbered copies)\n"
           "  --rate F           factor on all traffic (default 1: about 75 calls and 1 USD a minute)\n"
           "  --scenario NAME    see below (default baseline)\n"
           "  --off LIST         switch mechanisms off: cache,loop,retry,downgrade,errors,spike,evals\n"
           "  --truth FILE       the true sums as JSON, written at the end\n"
           "  --rotate-mb N      rename the file when it would pass N MB\n"
           "  --die-with-parent  end when the process that started it ends\n"
           + std::string(policyHelp())
           + "  --help             this text\n\n"
             "Scenarios:\n"
           + std::string(scenarioHelp())
           + "\nExample: agentsim --out ./fleet --history 3h --truth ./fleet/truth.json\n"
             "Ends cleanly on SIGTERM and SIGINT. Exit: 0 done, 1 write failed, 2 unusable arguments.\n";
}

} // namespace flyball::agentsim
