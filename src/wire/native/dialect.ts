import { authenticateWith, keyFromBearer } from "../shared/authenticate.ts";
import { answerErrorsIn } from "../shared/dialect.ts";
import { bearerScheme, describeDoor } from "../shared/document.ts";
import type { Door, Route } from "../shared/door.ts";
import { acceptJsonBodies } from "../shared/json-body.ts";
import { nativeErrors } from "./errors.ts";

const routes: readonly Route[] = [];

/** Our own door (5-native): everything the market can do. */
export const nativeDoor: Door = {
  name: "native",
  errors: nativeErrors,
  document: describeDoor({
    title: "Guildhall",
    description: "Post work, find it, do it, review it, get paid.",
    keyScheme: bearerScheme,
  }),
  mount(app, context) {
    app.decorateRequest("caller", null);
    app.addHook("onRequest", authenticateWith(context.keys, keyFromBearer));
    acceptJsonBodies(app);
    answerErrorsIn(app, nativeErrors);
    for (const route of routes) route(app, context);
  },
};
