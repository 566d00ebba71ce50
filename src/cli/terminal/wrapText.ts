// Kept for importers of the old place.
export * from "../../base/terminal/wrapText.ts";
