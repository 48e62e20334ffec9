// SPDX-License-Identifier: GPL-3.0-or-later
// Whether a payload of the policy channel may be applied: signature, shape, sense, requirements. Pure functions.
import { createHmac, timingSafeEqual } from 'node:crypto';

const FORMAT = 'flyball-policy/1';

// The shape of what this client acts on; the rest of a policy is listed in the ACK as not acted on. A word names a
// check, {oneOf} a choice, [x] a list of x, {'*': x} any names, 'name!' one that must be there.
const oneOf = (...words) => ({ oneOf: words });
const LIMIT = { tokens: '1..', usd: 'usd>0' };
const PERIODS = [{ window: oneOf('hour', 'day', 'week', 'month'), soft_usd: 'usd', hard_usd: 'usd' }];
export const SHAPE = {
  enabled: 'bool',
  budget: { run_soft: LIMIT, run_hard: LIMIT, call_max_tokens: '1..', call_max_output_tokens: '1..', max_iterations: '1..',
    periods: PERIODS, on_hard: oneOf('abort', 'summarize_and_close'),
    on_soft: [oneOf('warn', 'compress_context', 'halve_output', 'downgrade_tier', 'limit_tools')] },
  routing: { default_tier: 'tier',
    rules: [{ 'id!': 'text', 'tier!': 'tier', reason: 'text', allow_cascade: 'bool',
      'when!': { task_type: ['text'], doc_tokens: { lt: 'int', gte: 'int' }, security_sensitive: 'bool',
        multi_step_reasoning: 'bool', required_confidence_gt: '0..1', agent: 'text', user_segment: 'text',
        keywords_any: ['text'] } }],
    cascade: { enabled: 'bool', start_tier: 'tier', min_confidence: '0..1', order: ['tier'], missing_confidence: '0..1',
      max_escalations: '0..' },
    planner_executor: { 'planner_tier!': 'tier', 'executor_tier!': 'tier' },
    retry: { max_attempts: '1..', backoff_ms: '0..', escalate_after: '1..' } },
  output: { max_tokens_by_task: { '*': '1..' } },
  circuit_breaker: { enabled: 'bool', same_call_limit: '2..', same_error_limit: '2..', min_output_ratio: '0..1',
    supervisor_tier: 'tier', check_every: '1..', action: oneOf('alert', 'summarize_and_close', 'abort') },
};
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/;
const PAYLOAD = {
  'format!': oneOf(FORMAT), 'source!': 'text', 'revision!': '1..', issue: '0..', issued_at: 'text', etag: 'text', scope: { '*': 'any' },
  require: ['text'], rollback_of: 'any', timezone: 'text', 'tiers!': [{ 'id!': 'text', 'models!': ['text'] }],
  rates: { '*': { 'in_nusd_per_mtok!': '0..', 'out_nusd_per_mtok!': '0..' } }, 'policy!': { '*': 'any' },
  overrides: [{ 'match!': { '*': 'text' }, 'set!': { '*': 'any' } }], fleet: { periods: PERIODS },
  control: [{ 'id!': '1..', 'action!': 'text', run: 'text', workflow: 'text', until: 'time?' }],
};

/** Becomes a NACK. */
export class Refused extends Error {
  constructor(code, path, message) {
    super(`${code} ${path}: ${message}`);
    this.error = { code, path: path.slice(0, 500), message: message.slice(0, 500) };
  }
}

const isObject = (value) => typeof value === 'object' && value !== null && !Array.isArray(value);

function checkValue(value, shape, path, tiers, unknown) {
  const invalid = (why) => { throw new Refused('invalid', path, `must be ${why}`); };
  if (shape === 'any') return;
  if (Array.isArray(shape)) {
    if (!Array.isArray(value)) invalid('a list');
    value.forEach((item, n) => checkValue(item, shape[0], `${path}/${n}`, tiers, unknown));
  } else if (shape.oneOf) {
    if (!shape.oneOf.includes(value)) invalid(`one of ${shape.oneOf.join(', ')}`);
  } else if (isObject(shape)) {
    if (!isObject(value)) invalid('an object');
    const own = (name) => (Object.hasOwn(shape, name) ? shape[name] : undefined);
    for (const [name, item] of Object.entries(value)) {
      const known = own(name) ?? own(`${name}!`) ?? own('*');
      const at = `${path}/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`;
      if (known === undefined) unknown.push(at);
      else checkValue(item, known, at, tiers, unknown);
    }
    for (const name of Object.keys(shape))
      if (name.endsWith('!') && !Object.hasOwn(value, name.slice(0, -1)))
        throw new Refused('invalid', `${path}/${name.slice(0, -1)}`, 'is missing');
  } else if (shape.startsWith('usd') || shape === '0..1') {
    const most = shape === '0..1' ? 1 : 1e6;
    if (!Number.isFinite(value) || !(shape === 'usd>0' ? value > 0 : value >= 0) || value > most) invalid(shape);
  } else if (shape === 'bool' || shape === 'text') {
    if (typeof value !== (shape === 'bool' ? 'boolean' : 'string')) invalid(shape);
  } else if (shape === 'time?') {
    if (value !== null && Number.isNaN(Date.parse(TIME.test(value) ? value : ''))) invalid('a time in UTC');
  } else if (shape === 'tier') {
    if (!tiers.includes(value)) invalid(`one of the tiers ${tiers.join(', ')}`);
  } else if (!Number.isSafeInteger(value) || (shape !== 'int' && value < Number(shape[0]))) {
    invalid(`a whole number ${shape}`);
  }
}

function checkSense(policy, path) {
  const budget = policy.budget ?? {};
  const ordered = (low, high, where) => {
    if (low !== undefined && high !== undefined && low >= high)
      throw new Refused('invalid', `${path}/budget/${where}`, 'must be above the soft cap');
  };
  for (const unit of ['tokens', 'usd']) ordered(budget.run_soft?.[unit], budget.run_hard?.[unit], `run_hard/${unit}`);
  (budget.periods ?? []).forEach((cap, n) => ordered(cap.soft_usd, cap.hard_usd, `periods/${n}/hard_usd`));
  if (budget.call_max_output_tokens > budget.call_max_tokens)
    throw new Refused('invalid', `${path}/budget/call_max_output_tokens`, 'is above call_max_tokens');
}

/** {payload, unknown: what in it this client does not act on}; Refused when it must not be applied. */
export function readPayload(text, supports = [], lacks = []) {
  let payload;
  try {
    payload = JSON.parse(text);
  } catch (error) {
    throw new Refused('invalid', '', `is not JSON: ${error.message}`);
  }
  const unknown = [];
  checkValue(payload, PAYLOAD, '', [], unknown);
  const tiers = payload.tiers.map((tier) => tier.id);
  if (!Object.keys(payload.policy).length)
    throw new Refused('invalid', '/policy', 'is empty; to set no limit say enabled: false');
  checkValue(payload.policy, SHAPE, '/policy', tiers, unknown);
  checkSense(payload.policy, '/policy');
  (payload.overrides ?? []).forEach((o, n) => checkValue(o.set, SHAPE, `/overrides/${n}/set`, tiers, unknown));
  const actedOn = [...Object.keys(SHAPE).filter((name) => name !== 'output').map((name) => `/${name}`),
    '/output/max_tokens_by_task', ...supports];
  const below = (pointer, names) => names.some((name) => pointer === name || pointer.startsWith(`${name}/`));
  for (const pointer of payload.require ?? [])
    if (!below(pointer, actedOn) || below(pointer, lacks))
      throw new Refused('unsupported', pointer, 'this agent does not act on it');
  return { payload, unknown };
}

/** What a signed payload calls itself: over the file transport there is no header to say it. */
export function namedEtag(text, otherwise) {
  try {
    const { etag } = JSON.parse(text);
    return typeof etag === 'string' ? etag : otherwise;
  } catch {
    return otherwise;
  }
}

export function openEnvelope(data, key) {
  try {
    const envelope = JSON.parse(data);
    const good = createHmac('sha256', key).update(envelope.payload).digest();
    const given = Buffer.from(envelope.sig, 'hex');
    if (key && given.length === good.length && timingSafeEqual(given, good)) return envelope;
  } catch { /* no envelope is an unsigned one */ }
  throw new Refused('bad_signature', '', "the policy was not signed with this agent's key");
}
