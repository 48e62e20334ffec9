// SPDX-License-Identifier: GPL-3.0-or-later
// Types of flyball-policy.mjs. The policy itself has the shape of policy.schema.json.

export type Verdict = 'allow' | 'soft' | 'hard';
export type SoftAction = 'warn' | 'compress_context' | 'halve_output' | 'downgrade_tier' | 'limit_tools';

export interface Decision {
  verdict: Verdict;
  /** JSON pointer of the deciding cap, '' when none decided. */
  cap: string;
  reason: string;
  actions: SoftAction[];
  hardAction: 'abort' | 'summarize_and_close';
  outputLimit: number | null;
  trimInputTo: number | null;
  reserveTokens: number;
  /** Whole pico-USD (1e-12 USD); null where the price is unknown. */
  reservePico: bigint | null;
}

export interface Task {
  task_type?: string;
  doc_tokens?: number;
  security_sensitive?: boolean;
  multi_step_reasoning?: boolean;
  required_confidence?: number;
  agent?: string;
  user_segment?: string;
  text?: string;
  role?: 'planner' | 'executor';
}

export interface Policy {
  readonly source: string;
  /** 0: the built-in caps, no policy was ever received. */
  readonly revision: number;
  readonly issue: number;
  readonly etag: string;
  readonly policy: Record<string, unknown>;
  readonly tiers: { id: string; models: string[] }[];
}

export interface ClientOptions {
  /** http://127.0.0.1:PORT, https://..., or file:/path/policy.json */
  url: string;
  agent: string;
  token: string;
  key: string;
  folder: string;
  supports?: string[];
  lacks?: string[];
  accept?: ((payload: Record<string, unknown>) => void) | null;
  onApplied?: ((policy: Policy) => void) | null;
  source?: string | null;
  /** Seconds a poll may stay open, 0 to 60. */
  wait?: number;
  retryRejectedS?: number;
  staleS?: number;
  /** PEM file with the authority of an https server, instead of the system's. */
  ca?: string | null;
}

export interface ClientStatus {
  agent: string;
  source: string;
  revision: number;
  issue: number;
  builtin: boolean;
  policy_age_s: number;
  stale: boolean;
  rejected: string | null;
  problem: string;
  unreachable: string;
  unsettled: number;
  settlements_refused: number;
}

export class PolicyClient {
  constructor(options: ClientOptions);
  static fromEnv(options?: Partial<ClientOptions>): PolicyClient;
  readonly current: Policy;
  readonly agent: string;
  poll(wait?: number): Promise<boolean>;
  start(): this;
  close(): Promise<void>;
  status(): ClientStatus;
  run(id: string, options?: RunOptions): Run;
}

export interface RunOptions {
  workflow?: string;
  step?: string;
  user_segment?: string;
  tags?: string[];
  /** Kept free inside the hard caps for the one closing call. */
  closing?: { tokens: number; pico: bigint };
  reserveMs?: number;
  graceS?: number;
}

export interface CallOptions {
  task?: Task;
  inputTokens?: number;
  maxOutputTokens?: number | null;
  tier?: string | null;
  closing?: boolean;
  timeoutS?: number;
}

export interface RunCall { call: string; error: string; inputTokens?: number | null; outputTokens?: number | null }

export class Run {
  readonly id: string;
  readonly used: { tokens: number; pico: bigint | null; calls: number; reservedTokens: number; reservedPico: bigint };
  readonly calls: RunCall[];
  policy(now: Policy): Record<string, unknown>;
  call(options: CallOptions): Promise<HeldCall>;
  call<T>(options: CallOptions, send: (call: HeldCall) => Promise<T>): Promise<T>;
}

export interface HeldCall {
  readonly tier: string | null;
  readonly model: string | null;
  readonly models: string[];
  readonly maxOutputTokens: number | null;
  readonly trimInputTo: number | null;
  readonly flags: string[];
  readonly decision: Decision;
  readonly superviseOn: string | null;
  readonly lease: string | null;
  readonly attributes: { 'flyball.policy.revision': number; 'flyball.policy.source': string };
  settle(inputTokens?: number | null, outputTokens?: number | null,
    more?: { pico?: bigint | null; toolCall?: string; error?: string }): Promise<void>;
  release(error?: string): Promise<void>;
}

/** Nothing was sent. `action`: what the policy wants now. */
export class Denied extends Error {
  readonly cap: string;
  readonly reason: string;
  readonly action: 'abort' | 'summarize_and_close' | 'stop' | 'pause' | string;
}

/** Thrown by `accept`, it becomes a NACK. */
export class Refused extends Error {
  constructor(code: 'invalid' | 'unsupported' | 'internal', path: string, message: string);
}
