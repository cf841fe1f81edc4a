import { dataOf } from "@guildhall/client";
import { Button, PasswordInput, Stack, TextInput } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { getRouteApi, useNavigate } from "@tanstack/react-router";
import { api } from "../../api/client.ts";
import { Form } from "../../components/form.tsx";
import { FormProblem } from "../../components/form-problem.tsx";
import { useApiForm } from "../../components/use-api-form.ts";
import { AccountFrame } from "./account-frame.tsx";

const route = getRouteApi("/first-administrator");

/** Where the link leads that a new market's terminal prints. */
export function FirstAdministratorPage() {
  const { token = "" } = route.useSearch();
  const navigate = useNavigate();
  const queries = useQueryClient();
  const form = useApiForm({ name: "", email: "", password: "" });
  const send = (): Promise<void> =>
    form.send(async ({ name, email, password }) => {
      await dataOf(api.POST("/v1/auth/first-administrator", { body: { token, name, email, password } }));
      await dataOf(api.POST("/v1/auth/sign-in/email", { body: { email, password } }));
      queries.clear();
      await navigate({ to: "/" });
    });
  const field = (name: "name" | "email" | "password") => ({
    required: true,
    value: form.values[name],
    error: form.errorOf(name),
    onChange: (event: { readonly currentTarget: { readonly value: string } }) =>
      form.set(name, event.currentTarget.value),
  });
  return (
    <AccountFrame title="Look after this market" about="You become its first administrator. The link works once.">
      <Form onSubmit={send}>
        <Stack gap="md">
          <TextInput label="Your name" autoComplete="name" {...field("name")} />
          <TextInput label="E-mail" type="email" autoComplete="username" {...field("email")} />
          <PasswordInput
            label="Password"
            description="At least 8 characters"
            autoComplete="new-password"
            {...field("password")}
          />
          <FormProblem problem={form.problem} />
          <Button type="submit" loading={form.isSending} fullWidth>
            Become the administrator
          </Button>
        </Stack>
      </Form>
    </AccountFrame>
  );
}
