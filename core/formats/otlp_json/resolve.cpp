// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <string>

#include "core/base/jsoncursor.h"
#include "core/formats/agent_telemetry/agenttelemetry.h"
#include "core/formats/lines.h"
#include "core/formats/otlp_json/otlpjson.h"

namespace flyball {

namespace {

constexpr int kMaxAncestors = 512; ///< also ends a cycle of parents

/// The span tree of one trace, for walking upwards. The facts outlive it; those of a FactStore come in order, and
/// then it keeps nothing of its own.
class Tree {
public:
    explicit Tree(const GroupFacts &facts) : m_spans(facts.spans, &SpanFact::span), m_calls(facts.calls, &CallFact::sub)
    {}
    [[nodiscard]] const SpanFact *node(std::uint64_t span) const { return m_spans.find(span); }
    [[nodiscard]] const CallFact *call(std::uint64_t span) const { return m_calls.find(span); }

private:
    template <typename Fact>
    class ById {
    public:
        ById(std::span<const Fact> facts, std::uint64_t Fact::*id) : m_facts(facts), m_id(id)
        {
            const auto before = [id](const Fact &a, const Fact &b) { return a.*id < b.*id; };
            if (std::is_sorted(facts.begin(), facts.end(), before))
                return;
            m_sorted.reserve(facts.size());
            for (const Fact &fact : facts)
                m_sorted.push_back(&fact);
            std::sort(m_sorted.begin(), m_sorted.end(), [&](const Fact *a, const Fact *b) { return before(*a, *b); });
        }
        [[nodiscard]] const Fact *find(std::uint64_t id) const
        {
            std::size_t low = 0;
            for (std::size_t high = m_facts.size(); low < high;) {
                const std::size_t middle = low + (high - low) / 2;
                if (at(middle)->*m_id < id)
                    low = middle + 1;
                else
                    high = middle;
            }
            return low < m_facts.size() && at(low)->*m_id == id ? at(low) : nullptr;
        }

    private:
        [[nodiscard]] const Fact *at(std::size_t i) const { return m_sorted.empty() ? &m_facts[i] : m_sorted[i]; }
        std::span<const Fact> m_facts;
        std::uint64_t Fact::*m_id;
        std::vector<const Fact *> m_sorted;
    };
    ById<SpanFact> m_spans;
    ById<CallFact> m_calls;
};

void inherit(Symbol &own, Symbol above)
{
    if (own == 0)
        own = above;
}

/// What the ancestors of a call say; nearest first.
struct Ancestry {
    Attribution names;
    Symbol workflowSpan = 0; ///< nearest ancestor that is a workflow
    Symbol workflowName = 0; ///< nearest name handed down
    Symbol agentSpan = 0;
    Symbol agentAbove = 0;
    Symbol task = 0;
    const SpanFact *root = nullptr; ///< only if the chain reaches it
};

Ancestry ancestryOf(const Tree &tree, std::uint64_t parent)
{
    Ancestry a;
    for (int depth = 0; parent != 0 && depth < kMaxAncestors; ++depth) {
        const SpanFact *node = tree.node(parent);
        if (!node) {
            // A call inside a call (an SDK's own span around another instrumentation's) passes on.
            const CallFact *call = tree.call(parent);
            if (!call || call->parentSpan == parent)
                break;
            inherit(a.workflowName, call->names.workflow);
            parent = call->parentSpan;
            continue;
        }
        if (node->role == SpanRole::Workflow)
            inherit(a.workflowSpan, node->label);
        if (node->role == SpanRole::Agent) {
            if (a.agentSpan == 0)
                a.agentSpan = node->label;
            else if (node->label != a.agentSpan)
                inherit(a.agentAbove, node->label);
        }
        if (node->role == SpanRole::Task)
            inherit(a.task, node->label);
        inherit(a.workflowName, node->names.workflow);
        inherit(a.names.step, node->names.step);
        inherit(a.names.taskType, node->names.taskType);
        inherit(a.names.segment, node->names.segment);
        inherit(a.names.feature, node->names.feature);
        inherit(a.names.promptVersion, node->names.promptVersion);
        inherit(a.names.policyRevision, node->names.policyRevision);
        inherit(a.names.session, node->names.session);
        inherit(a.names.tier, node->names.tier);
        inherit(a.names.agent, node->names.agent);
        if (node->parent == 0)
            a.root = node;
        if (node->parent == parent)
            break;
        parent = node->parent;
    }
    return a;
}

/// The name of a run without any workflow marking: the application's own root span.
Symbol rootName(const SpanFact *root)
{
    if (!root)
        return 0;
    return root->role == SpanRole::Agent ? root->label : root->name;
}

void attribute(const CallFact &fact, const Ancestry &a, Call &call)
{
    Attribution &names = call.names;
    if ((fact.flags & CallOwnWorkflow) == 0) {
        const Symbol own = names.workflow;
        names.workflow = a.workflowSpan;
        inherit(names.workflow, own);
        inherit(names.workflow, a.workflowName);
        inherit(names.workflow, rootName(a.root));
    }
    inherit(names.agent, a.agentSpan);
    inherit(names.agent, a.names.agent);
    call.parentAgent = a.agentSpan != 0 && a.agentSpan != names.agent ? a.agentSpan : a.agentAbove;
    inherit(names.step, a.names.step);
    inherit(names.step, a.task);
    inherit(names.taskType, a.names.taskType);
    inherit(names.taskType, a.task);
    inherit(names.segment, a.names.segment);
    inherit(names.feature, a.names.feature);
    inherit(names.promptVersion, a.names.promptVersion);
    inherit(names.policyRevision, a.names.policyRevision);
    inherit(names.session, a.names.session);
    inherit(names.tier, a.names.tier);
}

std::string_view scopeOf(Symbol producer, const SymbolTable &symbols)
{
    const std::string_view text = symbols.text(producer);
    return text.substr(0, text.find('\x1f'));
}

bool overlap(const CallFact &a, const CallFact &b)
{
    const auto start = [](const CallFact &f) { return f.latencyNs >= 0 ? f.time - f.latencyNs : f.time; };
    return start(a) <= b.time && start(b) <= a.time;
}

bool isEvent(const CallFact &fact) { return (fact.flags & CallTelemetry) != 0; }

bool hasUsage(const CallFact &fact) { return fact.raw.quality != UsageQuality::Missing; }

/// Rule 3a.6: two instrumentations around one client give two spans with one response id, from
/// different scopes and overlapping in time. And an outer span of the same instrumentation around
/// the span that did the work is not a second call (Vercel's embeddings).
void findAbsorbed(const GroupFacts &facts, const Tree &tree, const SymbolTable &symbols, std::vector<bool> &counted)
{
    const std::span<const CallFact> calls = facts.calls;
    for (std::size_t i = 0; i < calls.size(); ++i) {
        if (isEvent(calls[i]))
            continue;
        const CallFact *outer = calls[i].parentSpan != 0 ? tree.call(calls[i].parentSpan) : nullptr;
        if (outer && outer != &calls[i] && !hasUsage(*outer) && (outer->flags & CallFailed) == 0
            && scopeOf(outer->producer, symbols) == scopeOf(calls[i].producer, symbols))
            counted[static_cast<std::size_t>(outer - calls.data())] = false;
    }
    std::vector<std::size_t> byResponse;
    for (std::size_t i = 0; i < calls.size(); ++i)
        if (calls[i].requestKey != 0 && counted[i])
            byResponse.push_back(i);
    if (byResponse.size() < 2)
        return;
    // The best of each response id first, then order-independent by span id.
    std::sort(byResponse.begin(), byResponse.end(), [&](std::size_t a, std::size_t b) {
        if (calls[a].requestKey != calls[b].requestKey)
            return calls[a].requestKey < calls[b].requestKey;
        if (hasUsage(calls[a]) != hasUsage(calls[b]))
            return hasUsage(calls[a]);
        if (calls[a].raw.total() != calls[b].raw.total())
            return calls[a].raw.total() > calls[b].raw.total();
        return calls[a].sub < calls[b].sub;
    });
    for (std::size_t k = 0; k < byResponse.size(); ++k) {
        const CallFact &best = calls[byResponse[k]];
        if (!counted[byResponse[k]])
            continue;
        for (std::size_t m = k + 1; m < byResponse.size() && calls[byResponse[m]].requestKey == best.requestKey; ++m) {
            const CallFact &other = calls[byResponse[m]];
            if (scopeOf(other.producer, symbols) != scopeOf(best.producer, symbols) && overlap(best, other))
                counted[byResponse[m]] = false;
        }
    }
}

/// The event that carries the counts of a call whose own span has none.
const CallFact *countsOf(const GroupFacts &facts, const CallFact &call)
{
    if (hasUsage(call) || isEvent(call))
        return nullptr;
    const auto found = std::find_if(facts.calls.begin(), facts.calls.end(), [&](const CallFact &event) {
        return isEvent(event) && hasUsage(event)
               && (event.parentSpan == call.sub || (event.requestKey != 0 && event.requestKey == call.requestKey));
    });
    return found == facts.calls.end() ? nullptr : &*found;
}

/// A producer that gives spans tells its calls by them: an event of its is told when its own span is a call, a call
/// has its response id, or any call here came from the same scope.
void findTold(const GroupFacts &facts, const Tree &tree, const SymbolTable &symbols, std::vector<bool> &counted)
{
    for (std::size_t i = 0; i < facts.calls.size(); ++i) {
        const CallFact &event = facts.calls[i];
        if (!isEvent(event))
            continue;
        const CallFact *own = event.parentSpan != 0 ? tree.call(event.parentSpan) : nullptr;
        const auto tells = [&](const CallFact &call) {
            return !isEvent(call)
                   && (&call == own || (event.requestKey != 0 && call.requestKey == event.requestKey)
                       || scopeOf(call.producer, symbols) == scopeOf(event.producer, symbols));
        };
        if (std::any_of(facts.calls.begin(), facts.calls.end(), tells))
            counted[i] = false;
    }
}

Outcome outcomeOf(std::string_view word)
{
    if (word == "success" || word == "pass" || word == "passed")
        return Outcome::Success;
    if (word == "failure" || word == "failed" || word == "fail")
        return Outcome::Failure;
    if (word == "capped")
        return Outcome::Capped;
    if (word == "timeout")
        return Outcome::Timeout;
    return Outcome::Unknown;
}

RunInfo runOf(const GroupFacts &facts, const SymbolTable &symbols)
{
    RunInfo run;
    run.run = facts.calls.empty() ? facts.spans.front().trace : facts.calls.front().group;
    bool any = false;
    const auto cover = [&](TimeNs start, TimeNs end) {
        run.start = any ? std::min(run.start, start) : start;
        run.end = any ? std::max(run.end, end) : end;
        any = true;
    };
    const SpanFact *root = nullptr;
    for (const SpanFact &span : facts.spans) {
        cover(span.start, span.end);
        inherit(run.session, span.names.session);
        if (span.parent == 0
            && (!root || span.start < root->start || (span.start == root->start && span.span < root->span)))
            root = &span;
    }
    for (const CallFact &call : facts.calls) {
        cover(call.latencyNs >= 0 ? call.time - call.latencyNs : call.time, call.time);
        run.format = call.format;
        inherit(run.session, call.names.session);
    }
    if (!root)
        return run;
    run.closed = true;
    run.workflow = root->role == SpanRole::Workflow ? root->label
                   : root->names.workflow != 0      ? root->names.workflow
                                                    : rootName(root);
    if (root->names.session != 0)
        run.session = root->names.session;
    run.stated = outcomeOf(symbols.text(root->outcome));
    run.status = root->budgetExceeded ? Outcome::Capped : root->failed ? Outcome::Failure : Outcome::Unknown;
    return run;
}

} // namespace

void resolveTrace(const GroupFacts &facts, const TraitLookup &traits, ResolvedGroup &out)
{
    if (facts.calls.empty() && facts.spans.empty())
        return;
    const SymbolTable &symbols = traits.symbols();
    if (!facts.calls.empty() && telemetry::isAgents(facts.calls.front(), symbols)) {
        resolveAgentTelemetry(facts, traits, out);
        return;
    }
    const Tree tree(facts);
    std::vector<bool> &counted = out.counted;
    counted.assign(facts.calls.size(), true);
    findTold(facts, tree, symbols, counted);
    findAbsorbed(facts, tree, symbols, counted);
    RunInfo run = runOf(facts, symbols);
    const bool anyEvent = std::any_of(facts.calls.begin(), facts.calls.end(), isEvent);
    for (std::size_t i = 0; i < facts.calls.size(); ++i) {
        CallFact completed;
        if (const CallFact *event = anyEvent ? countsOf(facts, facts.calls[i]) : nullptr) {
            completed = facts.calls[i];
            completed.raw = event->raw;
            completed.flags |= event->flags & static_cast<std::uint32_t>(CallCacheKnown);
        }
        const CallFact &fact = completed.group.isNull() ? facts.calls[i] : completed;
        Call &call = out.calls.emplace_back();
        copyFact(fact, call);
        call.run = run.run;
        const std::uint32_t known = traits.traits(fact.producer);
        call.usage = disjointUsage(fact, (known & ProducerExclusive) != 0);
        if ((known & ProducerCarriesCache) != 0 && call.hasUsage())
            call.flags |= CallCacheKnown;
        if ((call.flags & CallCacheKnown) != 0)
            call.flags &= ~static_cast<std::uint32_t>(CallCacheHidden);
        attribute(fact, ancestryOf(tree, fact.parentSpan), call);
        inherit(call.names.session, run.session);
        // A call that is itself the root is a run of its own.
        if (fact.parentSpan == 0)
            run.closed = true;
        if (run.workflow == 0 && counted[i])
            run.workflow = call.names.workflow;
    }
    // A trace without any model call costs nothing and is no run of ours.
    if (!facts.calls.empty())
        out.runs.push_back(run);
}

namespace {

bool wantsPath(std::string_view path)
{
    const std::size_t slash = path.rfind('/');
    const std::string_view name = slash == std::string_view::npos ? path : path.substr(slash + 1);
    for (const std::string_view word : {".jsonl", ".json", ".ndjson"}) {
        const std::size_t at = name.find(word);
        // also rotated and compressed ones: traces.jsonl.1, traces.jsonl.gz
        if (at != std::string_view::npos && (at + word.size() == name.size() || name[at + word.size()] == '.'))
            return true;
    }
    return false;
}

bool sniff(std::string_view head)
{
    bool found = false;
    forEachLine(head, 0, [&](std::string_view line, std::int64_t) {
        if (found || line.front() != '{')
            return;
        JsonCursor json(line);
        std::string_view key;
        if (!json.beginObject())
            return;
        while (json.nextKey(key)) {
            if (key == "resourceSpans" || key == "resource_spans" || key == "resourceLogs"
                || key == "resourceMetrics") {
                found = true;
                return;
            }
            if (!json.skipValue())
                return;
        }
    });
    return found;
}

} // namespace

Format otlpJsonFormat()
{
    Format format;
    format.kind = "otlp-json";
    format.label = "OTLP/JSON spans";
    format.splittable = true;
    format.wantsPath = wantsPath;
    format.sniff = sniff;
    format.makeReader = makeOtlpJsonReader;
    format.resolve = resolveTrace;
    return format;
}

} // namespace flyball
