import { version } from "../../package.json";

/** Goldentrace's own version, for manifests and exports. */
export const TOOL_VERSION: string = version;
