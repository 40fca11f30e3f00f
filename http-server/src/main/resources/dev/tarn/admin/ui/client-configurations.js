/** What each kind of client must be told to pull through the mirror. All of it is made here, from the mirror's address. */

const loopback = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/;

/** @returns {{url: string, host: string, isPlain: boolean, isLocal: boolean} | null} null where the text is not such an address */
export function parseMirrorAddress(text) {
  let url;
  try {
    url = new URL(text.trim());
  } catch {
    return null;
  }
  if (!["http:", "https:"].includes(url.protocol) || url.hostname === "" || url.username !== "" || url.pathname !== "/") return null;
  return { url: `${url.protocol}//${url.host}`, host: url.host, isPlain: url.protocol === "http:", isLocal: loopback.test(url.hostname) };
}

// The three formats take a JSON string as one of theirs.
const quoted = (text) => JSON.stringify(text);
const yamlKey = (text) => (/^[A-Za-z][A-Za-z0-9._-]*$/.test(text) ? text : quoted(text));

const dockerHubServer = "https://registry-1.docker.io";
const serverOf = (upstream) => (upstream === "docker.io" ? dockerHubServer : `https://${upstream}`);

export function dockerDaemon(mirror) {
  const settings = { "registry-mirrors": [mirror.url] };
  // Docker trusts plain HTTP to this machine by itself.
  if (mirror.isPlain && !mirror.isLocal) settings["insecure-registries"] = [mirror.host];
  return `${JSON.stringify(settings, null, 2)}\n`;
}

export const containerdDefaultHosts = (mirror) => `[host.${quoted(mirror.url)}]
  capabilities = ["pull", "resolve"]
`;

export const containerdHosts = (mirror, upstream) => `server = ${quoted(serverOf(upstream))}

${containerdDefaultHosts(mirror)}`;

export const containerdConfigPath = () => `# containerd 2
[plugins."io.containerd.cri.v1.images".registry]
  config_path = "/etc/containerd/certs.d"

# containerd 1
[plugins."io.containerd.grpc.v1.cri".registry]
  config_path = "/etc/containerd/certs.d"
`;

export function containersRegistries(mirror, upstreams) {
  return upstreams
    .map((upstream) => [
      "[[registry]]",
      `prefix = ${quoted(upstream)}`,
      `location = ${quoted(upstream)}`,
      "",
      "[[registry.mirror]]",
      `location = ${quoted(`${mirror.host}/${upstream}`)}`,
      ...(mirror.isPlain ? ["insecure = true"] : []),
      "",
    ].join("\n"))
    .join("\n");
}

export function k3sRegistries(mirror, upstreams) {
  const entries = upstreams.map((upstream) => `  ${yamlKey(upstream)}:\n    endpoint:\n      - ${quoted(mirror.url)}\n`);
  return `mirrors:\n${entries.join("")}`;
}

export function buildkitd(mirror, upstreams) {
  const entries = upstreams.map((upstream) => `[registry.${quoted(upstream)}]\n  mirrors = [${quoted(mirror.host)}]\n`);
  if (mirror.isPlain) entries.push(`[registry.${quoted(mirror.host)}]\n  http = true\n`);
  return entries.join("\n");
}
