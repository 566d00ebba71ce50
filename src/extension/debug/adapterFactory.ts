import * as vscode from "vscode";
import { requireTrust } from "../config.ts";

/**
 * Starts the debug adapter as a process of its own: reading the tracer's output can never block the extension host, and
 * the run is closed properly when the host goes away.
 */
export class AdapterFactory implements vscode.DebugAdapterDescriptorFactory {
  constructor(private readonly adapterPath: string) {}

  createDebugAdapterDescriptor(): vscode.DebugAdapterDescriptor {
    requireTrust();
    // On the desktop the host's executable is Electron, which runs scripts only when told so.
    return new vscode.DebugAdapterExecutable(process.execPath, [this.adapterPath], {
      env: { ELECTRON_RUN_AS_NODE: "1" },
    });
  }
}
