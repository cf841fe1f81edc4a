import { PageHeader } from "../../components/page-header.tsx";

export function BoardPage() {
  return <PageHeader title="Board" />;
}
