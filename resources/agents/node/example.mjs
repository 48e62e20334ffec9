// SPDX-License-Identifier: GPL-3.0-or-later
// An OpenAI-style client under a Flyball policy: node example.mjs "question" [task_type]
//
// Reads FLYBALL_POLICY_* (see README.md), OPENAI_BASE_URL and OPENAI_API_KEY. Prints one JSON line.
import { Denied, PolicyClient } from './flyball-policy.mjs';
import { nextStep, route } from './flyball-rules.mjs';

async function post(body, timeoutS) {
  const response = await fetch(`${process.env.OPENAI_BASE_URL.replace(/\/$/, '')}/chat/completions`, {
    method: 'POST', body: JSON.stringify(body), signal: AbortSignal.timeout(timeoutS * 1000), redirect: 'error',
    headers: { authorization: `Bearer ${process.env.OPENAI_API_KEY}`, 'content-type': 'application/json' } });
  if (!response.ok) throw new Error(`the provider answers ${response.status}`);
  return response.json();
}

/** One call: reserved before it is sent, settled on the usage the provider reports, given back on any error. */
function complete(run, messages, { task, tier = null, closing = false, timeoutS = 60 }) {
  // No tokenizer makes more tokens than bytes, so this bound is safe; the real usage replaces it.
  const inputTokens = messages.reduce((sum, m) => sum + Buffer.byteLength(m.content) + 8, 0);
  return run.call({ task, inputTokens, maxOutputTokens: 800, tier, closing, timeoutS }, async (call) => {
    // An OpenTelemetry span would carry these, so that charts split at the revision a run really used:
    // span.setAttributes(call.attributes)   ->   flyball.policy.revision
    const [, ...name] = call.model.split('/');
    const answer = await post({ model: name.join('/'), max_tokens: call.maxOutputTokens, messages }, timeoutS);
    await call.settle(answer.usage?.prompt_tokens, answer.usage?.completion_tokens);
    return { text: answer.choices[0].message.content, call };
  });
}

function confidence(text) {
  const found = /"confidence":\s*([0-9.]+)/.exec(text);
  return found ? Number(found[1]) : null;
}

/** Tier by the policy's rules; where they allow it, cheap tiers first and up while the answer is unsure. */
async function ask(client, run, question, task) {
  const attempts = [];
  const decided = route(run.policy(client.current), { agent: client.agent, ...task });
  for (let last; ;) {
    const step = nextStep(client.current.tiers, run.policy(client.current), decided, attempts);
    if (step.kind === 'accept') return { ...last, attempts };
    try {
      last = await complete(run, [{ role: 'user', content: question }], { task, tier: step.tier });
    } catch (error) {
      if (!(error instanceof Denied) || error.action !== 'summarize_and_close') throw error;
      const closing = [{ role: 'user', content: `Sum up briefly: ${question}` }];
      return { ...(await complete(run, closing, { task, closing: true })), attempts };
    }
    attempts.push({ tier: step.tier, confidence: confidence(last.text) });
  }
}

const client = PolicyClient.fromEnv();
await client.poll().catch((error) => console.error(`policy channel away, last good policy holds: ${error.message}`));
client.start();
const run = client.run(`example-${process.pid}`);
const [question, taskType = 'question'] = process.argv.slice(2);
try {
  const { text, call, attempts } = await ask(client, run, question, { task_type: taskType, text: question });
  console.log(JSON.stringify({ answer: text, tiers: attempts.map((a) => a.tier), model: call.model, tokens: run.used.tokens,
    ...call.attributes }));
} catch (error) {
  if (!(error instanceof Denied)) throw error;
  console.log(JSON.stringify({ denied: error.cap, reason: error.reason, action: error.action }));
} finally {
  await client.close();
}
