import { html, render, useEffect, useRef } from "./vendor/preact-htm.js";
import { language, say } from "./i18n.js";
import { startLiveData, useLive } from "./live-data.js";
import { useRoute } from "./routes.js";
import { Header } from "./components/header.js";
import { AccessForm } from "./components/access-form.js";
import { Stranger } from "./components/basics.js";
import { ConfigurationView } from "./views/configuration.js";
import { FailuresView } from "./views/failures.js";
import { ImagesView } from "./views/images.js";
import { LiveView } from "./views/live.js";
import { OverviewView } from "./views/overview.js";
import { PullView } from "./views/pull.js";
import { SetupView } from "./views/setup.js";
import { StoreView } from "./views/store.js";
import { UpstreamsView } from "./views/upstreams.js";

const views = {
  live: LiveView,
  overview: OverviewView,
  images: ImagesView,
  upstreams: UpstreamsView,
  store: StoreView,
  failures: FailuresView,
  setup: SetupView,
  configuration: ConfigurationView,
  pull: PullView,
};

function Trouble() {
  const overview = useLive("overview");
  if (overview === null || (overview.isReady && !overview.trouble)) return null;
  return html`
    <div class="notice notice-bad" role="alert">
      <p><strong>${say(overview.isReady ? "trouble.title" : "trouble.not-ready")}</strong> ${overview.trouble && html`<${Stranger} text=${overview.trouble} />`}</p>
    </div>`;
}

function App() {
  const route = useRoute();
  const access = useLive("access");
  const main = useRef(null);
  const isFirst = useRef(true);
  useEffect(() => {
    if (isFirst.current) {
      isFirst.current = false;
      return;
    }
    window.scrollTo(0, 0);
    main.current?.focus({ preventScroll: true });
  }, [route.view, route.id]);
  const title = say(`nav.${route.view}`);
  useEffect(() => {
    document.title = `${title} · Tarn`;
  }, [title]);
  const skip = (event) => {
    event.preventDefault();
    main.current.focus();
    main.current.scrollIntoView();
  };
  const isOpen = access === "open";
  return html`
    <a class="skip" href="#main" onClick=${skip}>${say("header.skip")}</a>
    <${Header} route=${route} onLanguage=${draw} />
    <main id="main" class=${`view view-${route.view}`} ref=${main} tabindex="-1" key=${language()} aria-label=${title}>
      ${isOpen && html`<${Trouble} />`}
      ${isOpen ? html`<${views[route.view]} key=${`${route.view} ${route.id ?? ""}`} id=${route.id} />` : html`<${AccessForm} access=${access} />`}
    </main>`;
}

function draw() {
  render(html`<${App} />`, document.getElementById("app"));
}

startLiveData();
draw();
