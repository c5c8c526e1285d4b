// Which page an address shows. A page's script comes when it is opened.
import { type ComponentType, lazy, Suspense, useEffect } from "react";
import { Redirect, Route, Switch, useLocation } from "wouter";
import { may } from "../auth/roles";
import { Empty, Loading } from "../design/States";
import { PageBoundary } from "./PageBoundary";
import type { Page } from "./page";
import { HOME, PAGES } from "./pages";
import { useServices } from "./services";

type PageComponent = ComponentType<{ params: Record<string, string> }>;

const COMPONENTS = new Map<Page, PageComponent>(PAGES.map((page) => [page, lazy(page.load)]));

export function Routes() {
  const { person } = useServices();
  const [path] = useLocation();
  return (
    <PageBoundary key={path}>
      <Suspense fallback={<Loading what="the page" />}>
        <Switch>
          {PAGES.map((page) => (
            <Route key={page.path} path={page.path}>
              {(params) => (may(person.role, page.needs) ? <Opened page={page} params={params} /> : <Forbidden />)}
            </Route>
          ))}
          <Route path="/">
            <Redirect to={HOME} replace />
          </Route>
          <Route>
            <Titled title="Not found">
              <Empty isPage icon="search" title="There is no such page">
                The address may be mistyped. What there is stands in the navigation.
              </Empty>
            </Titled>
          </Route>
        </Switch>
      </Suspense>
    </PageBoundary>
  );
}

function Opened({ page, params }: { page: Page; params: Record<string, string | undefined> }) {
  const Component = COMPONENTS.get(page);
  const given = Object.fromEntries(Object.entries(params).map(([name, value]) => [name, value ?? ""]));
  return <Titled title={page.title}>{Component && <Component params={given} />}</Titled>;
}

function Forbidden() {
  return (
    <Titled title="Not allowed">
      <Empty isPage icon="audit" title="Your role may not see this">
        Ask an administrator for another role, or sign in as somebody else.
      </Empty>
    </Titled>
  );
}

function Titled({ title, children }: { title: string; children: React.ReactNode }) {
  useEffect(() => {
    document.title = `${title} - Bloomweaver`;
  }, [title]);
  return children;
}
