// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/push/targets/pusher.h"

#include <algorithm>

namespace flyball {

namespace {

constexpr TimeNs kLeastBetweenChecks = 5 * kSecond;

/// Two edits of one field, or of one entry of one list.
bool sameField(const FieldEdit &a, const FieldEdit &b)
{
    return a.field == b.field && a.member == b.member && (!a.member || a.value == b.value);
}

const FieldEdit *editOf(const std::vector<FieldEdit> &edits, const FieldEdit &field)
{
    const auto found =
        std::find_if(edits.begin(), edits.end(), [&](const FieldEdit &edit) { return sameField(edit, field); });
    return found == edits.end() ? nullptr : &*found;
}

/// What puts a field back as it was found.
FieldEdit giveBack(const ManagedField &field)
{
    if (field.wanted.member)
        return {field.wanted.field, std::nullopt, true, field.wanted.value};
    return {field.wanted.field, field.before, false, std::nullopt};
}

std::vector<FieldEdit> wantedOf(const TargetMemory &memory)
{
    std::vector<FieldEdit> out;
    for (const ManagedField &field : memory.fields)
        out.push_back(field.wanted);
    return out;
}

bool nobodyAnswered(const Error &error)
{
    return error.code == ErrorCode::Unreadable || error.code == ErrorCode::OutOfRange
           || error.code == ErrorCode::Cancelled;
}

TargetState stateOf(const Error &error)
{
    return nobodyAnswered(error)             ? TargetState::Unreachable
           : error.code == ErrorCode::Locked ? TargetState::Drifted
                                             : TargetState::Rejected;
}

} // namespace

/// One push on its way.
struct TargetPusher::Work {
    TargetMemory old;
    TargetMemory next;
    TargetImage seen;
    std::vector<FieldEdit> edits; ///< the plan's, and what is given back
    JsonValue content;            ///< to be written
    bool inPlace = false;         ///< nothing is to be written
    void fail(const Error &error)
    {
        next.state = stateOf(error);
        next.detail = error.message;
        next.stuck = next.state != TargetState::Unreachable;
    }
};

TargetPusher::TargetPusher(std::string id, std::string kind, std::unique_ptr<PolicyTarget> target,
                           TargetMemories &memories)
    : m_id(std::move(id)),
      m_kind(std::move(kind)),
      m_target(std::move(target)),
      m_memories(memories),
      m_memory(memories.of(m_id))
{}

TargetReceipt TargetPusher::push(const TargetPolicy &policy, TimeNs now, PushMode mode)
{
    return put(m_target->plan(policy), policy.revision, now, mode);
}

TargetReceipt TargetPusher::release(TimeNs now)
{
    const TargetReceipt receipt =
        m_memory.fields.empty() ? this->receipt() : put({}, m_memory.revision, now, PushMode::Over);
    if (!m_memory.fields.empty() || m_memory.state == TargetState::Drifted)
        return receipt;
    m_memory = TargetMemory();
    if (Result<> r = m_memories.keep(m_id, m_memory); !r)
        m_memory.detail = r.error().message;
    return receipt;
}

/// Decides what is to be written, and what of it must not be lost. An Error ends the push.
Result<> TargetPusher::prepare(Work &work, const TargetPlan &plan, PushMode mode)
{
    work.edits = plan.edits;
    for (const ManagedField &field : work.old.fields)
        if (!editOf(plan.edits, field.wanted))
            work.edits.insert(work.edits.begin(), giveBack(field));
    if (work.edits.empty())
        return Error{ErrorCode::InvalidArgument, "nothing of this policy can be set here"};
    m_target->mind(work.edits);
    Result<TargetImage> seen = m_target->read();
    if (!seen)
        return seen.error();
    work.seen = std::move(*seen);
    if (mode == PushMode::Keep && work.old.held) {
        std::vector<FieldEdit> changed;
        for (const FieldEdit &ours : wantedOf(work.old)) {
            const FieldEdit *planned = editOf(work.edits, ours);
            if (!holds(work.seen.content, ours) && !(planned && holds(work.seen.content, *planned)))
                changed.push_back(ours);
        }
        if (!changed.empty())
            return Error{ErrorCode::Locked, "changed elsewhere since our last push, nothing was written: "
                                                + whatDiffers(work.seen.content, changed)};
    }
    for (const FieldEdit &edit : plan.edits) {
        const auto known = std::find_if(work.old.fields.begin(), work.old.fields.end(),
                                        [&](const ManagedField &field) { return sameField(field.wanted, edit); });
        const JsonValue *now = fieldAt(work.seen.content, edit.field);
        std::optional<JsonValue> before;
        if (known != work.old.fields.end())
            before = known->before;
        else if (now && !edit.member)
            before = *now;
        work.next.fields.push_back({edit, std::move(before)});
    }
    Result<JsonValue> content = withEdits(work.seen.content, work.edits);
    if (!content)
        return content.error();
    work.content = std::move(*content);
    work.inPlace = whatDiffers(work.seen.content, work.edits).empty();
    return {};
}

/// Whether the target took it. What was found before is on disk first.
bool TargetPusher::writeOut(Work &work)
{
    TargetMemory pending = work.next;
    for (const ManagedField &field : work.old.fields)
        if (!editOf(wantedOf(pending), field.wanted))
            pending.fields.push_back(field);
    if (Result<> r = m_memories.keep(m_id, pending); !r) {
        work.next.fields = work.old.fields;
        work.fail(
            {ErrorCode::InvalidArgument, "nothing was written, as this could not be noted: " + r.error().message});
        return false;
    }
    const Result<TargetImage> again = m_target->read();
    const bool changed = again && again->version != work.seen.version;
    const Result<> written =
        !again    ? Result<>(again.error())
        : changed ? Result<>(Error{ErrorCode::Locked, "changed while we looked at it, nothing was written"})
                  : m_target->write(work.seen, work.content, work.edits);
    if (written)
        return true;
    work.next.fields = pending.fields; // part of it may have happened
    work.fail(written.error());
    const bool attempted = again && !changed && written.error().code != ErrorCode::Locked;
    if (attempted)
        readBack(work, true);
    return false;
}

void TargetPusher::readBack(Work &work, bool refused)
{
    const Result<TargetImage> now = m_target->read();
    if (!now) {
        const std::string before = refused ? work.next.detail + "; " : "";
        work.fail(now.error());
        work.next.detail = before + "it could not be read back: " + now.error().message;
        return;
    }
    const std::string differs = whatDiffers(now->content, work.edits);
    if (refused) {
        // A refusal is no proof that nothing happened, and what is there now is no proof that it stays.
        const bool untouched = now->content == work.seen.content;
        work.next.state = TargetState::Rejected;
        work.next.stuck = true;
        work.next.detail += differs.empty() ? "; the values are there all the same: push again"
                            : untouched     ? "; nothing was changed"
                                            : "; only a part was taken: " + differs;
        return;
    }
    work.next.written = work.next.held = true;
    if (!differs.empty()) {
        work.next.state = TargetState::Drifted;
        work.next.stuck = true;
        work.next.detail = "it said yes, but read back " + differs;
        return;
    }
    work.next.state = m_target->forReview() || !work.next.inForce ? TargetState::Saved : TargetState::Applied;
}

void TargetPusher::bringInForce(Work &work)
{
    work.next.inForce = work.inPlace && work.old.inForce;
    if (work.next.inForce)
        return;
    const Result<TargetForce> force = m_target->activate();
    work.next.inForce = force && force->inForce;
    work.next.detail = force ? force->detail : "saved, but not in force: " + force.error().message;
}

void TargetPusher::prove(Work &work)
{
    const TargetProbe probe = m_target->probe({work.next.knobs, wantedOf(work.next)});
    if (probe.outcome == TargetProbe::Outcome::None)
        return;
    work.next.detail = probe.detail;
    work.next.probed = probe.outcome == TargetProbe::Outcome::Confirmed;
    if (work.next.probed)
        work.next.state = TargetState::Verified;
    if (probe.outcome == TargetProbe::Outcome::Denied) {
        work.next.state = TargetState::Contradicted;
        work.next.stuck = true;
    }
}

TargetReceipt TargetPusher::put(const TargetPlan &plan, std::int64_t revision, TimeNs now, PushMode mode)
{
    Work work;
    work.old = m_memory;
    work.next.revision = revision;
    work.next.knobs = plan.knobs;
    work.next.pushedAt = work.next.checkedAt = now;
    if (Result<> r = prepare(work, plan, mode); !r) {
        work.next.fields = work.old.fields;
        work.next.held = work.old.held; // what an earlier push left there is still ours
        work.fail(r.error());
        return end(std::move(work.next), now);
    }
    if (!work.inPlace && !writeOut(work))
        return end(std::move(work.next), now);
    bringInForce(work);
    readBack(work, false);
    if (work.next.state == TargetState::Applied)
        prove(work);
    return end(std::move(work.next), now);
}

/// The state after a read that found everything in place.
void TargetPusher::settle(TimeNs now)
{
    while (m_memory.checks < static_cast<int>(kCheckAfter.size())
           && now - m_memory.pushedAt >= kCheckAfter[static_cast<std::size_t>(m_memory.checks)])
        ++m_memory.checks;
    const bool lasted = m_memory.checks == static_cast<int>(kCheckAfter.size());
    m_memory.state = m_target->forReview() || !m_memory.inForce ? TargetState::Saved
                     : m_memory.probed || lasted                ? TargetState::Verified
                                                                : TargetState::Applied;
}

TargetReceipt TargetPusher::check(TimeNs now)
{
    if (!m_memory.written || m_memory.stuck || m_memory.fields.empty())
        return receipt();
    TargetMemory next = m_memory;
    m_target->mind(wantedOf(next));
    const Result<TargetImage> seen = m_target->read();
    if (!seen) {
        next.state = stateOf(seen.error());
        next.detail = seen.error().message;
        return end(std::move(next), now);
    }
    if (const std::string differs = whatDiffers(seen->content, wantedOf(next)); !differs.empty()) {
        next.state = TargetState::Drifted;
        next.stuck = true;
        next.detail = "changed elsewhere: " + differs;
        return end(std::move(next), now);
    }
    if (m_memory.state == TargetState::Unreachable || m_memory.state == TargetState::Rejected)
        next.detail.clear();
    m_memory = next;
    settle(now);
    return end(m_memory, now);
}

TargetReceipt TargetPusher::contradict(const std::string &detail, TimeNs now)
{
    TargetMemory next = m_memory;
    next.state = TargetState::Contradicted;
    next.stuck = true;
    next.detail = detail;
    return end(std::move(next), now);
}

TargetReceipt TargetPusher::end(TargetMemory memory, TimeNs now)
{
    memory.checkedAt = now;
    m_memory = std::move(memory);
    if (Result<> r = m_memories.keep(m_id, m_memory); !r)
        m_memory.detail += (m_memory.detail.empty() ? "" : "; ") + r.error().message;
    return receipt();
}

TargetReceipt TargetPusher::receipt() const
{
    return {m_id,
            m_kind,
            m_memory.revision,
            std::string(targetStateName(m_memory.state)),
            m_memory.checkedAt,
            m_memory.detail,
            m_memory.knobs,
            {}};
}

bool TargetPusher::owes() const
{
    return m_memory.revision > 0 && !m_memory.written && m_memory.state == TargetState::Unreachable;
}

TimeNs TargetPusher::nextCheck() const
{
    if (!m_memory.written || m_memory.stuck || m_memory.fields.empty())
        return kNoTime;
    if (m_memory.checks >= static_cast<int>(kCheckAfter.size()))
        return m_memory.checkedAt + kWatchEvery;
    return std::max(m_memory.pushedAt + kCheckAfter[static_cast<std::size_t>(m_memory.checks)],
                    m_memory.checkedAt + kLeastBetweenChecks);
}

} // namespace flyball
