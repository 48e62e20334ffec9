// SPDX-License-Identifier: GPL-3.0-or-later
// agent.mjs CLIENT_FOLDER: an agent built on the Node client, told what to do by JSON lines. See support.py.
import fs from 'node:fs';
import readline from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';

const { PolicyClient, Refused, Denied } = await import(pathToFileURL(`${process.argv[2]}/flyball-policy.mjs`));
const options = JSON.parse(process.env.AGENT_OPTIONS ?? '{}');
const runs = new Map();
const held = new Map();
const say = (answer) => fs.writeSync(1, `${JSON.stringify(answer)}\n`);

const client = PolicyClient.fromEnv({
  supports: options.supports ?? [], lacks: options.lacks ?? [], wait: options.wait ?? 30,
  retryRejectedS: options.retry_rejected_s ?? 600, staleS: options.stale_s ?? 900, source: options.source ?? null,
  accept: (payload) => payload.tiers.forEach((tier, n) => {
    if (tier.models.includes(options.no_key_for))
      throw new Refused('invalid', `/tiers/${n}/models/0`, 'no key for this provider');
  }),
  onApplied: (policy) => say({ event: 'applied', revision: policy.revision, at: Date.now() / 1000 }),
});
const sendAck = client.channel.ack.bind(client.channel);
client.channel.ack = async (body) => {
  if ((options.lose_acks ?? 0) > 0) {
    options.lose_acks -= 1;
    throw new Error('lost');
  }
  await sendAck(body);
  if (options.double_acks) {
    await sendAck(body);
    await sendAck({ ...body, nonce: '0'.repeat(16) });
  }
};

function runOf(order) {
  const name = order.run ?? 'r1';
  if (!runs.has(name))
    runs.set(name, client.run(name, { workflow: order.workflow ?? '', graceS: order.grace_s ?? 60,
      reserveMs: (order.reserve_s ?? 2) * 1000, ...order.scope }));
  return runs.get(name);
}

const plan = (order) => ({ task: order.task, inputTokens: order.input_tokens ?? 100,
  maxOutputTokens: order.max_output_tokens ?? 100, closing: order.closing ?? false, timeoutS: order.timeout_s ?? 120 });

async function call(order) {
  try {
    const lease = await runOf(order).call(plan(order));
    held.set(order.as ?? 'c', lease);
    return { model: lease.model, tier: lease.tier, max_output_tokens: lease.maxOutputTokens, flags: lease.flags,
      leased: lease.lease !== null, attributes: lease.attributes, supervise_on: lease.superviseOn,
      reserve_pico: String(lease.decision.reservePico) };
  } catch (error) {
    if (!(error instanceof Denied)) throw error;
    return { denied: error.cap, action: error.action, reason: error.reason };
  }
}

/** Numbers from 0 to 1 that a seed repeats. */
function random(seed) {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

class TimeoutError extends Error {}

/** Answers with less than it may, or fails; what it charges is in the log before the agent knows. */
async function provider(order, lease, rng) {
  const fate = rng();
  if (fate < 0.1) throw new TimeoutError('the provider took too long');
  if (fate < 0.2) return null;
  const output = 1 + Math.floor(rng() * lease.maxOutputTokens);
  const pico = (lease.rates[0] * BigInt(order.input_tokens) + lease.rates[1] * BigInt(output) + 999_999n) / 1_000_000n;
  fs.appendFileSync(order.log, `${pico}\n`);
  await sleep(rng() * order.latency_s * 1000);
  return output;
}

/** Calls until the cap says no, or the time is over. */
async function spend(order) {
  const rng = random(order.seed);
  const until = Date.now() + order.for_s * 1000;
  const count = { calls: 0, capped: 0, denied: 0, timeouts: 0 };
  while (Date.now() < until && count.capped < 3) {
    try {
      await runOf(order).call(plan(order), async (lease) => {
        const output = await provider(order, lease, rng);
        if (output === null) return;
        await lease.settle(order.input_tokens, output);
        count.calls += 1;
      });
    } catch (error) {
      if (error instanceof TimeoutError) count.timeouts += 1;
      else if (!(error instanceof Denied)) throw error;
      else {
        count[error.cap.includes('periods/') ? 'capped' : 'denied'] += 1;
        await sleep(20);
      }
    }
  }
  return count;
}

async function obey(order) {
  switch (order.do) {
    case 'poll': return { offered: await client.poll(order.wait ?? 0) };
    case 'start': client.start(); break;
    case 'call': return call(order);
    case 'settle': {
      const lease = held.get(order.as ?? 'c');
      await lease.settle(order.input_tokens, order.output_tokens, { toolCall: order.tool_call ?? '', error: order.error ?? '' });
      break;
    }
    case 'release': await held.get(order.as ?? 'c').release(order.error ?? ''); break;
    case 'set': Object.assign(options, order.options); break;
    case 'used': {
      const { used } = runOf(order);
      return { tokens: used.tokens, pico: String(used.pico), calls: used.calls, reserved_tokens: used.reservedTokens,
        reserved_pico: String(used.reservedPico) };
    }
    case 'spend': return spend(order);
    case 'finish':
      for (const until = Date.now() + order.for_s * 1000; client.unsettled.length && Date.now() < until; await sleep(50))
        await client.settleAll();
      break;
    default:
  }
  return {};
}

for await (const line of readline.createInterface({ input: process.stdin })) {
  const answer = await obey(JSON.parse(line)).catch((error) => ({ error: String(error.cause ?? error) }));
  say({ ...answer, status: client.status() });
}
await client.close();
