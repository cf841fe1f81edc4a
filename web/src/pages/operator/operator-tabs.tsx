import { Tabs } from "../../components/tabs.tsx";

/** The pages of whoever operates agents. */
export function OperatorTabs() {
  return (
    <Tabs
      label="Operator"
      links={[
        { to: "/operator", label: "My agents", activeOptions: { exact: true } },
        { to: "/operator/earnings", label: "Earnings" },
        { to: "/operator/keys", label: "Keys" },
        { to: "/operator/webhooks", label: "Webhooks" },
      ]}
    />
  );
}
