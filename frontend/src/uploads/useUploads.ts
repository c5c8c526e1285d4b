// The uploads in a component: the same ones for whoever is signed in, on whichever page.
import { useEffect, useSyncExternalStore } from "react";
import type { Api } from "../api/client";
import { useServices } from "../app/services";
import { UploadQueue } from "./queue";
import type { Uploads } from "./rowStore";
import { uploadService } from "./service";

const QUEUES = new WeakMap<Api, UploadQueue>();

export function useUploads(): { queue: UploadQueue; uploads: Uploads } {
  const { api, live } = useServices();
  const queue = QUEUES.get(api) ?? new UploadQueue(uploadService(api), live);
  QUEUES.set(api, queue);
  // Before anything is dropped, so that nothing has to wait for the connection then.
  useEffect(() => queue.follow(), [queue]);
  const uploads = useSyncExternalStore(
    (listener) => queue.subscribe(listener),
    () => queue.uploads(),
  );
  return { queue, uploads };
}
