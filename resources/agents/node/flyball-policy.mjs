// SPDX-License-Identifier: GPL-3.0-or-later
// flyball-policy/1, the agent's half: fetches the policy of this agent, keeps the last good one, acknowledges.
//
//   const client = PolicyClient.fromEnv().start();
//   const run = client.run('run-17', { workflow: 'support_triage' });
//
// flyball-run.mjs spends under it, flyball-rules.mjs decides. Node 18 or later, no dependency.
import { randomUUID } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { FileChannel, HttpChannel, load, save } from './flyball-channel.mjs';
import { Refused, namedEtag, openEnvelope, readPayload } from './flyball-check.mjs';
import { Run } from './flyball-run.mjs';

export { Refused } from './flyball-check.mjs';
export { Denied, Run } from './flyball-run.mjs';

const STALE_S = 15 * 60;
const RETRY_REJECTED_S = 10 * 60;
// In force until a policy was ever received: enough to work, too little to hurt.
const SAFE = { budget: { run_hard: { tokens: 50_000 }, max_iterations: 25, call_max_output_tokens: 2000, on_hard: 'abort' } };
const ENFORCES = ['caps.tokens:reserve', 'caps.usd:reserve', 'caps.window:lease', 'caps.iterations', 'routing', 'cascade',
  'retry', 'circuit_breaker', 'output.max_tokens_by_task', 'control'];
const seconds = () => performance.now() / 1000;
/** What is in force; swapped whole, never changed. Revision 0: the built-in caps. */
const policyOf = (payload, etag = '') => Object.freeze({ source: '', revision: 0, issue: 0, policy: SAFE, tiers: [], rates: {},
  overrides: [], control: [], fleet: {}, scope: {}, ...payload, etag });

/** `current` is the policy in force; start() keeps it up to date in the background. Options: `supports`, JSON pointers of
 *  further parts the application acts on itself; `lacks`, of parts it cannot act on; `accept(payload)`, may throw Refused;
 *  `onApplied(policy)`, is told; `source`, the only app to follow; `ca`, see HttpChannel. */
export class PolicyClient {
  constructor({ url, agent, token, key, folder, supports = [], lacks = [], accept = null, onApplied = null, source = null,
    wait = 30, retryRejectedS = RETRY_REJECTED_S, staleS = STALE_S, ca = null }) {
    fs.mkdirSync(folder, { recursive: true, mode: 0o700 });
    Object.assign(this, { agent, key, supports, lacks, accept, onApplied, source, wait, retryRejectedS, staleS, instance: randomUUID() });
    this.channel = url.startsWith('file:') ? new FileChannel(url.slice(5), agent) : new HttpChannel(url, token, ca);
    this.lastGood = path.join(folder, `${agent}.policy.json`);
    this.unsettledPath = path.join(folder, `${agent}.unsettled.json`);
    Object.assign(this, { current: policyOf({}), problem: '', unreachable: '', rejected: null, retryAt: Infinity, contact: seconds(), dropped: 0 });
    this.stopping = new AbortController();
    this.unsettled = this.#loadList();
    this.#loadLastGood();
  }

  static fromEnv(options = {}) {
    const [url, agent, token, key, folder] = ['URL', 'AGENT', 'TOKEN', 'KEY', 'FOLDER'].map((name) => {
      const value = process.env[`FLYBALL_POLICY_${name}`];
      if (value === undefined) throw new Error(`FLYBALL_POLICY_${name} is not set`);
      return value;
    });
    return new PolicyClient({ url, agent, token, key, folder, ca: process.env.FLYBALL_POLICY_CA || null, ...options });
  }

  #loadLastGood() {
    try {
      const data = load(this.lastGood);
      if (data === null) return;
      const envelope = openEnvelope(data, this.key);
      this.current = policyOf(readPayload(envelope.payload, this.supports, this.lacks).payload, envelope.etag);
    } catch (error) {
      this.problem = `last good policy refused, built-in caps hold: ${error.message}`;
    }
  }

  #loadList() {
    try {
      return JSON.parse(load(this.unsettledPath) ?? '[]').filter((item) => Array.isArray(item) && item.length === 2);
    } catch (error) {
      this.problem = `list of unsettled calls lost: ${error.message}`;
      return [];
    }
  }

  /** Order is by revision, never by clock; a restored or second app is a matter for the operator. */
  #admit(next) {
    const wanted = this.source ?? this.current.source;
    if (wanted && next.source !== wanted) throw new Refused('stale_revision', '/source', `this agent follows ${wanted}`);
    const { source, revision, issue } = this.current;
    if (next.source === source && (next.revision < revision || (next.revision === revision && next.issue < issue)))
      throw new Refused('stale_revision', '/revision', `${next.revision}.${next.issue} after ${revision}.${issue}`);
  }

  /** Verify, check, persist, apply, acknowledge: in this order. */
  async #take({ etag, nonce, data }) {
    let error = null;
    let unknown = [];
    let next;
    let offered = etag;
    try {
      const envelope = openEnvelope(data, this.key);
      offered = namedEtag(envelope.payload, etag);
      const read = readPayload(envelope.payload, this.supports, this.lacks);
      unknown = read.unknown;
      next = policyOf(read.payload, etag);
      this.#admit(next);
      this.accept?.(read.payload);
      save(this.lastGood, { ...envelope, etag });
      Object.assign(this, { current: next, rejected: null, retryAt: Infinity, problem: '' });
    } catch (refusal) {
      error = refusal.error ?? { code: 'internal', path: '', message: refusal.message };
      // Not fetched again until it changes; once more later, in case the cause was ours.
      this.retryAt = this.rejected === etag ? Infinity : seconds() + this.retryRejectedS;
      Object.assign(this, { rejected: etag, problem: `${error.code} ${error.path}: ${error.message}` });
    }
    const answer = { agent: this.agent, instance: this.instance, nonce, offered, active: this.current.revision, error,
      enforces: ENFORCES, unknown: unknown.slice(0, 100), policy_age: Math.round(seconds() - this.contact) };
    await this.channel.ack(answer).catch(() => {}); // the next poll says what is active
    if (!error) this.onApplied?.(next);
  }

  /** One exchange; true when something was offered. Throws when the channel cannot be reached. */
  async poll(wait = 0) {
    const again = seconds() >= this.retryAt;
    const held = again || !this.rejected ? this.current.etag : this.rejected;
    const offer = await this.channel.poll(this.agent, this.instance, this.current.revision, held, wait, this.stopping.signal);
    Object.assign(this, { contact: seconds(), unreachable: '' });
    if (offer) await this.#take(offer);
    else if (again) this.retryAt = Infinity;
    return offer !== null;
  }

  async #keepPolling() {
    const { signal } = this.stopping;
    for (let failures = 0; !signal.aborted;) {
      const [began, before, rejected] = [seconds(), this.current, this.rejected];
      let useful = false;
      try {
        await this.poll(this.wait); // an answer that is neither news nor late is no reason to ask again at once
        useful = before.etag !== this.current.etag || rejected !== this.rejected || seconds() - began >= Math.min(1, this.wait / 2);
      } catch (error) {
        this.unreachable = String(error.cause ?? error);
      }
      await this.settleAll().catch((error) => {
        this.problem = `the list of unsettled calls cannot be written: ${error.message}`;
      });
      failures = useful ? 0 : failures + 1;
      const pauseMs = (0.5 + Math.random() / 2) * Math.min(60_000, 250 * 2 ** Math.min(failures, 8));
      if (failures) await sleep(pauseMs, undefined, { signal }).catch(() => {});
    }
  }

  start() {
    this.polling = this.#keepPolling();
    return this;
  }

  async close() {
    this.stopping.abort();
    await this.polling;
    await this.settleAll();
  }

  /** Written down before it is sent: what was spent is told the server even after a crash of either. */
  async settle(where, body) {
    this.unsettled.push([where, body]);
    save(this.unsettledPath, this.unsettled);
    await this.settleAll();
  }

  async settleAll() {
    while (this.settling) await this.settling;
    this.settling = this.#sendSettlements().finally(() => { this.settling = null; });
    await this.settling;
  }

  async #sendSettlements() {
    while (this.unsettled.length) {
      const [where, body] = this.unsettled[0];
      const status = await this.channel.post(where, body, 5000).then((r) => r.status, () => 0);
      if (status === 0 || status >= 500 || [401, 408, 429].includes(status)) return;
      this.dropped += status === 200 ? 0 : 1;
      this.unsettled.shift();
      save(this.unsettledPath, this.unsettled);
    }
  }

  status() {
    const age = seconds() - this.contact;
    return { agent: this.agent, source: this.current.source, revision: this.current.revision, issue: this.current.issue,
      builtin: this.current.revision === 0, policy_age_s: age, stale: age > this.staleS, rejected: this.rejected,
      problem: this.problem, unreachable: this.unreachable, unsettled: this.unsettled.length, settlements_refused: this.dropped };
  }

  run(id, options = {}) { return new Run(this, id, options); }
}
