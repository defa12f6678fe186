// The server's answers, or an Error with a sentence for the reviewer.

async function answer(request) {
  let response;
  try {
    response = await request;
  } catch {
    throw new Error("The server does not answer. Is hairpipe review still running?");
  }
  if (!response.ok) {
    const refusal = new Error(`The server refused: ${(await response.text()).trim()}`);
    throw Object.assign(refusal, { status: response.status });
  }
  return response.json();
}

export const getStart = () => answer(fetch("/api/start"));

export const getPortraits = (parameters) => answer(fetch(`/api/portraits?${new URLSearchParams(parameters)}`));

export const getChanges = (since) => answer(fetch(`/api/changes?since=${since}`));

const about = (item) => ({ id: item.portrait_id, source: item.source, version: item.version });

export const getRegions = (item) => answer(fetch(`/api/regions?${new URLSearchParams(about(item))}`));

export const postLabel = (judgement) =>
  answer(
    fetch("/api/labels", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(judgement),
    }),
  );

export const pictureAddress = (item, view, size) => `/picture?${new URLSearchParams({ ...about(item), view, size })}`;
