import { toDisposable } from "../base/disposable.ts";
import { connectRpc, type RpcChannel, type RpcConnection, type RpcInterface } from "../protocol/rpc.ts";

/** What VS Code gives every webview, once a page. The state survives the page's disposal. */
interface VsCodeApi {
  postMessage(message: unknown): void;
  getState(): unknown;
  setState(state: unknown): void;
}
declare function acquireVsCodeApi(): VsCodeApi;

export const vscode: VsCodeApi = acquireVsCodeApi();

const channel: RpcChannel = {
  post: (message) => vscode.postMessage(message),
  onMessage: (listener) => {
    const handler = (event: MessageEvent<unknown>): void => listener(event.data);
    window.addEventListener("message", handler);
    return toDisposable(() => window.removeEventListener("message", handler));
  },
};

/** Offers `handlers` to the extension host and returns what the host offers. Failures of handlers go to the page's console too. */
export function connectHost<View extends RpcInterface<View>, Host extends RpcInterface<Host>>(
  handlers: View,
): RpcConnection<Host> {
  return connectRpc<View, Host>(channel, handlers, (method, error) => console.error(`${method} failed`, error));
}
