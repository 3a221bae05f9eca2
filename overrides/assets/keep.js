/* A press on "Keep this site on my phone" comes in; sw.js, at work or removed, and words on how it goes, go out. Only
   about/offline has this file. It looks at what is there and stores nothing; what it registers, it registers when asked. */
(function () {
  "use strict";
  var box = document.getElementById("__keep");
  var workers = navigator.serviceWorker;
  var root = new URL("../", document.currentScript.src).href;
  var device = matchMedia("(pointer: coarse)").matches ? "phone" : "computer";
  var FAILED = {
    space: "There is not enough room on this " + device + ". Nothing was kept.",
    network: "The connection was lost. Nothing was kept. Try again when it is back.",
    wrong: "What came is not what this site published. The network may want you to log in first, or the site is just " +
      "being renewed. Nothing was kept. Try again later.",
    stopped: "Stopped. Nothing was kept.",
  };
  if (!workers || !window.caches) return; // the words that stand there say so

  var controls = box.querySelector("[hidden]");
  var keep = controls.querySelector("[data-do=keep]");
  var stop = controls.querySelector("[data-do=stop]");
  var remove = controls.querySelector("[data-do=remove]");
  var bar = controls.querySelector("progress");
  var said = controls.querySelector("[role=status]");
  var quarter, failed;

  function mine() {
    return workers.getRegistration(root).then(function (found) { return found && found.scope === root ? found : null; });
  }

  function forget() {
    return caches.keys().then(function (names) {
      return Promise.all(names.map(function (name) { return name.startsWith("kb-keep " + root + " ") && caches.delete(name); }));
    });
  }

  /* Show one button; whoever pressed another finds the keyboard on it. */
  function show(button, words) {
    var moved = controls.contains(document.activeElement);
    [keep, stop, remove].forEach(function (each) { each.hidden = each !== button; });
    bar.hidden = button !== stop;
    if (moved) button.focus();
    if (words) said.textContent = words;
  }

  function megabytes(bytes) { return (bytes / 1e6).toFixed(1) + " MB"; }

  workers.onmessage = function (event) {
    failed = event.data.failed || failed;
    if (event.data.failed && !keep.hidden) said.textContent = FAILED[failed]; // the worker's end was heard of before its reason
    if (!event.data.all || stop.hidden) return;
    bar.value = event.data.done / event.data.all;
    var now = Math.floor(bar.value * 4); // spoken four times, not for each file
    if (now !== quarter) said.textContent = megabytes(event.data.done) + " of " + megabytes(event.data.all);
    quarter = now;
  };

  /* A worker may have failed or ended before anybody could listen to it; one that has failed is not there any more. */
  function follow(worker) {
    function look() {
      var state = worker ? worker.state : "redundant";
      if (state === "activated") show(remove, "Kept. Every page and the search now work here without the internet.");
      if (state === "redundant") show(keep, FAILED[failed] || FAILED.network);
    }
    bar.value = quarter = 0;
    show(stop, "Starting …");
    stop.onclick = function () { worker.postMessage("stop"); };
    if (worker) worker.onstatechange = look;
    look();
  }

  keep.onclick = function () {
    failed = "";
    workers.register(KBTrust(root + "sw.js"), { scope: root, updateViaCache: "none" }).then(function (found) {
      follow(found.installing || found.waiting || found.active);
    }).catch(function (error) {
      show(keep, error.name === "SecurityError" ? FAILED.wrong : FAILED.network);
    });
  };

  remove.onclick = function () {
    mine().then(function (found) { return found && found.unregister(); }).then(forget).then(function () {
      show(keep, "Removed. No page is kept for reading offline. The browser's history may still list pages you read.");
    });
  };

  mine().then(function (found) {
    // What an attempt left that the browser was closed upon; nothing reads it.
    return found || forget();
  }).then(function (found) {
    [keep, remove].forEach(function (button) { button.textContent = button.textContent.replace("phone", device); });
    box.firstElementChild.hidden = true;
    controls.hidden = false;
    if (found && found.active) show(remove, "This site is kept on this " + device + ".");
    else if (found && found.installing) follow(found.installing);
    else show(keep);
  }).catch(function () { /* a private window that lets nothing be kept: the words stay */ });
})();
