import { useQueryClient } from "@tanstack/react-query";
import { getRouteApi, Link, useRouter } from "@tanstack/react-router";
import { AccountFrame } from "./account-frame.tsx";
import classes from "./links.module.css";
import { SignInForm } from "./sign-in-form.tsx";

const route = getRouteApi("/sign-in");

export function SignInPage() {
  const { next = "/" } = route.useSearch();
  const router = useRouter();
  const queries = useQueryClient();
  return (
    <AccountFrame title="Sign in">
      <SignInForm
        onDone={() => {
          queries.clear();
          router.history.push(next);
        }}
      />
      <p className={classes.links}>
        <Link to="/sign-up" search={{ next }}>
          Make an account
        </Link>
        <Link to="/forgot-password">Forgot your password?</Link>
      </p>
    </AccountFrame>
  );
}
