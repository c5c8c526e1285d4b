// The errors that runs and dead letters end with, in words: what happened, and what to do before it is tried again.
// docs/operations.md has the same at more length.
import type { Told } from "./problems";

const CAUSES: Record<string, Told> = {
  DeadLettered: {
    what: "A part could not be written or removed, and waits in a dead letter queue",
    advice: "Mend what the failed state says, then redrive it.",
  },
  VectorIndexUnavailable: {
    what: "The vector index was away for longer than it was tried",
    advice: "Wait until it answers, then redrive.",
  },
  VectorIndexThrottled: {
    what: "The vector index was asked too much for longer than it was tried",
    advice: "Wait a moment, then redrive.",
  },
  VectorIndexRejected: {
    what: "The vector index refused the request",
    advice: "Look at its key, dimension and name; mend the configuration, then redrive.",
  },
  BackupUnavailable: {
    what: "The bucket of backups could not be reached",
    advice: "Mend the bucket or its policy, then redrive.",
  },
  NoSuchBucket: {
    what: "A bucket is not there",
    advice: "Create it, or mend its name in the configuration, then redrive.",
  },
  AccessDenied: { what: "AWS refuses access", advice: "Mend the policy of the role or the bucket, then redrive." },
  ClientError: { what: "AWS refused a request", advice: "Mend the bucket or the policy that is named, then redrive." },
  ArtifactsExpired: {
    what: "The vectors that were to be written are not kept any more",
    advice: "Send the document again. Its letter is dropped then.",
  },
  ArtifactsInconsistent: {
    what: "Files that were made on the way do not belong together",
    advice: "Retry it: a new attempt writes them anew.",
  },
  EmbeddingUnavailable: {
    what: "The embedding service did not answer for as long as it was tried",
    advice: "See that it runs, then retry.",
  },
  EmbeddingOverloaded: {
    what: "The embedding service had too much to do",
    advice: "Retry it, or give the service more instances.",
  },
  EmbeddingRejected: {
    what: "The embedding service refused the text",
    advice: "Look at what it answered, mend that, then retry.",
  },
  FleetSwitchedOff: {
    what: "The embedding service may start no instance: its maximum is 0",
    advice: "Set it back, then retry.",
  },
  FleetNeverReady: {
    what: "No instance of the embedding service became ready",
    advice: "Look at the instances' log; once that is mended it goes on by itself.",
  },
  ExtractionFailed: {
    what: "No text can be taken from the document",
    advice: "It is broken, encrypted, empty, or not of its type. Send it in another form.",
  },
  IndexUnusable: {
    what: "The vector index holds passages of another model or chunking, or is being given up",
    advice: "Deploy with another index name, then reindex.",
  },
  ModelChanged: {
    what: "The model was changed while it ran",
    advice: "It begins again by itself once the deployment is done.",
  },
  Superseded: { what: "A newer operation on the document was accepted", advice: "There is nothing to do." },
  StorageUnavailable: {
    what: "A table, a bucket or a queue could not be reached",
    advice: "Retry it once AWS answers.",
  },
  RecordContended: { what: "Others changed the document's record each time it was tried", advice: "Retry it." },
  AttemptsExhausted: {
    what: "It was begun as often as it may be, and never came to an end",
    advice: "Look at its last run, mend the cause, then retry.",
  },
  ForgottenByStepFunctions: {
    what: "It ended unheard of, and Step Functions does not know it any more",
    advice: "Look at the document: the sweep has taken it up.",
  },
  ReindexOvertaken: { what: "Another reindex took over", advice: "There is nothing to do: follow that one." },
  FolderChangeOvertaken: {
    what: "Another change of the folder took over",
    advice: "There is nothing to do: follow that one.",
  },
  RebuildInterrupted: {
    what: "The rebuild was interrupted",
    advice: "Start it again; what is written is written again as it is.",
  },
  "States.Timeout": { what: "It did not answer in time", advice: "Look at its log, then retry or redrive." },
};

/** An error's type in words. One that nobody described is told by its name. */
export function causeInWords(type: string): Told {
  const known = CAUSES[type];
  if (known) return known;
  if (type.startsWith("Lambda."))
    return { what: "A function died or was not to be had", advice: "Look at its log, then retry or redrive." };
  return { what: `It ended with ${type}`, advice: "Look at what it says of itself, and into its log." };
}
