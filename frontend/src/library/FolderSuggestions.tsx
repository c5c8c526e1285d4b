// The folders that what somebody types may become: those in the folder that is whole already.
import { useQuery } from "@tanstack/react-query";
import { useServices } from "../app/services";
import { typedFolder } from "./folderPath";
import { foldersIn } from "./folders";

export function FolderSuggestions({ id, typed }: { id: string; typed: string }) {
  const { api } = useServices();
  const { data } = useQuery(foldersIn(api, typedFolder(typed.slice(0, typed.lastIndexOf("/") + 1))));
  return (
    <datalist id={id}>
      {data?.folders.map((each) => (
        <option key={each.folder} value={each.folder} />
      ))}
    </datalist>
  );
}
