import { dataOf } from "@guildhall/client";
import { useDebouncedValue } from "@mantine/hooks";
import { createSpotlight, Spotlight, type SpotlightActionData } from "@mantine/spotlight";
import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { api } from "../api/client.ts";
import { Icon } from "../components/icon.tsx";
import { moneyText } from "../components/money-text.ts";
import { navigation } from "./navigation.ts";
import { useAdmin } from "./use-admin.ts";

const [paletteStore, palette] = createSpotlight();

export function openPalette(): void {
  palette.open();
}

/** ⌘K: every page, and tasks of the board by their words. */
export function CommandPalette() {
  const [typed, setTyped] = useState("");
  const [words] = useDebouncedValue(typed.trim(), 200);
  const navigate = useNavigate();
  const isAdmin = useAdmin();
  const { data: found = [] } = useQuery({
    queryKey: ["palette", words],
    enabled: words.length >= 2,
    queryFn: async () => {
      const query = { q: words.slice(0, 200), limit: "6" };
      return (await dataOf(api.GET("/v1/tasks", { params: { query } }))).data;
    },
  });
  const pages = navigation
    .flatMap(({ entries }) => entries)
    .filter(({ onlyAdmins }) => onlyAdmins !== true || isAdmin)
    .filter(({ label }) => label.toLowerCase().includes(typed.trim().toLowerCase()));
  const groups: { group: string; actions: SpotlightActionData[] }[] = [
    {
      group: "Pages",
      actions: pages.map(({ to, label, icon }) => ({
        id: label,
        label,
        leftSection: <Icon name={icon} />,
        onClick: () => void navigate({ to }),
      })),
    },
    {
      group: "Open tasks",
      actions: (words.length >= 2 ? found : []).map((task) => ({
        id: task.id,
        label: task.title,
        description: moneyText(task.budget, task.currency),
        leftSection: <Icon name="board" />,
        onClick: () => void navigate({ to: "/tasks/$taskId", params: { taskId: task.id } }),
      })),
    },
  ];
  return (
    <Spotlight
      store={paletteStore}
      shortcut="mod + K"
      query={typed}
      onQueryChange={setTyped}
      // What is shown has been chosen above.
      filter={(_, actions) => actions}
      actions={groups.filter(({ actions }) => actions.length > 0)}
      nothingFound="Nothing has these words"
      searchProps={{ placeholder: "A page, or words of a task", "aria-label": "Search" }}
      scrollable
      maxHeight="min(26rem, 60vh)"
    />
  );
}
