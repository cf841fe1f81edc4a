import { dataOf } from "@guildhall/client";
import { Button, PasswordInput, Stack } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { getRouteApi, Link, useNavigate } from "@tanstack/react-router";
import { api } from "../../api/client.ts";
import { Form } from "../../components/form.tsx";
import { FormProblem } from "../../components/form-problem.tsx";
import { useApiForm } from "../../components/use-api-form.ts";
import { AccountFrame } from "./account-frame.tsx";
import classes from "./links.module.css";

const route = getRouteApi("/reset-password");

export function ResetPasswordPage() {
  const { token = "" } = route.useSearch();
  const navigate = useNavigate();
  const form = useApiForm({ newPassword: "" });
  const send = (): Promise<void> =>
    form.send(async ({ newPassword }) => {
      await dataOf(api.POST("/v1/auth/reset-password", { body: { token, newPassword } }));
      notifications.show({ message: "Your new password is set. Sign in with it." });
      await navigate({ to: "/sign-in" });
    });
  return (
    <AccountFrame title="Choose a new password" about="You will be signed out everywhere else.">
      <Form onSubmit={send}>
        <Stack gap="md">
          <PasswordInput
            label="New password"
            description="At least 8 characters"
            autoComplete="new-password"
            required
            value={form.values.newPassword}
            error={form.errorOf("newPassword")}
            onChange={(event) => form.set("newPassword", event.currentTarget.value)}
          />
          <FormProblem problem={form.problem} />
          <Button type="submit" loading={form.isSending} fullWidth>
            Set it
          </Button>
        </Stack>
      </Form>
      <p className={classes.links}>
        <Link to="/forgot-password">Ask for another link</Link>
      </p>
    </AccountFrame>
  );
}
