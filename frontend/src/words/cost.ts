// What operations cost on AWS, as docs/cost.md counts it. A test says when the two are more than a tenth apart.

/** Dollars for 1,000 documents of one passage, of 23, and of 351. */
export const SENDING = { small: 0.38, medium: 0.81, large: 7.67 };
/** Dollars for vectors of 1,000 medium documents, written to Pinecone. */
export const WRITING = 0.28;
/** Dollars a month for a comparison of a million passages each day, everything looked up. */
export const COMPARING = 65.85;
/** Passages of a medium document. */
export const MEDIUM_PASSAGES = 23.4;
/** Dollars a month for a sweep every five minutes. */
export const SWEEPING = 0.0711;

const DAYS = 365 / 12;

export function dollars(amount: number): string {
  if (amount >= 100) return `${Math.round(amount)} $`;
  if (amount >= 0.1) return `${amount.toFixed(2)} $`;
  return `${Number(amount.toPrecision(1))} $`;
}

/** Of sending one document. */
export function oneDocument(): string {
  return `${dollars(SENDING.small / 1000)} for a small one, ${dollars(SENDING.large / 1000)} for one of 350 passages`;
}

/** Of sending so many documents. */
export function sending(documents: number): string {
  const [least, medium, most] = [SENDING.small, SENDING.medium, SENDING.large].map((each) =>
    dollars((each * documents) / 1000),
  );
  return `${least} if they are small, ${medium} at 23 passages each, ${most} at 350`;
}

/** Of one comparison in which everything is looked up. */
export function comparing(documents: number): string {
  return dollars((COMPARING / DAYS) * ((documents * MEDIUM_PASSAGES) / 1e6));
}

/** Of writing all passages to the index anew. */
export function writing(documents: number): string {
  return dollars((WRITING * documents) / 1000);
}
