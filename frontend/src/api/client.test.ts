import { afterEach, describe, expect, it, vi } from "vitest";
import { fetchWithToken } from "./client";
import { ApiProblem, answered, problemOf } from "./problems";
import { isPassing } from "./queries";

afterEach(() => vi.unstubAllGlobals());

function auth(...tokens: string[]) {
  return { token: vi.fn(async () => tokens.shift() as string), refused: vi.fn() };
}

function answers(...statuses: number[]) {
  const seen: { token: string | null; body: string }[] = [];
  vi.stubGlobal("fetch", async (request: Request) => {
    seen.push({ token: request.headers.get("Authorization"), body: await request.text() });
    return new Response("{}", { status: statuses.shift() ?? 200 });
  });
  return seen;
}

const request = () => new Request("http://x/api", { method: "POST", body: "kept" });

describe("a request", () => {
  it("has a token", async () => {
    const seen = answers(200);
    await fetchWithToken(request(), auth("one"));
    expect(seen).toEqual([{ token: "Bearer one", body: "kept" }]);
  });

  it("whose token is refused is sent once more, whole, with another one", async () => {
    const seen = answers(401, 200);
    const given = auth("old", "new");
    expect((await fetchWithToken(request(), given)).status).toBe(200);
    expect(given.refused).toHaveBeenCalledWith("old");
    expect(seen.map((each) => [each.token, each.body])).toEqual([
      ["Bearer old", "kept"],
      ["Bearer new", "kept"],
    ]);
  });

  it("that is refused twice is not sent for ever", async () => {
    const seen = answers(401, 401, 401);
    expect((await fetchWithToken(request(), auth("a", "b", "c"))).status).toBe(401);
    expect(seen.length).toBe(2);
  });
});

describe("an answer that is none", () => {
  const response = (status: number, headers = {}) => new Response(null, { status, headers });

  it("is an error with the fields at fault", async () => {
    const error = { detail: "title: too long", errors: [{ field: "title", detail: "too long" }] };
    const failed = answered(Promise.resolve({ error, response: response(422, { "X-Correlation-Id": "id" }) }));
    await expect(failed).rejects.toMatchObject({ status: 422, fields: error.errors, correlationId: "id" });
  });

  it("is told in API Gateway's form too, and in none", () => {
    expect(problemOf({ message: "Forbidden" }, response(403)).detail).toBe("Forbidden");
    expect(problemOf("<html>", response(504)).detail).toContain("504");
    expect(problemOf({}, response(503, { "Retry-After": "4" })).retryAfter).toBe(4);
  });

  it("is asked for again only if that may change it", () => {
    const passes = [429, 502, 503, 504, 400, 403, 404, 409, 422].map((status) => isPassing(new ApiProblem(status, "")));
    expect(passes).toEqual([true, true, true, true, false, false, false, false, false]);
    expect(isPassing(new TypeError("no network"))).toBe(true);
  });
});
