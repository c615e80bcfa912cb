// Requests to the server. A refusal is an answer, not an exception: it comes back with its reasons.

/**
 * Marks a request as this page's own: a foreign page cannot set a header without being asked. The
 * second names this page among those of its browser, which share a session: control belongs to one.
 * Kept nowhere but here, so that a page that is opened anew, or doubled, is another one.
 */
const ownHeader = {
  "X-Peakgate": "console",
  "X-Peakgate-Page": Array.from(crypto.getRandomValues(new Uint32Array(4)),
    (part) => part.toString(16).padStart(8, "0")).join(""),
};

/**
 * What became of a request.
 * @typedef {{ok: boolean, status: number, title: string, body: any,
 *   reasons: {id: string, title: string, value: string, limit: string, remedy: string}[]}} Answer
 */

/** What nothing hangs on waits no longer than this for its answer, ms. */
const patience = 5000;

/**
 * Sends a request that may outlive the page.
 * @param within ms; who has not answered by then is taken not to answer, and is let go.
 * @returns {Promise<Answer>} never rejects; status 0 when no answer came.
 */
export async function send(method, path, body, within = patience) {
  try {
    const response = await fetch(`/api/v1/${path}`, {
      method, keepalive: true, cache: "no-store", credentials: "same-origin",
      signal: AbortSignal.timeout(within),
      headers: body === undefined
        ? ownHeader : { ...ownHeader, "Content-Type": "application/json" },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    return answer(response.status, await readBody(response));
  } catch {
    return {
      ok: false, status: 0, title: "The server does not answer", body: null,
      reasons: [{
        id: "page.server", title: "no answer", value: "", limit: "",
        remedy: "see whether the console still runs, and the network to it",
      }],
    };
  }
}

export const post = (path, body, within) => send("POST", path, body, within);

async function readBody(response) {
  const text = await response.text();
  try {
    return text === "" ? null : JSON.parse(text);
  } catch {
    return null;
  }
}

function answer(status, body) {
  const ok = status >= 200 && status < 300;
  return {
    ok, status, body,
    title: body?.title ?? body?.error ?? (ok ? "" : `Refused (${status})`),
    reasons: (body?.reasons ?? []).map((reason) => ({
      id: reason.id ?? "", title: reason.title ?? reason.id ?? "", value: reason.value ?? "",
      limit: reason.limit ?? "", remedy: reason.remedy ?? "",
    })),
  };
}
