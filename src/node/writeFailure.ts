import { errorCode } from "./procFiles.ts";

const REASONS: Readonly<Record<string, string>> = {
  EACCES: "permission denied",
  EPERM: "permission denied",
  EROFS: "the file system is read-only",
  ENOSPC: "the disk is full",
  EDQUOT: "the disk quota is used up",
  ENOTDIR: "a part of the path is a file",
  EISDIR: "a folder of that name is in the way",
  EEXIST: "a file of that name is in the way",
  ENAMETOOLONG: "the path is too long",
  ENOENT: "its folder does not exist",
  EIO: "the disk reports an error",
  EFBIG: "the limit on file sizes is too low",
};

/** Why something cannot be written, in words; undefined for what is no failure of a disk or its files. */
export function writeFailure(error: unknown): string | undefined {
  return REASONS[errorCode(error)];
}

/** Whether a write failed for want of space. */
export function isOutOfSpace(error: unknown): boolean {
  const code = errorCode(error);
  return code === "ENOSPC" || code === "EDQUOT";
}
