import { type MantineColorScheme, Menu, useMantineColorScheme } from "@mantine/core";
import { Icon, type IconName } from "../components/icon.tsx";

const schemes: readonly (readonly [MantineColorScheme, string, IconName])[] = [
  ["light", "Light", "sun"],
  ["dark", "Dark", "moon"],
  ["auto", "As the system", "clock"],
];

/** Light, dark or as the system has it; kept in this browser. */
export function ColorSchemeItems() {
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  return schemes.map(([scheme, label, icon]) => (
    <Menu.Item
      key={scheme}
      leftSection={<Icon name={icon} size={16} />}
      rightSection={colorScheme === scheme ? <Icon name="check" size={14} /> : null}
      onClick={() => setColorScheme(scheme)}
    >
      {label}
    </Menu.Item>
  ));
}
