import { messageOf } from "../core/errors.ts";

/**
 * What the system said of a file or a folder, in words, without its numbers and the names of its calls.
 *
 * @param missing what is looked for there
 */
export function systemReason(thrown: unknown, missing: "file" | "folder" = "file"): string {
  const { code } = thrown as { code?: string };
  if (thrown instanceof Deno.errors.NotFound) return `there is no such ${missing}`;
  if (thrown instanceof Deno.errors.IsADirectory) return "it is a folder";
  if (thrown instanceof Deno.errors.NotADirectory) return "a part of its path is a file";
  if (thrown instanceof Deno.errors.PermissionDenied || code === "EACCES" || code === "EPERM") {
    return "permission denied";
  }
  if (code === "EROFS") return "the disk is read-only";
  return messageOf(thrown).replace(/(:? ?\(os error \d+\))?(: \w+ '.*')?$/s, "");
}
