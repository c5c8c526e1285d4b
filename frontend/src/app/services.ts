// What every page is given: the configuration, who is signed in, the API, and live messages.
import { createContext, use } from "react";
import type { Api } from "../api/client";
import type { Auth, Person } from "../auth/auth";
import { may, type Permission } from "../auth/roles";
import type { Configuration } from "../config/configuration";
import type { LiveConnection } from "../live/connection";
import type { Withdrawn } from "../live/withdrawn";

export interface Services {
  configuration: Configuration;
  auth: Auth;
  person: Person;
  api: Api;
  live: LiveConnection;
  withdrawn: Withdrawn;
}

export const ServicesContext = createContext<Services | null>(null);

export function useServices(): Services {
  const services = use(ServicesContext);
  if (services === null) throw new Error("this is used outside of the signed-in dashboard");
  return services;
}

/** Whether who is signed in may do such a thing; what they may not is not offered. */
export function useMay(permission: Permission): boolean {
  return may(useServices().person.role, permission);
}
