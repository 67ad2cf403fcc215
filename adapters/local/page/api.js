// Calls the bot. What it refuses is thrown, in its own words.

import { AWAY, NOT_UNDERSTOOD } from "./words.js";

/** What the bot does not take: the HTTP status (0 where no answer came), its message, and faults by field. */
export class Refused extends Error {
  constructor(status, message, faults = []) {
    super(message);
    this.status = status;
    this.faults = faults;
  }
}

/** Returns the JSON that a call is answered with. `form` is a FormData, `json` any value; throws Refused. */
export async function call(method, path, { form, json, key, signal } = {}) {
  const headers = json === undefined ? {} : { "Content-Type": "application/json" };
  if (key) headers["Idempotency-Key"] = key;
  const body = form ?? (json === undefined ? undefined : JSON.stringify(json));
  let answer;
  try {
    answer = await fetch(path, { method, headers, body, signal });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Refused(0, AWAY);
  }
  // The session behind a token has ended: the bot answers a reload with its way in.
  if (answer.status === 401) location.reload();
  const told = await answer.json().catch(() => null);
  if (answer.ok && told !== null) return told;
  throw new Refused(answer.status, told?.error?.message ?? NOT_UNDERSTOOD, told?.error?.faults ?? []);
}

export const jobPath = (id) => `/v1/tweens/${encodeURIComponent(id)}`;

/** Returns a key that no other job has; a page that came over plain HTTP has no randomUUID. */
export function newKey() {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
