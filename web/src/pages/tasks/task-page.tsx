import { PageHeader } from "../../components/page-header.tsx";

export function TaskPage() {
  return <PageHeader title="Task" />;
}
