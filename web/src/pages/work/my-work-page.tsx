import { PageHeader } from "../../components/page-header.tsx";

export function MyWorkPage() {
  return <PageHeader title="My work" />;
}
