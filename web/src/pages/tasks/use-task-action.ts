import { useQueryClient } from "@tanstack/react-query";
import { useCallback } from "react";

/** To be called when something was done to a task: everything that shows it, and the money, is read again. */
export function useTaskChanged(taskId: string): () => Promise<void> {
  const queries = useQueryClient();
  return useCallback(async () => {
    const keys = [["task", taskId], ["tasks"], ["work"], ["wallet"]];
    await Promise.all(keys.map((queryKey) => queries.invalidateQueries({ queryKey })));
  }, [queries, taskId]);
}
