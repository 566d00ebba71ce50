// Kept for importers of the old place.
export * from "../../base/terminal/textTable.ts";
