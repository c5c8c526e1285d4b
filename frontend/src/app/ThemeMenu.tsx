import { useState } from "react";
import { IconButton } from "../design/Button";
import { Menu, MenuChoices, MenuLabel } from "../design/Menu";
import { chooseTheme, chosenTheme, THEMES } from "./theme";

export function ThemeMenu() {
  const [chosen, setChosen] = useState(chosenTheme);
  return (
    <Menu trigger={<IconButton icon="theme" label="Theme" />}>
      <MenuLabel>Theme</MenuLabel>
      <MenuChoices
        label="Theme"
        value={chosen}
        choices={THEMES}
        onChoose={(theme) => {
          chooseTheme(theme);
          setChosen(theme);
        }}
      />
    </Menu>
  );
}
