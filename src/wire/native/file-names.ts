import { refuse } from "../../model/errors.ts";

const maxNameLength = 255;
const mediaTypePattern = /^[a-z0-9][a-z0-9!#$&^_.+-]{0,63}\/[a-z0-9][a-z0-9!#$&^_.+-]{0,63}$/;

/** Control characters, and the marks that make a name read differently from what it is. */
const misleading = /[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069\ufffd]/u;

/**
 * A file's name as it was given, which may hold folders ("src/main.rs"). It is shown and handed back and never used as a
 * path here; one that would lead its receiver out of the folder it is saved in is refused. Refuses `validation_failed`.
 */
export function checkFileName(name: string | undefined): string {
  if (name === undefined || name.trim() === "") return refuseName("is required");
  if (name.length > maxNameLength) return refuseName(`must be at most ${maxNameLength} characters`);
  if (misleading.test(name) || !name.isWellFormed()) return refuseName("must not contain control characters");
  if (name.includes("\\") || /^[a-z]:/i.test(name)) return refuseName("must part folders by / and name no drive");
  if (name.split("/").some((part) => part === "" || part === "." || part === "..")) {
    return refuseName('must be a relative path without empty, "." or ".." parts');
  }
  return name;
}

/** What the part says it is, if that is a media type at all. */
export function checkMediaType(mediaType: string | undefined): string {
  const lower = mediaType?.toLowerCase() ?? "";
  return mediaTypePattern.test(lower) ? lower : "application/octet-stream";
}

/**
 * Always a download, named by the last part of the file's name: plain ASCII for old clients and, where that loses
 * something, the whole name as RFC 8187 (RFC 6266, section 5).
 */
export function attachmentDisposition(name: string): string {
  const base = name.slice(name.lastIndexOf("/") + 1);
  const plain = base.replace(/[^\x20-\x7e]|["\\%]/g, "_");
  const exact = encodeURIComponent(base).replace(/['()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);
  return plain === base
    ? `attachment; filename="${plain}"`
    : `attachment; filename="${plain}"; filename*=UTF-8''${exact}`;
}

function refuseName(rule: string): never {
  refuse("validation_failed", { message: `The file's name ${rule}.` });
}
