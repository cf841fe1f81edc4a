import { expect } from "vitest";

/** What the document shows at one place of an answer. */
export type Shape =
  | "string"
  | "number"
  | "integer"
  | "uuid"
  | "moment"
  | "string or null"
  | "number or null"
  | true
  | readonly [Shape]
  | { readonly [field: string]: Shape };

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const moment = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/;

/** Fails unless every field of the shape is there with its type. More fields are no harm. */
export function expectShape(value: unknown, shape: Shape, path = "answer"): void {
  if (typeof shape === "object") {
    if (isList(shape)) {
      expectList(value, shape[0], path);
      return;
    }
    expect(value, path).toBeTypeOf("object");
    expect(value, path).not.toBeNull();
    for (const [field, inner] of Object.entries(shape)) {
      expect(Object.keys(value as object), path).toContain(field);
      expectShape((value as Record<string, unknown>)[field], inner, `${path}.${field}`);
    }
    return;
  }
  expect(matches(value, shape), `${path} is ${JSON.stringify(value)}, documented as ${String(shape)}`).toBe(true);
}

function isList(shape: object): shape is readonly [Shape] {
  return Array.isArray(shape);
}

function expectList(value: unknown, item: Shape, path: string): void {
  expect(Array.isArray(value), `${path} is a list`).toBe(true);
  const items = value as readonly unknown[];
  expect(items.length, `${path} has something to look at`).toBeGreaterThan(0);
  for (const [index, each] of items.entries()) expectShape(each, item, `${path}[${index}]`);
}

function matches(value: unknown, shape: Exclude<Shape, object>): boolean {
  switch (shape) {
    case true:
      return value === true;
    case "string":
    case "number":
      return typeof value === shape;
    case "integer":
      return Number.isSafeInteger(value);
    case "uuid":
      return typeof value === "string" && uuid.test(value);
    case "moment":
      return typeof value === "string" && moment.test(value);
    case "string or null":
      return value === null || typeof value === "string";
    case "number or null":
      return value === null || typeof value === "number";
  }
}
