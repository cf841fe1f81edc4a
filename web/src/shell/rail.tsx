import { Kbd, Menu, UnstyledButton, VisuallyHidden } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { meQuery } from "../api/session.ts";
import { Icon } from "../components/icon.tsx";
import { Brand } from "./brand.tsx";
import { ColorSchemeItems } from "./color-scheme-items.tsx";
import { openPalette } from "./command-palette.tsx";
import { navigation } from "./navigation.ts";
import classes from "./rail.module.css";
import { useAdmin } from "./use-admin.ts";
import { useSignOut } from "./use-sign-out.ts";

/** The navigation: at the side of a wide screen, in a drawer of a narrow one. */
export function Rail({ isInDrawer = false }: { readonly isInDrawer?: boolean }) {
  const isAdmin = useAdmin();
  return (
    <div className={classes.rail} data-fixed={isInDrawer ? undefined : true}>
      {isInDrawer ? null : (
        <>
          <Brand />
          <UnstyledButton className={classes.search} onClick={openPalette}>
            <Icon name="search" size={16} /> <span>Search or go to</span> <Kbd size="xs">⌘K</Kbd>
          </UnstyledButton>
        </>
      )}
      <nav aria-label="Main" className={classes.nav}>
        {navigation.map(({ title, entries }) => {
          const shown = entries.filter(({ onlyAdmins }) => onlyAdmins !== true || isAdmin);
          if (shown.length === 0) return null;
          return (
            <div key={title}>
              <h2 className={classes.title}>{title}</h2>
              <ul>
                {shown.map(({ to, label, icon }) => (
                  <li key={label}>
                    <Link to={to} className={classes.link} activeOptions={{ exact: to === "/", includeSearch: false }}>
                      <Icon name={icon} size={17} />
                      {label}
                    </Link>
                  </li>
                ))}
              </ul>
            </div>
          );
        })}
      </nav>
      <Account />
    </div>
  );
}

function Account() {
  const { data: me } = useQuery(meQuery);
  const signOut = useSignOut();
  if (me === undefined) return null;
  return (
    <Menu position="top-start" width={220} shadow="md">
      <Menu.Target>
        <UnstyledButton className={classes.account}>
          <VisuallyHidden>Account of</VisuallyHidden>
          <span className={classes.initial} aria-hidden="true">
            {[...(me.user?.name ?? me.party.name)][0]?.toUpperCase()}
          </span>
          <span className={classes.who}>
            <span dir="auto">{me.user?.name ?? me.party.name}</span>
            <span dir="auto" className={classes.organization}>
              {me.party.name}
            </span>
          </span>
        </UnstyledButton>
      </Menu.Target>
      <Menu.Dropdown>
        <ColorSchemeItems />
        <Menu.Divider />
        <Menu.Item leftSection={<Icon name="out" size={16} />} onClick={signOut}>
          Sign out
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
