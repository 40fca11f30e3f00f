import { html, useState } from "../vendor/preact-htm.js";
import { say } from "../i18n.js";
import { useLive } from "../live-data.js";
import {
  buildkitd, containerdConfigPath, containerdDefaultHosts, containerdHosts, containersRegistries, dockerDaemon, k3sRegistries, parseMirrorAddress,
} from "../client-configurations.js";
import { CopyButton, Waiting } from "../components/basics.js";
import { ScrollRegion } from "../components/scroll-region.js";

const makeClients = (mirror, upstreams) => [
  { name: "docker", title: "Docker", files: [["/etc/docker/daemon.json", dockerDaemon(mirror)]] },
  {
    name: "containerd",
    title: "containerd",
    files: [
      ["/etc/containerd/certs.d/_default/hosts.toml", containerdDefaultHosts(mirror)],
      ...(upstreams.includes("docker.io") ? [["/etc/containerd/certs.d/docker.io/hosts.toml", containerdHosts(mirror, "docker.io")]] : []),
      ["/etc/containerd/config.toml", containerdConfigPath()],
    ],
  },
  { name: "podman", title: "podman, buildah, skopeo", files: [["/etc/containers/registries.conf.d/tarn.conf", containersRegistries(mirror, upstreams)]] },
  { name: "crio", title: "CRI-O", files: [["/etc/containers/registries.conf.d/tarn.conf", containersRegistries(mirror, upstreams)]] },
  { name: "k3s", title: "k3s, RKE2", files: [["/etc/rancher/k3s/registries.yaml", k3sRegistries(mirror, upstreams)]] },
  { name: "buildkit", title: "BuildKit", files: [["/etc/buildkit/buildkitd.toml", buildkitd(mirror, upstreams)]] },
];

const File = ({ client, path, text }) => html`
  <div class="file">
    <div class="file-head"><code>${path}</code><${CopyButton} text=${text} what=${`${client} ${path}`} /></div>
    <${ScrollRegion} label=${`${client} ${path}`} className="file-text"><pre><code>${text}</code></pre><//>
  </div>`;

const Client = ({ client }) => html`
  <section class="panel client" aria-labelledby=${`client-${client.name}`}>
    <h2 id=${`client-${client.name}`}>${client.title}</h2>
    <p>${say(`setup.${client.name}`)}</p>
    ${client.files.map(([path, text]) => html`<${File} key=${path} client=${client.title} path=${path} text=${text} />`)}
  </section>`;

export function SetupView() {
  const overview = useLive("overview");
  const [address, setAddress] = useState(null);
  if (overview === null) return html`<h1>${say("nav.setup")}</h1><${Waiting} />`;
  const text = address ?? overview.registryUrl;
  const mirror = parseMirrorAddress(text);
  return html`
    <h1>${say("nav.setup")}</h1>
    <p>${say("setup.text")}</p>
    <div class="filter">
      <label for="mirror-address">${say("setup.address")}</label>
      <input
        id="mirror-address" type="url" autocomplete="off" spellcheck=${false} value=${text} aria-describedby="mirror-address-help"
        aria-invalid=${mirror === null ? "true" : "false"} onInput=${(event) => setAddress(event.currentTarget.value)}
      />
      ${address !== null && html`<button type="button" class="button" onClick=${() => setAddress(null)}>${say("setup.reset")}</button>`}
    </div>
    <p class="muted" id="mirror-address-help">${say("setup.address-help")}</p>
    ${mirror === null && html`<p class="notice notice-bad" role="alert">${say("setup.bad-address")}</p>`}
    ${mirror?.isPlain && html`<p class="notice">${say("setup.plain")}</p>`}
    ${mirror && html`<div class="clients">${makeClients(mirror, overview.upstreams).map((client) => html`<${Client} key=${client.name} client=${client} />`)}</div>`}`;
}
