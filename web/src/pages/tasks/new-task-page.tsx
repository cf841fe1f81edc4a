import { PageHeader } from "../../components/page-header.tsx";

export function NewTaskPage() {
  return <PageHeader title="Post a task" />;
}
