/* A reader's first reach for a mark, for the # of a heading or for a block that opens comes in; the scripts and styles
   that serve it are fetched then (`later` in mkdocs.yml), and find what the reader did meanwhile. Who only reads fetches
   none of them. Where they cannot be had, links and blocks work as they do without scripts. */
(function () {
  "use strict";
  var LINKS = ".kb-cite, .headerlink", REACH = LINKS + ", .kb-trust .kb-fold, .kb-to-share, .kb-downloads";
  var PATIENCE = 3000; // milliseconds: a line on which nothing comes must not leave a link dead
  var EVENTS = ["pointerover", "pointerdown", "pointerup", "focusin", "click", "toggle"];
  var script = document.currentScript, files = globalThis.KBLater || [];
  var kept = [], asked;

  /* What was done while the files were under way is done again: links do then what the new scripts make of them. */
  function replay() {
    EVENTS.forEach(function (type) { removeEventListener(type, heed, true); });
    kept.forEach(function (event) {
      if (event.target.isConnected) event.target.dispatchEvent(new event.constructor(event.type, event));
    });
  }

  function load() {
    if (asked) return;
    asked = true;
    var all = Promise.all(files.map(function (file) { return KBLoad(new URL(file, script.src).href); }));
    Promise.race([all, new Promise(function (done) { setTimeout(done, PATIENCE); })]).then(replay, replay);
  }

  function heed(event) {
    var near = event.target.closest && event.target.closest(REACH);
    if (!near && !asked) return;
    load();
    if (!event.bubbles) return;
    if (event.type === "click") {
      // Only what has not happened yet: a click that a browser answers by itself is not done twice.
      if (!event.target.closest(LINKS) || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
      event.preventDefault();
    }
    kept.push(event);
  }

  if (files.length) {
    EVENTS.forEach(function (type) { addEventListener(type, heed, true); });
    if (location.hash === "#__share" || document.querySelector(".kb-library")) load();
    var lists = document.querySelector(".kb-downloads"); // gets a button, which is to be there when it is seen
    if (lists && globalThis.IntersectionObserver) {
      new IntersectionObserver(function (seen) {
        if (seen[0].isIntersecting) load();
      }, { rootMargin: "50%" }).observe(lists);
    }
  }

  /* What a screen reader lists has its name from the start, whoever reaches for it later. */
  if (document.querySelector("link[rel=canonical]")) {
    document.querySelectorAll("article .headerlink").forEach(function (link) {
      var heading = link.parentElement.cloneNode(true);
      heading.querySelectorAll(".headerlink").forEach(function (mark) { mark.remove(); });
      link.title = "Copy link: " + heading.textContent.trim();
      link.setAttribute("aria-label", link.title); // the same: what differs would be read out, too
    });
  }

  /* The handout's form, which few readers open, is fetched when it is opened. */
  var yours = document.querySelector(".kb-yours");
  if (yours) {
    var fold = yours.firstElementChild, sorry = document.createElement("p"), sought;
    fold.hidden = false;
    fold.addEventListener("toggle", function () {
      if (sought || !fold.open) return;
      sought = true;
      sorry.remove();
      // Styles first: the sheet is measured to fit.
      KBLoad(yours.dataset.script.replace(/js$/, "css")).then(function () {
        return KBLoad(yours.dataset.script);
      }).catch(function () {
        sought = false; // so that the next opening tries again
        sorry.role = "alert";
        sorry.textContent = "The form could not be loaded. You may be offline. Close this and open it again, or print the " +
          "page as it is: it has lines to fill in by hand.";
        fold.append(sorry);
      });
    });
  }
})();
