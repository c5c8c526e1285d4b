import { Menu, MenuItem, MenuLabel } from "../design/Menu";
import { useServices } from "./services";

export function AccountMenu() {
  const { auth, person, live } = useServices();
  return (
    <Menu icon="person" label={`Signed in as ${person.name}`}>
      <MenuLabel>
        {person.name}
        <br />
        Role: {person.role ?? "none"}
      </MenuLabel>
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
