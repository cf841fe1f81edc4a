import { ActionIcon, Drawer } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { Outlet, useLocation } from "@tanstack/react-router";
import { useEffect } from "react";
import { Icon } from "../components/icon.tsx";
import { Brand } from "./brand.tsx";
import { CommandPalette, openPalette } from "./command-palette.tsx";
import { Rail } from "./rail.tsx";
import { ReauthDialog } from "./reauth-dialog.tsx";
import classes from "./shell.module.css";
import { Shortcuts } from "./shortcuts.tsx";

/** Around every page of somebody who is signed in. */
export function Shell() {
  const [isMenuOpen, menu] = useDisclosure(false);
  const { pathname } = useLocation();
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new page closes the menu it was chosen from
  useEffect(() => menu.close(), [pathname]);
  return (
    <div className={classes.shell}>
      <a href="#main" className={classes.skip}>
        Skip to the page
      </a>
      <header className={classes.bar}>
        <ActionIcon variant="subtle" color="gray" size="lg" aria-label="Menu" onClick={menu.open}>
          <Icon name="menu" />
        </ActionIcon>
        <Brand />
        <ActionIcon variant="subtle" color="gray" size="lg" aria-label="Search" onClick={openPalette}>
          <Icon name="search" />
        </ActionIcon>
      </header>
      <header className={classes.rail}>
        <Rail />
      </header>
      <Drawer opened={isMenuOpen} onClose={menu.close} title={<Brand />} size="17rem" padding="md">
        <Rail isInDrawer />
      </Drawer>
      <main id="main" className={classes.main} tabIndex={-1}>
        <div className={classes.page}>
          <Outlet />
        </div>
      </main>
      <CommandPalette />
      <Shortcuts />
      <ReauthDialog />
    </div>
  );
}
