/* A reader's wish to keep the site comes in (keep.js); every page and search, with the network off, go out. The build
   writes this file to the root of the site and the release into it (kb/keep.py). Until somebody asks, no page names it.

   A release comes in whole or not at all: each file is held to the SHA-256 that keep.json gives for it, and keep.json to
   RELEASE. So a page of a network that wants a login first, or half a publication, is never kept. While there is a
   network, the published sw.js is asked which release is the newest; pages of an older one are then not shown from here.
   The host is asked that only, and not for the page that is read. */
"use strict";
const RELEASE = ""; // the build's
const ROOT = registration.scope;
const OURS = "kb-keep " + ROOT + " "; // other sites of the same host may have caches, too
const NAME = OURS + RELEASE;
const LIST = ROOT + "keep.json";
const HASHED = /\.[0-9a-f]{8,}\.\w+$/;
const PATIENCE = 3000; // milliseconds: longer than most answers take, shorter than a reader waits
const REST = 30000; // after no answer came: a bad line would make each page wait
const AT_ONCE = 6;

const stop = new AbortController();
let question, resting = 0, stopped = false;

async function ours() {
  return (await caches.keys()).filter((name) => name.startsWith(OURS));
}

async function forget() {
  for (const name of await ours()) await caches.delete(name);
}

/* Without `caches.open`, which would make a cache that a reader has just removed. */
function within(name, path) {
  return caches.match(ROOT + path, { cacheName: name });
}

async function tell(words) {
  for (const page of await clients.matchAll({ includeUncontrolled: true, type: "window" })) page.postMessage(words);
}

/* ── Keeping a release ── */

async function fetched(path) {
  const answer = await fetch(ROOT + path, { cache: "no-cache", mode: "same-origin", signal: stop.signal });
  const body = await answer.arrayBuffer();
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", body));
  return { answer, body, digest: Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("") };
}

/* A file as it was published. What came may have been redirected or packed; what is kept says neither. */
async function bring(path, digest, moves) {
  const got = await fetched(path);
  if (got.digest !== digest) {
    // Some hosts redirect an old address and never send the page that stands there.
    if (got.answer.redirected && path in moves) return Response.redirect(ROOT + moves[path]);
    throw new Error("wrong");
  }
  const headers = new Headers(got.answer.headers);
  ["Content-Encoding", "Content-Length"].forEach((name) => headers.delete(name));
  return new Response(got.body, { headers });
}

/* The lists of releases that are here, so that what has not changed is not fetched again. */
async function earlier() {
  const lists = [];
  for (const name of await ours()) {
    const list = name !== NAME && (await within(name, "keep.json"));
    if (list) lists.push([name, (await list.json()).files]);
  }
  return lists;
}

async function keep() {
  const cache = await caches.open(NAME);
  const list = await bring("keep.json", RELEASE, {});
  const { files, moves } = await list.clone().json();
  await cache.put(LIST, list);
  const others = await earlier();
  const waiting = Object.entries(files);
  const all = waiting.reduce((sum, [, [, bytes]]) => sum + bytes, 0);
  let done = 0, fault;

  async function one(path, digest) {
    if (await within(NAME, path)) return; // of an attempt that was cut off: it was checked when it came
    const old = others.find(([, known]) => path in known && known[path][0] === digest);
    await cache.put(ROOT + path, (old && (await within(old[0], path))) || (await bring(path, digest, moves)));
  }

  async function some() {
    for (let item; !fault && (item = waiting.pop()); ) {
      const [path, [digest, bytes]] = item;
      try {
        await one(path, digest);
        tell({ done: (done += bytes), all });
      } catch (error) {
        fault = fault || error;
        stop.abort(); // the others too; and all of them have ended before anything is taken back
      }
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, some));
  if (fault) throw fault;
}

function reason(error) {
  if (stopped) return "stopped";
  if (error.name === "QuotaExceededError") return "space";
  return error.message === "wrong" ? "wrong" : "network";
}

/* A first attempt that fails leaves nothing. A later one leaves the release that was kept, and goes on where it ended. */
addEventListener("install", (event) => event.waitUntil(keep().then(skipWaiting, async (error) => {
  if (!registration.active) await forget();
  await tell({ failed: reason(error) });
  throw error;
})));

addEventListener("message", () => {
  stopped = true;
  stop.abort();
});

/* Pages of the last release may be open and fetch search when it is opened: its hashed files stay until the next swap. */
async function swap() {
  const { files } = await (await within(NAME, "keep.json")).json();
  for (const name of (await ours()).filter((name) => name !== NAME)) {
    const cache = await caches.open(name);
    const last = await within(name, "keep.json");
    for (const { url } of await cache.keys()) {
      if (!last || !HASHED.test(url) || url.slice(ROOT.length) in files) await cache.delete(url);
    }
    if (!(await cache.keys()).length) await caches.delete(name);
  }
}

addEventListener("activate", (event) => event.waitUntil(swap().then(() => clients.claim())));

/* ── Reading ── */

function soon(promise) {
  return Promise.race([promise, new Promise((_, fail) => setTimeout(fail, PATIENCE))]);
}

/* Whether the site has published another release: true, false, or "gone" where it has no sw.js any more. Without a network
   that cannot be known, and is false. */
function newer() {
  if (!navigator.onLine || Date.now() < resting) return false;
  if (!question) {
    question = soon(ask()).catch(() => {
      resting = Date.now() + REST;
      return false;
    });
    question.then(() => { question = null; }); // shared by what is asked for meanwhile, and not kept: it grows old
  }
  return question;
}

async function ask() {
  const answer = await fetch(ROOT + "sw.js", { cache: "no-cache", mode: "same-origin" });
  if (answer.status === 404 || answer.status === 410) return "gone";
  const found = /RELEASE = "([0-9a-f]{64})"/.exec(await answer.text()); // not in what a network's login page says
  if (!found || found[1] === RELEASE) return false;
  registration.update().catch(() => {}); // it is tried again at the next page
  return true;
}

async function kept(path) {
  const names = HASHED.test(path) ? [NAME, ...(await ours())] : [NAME];
  for (const name of names) {
    const hit = await within(name, path);
    if (hit) return hit;
  }
}

/* The site's page for what is not there, which then says that the reader is offline. */
async function away() {
  const page = await within(NAME, "404.html");
  if (!page) return Response.error();
  return new Response((await page.text()).replace('class="kb-offline" hidden', 'class="kb-offline"'), { status: 404, headers: page.headers });
}

async function unkept(request, path) {
  try {
    return await fetch(request);
  } catch (error) {
    if (request.mode !== "navigate") throw error;
    return (await kept(path + "/")) ? Response.redirect(ROOT + path + "/") : away(); // as hosts do for a folder
  }
}

async function answer(request, path) {
  const hit = await kept(path);
  if (!hit) return unkept(request, path);
  const found = HASHED.test(path) ? false : await newer();
  if (found) {
    try {
      const live = await soon(fetch(request, { cache: "no-cache" })); // what the browser holds may be older still
      if (live.ok || found !== "gone") return live;
    } catch (error) { /* the line broke, or is slow: what is kept is better than nothing */ }
  }
  return hit;
}

addEventListener("fetch", (event) => {
  const url = new URL(event.request.url);
  if (event.request.method !== "GET" || !url.href.startsWith(ROOT)) return;
  const path = (url.origin + url.pathname).slice(ROOT.length).replace(/(^|\/)index\.html$/, "$1");
  event.respondWith(answer(event.request, path));
});
