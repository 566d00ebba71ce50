/** The configuration file at the root of a workspace. */
export const CONFIG_FILE = "goldentrace.toml";
/** renacer's file beside it, which is read for budgets. */
export const RENACER_FILE = "renacer.toml";
