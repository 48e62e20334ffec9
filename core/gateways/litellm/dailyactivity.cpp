// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/gateways/litellm/dailyactivity.h"

#include "core/formats/meters/meters.h"

#include <algorithm>

namespace flyball {

namespace {

constexpr PicoUsd kDust = 1'000'000; ///< a millionth of a dollar: its sums are floating point
constexpr std::int64_t kMostTokens = std::int64_t{1} << 53U;
constexpr PicoUsd kMostMoney = PicoUsd{1'000'000} * 1'000'000'000'000; ///< a million dollars in a day of one key

/// Calls fn(name, value) for every member of an object.
template <typename Fn>
void forEachMember(std::string_view object, Fn &&fn)
{
    JsonCursor json(object);
    if (json.peek() != '{' || !json.beginObject())
        return;
    std::string_view key;
    std::string scratch;
    while (json.nextKey(key)) {
        scratch = key;
        std::string_view raw;
        if (!json.readRaw(raw))
            return;
        fn(scratch, raw);
    }
}

} // namespace

void DailyActivity::Sums::add(const Sums &other, std::int64_t sign)
{
    money += sign * other.money;
    input += sign * other.input;
    output += sign * other.output;
    read += sign * other.read;
    write += sign * other.write;
    bad = bad || other.bad || std::max({input, output, read, write}) > kMostTokens || money > kMostMoney;
    if (bad)
        money = input = output = read = write = 0;
}

DailyActivity::Sums DailyActivity::sumsOf(const JsonFields &metrics)
{
    Sums out;
    CountReader count;
    out.input = count(metrics, "prompt_tokens");
    out.output = count(metrics, "completion_tokens");
    out.read = count(metrics, "cache_read_input_tokens");
    out.write = count(metrics, "cache_creation_input_tokens");
    const bool told = metrics.has("spend");
    if (count.outOfRange() || (told && (!parsePicoUsd(metrics.digits("spend"), out.money) || out.money < 0))
        || out.money > kMostMoney) {
        out = {};
        out.bad = true;
    }
    return out;
}

void DailyActivity::addModel(const std::string &model, const JsonFields &told)
{
    m_models[model].add(sumsOf(told.object("metrics")), 1);
    forEachMember(told.raw("api_key_breakdown"), [&](const std::string &hash, std::string_view raw) {
        JsonFields fields;
        (void)fields.parse(raw);
        const JsonFields metadata = fields.object("metadata");
        const Key key{hash, std::string(metadata.id("key_alias")), std::string(metadata.id("team_id"))};
        m_keys[{model, key}].add(sumsOf(fields.object("metrics")), 1);
    });
}

Result<bool> DailyActivity::add(std::string_view body, std::string_view day)
{
    JsonFields answer;
    const bool listed = answer.parse(body) && forEachElement(answer.raw("results"), [&](std::string_view text) {
                            JsonFields result;
                            if (!result.parse(text) || result.text("date").substr(0, day.size()) != day)
                                return;
                            m_day.add(sumsOf(result.object("metrics")), 1);
                            forEachMember(result.object("breakdown").raw("models"),
                                          [&](const std::string &model, std::string_view raw) {
                                              JsonFields told;
                                              (void)told.parse(raw);
                                              addModel(model, told);
                                          });
                        });
    if (!listed)
        return Error{ErrorCode::Malformed, "its answer tells no daily activity: there is no list \"results\" in it"};
    return answer.object("metadata").flag("has_more").value_or(false);
}

void DailyActivity::say(const Target &target, const std::string &model, const Key &key, const Sums &sums,
                        FactBatch &out) const
{
    if (sums.bad || std::min({sums.input, sums.output, sums.read, sums.write}) < 0 || sums.money < -kDust) {
        out.rejects.push_back({target.symbols->intern(sums.bad ? "out_of_range" : "sums_disagree"), target.source,
                               target.day / kSecond, 0});
        return;
    }
    if (sums.money < kDust && sums.input + sums.output == 0)
        return;
    CallFact fact = meterFact(target.source, "day\x1f" + model + '\x1f' + key.hash, target.day + 12 * kHour,
                              target.sequence, *target.symbols);
    fact.reportedPico = std::max<PicoUsd>(0, sums.money);
    const bool holds = sums.read + sums.write <= sums.input; // what was cached is in the input
    fact.raw[TokenClass::InFresh] = holds ? sums.input - sums.read - sums.write : sums.input;
    fact.raw[TokenClass::CacheRead] = sums.read;
    fact.raw[TokenClass::CacheWriteUntyped] = sums.write;
    fact.raw[TokenClass::OutText] = sums.output;
    fact.raw.quality = UsageQuality::Exact;
    fact.flags |= CallCacheKnown;
    if (!model.empty())
        fact.modelServed = fact.modelRequested = target.symbols->internChecked(model);
    std::string workflow = target.label->of([&](const WorkflowLabel::Part &part) {
        return part.kind == "key_alias" ? key.alias
               : part.kind == "key"     ? key.hash
               : part.kind == "team"    ? key.team
                                        : "";
    });
    if (workflow.empty())
        workflow = key.alias;
    if (!workflow.empty())
        fact.names.workflow = target.symbols->internChecked(workflow);
    out.calls.push_back(fact);
}

void DailyActivity::tell(const Target &target, FactBatch &out) const
{
    Sums restOfDay = m_day;
    for (const auto &[model, sums] : m_models) {
        Sums rest = sums;
        restOfDay.add(sums, -1);
        for (auto it = m_keys.lower_bound({model, Key{}}); it != m_keys.end() && it->first.first == model; ++it) {
            rest.add(it->second, -1);
            say(target, model, it->first.second, it->second, out);
        }
        say(target, model, {}, rest, out);
    }
    say(target, {}, {}, restOfDay, out);
}

} // namespace flyball
