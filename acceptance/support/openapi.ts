/**
 * What is wrong with an OpenAPI 3.1 document, one sentence each; nothing if it is sound. Checks what client generators
 * stumble over: version, info, path templates and their parameters, responses, schemas, references, security.
 */
export function faultsOf(document: unknown): string[] {
  const faults: string[] = [];
  if (!isObject(document)) return ["The document is not an object."];
  if (!/^3\.1\.\d+$/.test(String(document.openapi))) faults.push("openapi is not 3.1.x.");
  const info = document.info;
  if (!isObject(info) || !isText(info.title) || !isText(info.version)) faults.push("info lacks title or version.");
  const paths = document.paths;
  if (!isObject(paths)) return [...faults, "There are no paths."];
  for (const [path, item] of Object.entries(paths)) {
    if (!path.startsWith("/")) faults.push(`${path} does not begin with a slash.`);
    if (!isObject(item)) faults.push(`${path} is not an object.`);
    else
      for (const { method, operation } of operationsOf(item)) checkOperation(document, path, method, operation, faults);
  }
  checkReferences(document, document, faults);
  return faults;
}

/** Every operation as "GET /path", sorted. */
export function operationNames(document: unknown): string[] {
  const paths = isObject(document) && isObject(document.paths) ? document.paths : {};
  const names = Object.entries(paths).flatMap(([path, item]) =>
    isObject(item) ? operationsOf(item).map(({ method }) => `${method.toUpperCase()} ${path}`) : [],
  );
  return names.sort();
}

type Json = Record<string, unknown>;

const methods = ["get", "put", "post", "delete", "options", "head", "patch", "trace"];
const schemaTypes = ["string", "number", "integer", "boolean", "array", "object", "null"];

function operationsOf(item: Json): { method: string; operation: unknown }[] {
  return methods.filter((method) => method in item).map((method) => ({ method, operation: item[method] }));
}

function checkOperation(document: Json, path: string, method: string, operation: unknown, faults: string[]): void {
  const where = `${method.toUpperCase()} ${path}`;
  if (!isObject(operation)) {
    faults.push(`${where} is not an object.`);
    return;
  }
  checkParameters(where, path, operation.parameters, faults);
  const responses = operation.responses;
  if (!isObject(responses) || Object.keys(responses).length === 0) faults.push(`${where} has no responses.`);
  else
    for (const [status, response] of Object.entries(responses))
      checkResponse(`${where} ${status}`, status, response, faults);
  if (operation.requestBody !== undefined) checkContent(`${where} body`, operation.requestBody, faults);
  checkSecurity(document, where, operation.security, faults);
}

function checkParameters(where: string, path: string, parameters: unknown, faults: string[]): void {
  const listed = Array.isArray(parameters) ? parameters.filter(isObject) : [];
  const inPath = listed.filter((parameter) => parameter.in === "path");
  const templated = [...path.matchAll(/\{(\w+)\}/g)].map((match) => match[1]);
  const named = inPath.map((parameter) => parameter.name);
  if (templated.sort().join() !== named.sort().join()) faults.push(`${where} names ${named.join()} for its template.`);
  if (path.includes(":")) faults.push(`${where} is a router's path, not a template.`);
  for (const parameter of listed) {
    if (!isText(parameter.name)) faults.push(`${where} has a parameter without a name.`);
    if (parameter.in === "path" && parameter.required !== true) faults.push(`${where}: a path parameter is optional.`);
    if (!isObject(parameter.schema)) faults.push(`${where}: ${String(parameter.name)} has no schema.`);
    else checkSchema(`${where} ${String(parameter.name)}`, parameter.schema, faults);
  }
}

function checkResponse(where: string, status: string, response: unknown, faults: string[]): void {
  if (!/^([1-5]\d\d|[1-5]XX|default)$/.test(status)) faults.push(`${where} is not a status.`);
  if (!isObject(response) || typeof response.description !== "string") faults.push(`${where} has no description.`);
  else if (response.content !== undefined) checkContent(where, response, faults);
}

function checkContent(where: string, holder: unknown, faults: string[]): void {
  const content = isObject(holder) ? holder.content : undefined;
  const media = isObject(content) ? content["application/json"] : undefined;
  if (!isObject(media) || !isObject(media.schema)) faults.push(`${where} has no JSON schema.`);
  else checkSchema(where, media.schema, faults);
}

function checkSchema(where: string, schema: Json, faults: string[]): void {
  const { type, required, properties, items } = schema;
  const types = Array.isArray(type) ? type : type === undefined ? [] : [type];
  if (types.some((each) => !schemaTypes.includes(String(each)))) faults.push(`${where} has the type ${String(type)}.`);
  if ("nullable" in schema) faults.push(`${where} says nullable, which 3.1 does not know.`);
  if (properties !== undefined && !isObject(properties)) faults.push(`${where}: properties is not an object.`);
  for (const name of Array.isArray(required) ? required : []) {
    if (!isObject(properties) || !(String(name) in properties))
      faults.push(`${where} requires ${String(name)}, unknown.`);
  }
  if (types.includes("array") && !isObject(items)) faults.push(`${where} is a list of nothing.`);
  const inner = [...(isObject(properties) ? Object.values(properties) : []), items, schema.anyOf, schema.oneOf].flat();
  for (const each of inner) if (isObject(each)) checkSchema(where, each, faults);
}

function checkSecurity(document: Json, where: string, security: unknown, faults: string[]): void {
  const components = isObject(document.components) ? document.components : {};
  const schemes = isObject(components.securitySchemes) ? components.securitySchemes : {};
  for (const requirement of Array.isArray(security) ? security : []) {
    for (const name of Object.keys(requirement)) if (!(name in schemes)) faults.push(`${where}: no scheme ${name}.`);
  }
}

function checkReferences(document: Json, value: unknown, faults: string[]): void {
  if (Array.isArray(value)) for (const each of value) checkReferences(document, each, faults);
  if (!isObject(value)) return;
  const reference = value.$ref;
  if (typeof reference === "string" && !resolves(document, reference)) faults.push(`${reference} points nowhere.`);
  for (const each of Object.values(value)) checkReferences(document, each, faults);
}

function resolves(document: Json, reference: string): boolean {
  if (!reference.startsWith("#/")) return false;
  let place: unknown = document;
  for (const part of reference.slice(2).split("/")) place = isObject(place) ? place[part] : undefined;
  return place !== undefined;
}

function isObject(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isText(value: unknown): boolean {
  return typeof value === "string" && value !== "";
}
