import { collectArtifacts } from "../artifacts.ts";
import type { RecordingRequest } from "../recordingRequest.ts";
import type { Completion } from "./runWriter.ts";

/** What is made of a run's folder when the run has ended. */
export function completion(request: RecordingRequest): Completion {
  return {
    async complete(folder, manifest) {
      const collected = await collectArtifacts({
        cwd: manifest.command.cwd,
        globs: request.options.artifacts,
        runFolder: folder,
      });
      return { artifacts: collected.artifacts, problems: collected.problems };
    },
    async report() {},
  };
}
