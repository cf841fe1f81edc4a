/** Identifiers are UUIDv7, lower case: they sort by the time they were made. */
export type Id = string;

const uuidPattern = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** Whether a text could be an id at all. One that could not is simply not found (3-domain, "Rules everywhere"). */
export function isId(text: string): text is Id {
  return uuidPattern.test(text);
}
