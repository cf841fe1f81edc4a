import { PageHeader } from "../../components/page-header.tsx";

export function ReviewQueuePage() {
  return <PageHeader title="Review queue" />;
}
