// Roles and what each may do, as `functions/bloomweaver/auth/roles.py` has them. The API decides; here nothing is offered
// that it would refuse.

export type Role = "admin" | "editor" | "viewer";
export type Permission = "read" | "write" | "operate";

const PERMISSIONS: Record<Role, Permission[]> = {
  admin: ["read", "write", "operate"],
  editor: ["read", "write"],
  viewer: ["read"],
};
const ROLES: Role[] = ["admin", "editor", "viewer"];

export function may(role: Role | null, permission: Permission): boolean {
  return role !== null && PERMISSIONS[role].includes(permission);
}

/** The role that a claim names, the most powerful one of several. `claim` is a name, or a path with dots. */
export function roleOf(claims: Record<string, unknown>, claim: string): Role | null {
  const value = claim in claims ? claims[claim] : at(claims, claim.split("."));
  const named: unknown[] = Array.isArray(value) ? value : [value];
  return ROLES.find((role) => named.includes(role)) ?? null;
}

function at(value: unknown, path: string[]): unknown {
  return path.reduce<unknown>(
    (inner, step) =>
      typeof inner === "object" && inner !== null ? (inner as Record<string, unknown>)[step] : undefined,
    value,
  );
}

/** What a JSON Web Token says. It is not checked here: the API does that, and what is shown is for its bearer alone. */
export function claimsOf(token: string): Record<string, unknown> {
  const body = token.split(".")[1] ?? "";
  try {
    const bytes = Uint8Array.from(atob(body.replace(/-/g, "+").replace(/_/g, "/")), (letter) => letter.charCodeAt(0));
    const claims: unknown = JSON.parse(new TextDecoder().decode(bytes));
    return typeof claims === "object" && claims !== null ? (claims as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}
