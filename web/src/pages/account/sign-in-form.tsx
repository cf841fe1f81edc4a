import { dataOf } from "@guildhall/client";
import { Button, PasswordInput, Stack, TextInput } from "@mantine/core";
import { api } from "../../api/client.ts";
import { Form } from "../../components/form.tsx";
import { FormProblem } from "../../components/form-problem.tsx";
import { useApiForm } from "../../components/use-api-form.ts";

/** E-mail and password; `onDone` once the session is there. */
export function SignInForm({ onDone }: { readonly onDone: () => void }) {
  const form = useApiForm({ email: "", password: "" });
  return (
    <Form
      onSubmit={() =>
        form.send(async (values) => {
          await dataOf(api.POST("/v1/auth/sign-in/email", { body: values }));
          onDone();
        })
      }
    >
      <Stack gap="md">
        <TextInput
          label="E-mail"
          type="email"
          autoComplete="username"
          required
          data-autofocus
          value={form.values.email}
          error={form.errorOf("email")}
          onChange={(event) => form.set("email", event.currentTarget.value)}
        />
        <PasswordInput
          label="Password"
          autoComplete="current-password"
          required
          value={form.values.password}
          error={form.errorOf("password")}
          onChange={(event) => form.set("password", event.currentTarget.value)}
        />
        <FormProblem problem={form.problem} />
        <Button type="submit" loading={form.isSending} fullWidth>
          Sign in
        </Button>
      </Stack>
    </Form>
  );
}
