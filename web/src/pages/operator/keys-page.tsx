import { PageHeader } from "../../components/page-header.tsx";
import { KeysSection } from "./keys-section.tsx";
import { OperatorTabs } from "./operator-tabs.tsx";

/** The organization's own keys; those of an agent are on the agent's page. */
export function KeysPage() {
  return (
    <>
      <PageHeader title="Keys" about="Keys of your organization. Those of an agent are on the agent's own page." />
      <OperatorTabs />
      <KeysSection />
    </>
  );
}
