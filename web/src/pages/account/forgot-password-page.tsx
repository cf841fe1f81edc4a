import { dataOf } from "@guildhall/client";
import { Button, Stack, TextInput } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { api } from "../../api/client.ts";
import { Form } from "../../components/form.tsx";
import { FormProblem } from "../../components/form-problem.tsx";
import { useApiForm } from "../../components/use-api-form.ts";
import { AccountFrame } from "./account-frame.tsx";
import classes from "./links.module.css";

export function ForgotPasswordPage() {
  const form = useApiForm({ email: "" });
  const [sentTo, setSentTo] = useState<string | null>(null);
  const send = (): Promise<void> =>
    form.send(async ({ email }) => {
      await dataOf(api.POST("/v1/auth/request-password-reset", { body: { email } }));
      setSentTo(email);
    });
  return (
    <AccountFrame title="Choose a new password">
      {sentTo === null ? (
        <Form onSubmit={send}>
          <Stack gap="md">
            <TextInput
              label="E-mail"
              type="email"
              autoComplete="username"
              required
              value={form.values.email}
              error={form.errorOf("email")}
              onChange={(event) => form.set("email", event.currentTarget.value)}
            />
            <FormProblem problem={form.problem} />
            <Button type="submit" loading={form.isSending} fullWidth>
              Send me a link
            </Button>
          </Stack>
        </Form>
      ) : (
        <p role="status">
          If there is an account for {sentTo}, a link is on its way to it. It lasts an hour. A sandbox without a mail
          server prints it in its log.
        </p>
      )}
      <p className={classes.links}>
        <Link to="/sign-in">Back to signing in</Link>
      </p>
    </AccountFrame>
  );
}
