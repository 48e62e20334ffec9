// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/push/store/change.h"

#include "core/policy/json/value.h"

namespace flyball {

namespace {

std::optional<std::int64_t> orNull(TimeNs time)
{
    return time == kNoTime ? std::nullopt : std::optional<std::int64_t>(time);
}

constexpr std::string_view kOutcomes[] = {"applied", "approximated", "unsupported"};

std::string knobsText(const TargetReceipt &receipt)
{
    JsonValue::Array out;
    for (const KnobReceipt &knob : receipt.knobs) {
        JsonValue one{JsonValue::Object()};
        one.set("path", knob.path);
        one.set("result", std::string(kOutcomes[static_cast<std::size_t>(knob.outcome)]));
        one.set("how", knob.how);
        out.push_back(std::move(one));
    }
    if (receipt.key.empty())
        return JsonValue(std::move(out)).compact();
    JsonValue json{JsonValue::Object()};
    json.set("key", receipt.key);
    json.set("knobs", std::move(out));
    return json.compact();
}

void readKnobs(const std::string &text, TargetReceipt &receipt)
{
    const Result<JsonValue> json = JsonValue::parse(text);
    const JsonValue *list = !json ? nullptr : json->array() ? &*json : json->find("knobs");
    if (!list || !list->array())
        return;
    const auto member = [](const JsonValue &value, const char *name) {
        const JsonValue *found = value.find(name);
        return found && found->string() ? *found->string() : std::string();
    };
    if (json->object())
        receipt.key = member(*json, "key");
    for (const JsonValue &item : *list->array()) {
        KnobReceipt knob{member(item, "path"), KnobReceipt::Outcome::Unsupported, member(item, "how")};
        for (std::size_t i = 0; i < 3; ++i)
            if (member(item, "result") == kOutcomes[i])
                knob.outcome = static_cast<KnobReceipt::Outcome>(i);
        receipt.knobs.push_back(std::move(knob));
    }
}

const char *actionWord(ControlItem::Action action)
{
    return action == ControlItem::Action::StopRun ? "stop_run" : "pause_workflow";
}

} // namespace

Result<ControlItem> PolicyStore::addControl(ControlItem item)
{
    StoreChange change(*this);
    if (!change.begun())
        return change.begun().error();
    Query insert(*m_sql, "INSERT INTO control(action, target, created, until, author, comment) VALUES(?, ?, ?, ?, ?, ?)"
                         " RETURNING id");
    insert.bind(static_cast<std::int64_t>(item.action), item.target, item.createdAt, orNull(item.until), item.author,
                item.comment);
    while (insert.step())
        item.id = insert.number(0);
    if (Result<> r = insert.finish(); !r)
        return r.error();
    AuditEntry entry;
    entry.time = item.createdAt;
    entry.operatorName = item.author;
    entry.action = actionWord(item.action);
    entry.comment = item.target + (item.comment.empty() ? "" : ": " + item.comment);
    if (const auto line = addAudit(std::move(entry)); !line)
        return line.error();
    if (Result<> r = change.done(); !r)
        return r.error();
    ++m_generation;
    return item;
}

Result<> PolicyStore::endControl(std::int64_t id, const std::string &author, TimeNs now)
{
    StoreChange change(*this);
    if (!change.begun())
        return change.begun();
    AuditEntry entry;
    bool found = false;
    {
        Query query(*m_sql,
                    "UPDATE control SET ended = ? WHERE id = ? AND ended IS NULL AND (until IS NULL OR until > ?)"
                    " RETURNING action, target");
        query.bind(now, id, now);
        while (query.step()) {
            found = true;
            entry.action = std::string("end_") + actionWord(static_cast<ControlItem::Action>(query.number(0)));
            entry.comment = query.text(1);
        }
        if (Result<> r = query.finish(); !r)
            return r;
    }
    if (!found)
        return Error{ErrorCode::NotFound, "there is no such order in force"};
    entry.time = now;
    entry.operatorName = author;
    if (const auto line = addAudit(std::move(entry)); !line)
        return line.error();
    if (Result<> r = change.done(); !r)
        return r;
    ++m_generation;
    return {};
}

Result<std::vector<ControlItem>> PolicyStore::controls(TimeNs now)
{
    std::vector<ControlItem> out;
    Query query(*m_sql, "SELECT id, action, target, created, until, author, comment FROM control"
                        " WHERE ended IS NULL AND (until IS NULL OR until > ?) ORDER BY id");
    query.bind(now);
    while (query.step())
        out.push_back({query.number(0), static_cast<ControlItem::Action>(query.number(1)), query.text(2),
                       query.number(3), query.optional(4).value_or(kNoTime), kNoTime, query.text(5), query.text(6)});
    if (Result<> r = query.finish(); !r)
        return r.error();
    return out;
}

Result<> PolicyStore::noteCrossing(const CapCrossing &c)
{
    StoreChange change(*this);
    if (!change.begun())
        return change.begun();
    bool isNew = false;
    {
        Query query(*m_sql, "INSERT INTO crossing VALUES(?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING RETURNING 1");
        query.bind(c.workflow, static_cast<std::int64_t>(c.window), c.windowStart, static_cast<std::int64_t>(c.hard),
                   c.revision, c.time, c.reason);
        while (query.step())
            isNew = true;
        if (Result<> r = query.finish(); !r)
            return r;
    }
    if (isNew) {
        AuditEntry entry;
        entry.time = c.time;
        entry.action = c.hard ? "cap_hard" : "cap_soft";
        entry.revision = c.revision;
        entry.comment = c.reason;
        if (const auto line = addAudit(std::move(entry)); !line)
            return line.error();
    }
    return change.done();
}

Result<std::vector<CapCrossing>> PolicyStore::crossings(int newest)
{
    std::vector<CapCrossing> out;
    Query query(*m_sql, "SELECT time, workflow, window, start, hard, revision, reason FROM crossing"
                        " ORDER BY time DESC, rowid DESC LIMIT ?");
    query.bind(static_cast<std::int64_t>(newest));
    while (query.step())
        out.push_back({query.number(0), query.text(1), static_cast<PeriodWindow>(query.number(2) & 3), query.number(3),
                       query.number(4) != 0, query.number(5), query.text(6)});
    if (Result<> r = query.finish(); !r)
        return r.error();
    return out;
}

Result<> PolicyStore::saveReceipt(const TargetReceipt &receipt)
{
    return Query(*m_sql, "INSERT OR REPLACE INTO receipt VALUES(?, ?, ?, ?, ?, ?, ?)")
        .bind(receipt.id, receipt.revision, receipt.kind, receipt.state, receipt.time, receipt.detail,
              knobsText(receipt))
        .run();
}

Result<std::vector<TargetReceipt>> PolicyStore::receipts(std::int64_t revision)
{
    std::vector<TargetReceipt> out;
    Query query(*m_sql, "SELECT target, kind, revision, state, time, detail, knobs FROM receipt WHERE revision = ?"
                        " ORDER BY target");
    query.bind(revision);
    while (query.step()) {
        out.push_back(
            {query.text(0), query.text(1), query.number(2), query.text(3), query.number(4), query.text(5), {}, {}});
        readKnobs(query.text(6), out.back());
    }
    if (Result<> r = query.finish(); !r)
        return r.error();
    return out;
}

} // namespace flyball
