import { html, useEffect, useState } from "../vendor/preact-htm.js";
import { language, say, switchLanguage } from "../i18n.js";
import { pause, useLive } from "../live-data.js";
import { chosenTheme, chooseTheme } from "../preferences.js";
import { viewAddress, viewNames } from "../routes.js";
import { visible } from "../format.js";

function Connection() {
  const connection = useLive("connection");
  const isPaused = useLive("isPaused");
  // One dropped connection that is back at once is not worth a word.
  const [said, setSaid] = useState(connection);
  useEffect(() => {
    const timer = setTimeout(() => setSaid(connection), connection === "lost" ? 700 : 0);
    return () => clearTimeout(timer);
  }, [connection]);
  const state = said === "open" && isPaused ? "paused" : said;
  return html`
    <p class=${`connection connection-${state}`} role="status" aria-live="polite">
      <span class="connection-dot" aria-hidden="true"></span>${say(`connection.${state}`)}
    </p>
    <button type="button" class="button button-small" aria-pressed=${isPaused ? "true" : "false"} onClick=${() => pause(!isPaused)}>
      ${say("header.pause")}
    </button>`;
}

function LanguageChoice({ onChange }) {
  const change = (event) => {
    switchLanguage(event.currentTarget.value);
    onChange();
  };
  return html`
    <label class="choice">
      <span class="only-heard">${say("header.language")}</span>
      <select value=${language()} onChange=${change}>
        <option value="en" lang="en">English</option>
        <option value="zh" lang="zh-Hans">简体中文</option>
      </select>
    </label>`;
}

function ThemeChoice() {
  const [theme, setTheme] = useState(chosenTheme());
  const change = (event) => {
    chooseTheme(event.currentTarget.value);
    setTheme(event.currentTarget.value);
  };
  return html`
    <label class="choice">
      <span class="only-heard">${say("header.theme")}</span>
      <select value=${theme} onChange=${change}>
        ${["system", "light", "dark"].map((name) => html`<option key=${name} value=${name}>${say(`theme.${name}`)}</option>`)}
      </select>
    </label>`;
}

const Mark = () => html`
  <svg class="mark" viewBox="0 0 32 32" width="26" height="26" aria-hidden="true">
    <rect class="mark-ground" width="32" height="32" rx="7" />
    <path class="mark-hill" d="M4 19 12 8l5 7 3-4 8 8z" />
    <path class="mark-water" d="M4 22h24M8 26h16" />
  </svg>`;

export function Header({ route, onLanguage }) {
  const overview = useLive("overview");
  const current = route.view === "pull" ? "live" : route.view;
  return html`
    <header class="header">
      <div class="header-line">
        <a class="brand" href=${viewAddress("live")}><${Mark} /><span>Tarn</span></a>
        <span class="version muted">${overview ? visible(overview.version) : ""}</span>
        <div class="header-tools">
          <${Connection} />
          <${LanguageChoice} onChange=${onLanguage} />
          <${ThemeChoice} />
        </div>
      </div>
      <nav class="navigation" aria-label=${say("header.navigation")}>
        <ul>
          ${viewNames.map((name) => html`
            <li key=${name}><a href=${viewAddress(name)} aria-current=${current === name ? "page" : undefined}>${say(`nav.${name}`)}</a></li>`)}
        </ul>
      </nav>
    </header>`;
}
