import { accessToken, keepAccessToken } from "./preferences.js";

const base = "api/v1/";

/** An answer of the server that is not the one that was asked for. */
export class RefusedError extends Error {
  constructor(status) {
    super(`status ${status}`);
    this.status = status;
  }
}

let whenTokenIsNeeded = () => {};

export function onTokenNeeded(listener) {
  whenTokenIsNeeded = listener;
}

export async function request(path, { signal, accept = "application/json" } = {}) {
  const token = accessToken();
  const headers = { Accept: accept };
  if (token) headers.Authorization = `Bearer ${token}`;
  const response = await fetch(base + path, { signal, headers, cache: "no-store", credentials: "omit", redirect: "error" });
  if (response.ok) return response;
  response.body?.cancel().catch(() => {});
  if (response.status === 401) {
    if (token && token === accessToken()) keepAccessToken(null);
    whenTokenIsNeeded(Boolean(token));
  }
  throw new RefusedError(response.status);
}

export async function requestJson(path, options) {
  return (await request(path, options)).json();
}
