import { Link } from "wouter";
import { classes } from "../design/classes";
import { Icon } from "../design/Icon";
import { navigable } from "./pages";
import { useServices } from "./services";

export function Navigation({ path, onNavigate }: { path: string; onNavigate(): void }) {
  const { person } = useServices();
  return (
    <nav aria-label="Pages" className="w-52 p-2">
      <ul className="grid gap-0.5">
        {navigable(person.role).map((page) => {
          const here = path === page.path || path.startsWith(`${page.path}/`);
          return (
            <li key={page.path}>
              <Link
                href={page.path}
                onClick={onNavigate}
                aria-current={here ? "page" : undefined}
                className={classes(
                  "flex min-h-10 items-center gap-3 rounded-lg px-3 font-medium",
                  here ? "bg-accent-tint text-accent" : "text-ink hover:bg-sunk",
                )}
              >
                {page.navigation && <Icon name={page.navigation.icon} />}
                {page.navigation?.label}
              </Link>
            </li>
          );
        })}
      </ul>
    </nav>
  );
}
