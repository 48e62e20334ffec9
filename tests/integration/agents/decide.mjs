// SPDX-License-Identifier: GPL-3.0-or-later
// decide.mjs CLIENT_FOLDER: one case per line, one decision per line, by the Node client. See policy_oracle.cpp.
import readline from 'node:readline';
import { pathToFileURL } from 'node:url';

const rules = await import(pathToFileURL(`${process.argv[2]}/flyball-rules.mjs`));
const { Run } = await import(pathToFileURL(`${process.argv[2]}/flyball-run.mjs`));
const money = (text) => (text === null ? null : BigInt(text));
const usd = (value) => (value === undefined ? null : String(rules.pico(value)));
const budget = (d) => [d.verdict, d.cap, d.actions, d.hardAction, d.outputLimit, d.trimInputTo, d.reserveTokens,
  d.reservePico === null ? null : String(d.reservePico)];

for await (const line of readline.createInterface({ input: process.stdin })) {
  const { tiers, used, call, ...rest } = JSON.parse(line);
  const policy = new Run(rest.scope, 'r', { workflow: 'w', ...rest.scope }).policy(rest);
  const spent = { tokens: used.tokens, pico: money(used.pico), calls: used.calls, reservedTokens: used.reserved_tokens,
    reservedPico: money(used.reserved_pico) };
  const planned = { inputTokens: call.input_tokens, maxOutputTokens: call.max_output_tokens,
    rates: call.rates && call.rates.map(BigInt), closing: call.closing };
  const closing = { tokens: rest.closing.tokens, pico: money(rest.closing.pico) };
  const decided = rules.route(policy, rest.task);
  const routed = [decided.tier, decided.reason, decided.allowCascade];
  if (decided.tier !== null) {
    const attempts = rest.attempts.map(([tier, confidence]) => ({ tier, confidence }));
    const step = rules.nextStep(tiers, policy, decided, attempts, rest.task_allows);
    routed.push(step.kind, step.tier, step.reason);
  }
  const retry = rules.afterFailure(tiers, policy, rest.tier, rest.failures, rest.total);
  const calls = rest.calls.map((c) => ({ call: c.call, error: c.error, inputTokens: c.input_tokens,
    outputTokens: c.output_tokens }));
  const fired = rules.checkBreaker(policy, calls);
  console.log(JSON.stringify([budget(rules.check(policy, spent)), budget(rules.reserve(policy, spent, planned, closing)),
    [...routed, retry.kind, retry.tier, retry.waitMs, rules.cheaperTier(tiers, rest.tier)],
    [fired.action, fired.rule, fired.superviseOn],
    (policy.budget?.periods ?? []).map((cap) => [cap.window, usd(cap.soft_usd), usd(cap.hard_usd)])]));
}
