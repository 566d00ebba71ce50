import "./live.css";
import { render } from "preact";
import type { LiveHost, LiveView } from "../../protocol/view.ts";
import { connectHost } from "../rpc.ts";
import { App } from "./app.tsx";
import { LiveStore } from "./liveStore.ts";
import { LogStore } from "./logStore.ts";

// The composition root of the Live view. The page may be disposed and made anew at any moment of a recording: everything
// it shows comes from `ready()`, and what the user arranged from VS Code's saved state.
const root = document.getElementById("root");
if (root === null) throw new Error("The page has no element with the id root");

const handlers: LiveView = {
  reset: (state) => store.view.reset(state),
  update: (update) => store.view.update(update),
  finished: (end) => store.view.finished(end),
};
const { remote } = connectHost<LiveView, LiveHost>(handlers);
const store = new LiveStore(remote);
const logs = new LogStore(store, remote);
render(<App store={store} logs={logs} />, root);
void store.connect();
