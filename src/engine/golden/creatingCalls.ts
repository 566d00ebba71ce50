/** System calls that make a thread or a process. */
export const CREATING_CALLS: ReadonlySet<string> = new Set(["clone", "clone2", "clone3", "fork", "vfork"]);
