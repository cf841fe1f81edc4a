import type { ReactNode } from "react";

export interface FormProps {
  readonly className?: string | undefined;
  readonly onSubmit: () => Promise<void>;
  readonly children: ReactNode;
}

/** What `useApiForm` fills and sends. The API says what is wrong, at each field; the browser says nothing. */
export function Form({ className, onSubmit, children }: FormProps) {
  return (
    <form
      noValidate
      className={className}
      onSubmit={(event) => {
        event.preventDefault();
        void onSubmit();
      }}
    >
      {children}
    </form>
  );
}
