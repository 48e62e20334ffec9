// SPDX-License-Identifier: GPL-3.0-or-later
// What a Flyball policy says about the next call: pure functions, no clock, no network, no state.
//
// Money is whole pico-USD in a BigInt (1 USD = 10n ** 12n), null where it is unknown; a rate is pico-USD per
// million tokens. `policy` is the effective body of policy.schema.json, `tiers` its tiers, cheapest first.

/** Exact: JSON.parse keeps the shortest text of a number, and that text is what was written. */
export function pico(usd) {
  const [digits, exponent = '0'] = String(usd).split('e');
  const [whole, fraction = ''] = digits.split('.');
  const shift = 12 + Number(exponent) - fraction.length;
  const number = BigInt(whole + fraction);
  return shift >= 0 ? number * 10n ** BigInt(shift) : number / 10n ** BigInt(-shift);
}

/** Rounded up: a reservation is never too small. `rates` is [input, output]. */
export function worstCost(rates, inputTokens, outputTokens) {
  return (rates[0] * BigInt(inputTokens) + rates[1] * BigInt(outputTokens) + 999_999n) / 1_000_000n;
}

export const newUsed = () => ({ tokens: 0, pico: 0n, calls: 0, reservedTokens: 0, reservedPico: 0n });
const allow = () => ({ verdict: 'allow', cap: '', reason: '', actions: [], hardAction: 'abort', outputLimit: null,
  trimInputTo: null, reserveTokens: 0, reservePico: null });
const budgetOf = (policy) => ((policy.enabled ?? true) ? policy.budget ?? {} : {});
const hard = (budget, cap, reason) =>
  ({ ...allow(), verdict: 'hard', cap, reason, hardAction: budget.on_hard ?? 'abort' });

function standing(budget, used, closing = false) {
  const reached = (limit, cap, verdict) => {
    if (limit?.tokens !== undefined && used.tokens >= limit.tokens)
      return verdict(`${cap}/tokens`, `${used.tokens} tokens used, the cap is ${limit.tokens}`);
    if (limit?.usd !== undefined && (used.pico === null || used.pico >= pico(limit.usd)))
      return verdict(`${cap}/usd`, `${used.pico ?? 'unknown'} pico-USD spent, the cap is ${limit.usd} USD`);
    return null;
  };
  const soft = (cap, reason) => ({ ...allow(), verdict: 'soft', cap, reason, actions: [...(budget.on_soft ?? [])] });
  const calls = !closing && budget.max_iterations !== undefined && used.calls >= budget.max_iterations;
  return reached(budget.run_hard, '/budget/run_hard', (...why) => hard(budget, ...why))
    ?? (calls ? hard(budget, '/budget/max_iterations', `${used.calls} calls made`) : null)
    ?? reached(budget.run_soft, '/budget/run_soft', soft) ?? allow();
}

/** Where the run stands; what is only reserved does not count. */
export const check = (policy, used) => standing(budgetOf(policy), used);

const least = (limits) => (limits.length ? Math.min(...limits) : null);

function outputLimit(budget, call, actions, inputTokens) {
  const limits = [call.maxOutputTokens, budget.call_max_output_tokens].filter((n) => n !== null && n !== undefined);
  if (limits.length && actions.includes('halve_output'))
    limits.push(Math.max(1, Math.floor((budget.call_max_output_tokens ?? least(limits)) / 2)));
  if (budget.call_max_tokens !== undefined) limits.push(Math.max(1, budget.call_max_tokens - inputTokens));
  return least(limits);
}

/** What the hard caps leave for the output when nobody names a limit. */
function outputLeft(high, call, tokensBefore, picoBefore) {
  const limits = [];
  if (high.tokens !== undefined) limits.push(Math.max(1, high.tokens - tokensBefore - call.inputTokens));
  if (high.usd !== undefined && call.rates && call.rates[1] > 0n) {
    const room = pico(high.usd) - picoBefore - worstCost(call.rates, call.inputTokens, 0);
    limits.push(Math.min(Math.max(1, Number(room * 1_000_000n / call.rates[1])), 2 ** 31 - 1));
  }
  return least(limits);
}

/** Whether the call may be sent and how. `closing` (tokens, pico-USD) is kept free for the last call. */
export function reserve(policy, used, call, closing = { tokens: 0, pico: 0n }) {
  const budget = budgetOf(policy);
  const high = budget.run_hard ?? {};
  let decision = standing(budget, used, call.closing);
  if (decision.verdict === 'hard') return decision;
  if (call.closing) decision = allow();
  const keep = !call.closing && budget.on_hard === 'summarize_and_close';
  const tokensBefore = used.tokens + used.reservedTokens + (keep ? closing.tokens : 0);
  const picoBefore = (used.pico ?? 0n) + used.reservedPico + (keep ? closing.pico : 0n);
  if (call.inputTokens > (budget.call_max_tokens ?? Infinity)) decision.trimInputTo = budget.call_max_tokens;
  const input = decision.trimInputTo ?? call.inputTokens;
  decision.outputLimit = outputLimit(budget, call, decision.actions, input)
    ?? outputLeft(high, call, tokensBefore, picoBefore);
  const output = decision.outputLimit ?? 0;
  if (tokensBefore + call.inputTokens + output > (high.tokens ?? Infinity))
    return hard(budget, '/budget/run_hard/tokens', `${tokensBefore} tokens used or held, this call may use `
      + `${call.inputTokens + output}, the cap is ${high.tokens}`);
  if (high.usd !== undefined && !call.rates)
    return hard(budget, '/budget/run_hard/usd', 'the price of this call is unknown');
  if (high.usd !== undefined && picoBefore + worstCost(call.rates, call.inputTokens, output) > pico(high.usd))
    return hard(budget, '/budget/run_hard/usd', `this call may pass the cap of ${high.usd} USD`);
  decision.reserveTokens = input + output;
  decision.reservePico = call.rates ? worstCost(call.rates, input, output) : null;
  return decision;
}

/** ASCII letters only, as the app has it: other scripts compare as they are written. */
const lower = (text) => text.replace(/[A-Z]/g, (c) => c.toLowerCase());

export function holds(when, task) {
  const docs = when.doc_tokens ?? {};
  const asked = task.doc_tokens ?? 0;
  if (when.task_type && !when.task_type.includes(task.task_type ?? '')) return false;
  if (asked >= (docs.lt ?? Infinity) || asked < (docs.gte ?? -Infinity)) return false;
  for (const flag of ['security_sensitive', 'multi_step_reasoning'])
    if (when[flag] !== undefined && when[flag] !== (task[flag] ?? false)) return false;
  if (when.required_confidence_gt !== undefined && !((task.required_confidence ?? 0) > when.required_confidence_gt))
    return false;
  for (const name of ['agent', 'user_segment'])
    if (when[name] !== undefined && when[name] !== (task[name] ?? '')) return false;
  return !when.keywords_any || when.keywords_any.some((word) => lower(task.text ?? '').includes(lower(word)));
}

/** {tier or null, reason, allowCascade}: role, else the first rule that holds, else the default. */
export function route(policy, task) {
  const { routing } = policy;
  const nothing = (reason) => ({ tier: null, reason, allowCascade: false });
  if (!routing) return nothing('no routing in the policy');
  if (!(policy.enabled ?? true)) return nothing('policy disabled');
  if ((task.role === 'planner' || task.role === 'executor') && routing.planner_executor)
    return { tier: routing.planner_executor[`${task.role}_tier`], reason: task.role, allowCascade: false };
  const rule = (routing.rules ?? []).find((r) => holds(r.when, task));
  if (rule) return { tier: rule.tier, reason: rule.reason ?? rule.id, allowCascade: rule.allow_cascade ?? false };
  if (routing.default_tier !== undefined)
    return { tier: routing.default_tier, reason: 'default routing', allowCascade: false };
  return nothing('no rule matches and there is no default tier');
}

/** {kind: 'try' | 'accept', tier, reason} after the attempts so far: [{tier, confidence or null}]. */
export function nextStep(tiers, policy, decided, attempts, taskAllows = true) {
  const goal = decided.tier;
  const cascade = policy.routing?.cascade ?? {};
  let steps = [goal];
  if ((cascade.enabled ?? false) && decided.allowCascade && taskAllows) {
    let order = cascade.order ?? tiers.map((tier) => tier.id);
    if (cascade.start_tier !== undefined)
      order = order.includes(cascade.start_tier) ? order.slice(order.indexOf(cascade.start_tier)) : [];
    if (order.includes(goal))
      steps = [...order.slice(0, order.indexOf(goal)).slice(0, cascade.max_escalations), goal];
  }
  if (!attempts.length)
    return { kind: 'try', tier: steps[0], reason: steps.length === 1 ? `direct_${goal}` : `cascade_${steps[0]}` };
  let { tier, confidence } = attempts.at(-1);
  if (attempts.length >= steps.length) return { kind: 'accept', tier, reason: `direct_${goal}` };
  if (!(confidence !== null && confidence >= 0 && confidence <= 1)) confidence = cascade.missing_confidence ?? 0.75;
  if (confidence >= (cascade.min_confidence ?? 0.85))
    return { kind: 'accept', tier, reason: `cascade_${tier}_success` };
  return { kind: 'try', tier: steps[attempts.length], reason: `escalated_to_${steps[attempts.length]}` };
}

/** {kind: 'retry' | 'escalate' | 'give_up', tier, waitMs}. */
export function afterFailure(tiers, policy, tier, failures, total) {
  const retry = policy.routing?.retry ?? {};
  if (total >= (retry.max_attempts ?? 1)) return { kind: 'give_up', tier, waitMs: 0 };
  const waitMs = Math.min((retry.backoff_ms ?? 0) * 2 ** Math.min(Math.max(failures - 1, 0), 20), 3_600_000);
  const at = tiers.findIndex((t) => t.id === tier);
  if (failures >= (retry.escalate_after ?? Infinity) && at >= 0 && at + 1 < tiers.length)
    return { kind: 'escalate', tier: tiers[at + 1].id, waitMs };
  return { kind: 'retry', tier, waitMs };
}

export function cheaperTier(tiers, tier) {
  const at = tiers.findIndex((t) => t.id === tier);
  return at > 0 ? tiers[at - 1].id : tier;
}

/** {action or null, rule, superviseOn or null} for the calls of a run, oldest first:
 *  {call (tool and arguments), error, inputTokens, outputTokens}, each absent where unknown. */
export function checkBreaker(policy, calls) {
  const breaker = policy.circuit_breaker;
  if (!breaker || !(policy.enabled ?? true) || !(breaker.enabled ?? true))
    return { action: null, rule: '', superviseOn: null };
  const last = calls.at(-1) ?? {};
  const streak = (name) => {
    if (!last[name]) return 0;
    const back = [...calls].reverse().findIndex((c) => c[name] !== last[name]);
    return back < 0 ? calls.length : back;
  };
  const dry = ([a, b]) => a && b !== undefined && b !== null && a > 0 && b < breaker.min_output_ratio * a;
  const same = breaker.same_call_limit;
  let rule = '';
  if (same && (streak('call') >= same
      || (last.call && calls.slice(-2 * same).filter((c) => c.call === last.call).length > same))) rule = 'L1';
  else if (breaker.same_error_limit && streak('error') >= breaker.same_error_limit) rule = 'L2';
  else if (breaker.min_output_ratio !== undefined && calls.length >= 4) {
    const sizes = calls.slice(-4).map((c) => [c.inputTokens, c.outputTokens]);
    if (sizes.every(dry) && sizes.every((s, i) => i === 0 || s[0] > sizes[i - 1][0])) rule = 'L4';
  }
  const due = breaker.check_every && calls.length && calls.length % breaker.check_every === 0;
  return { action: rule ? breaker.action ?? 'alert' : null, rule, superviseOn: due ? breaker.supervisor_tier ?? null : null };
}
