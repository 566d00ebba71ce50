import { Charts } from "./charts.tsx";
import { Empty } from "./controls.tsx";
import { Header } from "./header.tsx";
import type { LiveStore } from "./liveStore.ts";
import { LogSection } from "./logSection.tsx";
import type { LogStore } from "./logStore.ts";
import { Notices } from "./notices.tsx";
import { Syscalls } from "./syscallTable.tsx";

interface AppProps {
  readonly store: LiveStore;
  readonly logs: LogStore;
}

export function App({ store, logs }: AppProps) {
  if (!store.isReady.value) {
    return (
      <main class="page">
        <Notices store={store} />
      </main>
    );
  }
  if (store.info.value === null) {
    return (
      <main class="page">
        <Notices store={store} />
        {store.trusted.value ? <NothingYet store={store} /> : <Untrusted store={store} />}
      </main>
    );
  }
  return (
    <main class="page">
      <Header store={store} />
      <Notices store={store} />
      <div class="columns">
        <div class="figures">
          <Charts store={store} />
          <Syscalls store={store} />
        </div>
        <LogSection store={store} logs={logs} />
      </div>
    </main>
  );
}

function NothingYet({ store }: { store: LiveStore }) {
  return (
    <Empty icon="record" title="Nothing recorded yet" whole>
      <p>
        Record a program, or press F5 with a launch configuration of type <code>goldentrace</code>: its log, system
        calls and measurements appear here while it runs.
      </p>
      <div class="empty-actions">
        <button type="button" class="text-button primary" onClick={() => store.command("start")}>
          Record a Program…
        </button>
        <button type="button" class="text-button" onClick={() => store.command("showRuns")}>
          Show Recorded Runs
        </button>
        <button type="button" class="text-button" onClick={() => store.command("doctor")}>
          Check This Machine
        </button>
      </div>
    </Empty>
  );
}

function Untrusted({ store }: { store: LiveStore }) {
  return (
    <Empty icon="workspace-untrusted" title="This workspace is not trusted" whole>
      <p>
        Recording runs programs of the workspace, so Goldentrace starts nothing until you trust it. Runs recorded
        earlier can be read.
      </p>
      <div class="empty-actions">
        <button type="button" class="text-button primary" onClick={() => store.command("manageTrust")}>
          Manage Workspace Trust
        </button>
        <button type="button" class="text-button" onClick={() => store.command("showRuns")}>
          Show Recorded Runs
        </button>
      </div>
    </Empty>
  );
}
