import { IconButton } from "../design/Button";
import { Menu, MenuItem, MenuLabel, MenuSeparator } from "../design/Menu";
import { useServices } from "./services";

export function AccountMenu() {
  const { auth, person, live } = useServices();
  return (
    <Menu trigger={<IconButton icon="person" label={`Signed in as ${person.name}`} />}>
      <MenuLabel>
        {person.name}
        <br />
        Role: {person.role ?? "none"}
      </MenuLabel>
      <MenuSeparator />
      <MenuItem
        onSelect={() => {
          live.stop();
          void auth.signOut();
        }}
      >
        Sign out
      </MenuItem>
    </Menu>
  );
}
