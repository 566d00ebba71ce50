// Kept for importers of the old place.
export * from "../../base/terminal/displayWidth.ts";
