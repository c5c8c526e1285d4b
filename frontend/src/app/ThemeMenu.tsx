import { useState } from "react";
import { Menu, MenuChoices } from "../design/Menu";
import { chooseTheme, chosenTheme, THEMES } from "./theme";

export function ThemeMenu() {
  const [chosen, setChosen] = useState(chosenTheme);
  return (
    <Menu icon="theme" label="Theme">
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
