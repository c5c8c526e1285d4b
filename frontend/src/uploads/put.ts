// Puts a file to the address that an upload was given. `fetch` does not tell how much of a body is through; this does.

/** The connection to the place for large files broke, or the place refused the file: an address is good for some minutes. */
export class UploadInterrupted extends Error {
  override name = "UploadInterrupted";
}

export function put(url: string, file: File, onBytes: (bytes: number) => void, signal: AbortSignal): Promise<void> {
  return new Promise((done, failed) => {
    const request = new XMLHttpRequest();
    const abort = () => request.abort();
    const over = (then: () => void) => () => {
      signal.removeEventListener("abort", abort);
      then();
    };
    const interrupted = (detail: string) => over(() => failed(new UploadInterrupted(detail)));
    request.upload.onprogress = ({ loaded }) => onBytes(loaded);
    request.onload = () =>
      request.status >= 200 && request.status < 300
        ? over(done)()
        : interrupted(`the place for large files answers ${request.status}`)();
    request.onerror = interrupted("the place for large files cannot be reached");
    request.onabort = over(() => failed(signal.reason));
    signal.addEventListener("abort", abort);
    request.open("PUT", url);
    // A file's own type would be sent along, and is none that the address was signed for.
    request.send(file.slice(0, file.size, ""));
  });
}
