// SPDX-License-Identifier: GPL-3.0-or-later
// One run of an agent under its policy: every call is reserved before it is sent and settled on its real usage.
//
//   await run.call({ task: { task_type: 'draft' }, inputTokens: 900, maxOutputTokens: 500 }, async (call) => {
//     const answer = await send({ model: call.model, max_tokens: call.maxOutputTokens });
//     await call.settle(answer.inputTokens, answer.outputTokens);
//   });
//
// An error inside gives the reservation back. Denied is thrown before anything was sent.
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';

import { cheaperTier, check, checkBreaker, newUsed, reserve, route, worstCost } from './flyball-rules.mjs';

const REFUSALS = { cap_reached: null, run_stopped: 'stop', workflow_paused: 'pause' };

/** `action`: 'abort', 'summarize_and_close' (the policy lets one more call pass, with closing), 'stop' or 'pause'. */
export class Denied extends Error {
  constructor(cap, reason, action = 'abort') {
    super(`${cap}: ${reason}`);
    Object.assign(this, { cap, reason, action });
  }
}

const isObject = (value) => typeof value === 'object' && value !== null && !Array.isArray(value);
const nanos = (pico) => Number((pico + 999n) / 1000n);

/** JSON Merge Patch (RFC 7396), except that budget.periods are merged by window. */
export function merge(target, patch) {
  if (!isObject(patch)) return structuredClone(patch);
  const result = new Map(Object.entries(isObject(target) ? target : {}));
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) result.delete(name);
    else if (name === 'periods' && Array.isArray(value))
      result.set(name, [...new Map([...(result.get(name) ?? []), ...value].map((cap) => [cap.window, cap])).values()]);
    else result.set(name, merge(result.get(name), value));
  }
  return Object.fromEntries(result);
}

const inForce = (item) => !item.until || Date.parse(item.until) > Date.now();

/** Options: workflow, step, user_segment, tags; `closing` {tokens, pico} is kept for the last call. */
export class Run {
  constructor(client, id, { workflow = '', closing = { tokens: 0, pico: 0n }, reserveMs = 2000, graceS = 60, ...scope } = {}) {
    Object.assign(this, { client, id, workflow, closing, reserveMs, graceS, used: newUsed(), calls: [] });
    this.wideActions = new Set(); // what wider soft caps ask for from the next call on
    this.scope = { agent: client.agent, workflow, ...scope };
  }

  policy(now) {
    const matches = (match) => Object.entries(match).every(([name, value]) =>
      (name === 'tag' ? (this.scope.tags ?? []).includes(value) : this.scope[name] === value));
    return now.overrides.filter((o) => matches(o.match)).reduce((body, o) => merge(body, o.set), now.policy);
  }

  #obeyOrders(now, policy, closing) {
    for (const item of now.control.filter(inForce)) {
      if (item.action === 'stop_run' && item.run === this.id)
        throw new Denied(`/control/${item.id}`, 'the operator stopped this run', 'stop');
      if (item.action === 'pause_workflow' && item.workflow === (this.workflow || now.scope.workflow))
        throw new Denied(`/control/${item.id}`, 'the operator paused this workflow', 'pause');
    }
    const { action, rule, superviseOn } = checkBreaker(policy, this.calls);
    if ((action === 'abort' || action === 'summarize_and_close') && !closing)
      throw new Denied('/circuit_breaker', `the run goes in circles (${rule})`, action);
    return { flags: action ? [`breaker ${rule}`] : [], superviseOn };
  }

  /** Reserves; Denied when the policy does not let the call pass. `tier`: a cascade's or retry's choice. With `send` the
   *  call is made inside it; without, settle() or release() is yours. */
  async call({ task = {}, inputTokens = 0, maxOutputTokens = 4096, tier = null, closing = false, timeoutS = 120 }, send) {
    const now = this.client.current;
    const policy = this.policy(now);
    const facts = { agent: this.client.agent, ...task };
    const { flags, superviseOn } = this.#obeyOrders(now, policy, closing);
    tier ??= route(policy, facts).tier;
    const actions = new Set([...check(policy, this.used).actions, ...this.wideActions]);
    if (actions.has('downgrade_tier')) tier = cheaperTier(now.tiers, tier);
    if (closing && now.tiers.length) tier = now.tiers[0].id;
    const models = now.tiers.find((t) => t.id === tier)?.models ?? [];
    const { rates, priced } = Run.#rates(now, models);
    let asked = Math.min(maxOutputTokens ?? Infinity, policy.output?.max_tokens_by_task?.[facts.task_type] ?? Infinity);
    if (asked > 0 && this.wideActions.has('halve_output')) asked = Math.max(1, Math.floor(asked / 2));
    const decision = reserve(policy, this.used,
      { inputTokens, maxOutputTokens: Number.isFinite(asked) ? asked : null, rates, closing }, this.closing);
    if (decision.verdict === 'hard') throw new Denied(decision.cap, decision.reason, decision.hardAction);
    this.used.reservedTokens += decision.reserveTokens;
    this.used.reservedPico += decision.reservePico ?? 0n;
    this.used.calls += 1;
    if (!priced) flags.push('unpriced');
    if (this.client.status().stale) flags.push('policy_stale');
    const held = new HeldCall(this, now, { tier, models, rates, decision, flags, superviseOn });
    try {
      await this.#lease(held, now, policy, timeoutS);
    } catch (error) {
      held.forget();
      this.used.calls -= 1;
      throw error;
    }
    if (!send) return held;
    try {
      return await send(held);
    } catch (error) {
      await held.release(error.name);
      throw error;
    } finally {
      await held.release('not settled');
    }
  }

  /** The dearest of the policy's models where this one's price is unknown. */
  static #rates(now, models) {
    const priced = models.length > 0 && Object.hasOwn(now.rates, models[0]);
    const listed = priced ? [now.rates[models[0]]] : Object.values(now.rates);
    const dearest = (name) => BigInt(Math.max(...listed.map((rate) => rate[name]))) * 1000n;
    return { priced, rates: listed.length ? [dearest('in_nusd_per_mtok'), dearest('out_nusd_per_mtok')] : null };
  }

  /** Caps wider than this run are held by the server: no answer denies where one is hard, flags where all are soft. */
  async #lease(held, now, policy, timeoutS) {
    const own = (policy.enabled ?? true) ? policy.budget?.periods ?? [] : [];
    const caps = [...own, ...(now.fleet.periods ?? [])];
    if (!caps.length) return;
    let failure = 'the price of this call is unknown';
    const key = randomUUID(); // asked again after an answer that was lost, the server gives the same lease
    for (const until = Date.now() + this.reserveMs; held.decision.reservePico !== null;) {
      const body = { agent: this.client.agent, run: this.id, workflow: this.workflow, key,
        ttl_s: Math.min(3600, Math.ceil(timeoutS + this.graceS)), max_nusd: nanos(held.decision.reservePico) };
      const { status, answer } = await this.client.channel.post('/v1/reserve', body, this.reserveMs)
        .catch((error) => ({ status: 0, answer: { error: `cannot be reached: ${error.message}` } }));
      if (status === 200 && typeof answer.lease === 'string') {
        held.lease = answer.lease;
        held.flags.push(...(answer.soft ?? []).map((cap) => `soft ${cap.cap}`));
        this.wideActions = new Set((answer.soft ?? []).flatMap((cap) => cap.actions ?? []));
        return;
      }
      if (status === 409 && Object.hasOwn(REFUSALS, answer.error))
        throw new Denied(String(answer.cap ?? '/control'), String(answer.message),
          REFUSALS[answer.error] ?? String(answer.action ?? 'abort'));
      failure = `the policy channel answers ${status} ${answer.error ?? ''}`;
      const passing = status === 0 || status >= 500 || status === 408 || status === 429;
      if (!passing || Date.now() >= until) break;
      await sleep(50 + 150 * Math.random());
    }
    if (caps.some((cap) => cap.hard_usd !== undefined)) throw new Denied('/budget/periods', failure);
    held.flags.push(`not reserved: ${failure}`);
  }
}

/** A call that may be sent: with `model` (or a fallback in `models`) and at most `maxOutputTokens`. Put `attributes` on its
 *  span. `flags` and `decision.actions` (compress_context, limit_tools, warn) are for the application. */
export class HeldCall {
  constructor(run, now, parts) {
    Object.assign(this, { run, ...parts, model: parts.models[0] ?? null, lease: null, open: true });
    this.maxOutputTokens = parts.decision.outputLimit;
    this.trimInputTo = parts.decision.trimInputTo;
    this.attributes = { 'flyball.policy.revision': now.revision, 'flyball.policy.source': now.source };
  }

  forget() {
    this.open = false;
    this.run.used.reservedTokens -= this.decision.reserveTokens;
    this.run.used.reservedPico -= this.decision.reservePico ?? 0n;
  }

  /** Real usage; what is not known is booked as reserved. `pico`: the provider's own figure, if it gives one. */
  async settle(inputTokens = null, outputTokens = null, { pico = null, toolCall = '', error = '' } = {}) {
    if (!this.open) throw new Error('this call is settled or released already');
    this.forget();
    const { used, calls, client } = this.run;
    const known = inputTokens !== null && outputTokens !== null;
    pico ??= known && this.rates ? worstCost(this.rates, inputTokens, outputTokens) : this.decision.reservePico;
    used.tokens += known ? inputTokens + outputTokens : this.decision.reserveTokens;
    used.pico = used.pico === null || pico === null ? null : used.pico + pico;
    calls.push({ call: toolCall, error, inputTokens, outputTokens });
    if (this.lease) await client.settle('/v1/settle', { lease: this.lease, actual_nusd: nanos(pico) });
  }

  /** Nothing was spent: cancelled, timed out, refused by the provider. */
  async release(error = '') {
    if (!this.open) return;
    this.forget();
    this.run.calls.push({ call: '', error });
    if (this.lease) await this.run.client.settle('/v1/release', { lease: this.lease });
  }
}
