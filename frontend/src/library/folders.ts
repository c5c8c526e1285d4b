// The folders right below a folder, with their numbers of documents.
import { queryOptions } from "@tanstack/react-query";
import type { Api, Schemas } from "../api/client";
import { answered } from "../api/problems";

export type FolderList = Schemas["FolderList"];

export const FOLDERS = "folders";
const PAGE = 1000;
/** A folder with more folders right below it than so many shows the first ones. */
const PAGES_AT_MOST = 5;

export function foldersIn(api: Api, folder: string) {
  return queryOptions({
    queryKey: [FOLDERS, folder],
    queryFn: async ({ signal }): Promise<FolderList> => {
      let list = await pageOf(api, folder, null, signal);
      for (let page = 1; page < PAGES_AT_MOST && list.next_cursor !== null; page++) {
        const more = await pageOf(api, folder, list.next_cursor, signal);
        list = { ...more, folders: [...list.folders, ...more.folders] };
      }
      return list;
    },
  });
}

function pageOf(api: Api, folder: string, cursor: string | null, signal: AbortSignal): Promise<FolderList> {
  const query = { folder, limit: PAGE, ...(cursor !== null && { cursor }) };
  return answered(api.GET("/folders", { params: { query }, signal }));
}
