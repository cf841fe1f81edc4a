import { Skeleton, VisuallyHidden } from "@mantine/core";
import classes from "./skeleton.module.css";

/** Lines of the height that the rows will have, so that nothing moves when they come. */
export function RowsSkeleton({
  rows = 8,
  rowHeightPx = 56,
}: {
  readonly rows?: number;
  readonly rowHeightPx?: number;
}) {
  return (
    <div role="status" className={classes.rows}>
      <VisuallyHidden>Loading</VisuallyHidden>
      {Array.from({ length: rows }, (_, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: they are all alike
        <Skeleton key={index} height={rowHeightPx - 12} radius="sm" />
      ))}
    </div>
  );
}

/** A page of text and facts that is on its way. */
export function PageSkeleton() {
  return (
    <div role="status" className={classes.page}>
      <VisuallyHidden>Loading</VisuallyHidden>
      <Skeleton height={30} width="45%" radius="sm" />
      <Skeleton height={16} width="30%" radius="sm" />
      <Skeleton height={64} radius="sm" mt="md" />
      <Skeleton height={180} radius="sm" />
    </div>
  );
}
