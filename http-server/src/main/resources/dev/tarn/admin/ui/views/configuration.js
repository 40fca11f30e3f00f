import { html, useMemo, useState } from "../vendor/preact-htm.js";
import { say } from "../i18n.js";
import { useResource } from "../resource.js";
import { visible } from "../format.js";
import { Badge, Empty, Waiting } from "../components/basics.js";
import { Table } from "../components/table.js";

const makeColumns = () => [
  { key: "key", label: say("configuration.key"), isWide: true, cell: (setting) => html`<code class="long-text">${visible(setting.key)}</code>`, sortBy: (setting) => setting.key },
  { key: "value", label: say("configuration.value"), isWide: true, cell: (setting) => html`<code class="long-text">${visible(setting.value) || "–"}</code>` },
  {
    key: "origin",
    label: say("configuration.origin"),
    cell: (setting) => html`<${Badge} tone=${setting.isDefault ? "neutral" : "accent"}>${say(setting.isDefault ? "configuration.default" : "configuration.set")}<//>`,
    sortBy: (setting) => (setting.isDefault ? 1 : 0),
  },
];

export function ConfigurationView() {
  const { data, error, reload } = useResource("config");
  const [isOnlySet, setOnlySet] = useState(false);
  const columns = useMemo(makeColumns, []);
  const settings = useMemo(() => (data?.settings ?? []).filter((setting) => !isOnlySet || !setting.isDefault), [data, isOnlySet]);
  if (data === null) return html`<h1>${say("nav.configuration")}</h1><${Waiting} error=${error} onRetry=${reload} />`;
  return html`
    <h1>${say("nav.configuration")}</h1>
    <p class="muted">${say("configuration.text")}</p>
    <p>
      <label class="check">
        <input type="checkbox" checked=${isOnlySet} onChange=${(event) => setOnlySet(event.currentTarget.checked)} /> ${say("configuration.only-set")}
      </label>
    </p>
    ${settings.length === 0
      ? html`<${Empty}>${say("configuration.none")}<//>`
      : html`<${Table} label=${say("nav.configuration")} columns=${columns} rows=${settings} rowKey=${(setting) => setting.key} />`}`;
}
