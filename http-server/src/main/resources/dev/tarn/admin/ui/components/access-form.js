import { html, useEffect, useRef, useState } from "../vendor/preact-htm.js";
import { say } from "../i18n.js";
import { enterToken } from "../live-data.js";

/** Asks for the token of the admin port. It is kept for this tab only. */
export function AccessForm({ access }) {
  const [token, setToken] = useState("");
  const field = useRef(null);
  useEffect(() => field.current?.focus(), [access]);
  if (access === "forbidden") {
    return html`<h1>${say("access.title")}</h1><p class="notice notice-bad" role="alert">${say("access.forbidden")}</p>`;
  }
  const enter = (event) => {
    event.preventDefault();
    if (token.trim() !== "") enterToken(token.trim());
  };
  return html`
    <h1>${say("access.title")}</h1>
    <form class="panel access" onSubmit=${enter}>
      <p>${say("access.text")}</p>
      ${access === "wrong-token" && html`<p class="notice notice-bad" role="alert">${say("access.wrong")}</p>`}
      <label for="token">${say("access.label")}</label>
      <input
        id="token" type="password" autocomplete="off" spellcheck=${false} ref=${field} value=${token}
        onInput=${(event) => setToken(event.currentTarget.value)}
      />
      <button type="submit" class="button button-main">${say("access.enter")}</button>
    </form>`;
}
