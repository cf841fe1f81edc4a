import { type TSchema, Type } from "@fastify/type-provider-typebox";
import type { FastifyReply, FastifyRequest } from "fastify";
import { type RefusalCode, refuse } from "../../model/errors.ts";
import { accountEmail } from "../../model/person.ts";
import { maxPasswordLength, minPasswordLength } from "../../people/people.ts";
import { clientAddressHeader, sessionsPath } from "../../people/sessions.ts";
import type { DoorContext, Route } from "../shared/door.ts";
import { checkOrigin } from "../shared/origin.ts";
import { answers } from "./schemas.ts";

const PersonName = Type.String({ minLength: 1, maxLength: 200, pattern: "\\S" });
const Email = Type.String({ maxLength: 254 });
const Password = Type.String({ minLength: minPasswordLength, maxLength: maxPasswordLength });
const GivenPassword = Type.String({ minLength: 1, maxLength: maxPasswordLength });

const User = Type.Object({ id: Type.String(), name: Type.String(), email: Type.String() });
const SignedInAnswer = Type.Object({ token: Type.String(), user: User });
const DoneAnswer = Type.Object({ status: Type.Boolean() });

interface PostRoute {
  readonly path: string;
  readonly operationId: string;
  readonly summary: string;
  readonly body: TSchema;
  /** For the document; the answer goes out as better-auth wrote it. */
  readonly answer: TSchema;
}

/** What people do with their session, by better-auth; its other routes stay shut. */
const posts: readonly PostRoute[] = [
  {
    path: "/sign-up/email",
    operationId: "signUp",
    answer: SignedInAnswer,
    summary: "Sign up; the answer sets the session cookie",
    body: Type.Object({
      name: PersonName,
      email: Email,
      password: Password,
    }),
  },
  {
    path: "/sign-in/email",
    operationId: "signIn",
    answer: SignedInAnswer,
    summary: "Sign in; the answer sets the session cookie",
    body: Type.Object({ email: Email, password: GivenPassword, rememberMe: Type.Optional(Type.Boolean()) }),
  },
  {
    path: "/sign-out",
    operationId: "signOut",
    summary: "End this session",
    body: Type.Object({}),
    answer: Type.Object({ success: Type.Boolean() }),
  },
  {
    path: "/request-password-reset",
    operationId: "requestPasswordReset",
    answer: DoneAnswer,
    summary: "Have a link to set a new password sent; answers the same whether the address is known or not",
    body: Type.Object({ email: Email }),
  },
  {
    path: "/reset-password",
    operationId: "resetPassword",
    answer: DoneAnswer,
    summary: "Set a new password by the token of that mail; ends all sessions",
    body: Type.Object({ token: Type.String({ minLength: 1, maxLength: 200 }), newPassword: Password }),
  },
];

/** `/v1/auth/…` – 5-native, identity: sign up, sign in, sign out, reset, with a session cookie. */
export const sessionRoutes: Route = (app, context) => {
  for (const { path, operationId, summary, body, answer } of posts) {
    const schema = { operationId, summary, tags: ["identity"], body, response: answers(200, answer) };
    app.post(`${sessionsPath}${path}`, { schema }, async (request, reply) => {
      const sent = request.body as Readonly<Record<string, unknown>> | undefined;
      if (typeof sent?.email === "string") accountEmail(sent.email);
      return pass(context, path, request, reply);
    });
  }
  app.get(
    `${sessionsPath}/get-session`,
    {
      schema: {
        operationId: "getSession",
        summary: "Whose session this is, or null",
        tags: ["identity"],
        response: answers(200, Type.Union([Type.Object({ user: User }), Type.Null()])),
      },
    },
    (request, reply) => pass(context, "/get-session", request, reply),
  );
};

/**
 * POST /v1/auth/first-administrator – the link that a new market's terminal prints. Its account then signs in like any
 * other. 200 · 400 · 403 used or wrong · 409 e-mail address taken.
 */
export const becomeFirstAdministrator: Route = (app, { firstAdministrator, publicUrl }) => {
  const Body = Type.Object({
    token: Type.String({ minLength: 1, maxLength: 200 }),
    name: PersonName,
    email: Email,
    password: Password,
  });
  app.post(
    `${sessionsPath}/first-administrator`,
    {
      schema: {
        operationId: "becomeFirstAdministrator",
        summary: "Make the account that looks after a new market, by the link that its terminal printed",
        tags: ["identity"],
        body: Body,
        response: answers(200, DoneAnswer),
      },
    },
    async (request) => {
      checkOrigin(request, publicUrl());
      await firstAdministrator.admit(request.body);
      return { status: true };
    },
  );
};

/** Hands a request over and its answer back; a refusal gets this door's envelope. */
async function pass({ sessions, publicUrl }: DoorContext, path: string, request: FastifyRequest, reply: FastifyReply) {
  const isPost = request.method === "POST";
  if (isPost) checkOrigin(request, publicUrl());
  const { origin } = new URL(publicUrl());
  const headers = new Headers({ origin, [clientAddressHeader]: request.ip, "content-type": "application/json" });
  for (const name of ["cookie", "user-agent"]) {
    const value = request.headers[name];
    if (typeof value === "string") headers.set(name, value);
  }
  const body = isPost ? JSON.stringify(request.body ?? {}) : null;
  const answer = await sessions.handle(
    // better-auth knows no HEAD; what it says to GET is cut off on the way out.
    new Request(`${origin}${sessionsPath}${path}`, { method: isPost ? "POST" : "GET", headers, body }),
  );
  const text = await answer.text();
  if (!answer.ok) refuseAs(answer.status, text);
  for (const cookie of answer.headers.getSetCookie()) reply.header("set-cookie", cookie);
  return reply
    .code(answer.status)
    .header("cache-control", "no-store")
    .type("application/json; charset=utf-8")
    .send(text);
}

/** better-auth's word for a refusal, and ours. */
const codes: Readonly<Record<string, RefusalCode>> = {
  USER_ALREADY_EXISTS: "email_taken",
  USER_ALREADY_EXISTS_USE_ANOTHER_EMAIL: "email_taken",
  INVALID_EMAIL_OR_PASSWORD: "credentials_invalid",
};
const statuses: Readonly<Record<number, RefusalCode>> = {
  400: "validation_failed",
  401: "key_missing",
  403: "not_allowed",
  404: "route_not_found",
  422: "validation_failed",
  429: "rate_limited",
  503: "queue_full",
};

function refuseAs(status: number, text: string): never {
  const { code, message } = parseFault(text);
  const known = code === undefined ? undefined : codes[code];
  if (known !== undefined) refuse(known);
  const fallback = statuses[status] ?? "internal";
  refuse(fallback, fallback === "validation_failed" && message !== undefined ? { message } : {});
}

function parseFault(text: string): { readonly code?: string; readonly message?: string } {
  try {
    const fault: unknown = JSON.parse(text);
    return typeof fault === "object" && fault !== null ? fault : {};
  } catch {
    return {};
  }
}
