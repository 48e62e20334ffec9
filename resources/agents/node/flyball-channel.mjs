// SPDX-License-Identifier: GPL-3.0-or-later
// How a policy travels: HTTP with a long poll, or a file; and files that are whole or not there.
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const MOST_BYTES = 8 << 20;

/** 0600, whole or not at all, also when the machine stops in the middle. */
export function save(file, value) {
  const { O_WRONLY, O_CREAT, O_TRUNC, O_NOFOLLOW } = fs.constants;
  const handle = fs.openSync(`${file}.part`, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW, 0o600);
  try {
    fs.fchmodSync(handle, 0o600);
    fs.writeFileSync(handle, JSON.stringify(value));
    fs.fsyncSync(handle);
  } finally {
    fs.closeSync(handle);
  }
  fs.renameSync(`${file}.part`, file);
  const folder = fs.openSync(path.dirname(file), 'r');
  fs.fsyncSync(folder);
  fs.closeSync(folder);
}

/** null when there is no such file; throws when others could have written it. */
export function load(file) {
  let handle;
  try {
    handle = fs.openSync(file, fs.constants.O_RDONLY | fs.constants.O_NOFOLLOW);
  } catch (error) {
    if (error.code === 'ENOENT') return null;
    throw error;
  }
  try {
    const facts = fs.fstatSync(handle);
    if (!facts.isFile() || facts.uid !== process.geteuid() || facts.mode & 0o022 || facts.size > MOST_BYTES)
      throw new Error(`${file}: must be a file of this user that nobody else may write`);
    return fs.readFileSync(handle);
  } finally {
    fs.closeSync(handle);
  }
}

export class HttpChannel {
  /** `ca`: file with the authority of an https server (PEM) instead of the system's. Certificates are always verified. */
  constructor(url, token, ca) {
    this.url = new URL(url);
    this.token = token;
    this.tls = this.url.protocol !== 'https:' ? {}
      : { ca: ca ? fs.readFileSync(ca) : undefined, rejectUnauthorized: true, minVersion: 'TLSv1.2' };
    if (!['http:', 'https:'].includes(this.url.protocol)) throw new Error('the policy channel is http: or https:');
    if (this.url.protocol !== 'https:' && !['127.0.0.1', '[::1]', 'localhost'].includes(this.url.hostname))
      throw new Error('without TLS the policy channel is spoken on this machine only');
  }

  /** {status, headers, text}; throws when there is no whole answer. Redirects are answers, not followed. */
  async request(method, where, { body, timeoutMs = 10_000, headers = {}, signal } = {}) {
    const abort = new AbortController();
    for (const source of [AbortSignal.timeout(timeoutMs), signal].filter(Boolean)) {
      if (source.aborted) abort.abort();
      source.addEventListener('abort', () => abort.abort(), { signal: abort.signal });
    }
    try {
      const text = body === undefined ? '' : JSON.stringify(body);
      const response = await new Promise((resolve, reject) => {
        (this.url.protocol === 'https:' ? https : http).request(new URL(where, this.url), {
          ...this.tls, agent: false, method, signal: abort.signal, headers: { authorization: `Bearer ${this.token}`,
            'content-type': 'application/json', 'content-length': Buffer.byteLength(text), ...headers } },
        resolve).on('error', reject).end(text);
      });
      const chunks = [];
      let size = 0;
      for await (const chunk of response) {
        size += chunk.length;
        if (size > MOST_BYTES) throw new Error('the answer is too long');
        chunks.push(chunk);
      }
      return { status: response.statusCode, headers: new Headers(response.headers), text: Buffer.concat(chunks).toString('utf8') };
    } finally {
      abort.abort(); // also takes the listeners off
    }
  }

  async post(where, body, timeoutMs = 10_000) {
    const { status, text } = await this.request('POST', where, { body, timeoutMs });
    let answer;
    try { answer = JSON.parse(text); } catch { answer = null; }
    return { status, answer: typeof answer === 'object' && answer ? answer : {} };
  }

  /** {etag, nonce, data}, or null when there is nothing new. */
  async poll(agent, instance, active, etag, wait, signal) {
    const query = new URLSearchParams({ agent, instance, active, wait });
    const { status, headers, text } = await this.request('GET', `/v1/policy?${query}`, {
      timeoutMs: (wait + 10) * 1000, headers: etag ? { 'if-none-match': `"${etag}"` } : {}, signal });
    if (![200, 304, 404].includes(status)) throw new Error(`the policy channel answers ${status}`);
    return status !== 200 ? null
      : { etag: (headers.get('etag') ?? '').replaceAll('"', ''), nonce: headers.get('x-nonce') ?? '', data: text };
  }

  ack(body) { return this.post('/v1/ack', body); }
}

/** The same envelope as a file, without a network; the acknowledgement is a file beside it. */
export class FileChannel {
  constructor(file, agent) {
    this.file = file;
    this.status = path.join(path.dirname(file), `status-${agent}.json`);
  }

  async poll(agent, instance, active, etag, wait, signal) {
    for (const until = Date.now() + wait * 1000; ; await sleep(Math.min(1000, wait * 1000), undefined, { signal })) {
      const data = load(this.file);
      const found = data === null ? '' : createHash('sha256').update(data).digest('hex').slice(0, 16);
      if (found && found !== etag) return { etag: found, nonce: '', data: data.toString('utf8') };
      if (Date.now() >= until) return null;
    }
  }

  async ack(body) { save(this.status, body); }

  async post() { throw new Error('caps wider than a run need the policy channel, there is only a file'); }
}
