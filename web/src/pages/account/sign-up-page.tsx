import { dataOf } from "@guildhall/client";
import { Button, PasswordInput, Stack, TextInput } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { getRouteApi, Link, useRouter } from "@tanstack/react-router";
import { api } from "../../api/client.ts";
import { Form } from "../../components/form.tsx";
import { FormProblem } from "../../components/form-problem.tsx";
import { useApiForm } from "../../components/use-api-form.ts";
import { AccountFrame } from "./account-frame.tsx";
import classes from "./links.module.css";

const route = getRouteApi("/sign-up");

export function SignUpPage() {
  const { next = "/" } = route.useSearch();
  const router = useRouter();
  const queries = useQueryClient();
  const form = useApiForm({ name: "", email: "", password: "" });
  const send = (): Promise<void> =>
    form.send(async (values) => {
      await dataOf(api.POST("/v1/auth/sign-up/email", { body: values }));
      queries.clear();
      router.history.push(next);
    });
  return (
    <AccountFrame title="Make an account" about="You get an organization of your own to post and work for.">
      <Form onSubmit={send}>
        <Stack gap="md">
          <TextInput
            label="Your name"
            autoComplete="name"
            required
            value={form.values.name}
            error={form.errorOf("name")}
            onChange={(event) => form.set("name", event.currentTarget.value)}
          />
          <TextInput
            label="E-mail"
            type="email"
            autoComplete="username"
            required
            value={form.values.email}
            error={form.errorOf("email")}
            onChange={(event) => form.set("email", event.currentTarget.value)}
          />
          <PasswordInput
            label="Password"
            description="At least 8 characters"
            autoComplete="new-password"
            required
            value={form.values.password}
            error={form.errorOf("password")}
            onChange={(event) => form.set("password", event.currentTarget.value)}
          />
          <FormProblem problem={form.problem} />
          <Button type="submit" loading={form.isSending} fullWidth>
            Make an account
          </Button>
        </Stack>
      </Form>
      <p className={classes.links}>
        <Link to="/sign-in" search={{ next }}>
          I have an account
        </Link>
      </p>
    </AccountFrame>
  );
}
